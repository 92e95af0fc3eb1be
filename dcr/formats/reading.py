"""What reading one file gives: its contracts, and every problem with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dcr.contract.contract import Contract
    from dcr.contract.location import Location
    from dcr.contract.notes import Notes


class Problem(NamedTuple):
    """Something about a file that its author should know.

    A `fatal` one means the file gave no contract. The others are values that other readers read differently,
    or that were not `understood` and so are not compared.
    """

    location: Location
    message: str
    hint: str = ""
    fatal: bool = True
    understood: bool = True


def noted(notes: Notes) -> tuple[Problem, ...]:
    """Return what a reader noted as problems: none of them is fatal."""
    return tuple(Problem(*each, fatal=False, understood=False) for each in notes.told)


class Reading(NamedTuple):
    """One file, read: `format` is None when it is no contract at all.

    `dataset_id` is what the file claims to be about even when it is not valid, if that can be told; `listed_at` is
    where a file of several datasets lists them. `root` is the composed file, for those who ask what stands at a place.
    """

    path: str
    format: str | None
    contracts: tuple[Contract, ...] = ()
    problems: tuple[Problem, ...] = ()
    dataset_id: str | None = None
    listed_at: Location | None = None
    root: Any = None

    @property
    def unreadable(self) -> bool:
        """Whether the file should be a contract and gave none."""
        return any(problem.fatal for problem in self.problems)
