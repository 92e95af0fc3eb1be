"""A field allows a value that readers of the previous contract do not know.

Why it breaks
    Code that switches on the listed values has no branch for the new one. The row is dropped or counted as "other",
    or the reader fails.

Instead
    Announce the value, make readers of the previous version handle unknown values, then add it.

Example
    fields:
      - {name: plan, type: string, enum: [free, pro]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.counterexamples.constraints import find_enum_counterexample
from dcr.compatibility.counterexamples.rows import ABSENT, UNKNOWN
from dcr.compatibility.modes import FORWARD
from dcr.compatibility.reach import NEW_VALUES
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.wording import format_list, get_enum_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(FORWARD,), bump=MAJOR, reaches=NEW_VALUES)
def field_enum_expanded(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when the proposed field allows a value that is not in the previous enum."""
    if pair.same_type is None or pair.same_type[0].enum is None:
        return
    previous, proposed = pair.same_type
    value = find_enum_counterexample(proposed, previous)
    if value is ABSENT or previous.enum is None:
        return
    enum, enum_value = get_enum_words(previous if proposed.enum is None else proposed)
    if proposed.enum is None:
        allowed = "other values are" if proposed.constraints else "any value is"
        before = f"only {format_list(previous.enum)}" if previous.enum else "none"
        message = f"the {enum} of field '{pair.path}' was removed: {allowed} allowed instead of {before}"
        hint = f"keep the {enum}"
        detail = "enum"
    else:
        known = frozenset(previous.enum)
        new = [member for member in proposed.enum if member not in known]
        values = f"{enum_value}{'s' * (len(new) > 1)} {format_list(new)}"
        message = f"{values} of field '{pair.path}' {'were' if len(new) > 1 else 'was'} added"
        hint = "make readers of the previous version handle unknown values before rows contain it"
        detail = repr(sorted(map(repr, new)))
    yield Finding(message, hint, key="enum", detail=detail, value=value, needs_witness=value is not UNKNOWN)
