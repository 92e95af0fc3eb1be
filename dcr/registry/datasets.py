"""Lists the datasets of a registry, each with its newest facts and the revision that last changed it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.registry.history.facts import DatasetFacts
    from dcr.registry.history.timeline import History, Revision

REMOVED = "removed"


class Dataset(NamedTuple):
    """A dataset with its newest facts and its last revision.

    `other_paths` are the other files that define it. The status is `removed` if no file does.
    """

    facts: DatasetFacts
    last: Revision
    other_paths: tuple[str, ...]

    @property
    def status(self) -> str:
        """The dataset's status, or `removed`."""
        return self.facts.status if self.last.facts else REMOVED


class DatasetFilter(NamedTuple):
    """Selects datasets. Removed datasets are selected by the status `removed` only."""

    owner: str | None = None
    status: str | None = None
    pattern: str | None = None

    def __call__(self, dataset: Dataset) -> bool:
        """Return whether a dataset matches the id pattern, the status, and a part of an owner's name or contact."""
        if self.pattern is not None and not fnmatchcase(dataset.facts.dataset_id, self.pattern):
            return False
        if dataset.status != (self.status or dataset.status) or (self.status is None and dataset.status == REMOVED):
            return False
        if self.owner is None:
            return True
        texts = [text for owner in dataset.facts.owners for text in owner if text]
        return any(self.owner.lower() in text.lower() for text in texts)


def list_datasets(history: History) -> list[Dataset]:
    """Return all datasets, removed ones too, by id."""
    datasets = []
    for dataset_id in history.list_datasets():
        revisions = history.list_revisions(dataset_id)
        last = revisions[-1]
        facts = last.facts or next(revision.facts for revision in reversed(revisions) if revision.facts)
        other_paths = tuple(path for path in history.list_source_files(dataset_id) if path != last.path)
        datasets.append(Dataset(facts, last, other_paths))
    return datasets
