"""Selects stored datasets by the options of commands and the parameters of requests."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from dcr.registry.datasets import REMOVED

if TYPE_CHECKING:
    from dcr.index.records import StoredDataset


class DatasetSelection(NamedTuple):
    """Selects datasets. Removed datasets are selected by the status `removed` only."""

    owner: str | None = None
    status: str | None = None
    pattern: str | None = None

    def includes(self, dataset: StoredDataset) -> bool:
        """Return whether a dataset matches the id pattern, the status, and a part of an owner's name or contact."""
        if self.pattern is not None and not fnmatchcase(dataset.dataset_id, self.pattern):
            return False
        if dataset.status != (self.status or dataset.status) or (self.status is None and dataset.status == REMOVED):
            return False
        if self.owner is None:
            return True
        texts = [text for owner in dataset.owners for text in owner if text]
        return any(self.owner.lower() in text.lower() for text in texts)
