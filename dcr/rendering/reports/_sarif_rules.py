"""Builds the SARIF descriptors of rules from the manuals that `dcr explain` prints.

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
_MAX_DESCRIPTION = 1_024


def build_descriptors(kinds: Iterable[str]) -> list[dict[str, Any]]:
    """Return a descriptor for each kind, in the order given."""
    rules = load_rules()
    return [_build_descriptor(rules[kind]) for kind in kinds]


def _build_descriptor(rule: Rule) -> dict[str, Any]:
    summary, *parts = rule.manual.split("\n\n")
    why = " ".join(parts[0].split("\n    ")[1:]) if parts else ""
    return {
        "id": rule.kind,
        "name": "".join(word.capitalize() for word in rule.kind.split("_")),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": f"{summary} {why}".strip()[:_MAX_DESCRIPTION]},
        "help": {"text": rule.manual, "markdown": "\n".join([summary, *_format_markdown(parts)])},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": ["data-contract", *rule.modes],
            "precision": "high",
            "problem.severity": _PROBLEMS[rule.severity],
        },
    }


def _format_markdown(parts: list[str]) -> Iterator[str]:
    """Yield the lines of the sections of a manual. An example is a code block."""
    for part in parts:
        heading, *lines = part.split("\n")
        text = [line.removeprefix("    ") for line in lines]
        yield from ("", f"**{heading}**", "")
        yield from ["```yaml", *text, "```"] if heading == "Example" else text
