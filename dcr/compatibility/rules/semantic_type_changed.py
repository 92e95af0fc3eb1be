"""A measure became a column, or a column became a measure.

Why it breaks
    A measure is computed when it is queried; a column contains a value in each row. Queries written for one fail on
    the other, or aggregate values that are already aggregated.

Instead
    Add the new one under a new name, migrate the queries, then remove the old one.

Example
    properties:
      - {name: revenue, logicalType: number, semanticType: measure, transformLogic: SUM(amount)}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair

_COLUMN, _MEASURE = "column", "measure"


@rule(about=FIELD, modes=(BACKWARD,), bump=MAJOR, breaks=CONSUMERS, impact="tools that use the semantic type")
def semantic_type_changed(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding when a field is a measure in one contract only; columns and dimensions are both stored."""
    if pair.both is None:
        return
    before, after = (field.terms.semantic_type if field.terms else _COLUMN for field in pair.both)
    if (before == _MEASURE) == (after == _MEASURE):
        return
    message = f"field '{pair.path}' changed semantic type from '{before}' to '{after}'"
    hint = f"add a {after} under a new name, migrate the queries, then remove this one"
    yield Finding(message, hint, key="semantic_type", detail=after)
