"""What a reader notes about one foreign file, each thing once, and how much the file unfolds to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.yaml_reader import YamlRefusedError, short

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.contract.location import Location

MAX_NOTES = 200
MAX_COLUMNS = 50_000
MAX_DATASETS = 1_000
MAX_NAME = 1_000
_LONGEST = 400


class Notes:
    """Values that are not understood. References, versions and structs multiply: what comes of them is counted here."""

    def __init__(self) -> None:
        self.told: dict[tuple[Location, str, str], None] = {}
        self.columns = self.datasets = 0
        self.untold = False

    def __call__(self, place: Location, message: str, hint: str) -> None:
        """Note something, unless it was noted before; after many notes, only that there are more."""
        note = (place, short(message, _LONGEST), hint)
        if note in self.told or self.untold:
            return
        if len(self.told) >= MAX_NOTES:
            self.untold = True
            note = (
                place,
                f"more than {MAX_NOTES} values are not understood; only the first are told",
                "mend them first",
            )
        self.told[note] = None

    def count(self, at: Callable[[], Location], name: str, columns: int) -> None:
        """Count columns and hold a name to its length. Raises `YamlRefusedError` beyond the limits, `at` its place."""
        self.columns += columns
        if self.columns <= MAX_COLUMNS and len(name) <= MAX_NAME:
            return
        place = at()
        if self.columns > MAX_COLUMNS:
            message = f"the file unfolds to more than {MAX_COLUMNS:,} columns, the most that are read"
            raise YamlRefusedError(message, place.line, place.column, "split the file")
        message = f"a name of {len(name):,} characters; at most {MAX_NAME:,} are read"
        raise YamlRefusedError(message, place.line, place.column, "shorten it")

    def count_dataset(self, place: Location, name: str) -> None:
        """Count a dataset and hold its id to its length. Raises `YamlRefusedError` beyond the limits."""
        self.datasets += 1
        if self.datasets > MAX_DATASETS:
            message = f"the file unfolds to more than {MAX_DATASETS:,} datasets, the most that are read"
            raise YamlRefusedError(message, place.line, place.column, "split the file")
        self.count(lambda: place, name, 0)
