"""Says in our words what a YAML parser complains about, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml


def format_parser_error(error: yaml.MarkedYAMLError) -> str:
    """Return what a parser of YAML complains about, as one sentence."""
    problem = error.problem or "this is not YAML"
    if "expected a single document" in (error.context or "") or "another document" in problem:
        return "more than one YAML document in the file"
    if "invalid Unicode character" in problem or "invalid Unicode escape" in problem:
        return "an escape that stands for no character (a lone surrogate?)"
    context = f"{error.context}, " if error.context else ""
    return f"this is not YAML: {context}{problem}"


def find_parser_hint(error: yaml.MarkedYAMLError, text: str) -> str:
    """Return what to do about a complaint, where its place in the text tells."""
    if "another document" in (error.problem or ""):
        return "keep one contract to a file, without a second '---'"
    mark: Any = error.problem_mark
    if mark and text.splitlines()[mark.line : mark.line + 1]:
        before = text.splitlines()[mark.line][: mark.column + 1]
        if "\t" in before and not before.strip():
            return "indent with spaces, not tabs"
    return ""
