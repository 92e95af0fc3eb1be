"""A field has another type than before.

Why it breaks
    Readers parse, join and aggregate by type. A number that becomes text, or an integer that becomes a
    number, breaks casts, joins and typed columns on one side or the other, so any change of type counts in
    both directions.

Instead
    Add a field with the new type under a new name, fill both, move the readers, then remove the old one.

Example
    fields:
      - {name: amount, type: integer, deprecated: true}
      - {name: amount_decimal, type: number, required: false}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.escapes import UNKNOWN
from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.rows import NoValueError, candidates, smallest_value
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.contract.contract import UNREAD
from dcr.contract.values import allows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair
    from dcr.contract.contract import Field

_NESTED = ("object", "array")


@rule(about=FIELD, modes=(BACKWARD, FORWARD), bump=MAJOR)
def field_type_changed(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when both sides have the field with different types."""
    if pair.both is None or pair.both[0].type == pair.both[1].type:
        return
    previous, proposed = pair.both
    if previous.type == UNREAD:
        return  # what it was is not known; where it can be read now, that is mended
    if proposed.type == UNREAD:
        message = f"the type of field '{pair.path}' cannot be read any more, and was '{previous.type}'"
        yield Finding(message, "mend the reference, or write the type out", key="type", detail=UNREAD)
        return
    message = f"field '{pair.path}' changed type from '{previous.type}' to '{proposed.type}'"
    old = previous.name or pair.path
    hint = f"add a new field of type '{proposed.type}' beside it, move the readers, then remove '{old}'"
    if pair.path.endswith("[]"):
        hint = f"add a new array of '{proposed.type}' beside it, move the readers, then remove this one"
    yield Finding(
        message,
        hint,
        key="type",
        detail=proposed.type,
        value=_proof(previous, proposed),
        forward_value=_proof(proposed, previous),
        proof=True,
    )


def _proof(writer: Field, reader: Field) -> object:
    """Return a value of one type that the other refuses; `UNKNOWN`, of which no row is made, when there is none."""
    try:
        values = [smallest_value(writer)] if writer.type in _NESTED else candidates(writer)
    except NoValueError:
        return UNKNOWN
    return next((value for value in values if not _fits(reader, value)), UNKNOWN)


def _fits(field: Field, value: object) -> bool:
    if field.type in _NESTED:
        return isinstance(value, dict if field.type == "object" else list)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # in a row, as in JSON Schema, 1.0 is an integer
    return allows(field, value)
