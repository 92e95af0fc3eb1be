"""Checks which refusal an issue explains, and which issues need no witness."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dcr.compatibility.modes import BACKWARD, FORWARD

from .generate import SLOW_PATTERNS
from .judge import KEYS, Refusal, below, field_at, fields_of, refusals, table_refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.issue import Issue

    from .judge import Mapping
    from .study import Case

KINDS = {
    BACKWARD: {
        "removed": "field_removed",
        "required": "field_required_added",
        "type": "field_type_changed",
        "enum": "field_enum_shrunk",
        "constraint": "field_constraint_tightened",
    },
    FORWARD: {
        "required": "field_required_removed",
        "type": "field_type_changed",
        "enum": "field_enum_expanded",
        "constraint": "field_constraint_loosened",
    },
}
"""The kind of issue that there has to be for each cause a row is refused for."""
GROUPS = ({"minimum", "exclusive_minimum", "elementType"}, {"maximum", "exclusive_maximum", "elementType"})
"""Words of one limit; `elementType` is both limits of a vector's elements."""


def explains(issue: Issue, refusal: Refusal, direction: str) -> bool:
    """Return whether an issue explains a refusal of jsonschema: the same field, and the kind of its cause."""
    if issue.kind == "field_type_changed" and refusal.path.startswith((f"{issue.field}.", f"{issue.field}[]")):
        return True  # json became something with fields or elements
    if issue.field != refusal.path:
        return False
    if issue.kind == "field_type_changed":
        return refusal.cause != "required"
    kind = KINDS[direction].get(refusal.cause)
    if kind is not None:
        return issue.kind == kind
    group = next((group for group in GROUPS if refusal.cause in group), {refusal.cause})
    return issue.kind == KINDS[direction]["constraint"] and constraint_of(issue) in group


def constraint_of(issue: Issue) -> str:
    """Return the native constraint that the message of an issue of kind field_constraint_… names."""
    name, separator, _ = issue.message.partition(f" of field '{issue.field}' was ")
    if not separator:
        return "unique"  # such as "field '…' became unique"
    return KEYS.get(name, name)


def unexplained(case: Case, direction: str) -> Iterator[tuple[Mapping, list[Refusal]]]:
    """Yield each row that the reader refuses for reasons that no issue gives."""
    issues = case.issues(direction)
    for row, reasons in case.refused(direction):
        silent = [each for each in reasons if not any(explains(issue, each, direction) for issue in issues)]
        if silent:
            yield row, silent


def find_unreported_repeats(case: Case, direction: str) -> Iterator[tuple[str, bool]]:
    """Yield each field that only the reader calls unique, and whether no issue reports it."""
    writer, reader = case.sides(direction)
    before = dict(fields_of(writer.contract))
    twice = [{"any": "value"}] * 2
    for path, after in fields_of(reader.contract):
        if path in before and table_refused(after, twice) and not table_refused(before[path], twice):
            yield path, not any(_says_unique(issue, path) for issue in case.issues(direction))


def _says_unique(issue: Issue, path: str) -> bool:
    if issue.field != path:
        return False
    return issue.kind == "field_type_changed" or ("constraint" in issue.kind and constraint_of(issue) == "unique")


def holds(case: Case, direction: str, issue: Issue) -> bool:
    """Whether jsonschema accepts and refuses an issue's witness on its field and for its reason."""
    seen = issue.witness
    assert seen is not None
    writer, reader = case.sides(direction)
    sides = ("previous", "proposed") if direction == BACKWARD else ("proposed", "previous")
    if (seen.accepted_by, seen.refused_by) != sides or refusals(writer.strict, seen.row):
        return False
    if json.loads(json.dumps(seen.row, allow_nan=False)) != seen.row:
        return False
    if seen.times > 1:
        return _repeats(seen.row, issue, writer.contract, reader.contract)
    return any(explains(issue, each, direction) for each in refusals(case.reader(direction), seen.row))


def _repeats(row: Mapping, issue: Issue, writer: Mapping, reader: Mapping) -> bool:
    """Whether a row written twice repeats a value that only the reader wants to be unique.

    Only that field is checked: other unique fields and the primary key are assumed to differ in the second row.
    """
    path = str(issue.field)
    values = list(_values_at(row, path)) * 2
    one, two = field_at(writer, path), field_at(reader, path)
    return one is not None and two is not None and not table_refused(one, values) and table_refused(two, values)


def _values_at(row: Any, path: str) -> Iterator[Any]:
    if not path:
        yield row
    elif path.startswith("[]"):
        for each in row:
            yield from _values_at(each, path.removeprefix("[]"))
    elif isinstance(row, dict):
        rest = path.removeprefix(".")
        for name, value in row.items():
            shown = below("", name)
            if rest == shown or rest.startswith((f"{shown}.", f"{shown}[]")):
                yield from _values_at(value, rest.removeprefix(shown))


def conservatism(case: Case, direction: str, issue: Issue) -> str | None:
    """Return the named place where the engine may be stricter than rows can show, or cannot show a row."""
    if issue.kind == "field_type_changed":
        return "a type change"
    if issue.kind == "field_required_added" and direction == FORWARD:
        return "a new required field, forward"
    if "constraint" in issue.kind and constraint_of(issue) in ("pattern", "format"):
        return "a pattern or opaque format that changed"
    writer, _ = case.sides(direction)
    field = field_at(writer.contract, str(issue.field)) or {}
    if "enum" in issue.kind and "pattern" in field:
        return "an enum next to a pattern"
    if "constraint" in issue.kind and "pattern" in field and "length" in constraint_of(issue):
        return "a length next to a pattern"  # only a text with a line break at its end may show it, which no row has
    if any(each.get("pattern") in SLOW_PATTERNS for _, each in fields_of(writer.contract)):
        return "a row with a pattern that is not safe to run"
    return None
