"""A removed field or enum value was reintroduced with another meaning.

Why it breaks
    Rows written before the removal still have the old meaning, and so do the queries for them. One name now stands
    for two things, and nothing in the rows tells them apart.

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


@rule(about=FIELD, modes=(BACKWARD, FORWARD), severity=WARNING, bump=MINOR)
def field_resurrected(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when the history had the field, or an enum value of it, with another meaning."""
    if pair.history is None or pair.proposed is None:
        return
    if pair.previous is None:
        once = pair.history.former_fields.get(pair.path)
        difference = _describe_difference(once, pair.proposed) if once else ""
        if once and difference:
            yield Finding(
                f"field '{pair.path}' is back from {format_version(once.version, once.location)} "
                f"with another meaning: {difference}",
                "take a new name, or bring it back as it was",
                detail=difference,
                against=once.version,
                previous_location=once.location,
            )
        return
    by_version: dict[str, list[object]] = {}
    for value in pair.proposed.enum or ():
        once = pair.history.former_values.get(get_value_key(pair.path, value))
        if once and _has_other_description(once.field, pair.proposed):
            by_version.setdefault(once.version, []).append(value)
    for version, values in by_version.items():
        place = pair.history.former_values[get_value_key(pair.path, values[0])].location
        what = f"{get_enum_words(pair.proposed)[1]}{'s' * (len(values) > 1)}"
        yield Finding(
            f"field '{pair.path}' has {what} {format_list(values)} back from "
            f"{format_version(version, place)}, and is described otherwise than then",
            "take a new value, or describe the field as it was",
            key="enum",
            detail=repr(values),
            against=version,
            previous_location=place,
        )


def _describe_difference(once: FormerField, now: Field) -> str:
    """Return in words what differs first; nothing where the field means what it did."""
    before = once.field
    if not once.has_comparable_physical_type:
        now = normalize_field(now)
    if before.type != now.type:
        return f"it was {format_value(before.type)} and is {format_value(now.type)}"
    old, new = build_field_key(before), build_field_key(now)
    parts = (("enum", 4), ("constraints", 5), ("nested fields", 6), ("elements", 7))
    named = [word for word, at in parts if old[at] != new[at]]
    if before.physical_type and now.physical_type and old[8] != new[8]:
        named.append("stored type")
    if _has_other_description(before, now):
        named.append("description")
    return f"other {', '.join(named)}" if named else ""


def _has_other_description(before: Field, now: Field) -> bool:
    return bool(before.description and now.description and before.description != now.description)
