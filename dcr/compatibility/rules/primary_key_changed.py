"""The fields of the primary key, or their order, changed.

Why it breaks
    Joins, merges and deduplication use the key. With another key they multiply rows or drop rows, without an error.
    The order counts too: readers of partitioned and clustered tables depend on it.

Instead
    Publish the new key as a new dataset. Or agree with everyone who joins on the key and make the change in a MAJOR
    version, with an acceptance.

Example
    primary_key: [user_id, active_date]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.semver import MAJOR
from dcr.contract.contract import join_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.contract import Contract


@rule(about=CONTRACT, bump=MAJOR, breaks=CONSUMERS, impact="joins and upserts on the key")
def primary_key_changed(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding when the primary key changed."""
    if pair.both is None or pair.both[0].primary_key == pair.both[1].primary_key:
        return
    before, after = (_format_key(contract.primary_key) for contract in pair.both)
    message = f"primary key changed from {before} to {after}"
    hint = "keep the key, or publish the data under the new key as a new dataset"
    if not pair.both[0].primary_key:
        message = f"primary key {after} was added; there was none before"
        hint = "make sure that no row repeats or lacks it: readers will join on it"
    paths = tuple(
        dict.fromkeys(_get_path(contract, column) for contract in pair.both for column in contract.primary_key)
    )
    key = f"primary_key.{_find_changed_column(*pair.both)}"
    yield Finding(message, hint, key=key, detail=after, fields=paths)


def _find_changed_column(previous: Contract, proposed: Contract) -> str:
    """Return the first key column that was added or moved, or the first one that was removed."""
    before, after = previous.primary_key, proposed.primary_key
    moved = (name for index, name in enumerate(after) if before[index : index + 1] != (name,))
    return next(moved, None) or next(name for name in before if name not in after)


def _get_path(contract: Contract, column: str) -> str:
    """Return the path of a key column; a foreign file may already contain the path of a nested one."""
    return join_path("", column) if any(field.name == column for field in contract.fields) else column


def _format_key(key: tuple[str, ...]) -> str:
    return f"[{', '.join(key)}]" if key else "none"
