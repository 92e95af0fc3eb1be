"""Holds a matched pair of contracts and the file under which it is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.compatibility.pairs import ContractPair


class Match(NamedTuple):
    """A matched pair, and the file under which it is reported.

    `reported_by` is the dataset that the file defines now, if an issue of that dataset covers this pair. `former_id` is
    the dataset's id before its format changed. `is_unreadable_in_both` is whether the file exists before and after the
    change and cannot be read in either.
    """

    pair: ContractPair
    path: str
    reported_by: str | None = None
    former_id: str | None = None
    is_unreadable_in_both: bool = False

    @property
    def dataset_id(self) -> str | None:
        """The id of the dataset, if a contract could be read."""
        contract = self.pair.proposed or self.pair.previous
        return contract.dataset_id if contract else None

    @property
    def ids(self) -> list[str]:
        """The ids of the dataset, the one before a change of format first."""
        return list(dict.fromkeys(name for name in (self.former_id, self.dataset_id) if name is not None))

    @property
    def paths(self) -> set[str]:
        """The files of both contracts."""
        return {self.path, self.pair.previous.path} if self.pair.previous else {self.path}
