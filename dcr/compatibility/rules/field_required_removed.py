"""A required field became optional or was removed.

Why it breaks
    Readers of the previous contract rely on the field. They reject rows without it or with null in it, or they crash.

Instead
    Keep writing it until every reader treats it as optional. Then make the change in a MAJOR version, with an
    acceptance.

Example
    fields:
      - {name: country, type: string, required: true}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.counterexamples.rows import ABSENT
from dcr.compatibility.modes import FORWARD
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.severities import OFF
from dcr.compatibility.wording import format_required

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(FORWARD,), bump=MAJOR)
def field_required_removed(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when a required field was removed or became optional."""
    if pair.previous is None or not pair.previous.required:
        return
    if pair.proposed is None and pair.history and pair.history.may_remove(pair.path):
        yield Finding("", severity=OFF)  # deprecated for long enough; the removal still requires a bump
    elif pair.proposed is None:
        message = f"required field '{pair.path}' was removed: new rows do not contain it"
        yield Finding(
            message,
            "keep writing it until readers of the previous version have migrated",
            detail="gone",  # part of existing fingerprints
            needs_witness=True,
        )
    elif not pair.proposed.required:
        message = f"field '{pair.path}' changed from required to optional"
        value = None if pair.is_element else ABSENT
        hint = f"keep {format_required(pair.get_key_name('required'), required=True)}"
        yield Finding(message, hint, key="required", value=value, needs_witness=True)
