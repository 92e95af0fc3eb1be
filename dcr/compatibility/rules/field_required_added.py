"""A field is required that was optional or did not exist before.

Why it breaks
    Backward: existing rows may lack the field or contain null in it, and the new contract rejects them. Forward: a
    new required field is in every row, which readers of the previous contract do not expect.

Instead
    Add it as `required: false` and fill it in every row. Then require it in a MAJOR version, with an acceptance.

Example
    fields:
      - {name: signup_source, type: string, required: false}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.counterexamples.rows import ABSENT
from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.wording import format_required

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(BACKWARD, FORWARD), bump=MAJOR)
def field_required_added(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding for a new required field (both directions) or one that became required (backward)."""
    if pair.proposed is None or not pair.proposed.required:
        return
    if pair.previous is None:
        message = f"required field '{pair.path}' was added"
        hint = f"add it with {format_required(pair.get_key_name('required'), required=False)}"
        yield Finding(message, hint, detail="new", needs_witness=True)
    elif not pair.previous.required:
        message = f"field '{pair.path}' changed from optional to required"
        value = None if pair.is_element else ABSENT
        hint = "keep it optional, or fill it in all existing rows and accept the break"
        yield Finding(message, hint, (BACKWARD,), "required", value=value, needs_witness=True)
