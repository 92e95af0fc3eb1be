"""What a reader notes about one foreign file, each thing once, and how much the file unfolds to."""

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
    """One thing to know about a file: where it is, and the dataset and the field it was met in.

    A `is_persistent` note is said whenever the file changes, since it says that nothing is compared.
    """

    location: Location
    message: str
    hint: str
    dataset_id: str | None = None
    field: str | None = None
    is_persistent: bool = False


class Notes:
    """Values that are not understood. References, versions and structs multiply: what comes of them is counted here.

    `dataset_id` is the dataset that is being read, None outside of all.
    """

    def __init__(self) -> None:
        self.found: dict[tuple[Location, str, str], Note] = {}
        self.columns = self.datasets = 0
        self.dataset_id: str | None = None
        self._steps: list[str] = []
        self._full = False

    def __call__(self, place: Location, message: str, hint: str, *, standing: bool = False) -> None:
        """Note something, unless it was noted before; after many notes, only that there are more."""
        key = (place, truncate(message, _MAX_MESSAGE_LENGTH), hint)
        if key in self.found or self._full:
            return
        if len(self.found) >= MAX_NOTES:
            self._full = True
            message = f"more than {MAX_NOTES} values are not understood; only the first are listed"
            key = (place, message, "correct them first")
        self.found[key] = Note(*key, self.dataset_id, self.field_path, standing)

    def enter_field(self, name: str) -> None:
        """Note what follows at a field below the current one; an array's elements have no name."""
        self._steps.append(name)

    def leave_field(self) -> None:
        """Return from a field to what it is in."""
        self._steps.pop()

    @property
    def field_path(self) -> str | None:
        """The path of the field that is being read, None outside of all."""
        path = ""
        for step in self._steps:
            path = join_path(path, step) if step else f"{path}[]"
        return path or None

    def count_columns(self, at: Callable[[], Location], name: str, columns: int) -> None:
        """Count columns and hold a name to its length. Raises `InvalidYamlError` beyond the limits, `at` its place."""
        self.columns += columns
        if self.columns <= MAX_COLUMNS and len(name) <= MAX_NAME_LENGTH:
            return
        place = at()
        if self.columns > MAX_COLUMNS:
            message = f"the file unfolds to more than {MAX_COLUMNS:,} columns, the most that are read"
            raise InvalidYamlError(message, place.line, place.column, "split the file")
        message = f"a name of {len(name):,} characters; at most {MAX_NAME_LENGTH:,} are read"
        raise InvalidYamlError(message, place.line, place.column, "shorten it")

    def count_dataset(self, place: Location, name: str) -> None:
        """Count a dataset and hold its id to its length. Raises `InvalidYamlError` beyond the limits."""
        self.datasets += 1
        if self.datasets > MAX_DATASETS:
            message = f"the file unfolds to more than {MAX_DATASETS:,} datasets, the most that are read"
            raise InvalidYamlError(message, place.line, place.column, "split the file")
        self.dataset_id = name
        self.count_columns(lambda: place, name, 0)
