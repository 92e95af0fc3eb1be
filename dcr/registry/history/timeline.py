"""Defines the history of datasets on one line of commits, as the revisions and releases of each dataset id."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dcr.registry.history.facts import is_same_except_version

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from dcr.contract.contract import Contract
    from dcr.git.history import Commit
    from dcr.registry.history.contract_loader import ContractLoader
    from dcr.registry.history.facts import DatasetFacts
    from dcr.registry.history.replay import ReplayResult


class Revision(NamedTuple):
    """One commit's revision of a dataset: the file at `path` then defined it, with `facts`.

    `facts` is None if the commit removed the dataset; `path` and `blob` are then those of the last revision. A commit
    that changes only the wording of a file is a revision too, with the same facts. If two files define a dataset in
    one commit, each of them is a revision.
    """

    commit: Commit
    path: str
    blob: str
    facts: DatasetFacts | None
    loader: ContractLoader

    def read_contract(self) -> Contract:
        """Return the full contract. Raise `ValueError` for a removal.

        `History.read_contracts` reads many contracts with one git command.
        """
        if self.facts is None:
            raise ValueError("a removed dataset has no contract")
        return self.loader.read_contract(self.path, self.blob, self.facts.dataset_id)

    @property
    def status(self) -> str | None:
        """The dataset's status, or None for a removal."""
        return self.facts.status if self.facts else None

    @property
    def is_retained(self) -> bool:
        """Whether the contract is in memory already."""
        return (
            self.facts is not None
            and self.loader.find_retained(self.path, self.blob, self.facts.dataset_id) is not None
        )

    def read_text(self) -> bytes:
        """Return the file's content in this revision."""
        return self.loader.read_text(self.blob)


class Release(NamedTuple):
    """One version with one meaning, and its revisions, oldest first.

    Revisions of another version or meaning may lie between the first and the last of them.
    """

    version: str
    digest: str
    revisions: tuple[Revision, ...]

    @property
    def first(self) -> Revision:
        """The revision that introduced it."""
        return self.revisions[0]

    @property
    def last(self) -> Revision:
        """The newest revision, which has the release's current status."""
        return self.revisions[-1]


class History:
    """The revisions of every dataset that was looked for, up to `commit`.

    `is_complete` is False in a shallow clone: the first revisions are then those of the oldest commit in the clone.
    `unreadable` are all versions of files that cannot be read, oldest first. `still_unreadable` are those that are
    current at `commit`.
    """

    def __init__(self, commit: str, result: ReplayResult, *, is_complete: bool, loader: ContractLoader) -> None:
        self.commit, self.is_complete = commit, is_complete
        self.unreadable, self.still_unreadable = result.unreadable, result.still_unreadable
        self._loader, self._source_files = loader, result.source_files
        self._revisions = {
            dataset_id: [Revision(*values, loader) for values in revisions]
            for dataset_id, revisions in result.revisions.items()
        }

    def list_datasets(self) -> list[str]:
        """Return the ids of all datasets, removed ones too, in alphabetical order."""
        return sorted(self._revisions)

    def list_revisions(self, dataset_id: str) -> list[Revision]:
        """Return a dataset's revisions, oldest first. The list is empty for an unknown dataset."""
        return list(self._revisions.get(dataset_id, ()))

    def find_current(self, dataset_id: str) -> Revision | None:
        """Return the revision at this history's commit, or None if the dataset was removed or is unknown."""
        revisions = self._revisions.get(dataset_id)
        return revisions[-1] if revisions and revisions[-1].facts else None

    def list_source_files(self, dataset_id: str) -> list[str]:
        """Return the files that define a dataset at this history's commit. More than one is a duplicate."""
        return self._source_files.get(dataset_id, [])

    def list_releases(self, dataset_id: str) -> list[Release]:
        """Return each version with each of its meanings, in the order of their first revisions."""
        releases: dict[tuple[str, str], list[Revision]] = {}
        for revision in self._revisions.get(dataset_id, ()):
            if revision.facts:
                releases.setdefault((revision.facts.version, revision.facts.digest), []).append(revision)
        return [Release(version, digest, tuple(revisions)) for (version, digest), revisions in releases.items()]

    def read_contracts(self, revisions: Iterable[Revision]) -> Iterator[Contract | None]:
        """Yield the full contract of each revision, in order, and None for a removal. Use one git command."""
        requests = [
            (revision.path, revision.blob, revision.facts.dataset_id if revision.facts else None)
            for revision in revisions
        ]
        return self._loader.read_contracts(requests)

    def drop_contracts(self, dataset_ids: Collection[str]) -> None:
        """Remove the retained contracts of some datasets from memory."""
        self._loader.drop_retained(frozenset(dataset_ids))

    def read_meanings(
        self, revisions: Sequence[Revision], exact: Collection[Revision] = ()
    ) -> dict[Revision, Contract | None]:
        """Return the full contract of each revision. Its locations may be those of another revision.

        Revisions that differ in the version number only share one contract, unless they are in `exact`. Callers pass
        the revisions of one dataset in one run, oldest first.
        """
        sources = {
            revision: source for run in _group_revisions(revisions) for revision, source in _choose_sources(run, exact)
        }
        unique = list(dict.fromkeys(sources.values()))
        contracts = dict(zip(unique, self.read_contracts(unique), strict=True))
        return {revision: _with_version(contracts[source], revision) for revision, source in sources.items()}


def _group_revisions(revisions: Iterable[Revision]) -> Iterator[list[Revision]]:
    """Yield runs of adjacent revisions that differ in the version number only."""
    run: list[Revision] = []
    for revision in revisions:
        if run and not _is_same_meaning(run[-1], revision):
            yield run
            run = []
        run.append(revision)
    if run:
        yield run


def _is_same_meaning(first: Revision, second: Revision) -> bool:
    return first.facts is not None and first.path == second.path and is_same_except_version(first.facts, second.facts)


def _choose_sources(run: Sequence[Revision], exact: Collection[Revision]) -> Iterator[tuple[Revision, Revision]]:
    """Yield each revision of a run with the revision whose contract it uses."""
    shared = next((revision for revision in run if revision in exact or revision.is_retained), run[-1])
    yield from ((revision, revision if revision in exact else shared) for revision in run)


def _with_version(contract: Contract | None, revision: Revision) -> Contract | None:
    if contract is None or revision.facts is None or contract.version == revision.facts.version:
        return contract
    return replace(contract, version=revision.facts.version)
