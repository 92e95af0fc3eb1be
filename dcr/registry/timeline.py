"""The history of datasets on one line of commits: every state a dataset was in, found by its id wherever its file was.

The walk and the small facts of every content are settled here, once; full contracts are read when a state is
asked for its own.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.history import walk
from dcr.git.objects import each_blob
from dcr.policy.telltale import is_meant, may_be_contract
from dcr.registry.cache import FactsCache
from dcr.registry.contents import Contents
from dcr.registry.facts import FileFacts, MayHold, facts_of
from dcr.registry.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from dcr.contract.contract import Contract
    from dcr.git.history import Commit, Step
    from dcr.git.repository import Repository
    from dcr.policy.globs import Scope
    from dcr.registry.facts import Facts


AT_ONCE = 100
"""Contents that are read between two words of progress."""


class State(NamedTuple):
    """What a commit made of a dataset: the file at `path` then held it, saying `facts`.

    `facts` is None where the commit removed the dataset; `path` and `blob` are then those it had last. A commit
    that only rewords a file is a state too, with the facts of the one before. Where two files claim a dataset
    in one commit, each is a state of its own.
    """

    commit: Commit
    path: str
    blob: str
    facts: Facts | None
    source: Contents

    def contract(self) -> Contract:
        """Return the full contract, read now. Raises `ValueError` for a removal.

        For many states at once, `History.contracts` reads them all with one git command.
        """
        if self.facts is None:
            raise ValueError("a removed dataset has no contract")
        return self.source.contract(self.path, self.blob, self.facts.dataset_id)

    def text(self) -> bytes:
        """Return the file as it was."""
        return self.source.text(self.blob)


class Release(NamedTuple):
    """One version with one meaning: the states that had it, oldest first.

    Between the first and the last of them the dataset may have said something else.
    """

    version: str
    digest: str
    states: tuple[State, ...]

    @property
    def first(self) -> State:
        """The state that introduced it."""
        return self.states[0]

    @property
    def last(self) -> State:
        """The newest state that has it: its status is the release's own."""
        return self.states[-1]


class History:
    """Every state of every dataset that was looked for, up to `commit`.

    `whole` is False in a shallow clone: the first states are then those of the oldest commit that is here.
    `unread` are all files that could not be read when they changed, oldest first; `unread_now` those that cannot
    be read at `commit` itself.
    """

    def __init__(self, commit: str, replayed: Replay, *, whole: bool, source: Contents) -> None:
        self.commit, self.whole = commit, whole
        self.unread, self.unread_now = replayed.unread(), replayed.unread(now=True)
        self._source, self._places = source, replayed.places()
        self._states = {
            dataset_id: [State(*each, source) for each in states] for dataset_id, states in replayed.states.items()
        }

    def datasets(self) -> list[str]:
        """Return the ids of all datasets that ever were, in alphabetical order."""
        return sorted(self._states)

    def states(self, dataset_id: str) -> list[State]:
        """Return a dataset's states, oldest first; none for a dataset that never was."""
        return list(self._states.get(dataset_id, ()))

    def current(self, dataset_id: str) -> State | None:
        """Return what the dataset is at the commit of this history; None when it is gone or never was."""
        states = self._states.get(dataset_id)
        return states[-1] if states and states[-1].facts else None

    def places(self, dataset_id: str) -> list[str]:
        """Return the files that hold a dataset at the commit of this history; more than one claim it at once."""
        return self._places.get(dataset_id, [])

    def released(self, dataset_id: str) -> list[Release]:
        """Return each version with each meaning it ever had, in the order of their first states."""
        found: dict[tuple[str, str], list[State]] = {}
        for state in self._states.get(dataset_id, ()):
            if state.facts:
                found.setdefault((state.facts.version, state.facts.digest), []).append(state)
        return [Release(version, digest, tuple(states)) for (version, digest), states in found.items()]

    def contracts(self, states: Iterable[State]) -> Iterator[Contract | None]:
        """Yield the full contract of each state, in order, None for a removal; one git command reads all."""
        wanted = [(each.path, each.blob, each.facts.dataset_id if each.facts else None) for each in states]
        return self._source.contracts(wanted)


