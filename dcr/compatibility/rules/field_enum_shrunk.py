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
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.wording import format_list, get_enum_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(BACKWARD,), bump=MAJOR)
def field_enum_shrunk(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when a value that was allowed is not in the proposed enum."""
    if pair.same_type is None or pair.same_type[1].enum is None:
        return
    previous, proposed = pair.same_type
    value = find_enum_counterexample(previous, proposed)
    if value is ABSENT or proposed.enum is None:
        return
    what, one = get_enum_words(proposed)
    if previous.enum is None:
        allowed = format_list(proposed.enum) if proposed.enum else "it allows no value"
        message = f"field '{pair.path}' got {'an' if what == 'enum' else 'a'} {what} where there was none: {allowed}"
        hint = f"leave the {what} out, or list every value that rows already hold in a MAJOR version"
        detail = "enum"
    else:
        kept = frozenset(proposed.enum)
        gone = [each for each in previous.enum if each not in kept]
        message = f"field '{pair.path}' lost {one}{'s' * (len(gone) > 1)} {format_list(gone)}"
        hint = "keep the value listed until no row holds it"
        detail = repr(sorted(map(repr, gone)))
    yield Finding(message, hint, key="enum", detail=detail, value=value, needs_witness=value is not UNKNOWN)
