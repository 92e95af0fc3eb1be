"""A file changed its format, and its dataset has a new id.

Why it breaks
    Consumers look up the contract by its id, and catalogs, policies and acceptances name it. Under the new id they
    do not find it, although the table is the same.

Instead
    Keep the id in the new format. If that is not possible, notify the consumers who look it up.

Example
    id: shop
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.reach import FORMER_ID
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair


@rule(
    about=CONTRACT,
    severity=WARNING,
    bump=MAJOR,
    breaks=CONSUMERS,
    impact="references to the old id",
    reaches=FORMER_ID,
)
def dataset_id_changed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the previous contract had another format and another id."""
    if pair.former_id is None or pair.proposed is None:
        return
    message = f"the dataset id changed from '{pair.former_id}' to '{pair.proposed.dataset_id}' with the file's format"
    yield Finding(message, f"keep the id '{pair.former_id}'", key="dataset_id", detail=pair.former_id)
