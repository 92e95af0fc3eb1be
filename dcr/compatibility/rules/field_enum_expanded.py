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
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.wording import format_list, get_enum_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(FORWARD,), bump=MAJOR)
def field_enum_expanded(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when a value is allowed that is not in the previous enum."""
    if pair.same_type is None or pair.same_type[0].enum is None:
        return
    previous, proposed = pair.same_type
    value = find_enum_counterexample(proposed, previous)
    if value is ABSENT or previous.enum is None:
        return
    what, one = get_enum_words(previous if proposed.enum is None else proposed)
    if proposed.enum is None:
        others = "other values are" if proposed.constraints else "any value is"
        were = f"only {format_list(previous.enum)} were" if previous.enum else "no value was"
        message = f"field '{pair.path}' lost its {what}: {others} allowed where {were}"
        hint = f"keep the {what}"
        detail = "enum"
    else:
        known = frozenset(previous.enum)
        new = [each for each in proposed.enum if each not in known]
        message = f"field '{pair.path}' got {one}{'s' * (len(new) > 1)} {format_list(new)}"
        hint = "let readers of the previous version handle unknown values before rows carry it"
        detail = repr(sorted(map(repr, new)))
    yield Finding(message, hint, key="enum", detail=detail, value=value, needs_witness=value is not UNKNOWN)
