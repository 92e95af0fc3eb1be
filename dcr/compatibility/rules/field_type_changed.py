"""The type of a field changed.

Why it breaks
    Readers parse, join and aggregate by type. A number that becomes text, or an integer that becomes a number, breaks
    casts, joins and typed columns for writers or readers, so every change of type counts in both directions. In
    formats in which types are optional, adding a type is such a change too: existing rows may contain anything.

Instead
    Add a field with the new type under a new name, fill both, migrate the readers, then remove the old one.

Example
    fields:
      - {name: amount, type: integer, deprecated: true}
      - {name: amount_decimal, type: number, required: false}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.counterexamples.types import find_type_counterexample
from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.reach import EVERY_USE
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.wording import format_type
from dcr.contract.contract import UNRESOLVED_TYPE, has_no_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair
    from dcr.contract.contract import Field


@rule(about=FIELD, modes=(BACKWARD, FORWARD), bump=MAJOR, reaches=EVERY_USE)
def field_type_changed(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when the field has another type in the proposed contract."""
    if pair.both is None or pair.both[0].type == pair.both[1].type:
        return
    previous, proposed = pair.both
    if previous.type == UNRESOLVED_TYPE or (proposed.type == UNRESOLVED_TYPE and has_no_type(previous)):
        return  # the previous type is unknown; resolving it is a fix
    if has_no_type(previous) or has_no_type(proposed):
        yield _build_untyped_finding(pair.path, previous, proposed)
        return
    if proposed.type == UNRESOLVED_TYPE:
        message = f"the type of field '{pair.path}' can no longer be resolved; it was {format_type(previous)}"
        yield Finding(message, "fix the reference, or write the type", key="type", detail=UNRESOLVED_TYPE)
        return
    message = f"field '{pair.path}' changed type from {format_type(previous)} to {format_type(proposed)}"
    old, new = previous.name or pair.path, format_type(proposed).partition(" (")[0]
    hint = f"add a new field of type {new}, migrate the readers, then remove '{old}'"
    if pair.is_element:
        container = "map" if pair.in_map else "array"
        hint = f"add a new {container} of {new}, migrate the readers, then remove this one"
    yield Finding(
        message,
        hint,
        key="type",
        detail=proposed.type,
        value=find_type_counterexample(previous, proposed),
        forward_value=find_type_counterexample(proposed, previous),
        needs_witness=True,
    )


def _build_untyped_finding(path: str, previous: Field, proposed: Field) -> Finding:
    """Return the finding for a field with a type in one contract only; without a type, rows may contain any value."""
    if has_no_type(proposed):
        message = f"field '{path}' no longer has a type; it was {format_type(previous)}"
        hint = "write the type again"
    else:
        message = f"field '{path}' has type {format_type(proposed)}; it had no type before"
        hint = "make sure that no row contains another type"
    return Finding(
        message,
        hint,
        key="type",
        detail=proposed.type,
        value=find_type_counterexample(previous, proposed),
        forward_value=find_type_counterexample(proposed, previous),
        needs_witness=True,
    )
