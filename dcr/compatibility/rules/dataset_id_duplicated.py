"""Two files define the same dataset.

Why it breaks
    The dataset_id identifies a contract, so nobody knows which of the two files applies. Each reader picks one, and
    misses changes to the other.

Instead
    Give the new file an id of its own, or remove the copy.

Example
    dataset_id: users.weekly_active
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import ERROR, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(about=CONTRACT)
def dataset_id_duplicated(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when other files define the same dataset."""
    if pair.proposed is None or not pair.duplicates:
        return
    others = ", ".join(f"'{location.path}'" for location in pair.duplicates[:3])
    more = f" and {len(pair.duplicates) - 3} more" if len(pair.duplicates) > 3 else ""
    word = "dataset_id" if pair.proposed.format == "native" else "dataset"
    message = f"{word} '{pair.proposed.dataset_id}' is also defined in {others}{more}"
    severity = (
        ERROR if pair.proposed.format == "native" else WARNING
    )  # sample files in public repositories often share ids
    yield Finding(message, "give one of them an id of its own", key="dataset_id", severity=severity)
