"""The history of datasets on one line of commits: every state a dataset was in, found by its id wherever its file was.

The walk and the small facts of every content are settled here, once; full contracts are read when a state is
asked for its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.history import read_log
from dcr.git.objects import stream_blobs
from dcr.policy.detection import is_probable_contract, may_be_contract
from dcr.registry.history.cache import FactsCache
from dcr.registry.history.contract_loader import ContractLoader
from dcr.registry.history.facts import DatasetIdFilter, FileFacts, is_same_except_version
from dcr.registry.history.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from dcr.contract.contract import Contract
    from dcr.git.history import Commit, LogEntry
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope
    from dcr.registry.history.facts import DatasetFacts, Retention
    from dcr.registry.history.facts_reader import FactsReader


PROGRESS_INTERVAL = 100
"""Contents that are read between two words of progress."""


class Revision(NamedTuple):
    """What a commit made of a dataset: the file at `path` then held it, saying `facts`.

    `facts` is None where the commit removed the dataset; `path` and `blob` are then those it had last. A commit
    that only rewords a file is a state too, with the facts of the one before. Where two files claim a dataset
    in one commit, each is a state of its own.
    """

    commit: Commit
    path: str
    blob: str
    facts: DatasetFacts | None
    loader: ContractLoader

    def read_contract(self) -> Contract:
        """Return the full contract, read now. Raises `ValueError` for a removal.

        For many states at once, `History.contracts` reads them all with one git command.
        """
        if self.facts is None:
            raise ValueError("a removed dataset has no contract")
        return self.loader.read_contract(self.path, self.blob, self.facts.dataset_id)

    @property
    def is_retained(self) -> bool:
        """Whether the contract is known without reading anything."""
        return (
            self.facts is not None
            and self.loader.find_retained(self.path, self.blob, self.facts.dataset_id) is not None
        )

    def read_text(self) -> bytes:
        """Return the file as it was."""
        return self.loader.read_text(self.blob)


class Release(NamedTuple):
    """One version with one meaning: the states that had it, oldest first.

    Between the first and the last of them the dataset may have said something else.
    """

    version: str
    digest: str
    revisions: tuple[Revision, ...]

    @property
    def first(self) -> Revision:
        """The state that introduced it."""
        return self.revisions[0]

    @property
    def last(self) -> Revision:
        """The newest state that has it: its status is the release's own."""
        return self.revisions[-1]


