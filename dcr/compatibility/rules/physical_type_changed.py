"""The physical type of a field changed, and its logical type did not.

Why it breaks
    Consumers that read the table itself see another column type: a shorter text type truncates values, a wider number
    overflows the reader's type. Formats that record both types report it here.

Instead
    Widen types rather than narrow them, and notify the consumers who read the table directly.

Example
    physicalType: varchar(64)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.reach import EVERY_USE
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import PATCH
from dcr.compatibility.severities import WARNING
from dcr.compatibility.wording import format_physical_type, get_physical_type_word
from dcr.contract.contract import build_field_key, build_fields_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair
    from dcr.contract.contract import Field


@rule(about=FIELD, modes=(BACKWARD, FORWARD), severity=WARNING, bump=PATCH, reaches=EVERY_USE)
def physical_type_changed(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when the logical type is the same and the physical type differs."""
    if pair.same_type is None:
        return
    before, after = (field.physical_type for field in pair.same_type)
    if before is None or after is None or before == after:
        return
    is_map, was_map = after.startswith("map<"), before.startswith("map<")
    if is_map is was_map and _get_nested_meaning(pair.same_type[0]) != _get_nested_meaning(pair.same_type[1]):
        return  # reported for the nested field
    old, new = (format_physical_type(field) for field in pair.same_type)
    message = f"field '{pair.path}' changed {get_physical_type_word(pair)} from {old} to {new}"
    yield Finding(message, "notify the consumers who read the table directly", key="physical_type", detail=after)


def _get_nested_meaning(field: Field) -> tuple[object, ...]:
    return build_fields_key(field.fields), build_field_key(field.items) if field.items else None
