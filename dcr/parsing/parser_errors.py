"""Formats the errors of YAML parsers as messages with hints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml


def format_parser_error(error: yaml.MarkedYAMLError) -> str:
    """Return the message for a parser's error."""
    problem = error.problem or "unknown error"
    if "expected a single document" in (error.context or "") or "another document" in problem:
        return "more than one YAML document in the file"
    if "invalid Unicode character" in problem or "invalid Unicode escape" in problem:
        return "the escape is not a Unicode character (a lone surrogate?)"
    context = f"{error.context}, " if error.context else ""
    return f"invalid YAML: {context}{problem}"


def find_parser_hint(error: yaml.MarkedYAMLError, text: str) -> str:
    """Return the hint for a parser's error, or an empty string."""
    if "another document" in (error.problem or ""):
        return "write one contract per file, without a second '---'"
    mark: Any = error.problem_mark
    if mark and text.splitlines()[mark.line : mark.line + 1]:
        before = text.splitlines()[mark.line][: mark.column + 1]
        if "\t" in before and not before.strip():
            return "indent with spaces, not tabs"
    return ""
