"""A removed field or enum value was reintroduced with another meaning.

Why it breaks
    Rows written before the removal still have the old meaning, and so do the queries for them. One name now stands
    for two things, and nothing in the rows distinguishes them.

Instead
    Use a new name, or reintroduce the field as it was. dcr compares its type, enum, constraints and nested fields, and
    its description if both have one; for an enum value it compares the description of its field.

Example
    fields:
      - {name: ltv_cents, type: integer, required: false}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.history import get_value_key
from dcr.compatibility.migration import normalize_field
from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.reach import EVERY_USE
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MINOR
from dcr.compatibility.severities import WARNING
from dcr.compatibility.wording import format_list, format_value, format_version, get_enum_words
from dcr.contract.contract import build_field_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.history import FormerField
    from dcr.compatibility.pairs import FieldPair
    from dcr.contract.contract import Field


@rule(about=FIELD, modes=(BACKWARD, FORWARD), severity=WARNING, bump=MINOR, reaches=EVERY_USE)
def field_resurrected(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when an older version has the field, or one of its enum values, with another meaning."""
    if pair.history is None or pair.proposed is None:
        return
    if pair.previous is None:
        former = pair.history.former_fields.get(pair.path)
        detail, difference = _describe_difference(former, pair.proposed) if former else ("", "")
        if former and difference:
            yield Finding(
                f"field '{pair.path}' of {format_version(former.version, former.location)} "
                f"was reintroduced with another meaning: {difference}",
                "use a new name, or reintroduce the field as it was",
                detail=detail,
                against=former.version,
                previous_location=former.location,
            )
        return
    by_version: dict[str, list[object]] = {}
    for value in pair.proposed.enum or ():
        former = pair.history.former_values.get(get_value_key(pair.path, value))
        if former and _has_other_description(former.field, pair.proposed):
            by_version.setdefault(former.version, []).append(value)
    for version, values in by_version.items():
        location = pair.history.former_values[get_value_key(pair.path, values[0])].location
        word = f"{get_enum_words(pair.proposed)[1]}{'s' * (len(values) > 1)}"
        yield Finding(
            f"{word} {format_list(values)} of field '{pair.path}' in {format_version(version, location)} "
            f"{'were' if len(values) > 1 else 'was'} reintroduced, but the field has another description",
            "use a new value, or restore the field's description",
            key="enum",
            detail=repr(values),
            against=version,
            previous_location=location,
        )


def _describe_difference(former: FormerField, now: Field) -> tuple[str, str]:
    """Return what differs, for the fingerprint and for the message; two empty texts if the fields are equivalent."""
    before = former.field
    if not former.has_comparable_physical_type:
        now = normalize_field(now)
    if before.type != now.type:
        old_type, new_type = format_value(before.type), format_value(now.type)
        return f"it was {old_type} and is {new_type}", f"type {new_type} instead of {old_type}"
    old, new = build_field_key(before), build_field_key(now)
    parts = (("enum", 4), ("constraints", 5), ("nested fields", 6), ("elements", 7))
    differing = [part for part, index in parts if old[index] != new[index]]
    if before.physical_type and now.physical_type and old[8] != new[8]:
        differing.append("stored type")
    if _has_other_description(before, now):
        differing.append("description")
    if not differing:
        return "", ""
    return f"other {', '.join(differing)}", f"different {', '.join(differing).replace('stored type', 'physical type')}"


def _has_other_description(before: Field, now: Field) -> bool:
    return bool(before.description and now.description and before.description != now.description)
