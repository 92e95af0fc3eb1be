"""The stored type of a field differs while its logical type does not.

Why it breaks
    Consumers that read the table itself see another column type: a narrower text is cut, a wider number
    overflows the reader's. Formats that record both types show it here.

Instead
    Widen rather than narrow, and tell those who read the table directly.

Example
    physicalType: varchar(64)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.modes import BACKWARD, FORWARD
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import PATCH
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(BACKWARD, FORWARD), severity=WARNING, bump=PATCH)
def physical_type_changed(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when the logical types agree and two written physical types do not."""
    if pair.same_type is None:
        return
    before, after = (field.physical_type for field in pair.same_type)
    if before is None or after is None or before == after:
        return
    message = f"field '{pair.path}' changed physical type from '{before}' to '{after}'"
    yield Finding(message, "tell those who read the table itself", key="physical_type", detail=after)
