"""A constraint rejects values that the previous contract allowed.

Why it breaks
    Existing rows may contain such values: a longer text, a smaller number, a duplicate. The new contract rejects
    these rows.

Instead
    Keep the constraint and clean up the data. Then tighten it in a MAJOR version, with an acceptance.

Example
    fields:
      - {name: country, type: string, min_length: 2}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.constraints import describe_change, find_stricter_constraints
from dcr.compatibility.counterexamples.rows import UNKNOWN, NoValueError, build_minimal_value
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.reach import LOST_VALUES
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(BACKWARD,), bump=MAJOR, reaches=LOST_VALUES)
def field_constraint_tightened(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding for each proposed constraint that rejects a value the previous field allowed."""
    if pair.same_type is None:
        return
    previous, proposed = pair.same_type
    for key, value in find_stricter_constraints(previous, proposed):
        change = describe_change(key, previous, proposed)
        message = f"{pair.get_key_name(key)} of field '{pair.path}' was tightened {change}"
        hint = "keep the previous constraint until every row meets the new one"
        yield Finding(message, hint, key=key, detail=key, value=value, needs_witness=value is not UNKNOWN)
    if proposed.constraints.get("unique") and not previous.constraints.get("unique"):
        try:
            value, needs_witness = build_minimal_value(previous), True
        except NoValueError:
            value, needs_witness = None, False
        message = f"field '{pair.path}' became unique: existing rows may repeat a value"
        hint = "leave it as it was until no two rows share a value"
        yield Finding(message, hint, key="unique", detail="unique", value=value, needs_witness=needs_witness, times=2)
