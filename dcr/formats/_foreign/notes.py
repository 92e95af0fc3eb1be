"""Collects a reader's notes on one foreign file and counts the columns and datasets that it expands to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import join_path
from dcr.parsing.yaml_reader import InvalidYamlError, truncate

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.parsing.location import Location

MAX_NOTES = 200
MAX_COLUMNS = 50_000
MAX_DATASETS = 1_000
MAX_NAME_LENGTH = 1_000
_MAX_MESSAGE_LENGTH = 400


class Note(NamedTuple):
    """One note on a file, with its location, and the dataset and the field that were being read.

    A persistent note is reported whenever the file changes, since it means that nothing is compared.
    """

    location: Location
    message: str
    hint: str
    dataset_id: str | None = None
    field: str | None = None
    is_persistent: bool = False


class Notes:
    """The notes on one file and its expanded size: references, versions and structs multiply columns.

    `dataset_id` is the dataset that is being read, None outside of all datasets.
    """

    def __init__(self) -> None:
        self.entries: dict[tuple[Location, str, str], Note] = {}
        self.columns = self.datasets = 0
        self.dataset_id: str | None = None
        self._steps: list[str] = []
        self._is_full = False

    def add(self, location: Location, message: str, hint: str, *, is_persistent: bool = False) -> None:
        """Add a note unless it was added before; beyond the limit, add only that there are more."""
        key = (location, truncate(message, _MAX_MESSAGE_LENGTH), hint)
        if key in self.entries or self._is_full:
            return
        if len(self.entries) >= MAX_NOTES:
            self._is_full = True
            message = f"more than {MAX_NOTES} values are not understood; only the first are listed"
            key = (location, message, "correct them first")
        self.entries[key] = Note(*key, self.dataset_id, self.field_path, is_persistent)

    def enter_field(self, name: str) -> None:
        """Enter a field below the current one; the elements of an array have no name."""
        self._steps.append(name)

    def leave_field(self) -> None:
        """Return from a field to its parent."""
        self._steps.pop()

    @property
    def field_path(self) -> str | None:
        """The path of the field that is being read, None outside of all fields."""
        path = ""
        for step in self._steps:
            path = join_path(path, step) if step else f"{path}[]"
        return path or None

    def count_columns(self, locate: Callable[[], Location], name: str, columns: int) -> None:
        """Count columns and check the length of a name. Raise `InvalidYamlError` beyond the limits.

        `locate` returns the location for the error.
        """
        self.columns += columns
        if self.columns <= MAX_COLUMNS and len(name) <= MAX_NAME_LENGTH:
            return
        location = locate()
        if self.columns > MAX_COLUMNS:
            message = f"the file expands to more than {MAX_COLUMNS:,} columns, the maximum"
            raise InvalidYamlError(message, location.line, location.column, "split the file")
        message = f"a name has {len(name):,} characters, expected at most {MAX_NAME_LENGTH:,}"
        raise InvalidYamlError(message, location.line, location.column, "shorten it")

    def count_dataset(self, location: Location, name: str) -> None:
        """Count a dataset and check the length of its id. Raise `InvalidYamlError` beyond the limits."""
        self.datasets += 1
        if self.datasets > MAX_DATASETS:
            message = f"the file expands to more than {MAX_DATASETS:,} datasets, the maximum"
            raise InvalidYamlError(message, location.line, location.column, "split the file")
        self.dataset_id = name
        self.count_columns(lambda: location, name, 0)