class History:
    """Every state of every dataset that was looked for, up to `commit`.

    `is_complete` is False in a shallow clone: the first states are then those of the oldest commit that is here.
    `unreadable` are all files that could not be read when they changed, oldest first; `still_unreadable` those that cannot
    be read at `commit` itself.
    """

    def __init__(self, commit: str, replayed: Replay, *, whole: bool, source: ContractLoader) -> None:
        self.commit, self.is_complete = commit, whole
        self.unreadable, self.still_unreadable = replayed.list_unreadable(), replayed.list_unreadable(now=True)
        self._loader, self._source_files = source, replayed.list_source_files()
        self._revisions = {
            dataset_id: [Revision(*each, source) for each in states]
            for dataset_id, states in replayed.revisions.items()
        }

    def list_datasets(self) -> list[str]:
        """Return the ids of all datasets that ever were, in alphabetical order."""
        return sorted(self._revisions)

    def list_revisions(self, dataset_id: str) -> list[Revision]:
        """Return a dataset's states, oldest first; none for a dataset that never was."""
        return list(self._revisions.get(dataset_id, ()))

    def find_current(self, dataset_id: str) -> Revision | None:
        """Return what the dataset is at the commit of this history; None when it is gone or never was."""
        states = self._revisions.get(dataset_id)
        return states[-1] if states and states[-1].facts else None

    def list_source_files(self, dataset_id: str) -> list[str]:
        """Return the files that hold a dataset at the commit of this history; more than one claim it at once."""
        return self._source_files.get(dataset_id, [])

    def list_releases(self, dataset_id: str) -> list[Release]:
        """Return each version with each meaning it ever had, in the order of their first states."""
        found: dict[tuple[str, str], list[Revision]] = {}
        for state in self._revisions.get(dataset_id, ()):
            if state.facts:
                found.setdefault((state.facts.version, state.facts.digest), []).append(state)
        return [Release(version, digest, tuple(states)) for (version, digest), states in found.items()]

    def read_contracts(self, states: Iterable[Revision]) -> Iterator[Contract | None]:
        """Yield the full contract of each state, in order, None for a removal; one git command reads all."""
        wanted = [(each.path, each.blob, each.facts.dataset_id if each.facts else None) for each in states]
        return self._loader.read_contracts(wanted)

    def drop_contracts(self, dataset_ids: Collection[str]) -> None:
        """Forget the contracts of some datasets: whoever asks for one once more has it read again."""
        self._loader.drop_retained(frozenset(dataset_ids))

    def read_meanings(
        self, states: Sequence[Revision], exact: Collection[Revision] = ()
    ) -> dict[Revision, Contract | None]:
        """Return the full contract of each state, where it need not be known where in its file the contract stands.

        What only got another version is not read again, but for the states that are to be `exact`. States of one
        dataset come one after another, oldest first.
        """
        chosen = {each: state for run in _group_revisions(states) for each, state in _choose_sources(run, exact)}
        wanted = list(dict.fromkeys(chosen.values()))
        contracts = dict(zip(wanted, self.read_contracts(wanted), strict=True))
        return {each: _with_version(contracts[state], each) for each, state in chosen.items()}


def read_history(
    repository: Repository,
    commit: str,
    scope: Scope,
    *,
    dataset_id: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
    keep: Retention | None = None,
) -> History:
    """Return the history of all datasets in scope up to a commit, or of one of them.

    Scope is what the globs at that commit cover, all through the history. With `dataset_id`, contents that
    cannot hold that dataset are not parsed, and nothing is known of others. `keep` says which contracts will be asked
    for, so that they are not read twice. Raises a `DcrError` when git gives
    no whole answer or lacks objects; files that cannot be read are in `History.unread`.
    """
    steps = read_log(repository, commit, scope)
    facts, readings = _read_facts(repository, steps, dataset_id, progress, scope=scope, keep=keep)
    replay = Replay(facts, dataset_id)
    for step in reversed(steps):
        replay.apply_step(step)
    return History(commit, replay, whole=not repository.is_shallow, source=ContractLoader(repository.git, readings))


def _read_facts(
    repository: Repository,
    steps: Sequence[LogEntry],
    dataset_id: str | None,
    progress: Callable[[str], None],
    *,
    scope: Scope,
    keep: Retention | None,
) -> tuple[dict[str, FileFacts], FactsReader | None]:
    """Return the facts of every blob of a walk; of those that cannot matter to the one dataset, none.

    Where contracts are found by what files hold, none of those either at whose paths there never was one.
    Contents are read file by file, oldest first, so that each is compared with the one before.
    """
    cache = FactsCache(repository.common_dir)
    by_path: dict[str, dict[str, None]] = defaultdict(dict)
    blobs: dict[str, set[str]] = defaultdict(set)
    for step in reversed(steps):
        for entry in step.entries:
            if entry.is_file:
                by_path[entry.path][entry.id] = None
                blobs[entry.id].add(entry.path)
    found = {oid: known for oid in blobs if (known := cache.find(oid)) is not None}
    left = [oid for oid in blobs if oid not in found]
    if dataset_id is not None and left:
        left = _select_dataset_blobs(repository, dataset_id, blobs, found, left)
    elif scope.by_content and left:
        left = _select_contract_blobs(repository, scope, blobs, found, left)
    if not left:
        cache.save()
        return _without_foreign_files(repository, scope, blobs, found), None
    from dcr.registry.history.facts_reader import FactsReader  # noqa: PLC0415 (what is known needs no reader)

    unread = set(left)
    places = {oid: path for path, contents in reversed(by_path.items()) for oid in contents if oid in unread}
    order = [oid for path, contents in by_path.items() for oid in contents if places.get(oid) == path]
    readings = FactsReader(keep)
    for number, (oid, content) in enumerate(stream_blobs(repository.git, order)):
        if number % PROGRESS_INTERVAL == 0:
            progress(f"reading {number:,} of {len(order):,} contents of the history")
        found[oid] = readings.read_facts(places[oid], oid, content)
        cache.add(oid, found[oid])
    readings.finish_file()
    cache.save()
    return _without_foreign_files(repository, scope, blobs, found), readings


