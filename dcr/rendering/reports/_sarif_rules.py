"""Rules as SARIF describes them: the manual that `dcr explain` prints, as plain text and as Markdown.

Source: SARIF 2.1.0 Errata 01, 3.49 (reportingDescriptor); GitHub, "SARIF support for code scanning" (tags,
precision, problem.severity).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.compatibility.rule import load_rules
from dcr.compatibility.severities import ERROR, INFO, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.compatibility.rule import Rule

LEVELS = {ERROR: "error", WARNING: "warning", INFO: "note"}
_PROBLEMS = {ERROR: "error", WARNING: "warning", INFO: "recommendation"}
_MOST_OF_A_DESCRIPTION = 1_024


def descriptors(kinds: Iterable[str]) -> list[dict[str, Any]]:
    """Return a descriptor for each kind, in the order given."""
    rules = load_rules()
    return [_descriptor(rules[kind]) for kind in kinds]


def _descriptor(rule: Rule) -> dict[str, Any]:
    summary, *parts = rule.manual.split("\n\n")
    why = " ".join(parts[0].split("\n    ")[1:]) if parts else ""
    return {
        "id": rule.kind,
        "name": "".join(word.capitalize() for word in rule.kind.split("_")),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": f"{summary} {why}".strip()[:_MOST_OF_A_DESCRIPTION]},
        "help": {"text": rule.manual, "markdown": "\n".join([summary, *_markdown(parts)])},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": ["data-contract", *rule.modes],
            "precision": "high",
            "problem.severity": _PROBLEMS[rule.severity],
        },
    }


def _markdown(parts: list[str]) -> Iterator[str]:
    """Yield the lines of a manual's parts, each with its heading; an example is code."""
    for part in parts:
        heading, *lines = part.split("\n")
        text = [line.removeprefix("    ") for line in lines]
        yield from ("", f"**{heading}**", "")
        yield from ["```yaml", *text, "```"] if heading == "Example" else text
