"""Holds one matched pair of contracts and the file that it is reported under."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.compatibility.pairs import ContractPair


class Match(NamedTuple):
    """One pair, and the file it is reported under when neither side gave a contract.

    `reported_by` is the dataset whose id the file took from another: an error about that tells of this pair too.
    `former_id` is the id that the dataset had before, where its format changed. `is_unreadable_in_both` is whether both sides have a
    file that gave no contract on either.
    """

    pair: ContractPair
    path: str
    reported_by: str | None = None
    former_id: str | None = None
    is_unreadable_in_both: bool = False

    @property
    def dataset_id(self) -> str | None:
        """The dataset the pair is about, if that can be told."""
        contract = self.pair.proposed or self.pair.previous
        return contract.dataset_id if contract else None

    @property
    def ids(self) -> list[str]:
        """The ids the dataset had, the one it had before a change of format first."""
        return list(dict.fromkeys(each for each in (self.former_id, self.dataset_id) if each is not None))

    @property
    def paths(self) -> set[str]:
        """The files of both sides."""
        return {self.path, self.pair.previous.path} if self.pair.previous else {self.path}
