"""The manuals of rules for a terminal: one in full, or all of them by who breaks."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.rule import FIELD, RUN
from dcr.compatibility.severities import ERROR, WARNING
from dcr.policy.application import NEVER_ACCEPTED
from dcr.policy.policy import FIXED
from dcr.rendering.listings.lines import BOLD, CYAN, RED, YELLOW, page
from dcr.rendering.listings.show import highlighted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.compatibility.rule import Rule
    from dcr.rendering.style import Style

WIDEST = 100
"""Columns beyond which a paragraph is harder to read, not easier."""
_INDENT = "    "
_LEAST_SUMMARY = 34
"""Columns a summary needs beside its kind; below that it stands on lines of its own."""
_GROUPS = {
    "consumers": "Breaks consumers: they select fields, join on the key, rely on the promises",
    (BACKWARD,): "Breaks new readers: the proposed contract on rows already written",
    (FORWARD,): "Breaks old readers: the previous contract on rows to come",
    (BACKWARD, FORWARD): "Breaks new and old readers",
    (): "Holds in every mode, whoever reads",
    RUN: "About the run: its acceptances and its policy",
}
_LOOKS = {ERROR: RED, WARNING: YELLOW}
_CODE = re.compile(r"`[^`]+`")


def render(rule: Rule, style: Style) -> str:
    """Return one manual: what happened, why it breaks, what to do instead, and how to let it through."""
    width = min(style.width, WIDEST)
    summary, *parts = rule.manual.split("\n\n")
    facts = f"{rule.kind}  {rule.severity}, {_when(rule)}"
    first, *others = textwrap.wrap(facts, width, subsequent_indent=_INDENT, break_long_words=False)
    first = _painted(rule.kind, BOLD, style) + first.removeprefix(rule.kind).replace(
        rule.severity, _painted(rule.severity, _LOOKS.get(rule.severity, ""), style), 1
    )
    lines = [first, *others, "", *_wrapped(summary, width, "", style)]
    for part in parts:
        heading, *text = part.split("\n")
        lines += ["", _painted(heading, BOLD, style)]
        if heading == "Example":
            example = "\n".join(text)
            lines += (highlighted(example) if style.color else example).split("\n")
        else:
            lines += _wrapped(" ".join(each.strip() for each in text), width, _INDENT, style)
    for heading, told in _ways_out(rule):
        lines += ["", _painted(heading, BOLD, style), *_wrapped(told, width, _INDENT, style)]
    return page(lines)


def _when(rule: Rule) -> str:
    when = f"mode {' and '.join(rule.modes)}" if rule.modes else "always"
    owed = f", owes {rule.bump.upper()}" if rule.about == FIELD else ""
    who = f", breaks {rule.breaks.replace('_', ' ')}" if rule.breaks else ""
    return f"{when}{owed}{who}"


def _ways_out(rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.kind not in NEVER_ACCEPTED:
        keys, field = ("kind, field", " FIELD") if rule.about == FIELD else ("kind", "")
        entry = f"An entry in dcr.accepted.yaml: dataset, version, {keys} and reason, exactly as in the report."
        yield "Let one through", f"{entry} To write it: `dcr accept DATASET {rule.kind}{field} --reason WHY`"
    if rule.kind in FIXED:
        yield "Its severity", "Cannot be changed: what is unread or undecided fails closed."
    else:
        other = WARNING if rule.severity == ERROR else ERROR
        yield "Change its severity", f'In dcr.toml, under [severity]: {rule.kind} = "{other}"'


def render_list(rules: Iterable[Rule], style: Style) -> str:
    """Return all rules, each with its severity and first sentence, under who breaks."""
    groups: dict[object, list[Rule]] = {group: [] for group in _GROUPS}
    for rule in rules:
        groups[RUN if rule.about == RUN else rule.breaks or rule.modes].append(rule)
    width = max(len(rule.kind) for found in groups.values() for rule in found)
    lines: list[str] = []
    for group, found in groups.items():
        lines += [*_wrapped(_GROUPS[group], style.width, "", style, BOLD)]  # type: ignore[index]
        for rule in found:
            lines += _entry(rule, width, style)
        lines.append("")
    return page([*lines, "dcr explain KIND prints one manual."])


def _entry(rule: Rule, width: int, style: Style) -> Iterator[str]:
    before = f"  {rule.kind:{width}}  {rule.severity:7}  "
    severity = _painted(rule.severity, _LOOKS.get(rule.severity, ""), style)
    if style.width - len(before) < _LEAST_SUMMARY:
        gap = 1 if len(rule.kind) + len(rule.severity) + 4 > style.width else 2
        yield f"{' ' * gap}{rule.kind}{' ' * gap}{severity}"
        yield from _wrapped(rule.summary, style.width, _INDENT, style)
        return
    first, *others = _wrapped(rule.summary, style.width, " " * len(before), style)
    yield f"  {rule.kind:{width}}  {severity}{' ' * (9 - len(rule.severity))}{first.lstrip()}"
    yield from others


def _wrapped(text: str, width: int, indent: str, style: Style, look: str = "") -> list[str]:
    """Return a paragraph in lines of a width, its code spans in colour unless all of it has a look."""
    lines = textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
    if look:
        return [_painted(line, look, style) for line in lines]
    return [_CODE.sub(lambda found: _painted(found[0], CYAN, style), line) for line in lines]


def _painted(text: str, look: str, style: Style) -> str:
    return f"\x1b[{look}m{text}\x1b[0m" if look and style.color else text
