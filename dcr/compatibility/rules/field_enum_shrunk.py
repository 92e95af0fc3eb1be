"""A field no longer allows a value that it allowed before.

Why it breaks
    Existing rows may contain the value, and the new contract rejects them. An enum on a field that had none rejects
    every value that it does not list.

Instead
    Keep the value in the list and stop writing it. When no row contains it, remove it in a MAJOR version, with an
    acceptance.

Example
    fields:
      - {name: plan, type: string, enum: [free, pro, enterprise]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.counterexamples.constraints import find_enum_counterexample
from dcr.compatibility.counterexamples.rows import ABSENT, UNKNOWN
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.reach import LOST_VALUES
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.wording import format_list, get_enum_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(BACKWARD,), bump=MAJOR, reaches=LOST_VALUES)
def field_enum_shrunk(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when the previous field allowed a value that is not in the proposed enum."""
    if pair.same_type is None or pair.same_type[1].enum is None:
        return
    previous, proposed = pair.same_type
    value = find_enum_counterexample(previous, proposed)
    if value is ABSENT or proposed.enum is None:
        return
    enum, enum_value = get_enum_words(proposed)
    if previous.enum is None:
        article = "an" if enum == "enum" else "a"
        allowed = f"only {format_list(proposed.enum)}" if proposed.enum else "no value"
        message = f"{article} {enum} was added to field '{pair.path}', which allows {allowed}"
        hint = f"remove the {enum}, or list every value of existing rows in a MAJOR version"
        detail = "enum"
    else:
        kept = frozenset(proposed.enum)
        removed = [member for member in previous.enum if member not in kept]
        values = f"{enum_value}{'s' * (len(removed) > 1)} {format_list(removed)}"
        message = f"{values} of field '{pair.path}' {'were' if len(removed) > 1 else 'was'} removed"
        hint = "keep the value until no row contains it"
        detail = repr(sorted(map(repr, removed)))
    yield Finding(message, hint, key="enum", detail=detail, value=value, needs_witness=value is not UNKNOWN)
