"""Holds the result of reading one file: its contracts and its problems."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.contract.contract import Contract
    from dcr.formats._foreign.notes import Notes
    from dcr.parsing.location import Location


KnownProblems = frozenset[tuple[str | None, str | None, str]]
"""The identities of problems that a file already had."""


class Problem(NamedTuple):
    """Something about a file that its author should know.

    A problem is fatal if the file has no contract because of it. The others are values that other parsers read
    differently, or values that are not `is_understood` and so are not compared. A problem concerns the dataset and the
    field that it names, or the whole file. If `is_persistent`, it is reported whenever the file changes.
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
        """A key that is equal for the same problem in an older version of the file."""
        return self.dataset_id, self.field, self.message


def convert_notes(notes: Notes) -> tuple[Problem, ...]:
    """Return a reader's notes as problems, none of them fatal."""
    return tuple(
        Problem(
            note.location, note.message, note.hint, is_fatal=False, is_understood=False,
            dataset_id=note.dataset_id, field=note.field, is_persistent=note.is_persistent,
        )
        for note in notes.entries.values()
    )  # fmt: skip


def filter_problems(problems: tuple[Problem, ...], dataset_id: str) -> tuple[Problem, ...]:
    """Return the problems of a dataset and those of the whole file."""
    return tuple(problem for problem in problems if problem.dataset_id in (None, dataset_id))


class UnenforcedDataset(NamedTuple):
    """A dataset that a file defines without an enforced contract; `is_written` is whether the file declares that."""

    location: Location
    is_written: bool


class DatasetList(NamedTuple):
    """The key and the value that list datasets which can be read independently.

    `version` is the version that the file gives to all of them, and `version_node` the node that declares it.
    """

    entry: tuple[Any, Any]
    version: str | None = None
    version_node: Any = None


class ParsedFile(NamedTuple):
    """The result of reading one file; `format` is None if it is not a contract.

    `dataset_id` is the dataset id that the file declares, even if it is invalid; `list_location` is where a file lists
    several datasets. `root` is the composed file, for looking up locations. `unenforced` holds the datasets without an
    enforced contract. `size` is the expanded size: columns, datasets and references.
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
        """Whether the file should be a contract and is not."""
        return any(problem.is_fatal for problem in self.problems)
