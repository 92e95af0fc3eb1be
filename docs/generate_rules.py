"""Writes docs/rules.md from the manuals that the rules carry as their docstrings: python docs/generate_rules.py."""  # noqa: INP001

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dcr.compatibility.rule import FIELD, RUN, load_rules
from dcr.policy.issue_adjustment import NEVER_ACCEPTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.rule import Rule

PAGE = Path(__file__).with_name("rules.md")
_OPENING = """\
# Rules

<!-- Made by docs/generate_rules.py from dcr/compatibility/rules/: change the docstring there, then run the script. -->

One section for each kind of issue, the same text that `dcr explain KIND` prints. The kind stands in brackets at the
end of a line of `--format text`. How the modes are meant is in [semantics.md](semantics.md), how to change a severity
in [policy.md](policy.md#settings).

The manuals speak of a MAJOR version and of an acceptance. The version says what a change is, the
[acceptance](policy.md#acceptances) lets it through; a policy with `breaking = "allow-with-major"` needs the version
alone.

| kind | severity | mode | in one sentence |
|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    rules = load_rules().values()
    table = "".join(
        f"| [`{each.kind}`](#{each.kind}) | {each.severity} | {', '.join(each.modes) or 'always'} | {each.summary} |\n"
        for each in rules
    )
    return _OPENING + table + "".join(f"\n{_section(each)}" for each in rules)


def _section(rule: Rule) -> str:
    summary, *parts = rule.manual.split("\n\n")
    return "\n".join([f"## {rule.kind}", "", summary, "", f"*{'; '.join(_facts(rule))}.*", "", *_parts(parts)])


def _facts(rule: Rule) -> Iterator[str]:
    yield rule.severity.capitalize()
    yield f"mode {' and '.join(rule.modes)}" if rule.modes else "in every mode"
    if rule.about == FIELD:
        yield f"owes {rule.bump.upper()}"
    if rule.breaks:
        yield f"breaks {rule.breaks.replace('_', ' ')}"
    if rule.about == RUN:
        yield "about the run, not about one contract"
    yield "cannot be accepted" if rule.kind in NEVER_ACCEPTED else "can be accepted"


def _parts(parts: list[str]) -> Iterator[str]:
    for part in parts:
        heading, *lines = part.split("\n")
        text = [line.removeprefix("    ") for line in lines]
        yield f"**{heading}**"
        yield ""
        yield from ["```text", *text, "```"] if heading == "Example" else text
        yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
