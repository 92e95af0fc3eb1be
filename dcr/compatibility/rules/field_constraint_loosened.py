"""A constraint allows values that the previous contract rejected.

Why it breaks
    Readers of the previous contract receive values that it ruled out: a text that does not fit the column, a number
    out of range, a duplicate key.

Instead
    Update the readers first. Then make the change in a MAJOR version, with an acceptance.

Example
    fields:
      - {name: country, type: string, max_length: 2}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.constraints import describe_change, find_stricter_constraints
from dcr.compatibility.counterexamples.rows import UNKNOWN, NoValueError, build_minimal_value
from dcr.compatibility.modes import FORWARD
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(FORWARD,), bump=MAJOR)
def field_constraint_loosened(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding for each previous constraint that rejects a value the proposed field allows."""
    if pair.same_type is None:
        return
    previous, proposed = pair.same_type
    for key, value in find_stricter_constraints(proposed, previous):
        change = describe_change(key, previous, proposed)
        message = f"{pair.get_key_name(key)} of field '{pair.path}' was loosened {change}"
        hint = "update readers of the previous version first"
        yield Finding(message, hint, key=key, detail=key, value=value, needs_witness=value is not UNKNOWN)
    if previous.constraints.get("unique") and not proposed.constraints.get("unique"):
        try:
            value, needs_witness = build_minimal_value(proposed), True
        except NoValueError:
            value, needs_witness = None, False
        message = f"field '{pair.path}' is no longer unique: new rows may repeat a value"
        yield Finding(
            message,
            "keep it unique",
            key="unique",
            detail="unique",
            value=value,
            needs_witness=needs_witness,
            times=2,
        )
