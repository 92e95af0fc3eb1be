"""The expression of a measure changed.

Why it breaks
    Every dashboard that shows the measure may show other numbers under the same name. dcr cannot determine whether two
    expressions give the same result.

Instead
    Add the new expression as a new measure, or notify the consumers before it changes.

Example
    properties:
      - {name: revenue, logicalType: number, semanticType: measure, transformLogic: SUM(amount)}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair


@rule(about=FIELD, modes=(BACKWARD,), severity=WARNING, breaks=CONSUMERS, impact="reports that use the measure")
def measure_logic_changed(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when a field is a measure in both contracts and its expression differs."""
    before, after = (field.terms for field in pair.both) if pair.both else (None, None)
    if before is None or after is None:
        return
    if before.semantic_type != "measure" or after.semantic_type != "measure" or before.logic == after.logic:
        return
    if before.logic is None:
        return  # it was added to the contract, which does not change the data
    key = pair.get_key_name("logic")
    change = f"changed from '{shorten(before.logic)}' to '{shorten(after.logic)}'" if after.logic else "was removed"
    message = f"the {key} of measure '{pair.path}' {change}"
    yield Finding(message, "check that the results stay the same, and notify the consumers", key="logic")
