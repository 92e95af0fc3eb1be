"""The vectors of a field are computed differently than before.

Why it breaks
    Vectors of two embedding models, or of two versions of one model, cannot be compared. Searches over stored vectors
    return random neighbours, and no error is raised. The distance metric and the normalization are recommendations:
    a change reorders the results and is a warning.

Instead
    Write the vectors of the new model to a new field, migrate the readers, then remove the old field.

Example
    logicalTypeOptions: {dimensions: 384, embeddingModel: acme/small, embeddingModelVersion: "2"}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.modes import BACKWARD
from dcr.compatibility.rule import FIELD, Finding, rule
from dcr.compatibility.semver import MAJOR, PATCH
from dcr.compatibility.severities import ERROR, WARNING
from dcr.compatibility.wording import format_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import FieldPair

_EMBEDDING_PARTS = (
    ("model", "embedding_model", ERROR),
    ("model_version", "embedding_model_version", ERROR),
    ("distance_metric", "distance_metric", WARNING),
    ("normalized", "normalized", WARNING),
)


@rule(about=FIELD, modes=(BACKWARD,), bump=MAJOR, breaks=CONSUMERS, impact="searches that compare old and new vectors")
def field_embedding_changed(pair: FieldPair) -> Iterator[Finding]:
    """Yield one finding for each embedding property that was set before and differs now."""
    if pair.same_type is None:
        return
    before, after = (field.terms.embedding if field.terms else None for field in pair.same_type)
    if before is None:
        return
    for part, key, severity in _EMBEDDING_PARTS:
        old, new = getattr(before, part), getattr(after, part, None)
        new = bool(new) if part == "normalized" else new
        if old is None or old == new:
            continue
        name = pair.get_key_name(key)
        change = f"changed {name} from {format_value(old)} to {format_value(new)}"
        if new is None:
            change = f"no longer has its {name} {format_value(old)}"
        hint = "write the new vectors to a new field" if severity == ERROR else "notify the consumers who search by it"
        bump = MAJOR if severity == ERROR else PATCH
        yield Finding(
            f"field '{pair.path}' {change}", hint, key=key, detail=f"{key} {new}", severity=severity, bump=bump
        )
