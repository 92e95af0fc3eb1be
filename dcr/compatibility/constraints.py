"""Constraints compared: which of them lets through a value that the other side's would refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.compatibility.counterexamples.constraints import LOWER, UPPER, escaping_constraint
from dcr.compatibility.counterexamples.rows import ABSENT, UNKNOWN
from dcr.compatibility.wording import shown
from dcr.contract.values.field_values import refused_by
from dcr.formats._foreign.mapping import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.contract import Field

GROUPS: tuple[tuple[str, ...], ...] = (
    ("min_length",),
    ("max_length",),
    ("pattern",),
    ("format",),
    LOWER,
    UPPER,
    ("multiple_of",),
    ("min_items",),
    ("max_items",),
    ("unique_items",),
    ("check",),
    ("dimensions",),
    ("min_properties",),
    ("max_properties",),
    ("timezone",),
    ("default_timezone",),
)
"""Constraints that say one thing together; a change within a group is one cause."""


def stricter_constraints(writer: Field, reader: Field) -> Iterator[tuple[str, Any]]:
    """Yield each group of the reader's constraints that refuses a value the writer allows, with that value.

    A group goes by the name of the constraint that is written, e.g. `exclusive_minimum`.
    """
    for group in GROUPS:
        value = escaping_constraint(writer, reader, group)
        if value is not ABSENT:
            yield _cause(group, writer, reader, value), value


def _cause(group: tuple[str, ...], writer: Field, reader: Field, value: Any) -> str:
    """Return the constraint of a group that changed and refuses the value."""
    written = {key: reader.constraints[key] for key in reversed(group) if key in reader.constraints}
    changed = [key for key, limit in written.items() if writer.constraints.get(key) != limit]
    refusing = (key for key in changed if value is not UNKNOWN and refused_by(value, writer.type, {key: written[key]}))
    return next(refusing, changed[0])


def change_of(key: str, previous: Field, proposed: Field) -> str:
    """Return `from 3 to 5` for the constraint named, or for the one of its group that each side has."""
    group = next(each for each in GROUPS if key in each)
    return f"from {_written(group, key, previous)} to {_written(group, key, proposed)}"


def _written(group: tuple[str, ...], key: str, field: Field) -> str:
    other = next((each for each in group if each in field.constraints), None)
    if key in field.constraints or other is None:
        text = field.place.text(key) if field.place and key not in field.constraints else None
        return shown(field.constraints.get(key) if text is None else resolved(text))
    word = field.place.word(other) if field.place else other
    return f"{word} {shown(field.constraints[other])}"