def history_of(
    repository: Repository,
    commit: str,
    scope: Scope,
    *,
    dataset_id: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> History:
    """Return the history of all datasets in scope up to a commit, or of one of them.

    Scope is what the globs at that commit cover, all through the history. With `dataset_id`, contents that
    cannot hold that dataset are not parsed, and nothing is known of others. Raises a `DcrError` when git gives
    no whole answer or lacks objects; files that cannot be read are in `History.unread`.
    """
    steps = walk(repository, commit, scope)
    facts = _facts(repository, steps, dataset_id, progress, scope)
    replay = Replay(facts, dataset_id)
    for step in reversed(steps):
        replay.take(step)
    return History(commit, replay, whole=not repository.shallow, source=Contents(repository.git))


def _facts(
    repository: Repository,
    steps: Collection[Step],
    dataset_id: str | None,
    progress: Callable[[str], None],
    scope: Scope,
) -> dict[str, FileFacts]:
    """Return the facts of every blob of a walk; of those that cannot matter to the one dataset, none.

    Where contracts are found by what files hold, none of those either at whose paths there never was one.
    """
    cache = FactsCache(repository.common_dir)
    blobs: dict[str, set[str]] = defaultdict(set)
    for step in steps:
        for entry in step.entries:
            if entry.is_file:
                blobs[entry.id].add(entry.path)
    found = {oid: known for oid in blobs if (known := cache.get(oid)) is not None}
    left = [oid for oid in blobs if oid not in found]
    if dataset_id is not None and left:
        left = _that_matter(repository, dataset_id, blobs, found, left)
    elif scope.by_content and left:
        left = _near_contracts(repository, scope, blobs, found, left)
    if left:
        from dcr.registry.sketch import Sketches  # noqa: PLC0415 (what is known needs no reader)

        sketches = Sketches()
        for number, (oid, content) in enumerate(each_blob(repository.git, left)):
            if number % AT_ONCE == 0:
                progress(f"reading {number:,} of {len(left):,} contents of the history")
            found[oid] = facts_of(content, sketches)
            cache.add(oid, found[oid])
    cache.save()
    return _without_others(repository, scope, blobs, found) if scope.by_content else found


def _near_contracts(
    repository: Repository, scope: Scope, blobs: dict[str, set[str]], known: dict[str, FileFacts], left: list[str]
) -> list[str]:
    """Return those of some unknown blobs that may be contracts, or lie at a path that had one or is meant for them."""
    may_be = {oid for oid, content in each_blob(repository.git, left) if may_be_contract(content)}
    holding = may_be | {oid for oid, facts in known.items() if facts.datasets}
    paths = {path for oid in holding for path in blobs[oid]}
    return [oid for oid in left if any(path in paths or scope.names(path) for path in blobs[oid])]


def _without_others(
    repository: Repository, scope: Scope, blobs: dict[str, set[str]], found: dict[str, FileFacts]
) -> dict[str, FileFacts]:
    """Leave out what cannot be read and is not meant as a contract: templates, for example."""
    paths = {path for oid, facts in found.items() if facts.datasets for path in blobs.get(oid, ())}
    unread = [
        oid
        for oid, facts in found.items()
        if facts.fault is not None and not any(path in paths or scope.names(path) for path in blobs[oid])
    ]
    others = {oid for oid, content in each_blob(repository.git, unread) if not is_meant(content)} if unread else set()
    return {oid: facts for oid, facts in found.items() if oid not in others}


def _that_matter(
    repository: Repository, dataset_id: str, blobs: dict[str, set[str]], known: dict[str, FileFacts], left: list[str]
) -> list[str]:
    """Return those of some unknown blobs that may hold the dataset, or follow it at a path that did."""
    may_hold = MayHold(dataset_id)
    holding = {oid for oid, content in each_blob(repository.git, left) if may_hold(content)}
    holding |= {oid for oid, facts in known.items() if any(each.dataset_id == dataset_id for each in facts.datasets)}
    paths = {path for oid in holding for path in blobs[oid]}
    return [oid for oid in left if oid in holding or not paths.isdisjoint(blobs[oid])]
