"""Every dataset as it is now: its latest version, who owns it, and the commit that changed it last."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.registry.history.facts import DatasetFacts
    from dcr.registry.history.timeline import History, Revision

REMOVED = "removed"


class Dataset(NamedTuple):
    """One dataset: `facts` are the last it said, `last` the state that changed it last.

    `other_paths` are the other files that claim it. Its status is `removed` once no file does.
    """

    facts: DatasetFacts
    last: Revision
    other_paths: tuple[str, ...]

    @property
    def status(self) -> str:
        """The status it is in, or `removed`."""
        return self.facts.status if self.last.facts else REMOVED


class DatasetFilter(NamedTuple):
    """Which datasets are asked for; removed ones only by that word."""

    owner: str | None = None
    status: str | None = None
    pattern: str | None = None

    def __call__(self, dataset: Dataset) -> bool:
        """Whether a dataset is one of them: owners by a part of their name or contact, ids by a pattern."""
        if self.pattern is not None and not fnmatchcase(dataset.facts.dataset_id, self.pattern):
            return False
        if dataset.status != (self.status or dataset.status) or (self.status is None and dataset.status == REMOVED):
            return False
        if self.owner is None:
            return True
        words = [word for owner in dataset.facts.owners for word in owner if word]
        return any(self.owner.lower() in word.lower() for word in words)


def list_datasets(history: History) -> list[Dataset]:
    """Return every dataset that ever was, by id."""
    found = []
    for dataset_id in history.list_datasets():
        states = history.list_revisions(dataset_id)
        last = states[-1]
        facts = last.facts or next(each.facts for each in reversed(states) if each.facts)
        found.append(
            Dataset(facts, last, tuple(path for path in history.list_source_files(dataset_id) if path != last.path))
        )
    return found
