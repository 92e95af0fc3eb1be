"""Renders the manual of one rule or the list of all rules, as `dcr explain` prints them."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.rule import CONSUMER, FIELD, RUN, USE
from dcr.compatibility.severities import ERROR, WARNING
from dcr.policy.policy import FIXED_SEVERITY_KINDS
from dcr.policy.policy_application import NEVER_ACCEPTED
from dcr.rendering.listings.page import BOLD, CYAN, RED, YELLOW, join_lines
from dcr.rendering.listings.show import highlight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.compatibility.rule import Rule
    from dcr.rendering.style import Style

WIDEST = 100
"""The widest paragraph, in columns; longer lines are hard to read."""
_INDENT = "    "
_LEAST_SUMMARY = 34
"""The least width, in columns, of a summary next to its kind. With less, it gets its own lines."""
_GROUPS = {
    "consumers": "Breaks consumers: queries, joins, and what relies on owners and service levels",
    (BACKWARD,): "Breaks new readers: they validate existing rows with the proposed contract",
    (FORWARD,): "Breaks old readers: they validate new rows with the previous contract",
    (BACKWARD, FORWARD): "Breaks new and old readers",
    (): "Checked in every mode",
    CONSUMER: "About the declarations of consumers",
    RUN: "About the policy and the acceptances",
}
_COLORS = {ERROR: RED, WARNING: YELLOW}
_CODE = re.compile(r"`[^`]+`")


def render(rule: Rule, style: Style) -> str:
    """Return one manual: what happened, why it breaks, what to do instead and how to accept it."""
    width = min(style.width, WIDEST)
    summary, *parts = rule.manual.split("\n\n")
    facts = f"{rule.kind}  {rule.severity}, {_when(rule)}"
    first, *others = textwrap.wrap(facts, width, subsequent_indent=_INDENT, break_long_words=False)
    first = style.colorize(rule.kind, BOLD) + first.removeprefix(rule.kind).replace(
        rule.severity, style.colorize(rule.severity, _COLORS.get(rule.severity, "")), 1
    )
    lines = [first, *others, "", *_wrap(summary, width, "", style)]
    for part in parts:
        heading, *text = part.split("\n")
        lines += ["", style.colorize(heading, BOLD)]
        if heading == "Example":
            example = "\n".join(text)
            lines += (highlight(example) if style.color else example).split("\n")
        else:
            lines += _wrap(" ".join(each.strip() for each in text), width, _INDENT, style)
    for heading, sentence in _sections(rule):
        lines += ["", style.colorize(heading, BOLD), *_wrap(sentence, width, _INDENT, style)]
    return join_lines(lines)


def _when(rule: Rule) -> str:
    when = f"mode {' and '.join(rule.modes)}" if rule.modes else "always"
    bump = f", requires a {rule.bump.upper()} bump" if rule.about == FIELD else ""
    breaks = f", breaks {rule.breaks.replace('_', ' ')}" if rule.breaks else ""
    return f"{when}{bump}{breaks}"


def _sections(rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.kind not in NEVER_ACCEPTED:
        keys, field = ("kind, field", " FIELD") if rule.about == FIELD else ("kind", "")
        command = f"`dcr accept DATASET {rule.kind}{field} --reason TEXT`"
        yield "Accept one", f"{command} adds an entry with dataset, version, {keys} and reason to dcr.accepted.yaml."
    if rule.kind in FIXED_SEVERITY_KINDS:
        yield "Its severity", "Cannot be changed: a file that dcr cannot read or compare always fails the check."
    else:
        other = WARNING if rule.severity == ERROR else ERROR
        yield "Change its severity", f'In dcr.toml, under [severity]: {rule.kind} = "{other}"'


def render_list(rules: Iterable[Rule], style: Style) -> str:
    """Return all rules, grouped by who breaks, each with its severity and its summary."""
    groups: dict[object, list[Rule]] = {group: [] for group in _GROUPS}
    for rule in rules:
        groups[_get_group(rule)].append(rule)
    width = max(len(rule.kind) for found in groups.values() for rule in found)
    lines: list[str] = []
    for group, found in groups.items():
        lines += [*_wrap(_GROUPS[group], style.width, "", style, BOLD)]  # type: ignore[index]
        for rule in found:
            lines += _entry(rule, width, style)
        lines.append("")
    return join_lines([*lines, *_wrap("Run dcr explain KIND for the manual of one rule.", style.width, "", style)])


def _get_group(rule: Rule) -> object:
    if rule.about in (USE, CONSUMER):
        return CONSUMER
    return RUN if rule.about == RUN else rule.breaks or rule.modes


def _entry(rule: Rule, width: int, style: Style) -> Iterator[str]:
    before = f"  {rule.kind:{width}}  {rule.severity:7}  "
    severity = style.colorize(rule.severity, _COLORS.get(rule.severity, ""))
    if style.width - len(before) < _LEAST_SUMMARY:
        gap = 1 if len(rule.kind) + len(rule.severity) + 4 > style.width else 2
        yield f"{' ' * gap}{rule.kind}{' ' * gap}{severity}"
        yield from _wrap(rule.summary, style.width, _INDENT, style)
        return
    first, *others = _wrap(rule.summary, style.width, " " * len(before), style)
    yield f"  {rule.kind:{width}}  {severity}{' ' * (9 - len(rule.severity))}{first.lstrip()}"
    yield from others


def _wrap(text: str, width: int, indent: str, style: Style, color: str = "") -> list[str]:
    """Return the lines of a paragraph, in one colour or with its code spans in colour."""
    lines = textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
    if color:
        return [style.colorize(line, color) for line in lines]
    return [_CODE.sub(lambda match: style.colorize(match[0], CYAN), line) for line in lines]