def _select_contract_blobs(
    repository: Repository, scope: Scope, blobs: dict[str, set[str]], known: dict[str, FileFacts], left: list[str]
) -> list[str]:
    """Return those of some unknown blobs that may be contracts, or lie at a path that had one or is meant for them."""
    may_be = {oid for oid, content in stream_blobs(repository.git, left) if may_be_contract(content)}
    holding = may_be | {oid for oid, facts in known.items() if facts.datasets}
    paths = {path for oid in holding for path in blobs[oid]}
    return [oid for oid in left if any(path in paths or scope.matches_globs(path) for path in blobs[oid])]


def _without_foreign_files(
    repository: Repository, scope: Scope, blobs: dict[str, set[str]], found: dict[str, FileFacts]
) -> dict[str, FileFacts]:
    """Leave out what cannot be read and is not meant as a contract where files are found by what they hold."""
    if not scope.by_content:
        return found
    paths = {path for oid, facts in found.items() if facts.datasets for path in blobs.get(oid, ())}
    unread = [
        oid
        for oid, facts in found.items()
        if facts.error is not None and not any(path in paths or scope.matches_globs(path) for path in blobs[oid])
    ]
    others = (
        {oid for oid, content in stream_blobs(repository.git, unread) if not is_probable_contract(content)}
        if unread
        else set()
    )
    return {oid: facts for oid, facts in found.items() if oid not in others}


def _select_dataset_blobs(
    repository: Repository, dataset_id: str, blobs: dict[str, set[str]], known: dict[str, FileFacts], left: list[str]
) -> list[str]:
    """Return those of some unknown blobs that may hold the dataset, or follow it at a path that did."""
    may_hold = DatasetIdFilter(dataset_id)
    holding = {oid for oid, content in stream_blobs(repository.git, left) if may_hold(content)}
    holding |= {oid for oid, facts in known.items() if any(each.dataset_id == dataset_id for each in facts.datasets)}
    paths = {path for oid in holding for path in blobs[oid]}
    return [oid for oid in left if oid in holding or not paths.isdisjoint(blobs[oid])]


def _group_revisions(states: Iterable[Revision]) -> Iterator[list[Revision]]:
    """Yield neighbouring states that differ in nothing but their version's number."""
    run: list[Revision] = []
    for state in states:
        if run and not _is_same_meaning(run[-1], state):
            yield run
            run = []
        run.append(state)
    if run:
        yield run


def _is_same_meaning(one: Revision, other: Revision) -> bool:
    return one.facts is not None and one.path == other.path and is_same_except_version(one.facts, other.facts)


def _choose_sources(run: Sequence[Revision], exact: Collection[Revision]) -> Iterator[tuple[Revision, Revision]]:
    """Yield each state of a run with the one whose contract stands for its own."""
    one = next((each for each in run if each in exact or each.is_retained), run[-1])
    yield from ((each, each if each in exact else one) for each in run)


def _with_version(contract: Contract | None, state: Revision) -> Contract | None:
    if contract is None or state.facts is None or contract.version == state.facts.version:
        return contract
    return replace(contract, version=state.facts.version)
