"""What reading one file gives: its contracts, and every problem with its place."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.contract.contract import Contract
    from dcr.formats._foreign.notes import Notes
    from dcr.parsing.location import Location


KnownProblems = frozenset[tuple[str | None, str | None, str]]
"""The identities of problems that a file had already."""


class Problem(NamedTuple):
    """Something about a file that its author should know.

    A `is_fatal` one means the file gave no contract. The others are values that other readers read differently,
    or that were not `is_understood` and so are not compared. It is about a dataset and a field where these are named, else
    about the file. A `is_persistent` one is said whenever the file changes.
    """

    location: Location
    message: str
    hint: str = ""
    is_fatal: bool = True
    is_understood: bool = True
    dataset_id: str | None = None
    field: str | None = None
    is_persistent: bool = False

    @property
    def identity(self) -> tuple[str | None, str | None, str]:
        """What is the same of a problem that an older version of the file has too."""
        return self.dataset_id, self.field, self.message


def convert_notes(notes: Notes) -> tuple[Problem, ...]:
    """Return what a reader noted as problems: none of them is fatal."""
    return tuple(
        Problem(
            each.location, each.message, each.hint, is_fatal=False, is_understood=False,
            dataset_id=each.dataset_id, field=each.field, is_persistent=each.is_persistent,
        )
        for each in notes.found.values()
    )  # fmt: skip


def filter_problems(problems: tuple[Problem, ...], dataset_id: str) -> tuple[Problem, ...]:
    """Return the problems of a dataset and those of its file as a whole."""
    return tuple(each for each in problems if each.dataset_id in (None, dataset_id))


class UnenforcedDataset(NamedTuple):
    """A dataset that a file defines and promises nothing about: where, and whether it says so or says nothing."""

    location: Location
    is_written: bool


class DatasetList(NamedTuple):
    """Where a file lists datasets that can be read one without the others: the key and its value.

    `version` is the version that the file gives to all of them, and `version_node` the value that says it.
    """

    entry: tuple[Any, Any]
    version: str | None = None
    version_node: Any = None


class ParsedFile(NamedTuple):
    """One file, read: `format` is None when it is no contract at all.

    `dataset_id` is what the file claims to be about even when it is not valid, if that can be told; `list_location` is
    where a file of several datasets lists them. `root` is the composed file, for those who ask what stands at a place.
    `unenforced` are the datasets that it defines without an enforced contract. `size` is what it unfolds to: columns,
    datasets and references.
    """

    path: str
    format: str | None
    contracts: tuple[Contract, ...] = ()
    problems: tuple[Problem, ...] = ()
    dataset_id: str | None = None
    list_location: Location | None = None
    root: Any = None
    unenforced: Mapping[str, UnenforcedDataset] = MappingProxyType({})
    size: tuple[int, int, int] = (0, 0, 0)

    @property
    def is_unreadable(self) -> bool:
        """Whether the file should be a contract and gave none."""
        return any(problem.is_fatal for problem in self.problems)
