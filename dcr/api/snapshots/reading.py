"""Reads the registry of a commit, in full or only what changed since the commit that is known."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from dcr.api.snapshots.consumers import ConsumerReader
from dcr.api.snapshots.loader import CachingLoader
from dcr.api.snapshots.state import RegistryState
from dcr.git.changes import ABSENT_MODE
from dcr.git.command import GitFailedError
from dcr.git.history import LogEntry, PathChange, read_log_since
from dcr.git.objects import ObjectMissingError, stream_blobs
from dcr.git.policies import read_effective_policy
from dcr.policy.detection import may_be_contract
from dcr.registry.history.facts import DATE_DEPENDENT_FORMATS, FileFacts
from dcr.registry.history.facts_reader import FactsReader
from dcr.registry.history.history_reader import read_history
from dcr.registry.history.replay import Replay
from dcr.registry.history.timeline import Revision
from dcr.report.policy_issues import get_today

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.git.history import Commit
    from dcr.git.repository import Repository
    from dcr.registry.history.facts import DatasetFacts

_FILE_MODE = "100644"


class StateReader:
    """Reads the states of one ref, one after another. It is used by one thread at a time."""

    def __init__(self, repository: Repository, ref: str, source: str) -> None:
        self._repository, self._ref, self._source = repository, ref, source
        self._state: RegistryState | None = None
        self._replay: Replay | None = None
        self._consumer_reader = ConsumerReader()
        self._facts: dict[str, FileFacts] = {}
        self._contract_paths: set[str] = set()

    def read(self, commit: str) -> RegistryState:
        """Return the registry at a commit. Raise a `DcrError` if the commit or its policy cannot be read."""
        state = self._state
        if state is not None and state.commit == commit and not self._is_outdated(state):
            return state
        self._state = None
        if state is not None:
            with contextlib.suppress(GitFailedError, ObjectMissingError):  # the commit before may be pruned by now
                self._state = self._read_changes(state, commit)
        if self._state is None:
            self._state = self._read_all(commit)
        return self._state

    def add_commit(self, state: RegistryState, entry: LogEntry) -> RegistryState | None:
        """Return the state after one commit on top of `state`. Return None if it has to be read in full.

        The commit must not change the policy or the acceptances.
        """
        if self._state is not state or self._replay is None:
            return None
        self._state = self._apply(state, [entry], entry.commit.id)
        return self._state

    def _is_outdated(self, state: RegistryState) -> bool:
        return state.day != get_today() and any(
            revisions[-1].facts is not None and revisions[-1].facts.format in DATE_DEPENDENT_FORMATS
            for revisions in state.revisions.values()
        )

    def _read_all(self, commit: str) -> RegistryState:
        repository = self._repository
        governing = read_effective_policy(repository, commit, (), "base")
        policy = governing.policy.first
        day = get_today()
        history = read_history(repository, commit, policy.scope)
        loader = CachingLoader(repository.git)
        ids = history.list_datasets()
        revisions = {
            dataset_id: tuple(each._replace(loader=loader) for each in history.list_revisions(dataset_id))
            for dataset_id in ids
        }
        files = {each: found for each in ids if (found := history.list_source_files(each))}
        state = RegistryState(
            repository=repository,
            ref=self._ref,
            source=self._source,
            commit=commit,
            governing=governing,
            policy=policy,
            day=day,
            revisions=revisions,
            source_files=files,
            unreadable=tuple(history.unreadable),
            still_unreadable=tuple(history.still_unreadable),
            is_complete=history.is_complete,
            loader=loader,
            consumer_reader=self._consumer_reader,
        )
        self._contract_paths = {each.path for found in revisions.values() for each in found}
        self._replay = None if state.still_unreadable else self._start_replay(state)
        return state

    def _start_replay(self, state: RegistryState) -> Replay:
        """Return a replay that continues after a state in which every file is readable."""
        datasets: dict[str, dict[str, DatasetFacts]] = {}
        blobs: dict[str, str] = {}
        for dataset_id, paths in state.source_files.items():
            for path in paths:
                revision = next(each for each in reversed(state.revisions[dataset_id]) if each.path == path)
                if revision.facts is not None:
                    blobs[path] = revision.blob
                    datasets.setdefault(path, {})[dataset_id] = revision.facts
        self._facts = {blobs[path]: FileFacts(tuple(found.values())) for path, found in datasets.items()}
        entries = (PathChange(path, ABSENT_MODE, _FILE_MODE, "", blob) for path, blob in blobs.items())
        replay = Replay(self._facts)
        commit = _find_commit(state)
        if commit is not None:
            replay.apply_step(LogEntry(commit, tuple(entries)))
        replay.revisions.clear()
        return replay

    def _read_changes(self, state: RegistryState, commit: str) -> RegistryState | None:
        """Return the state after the commits that were added. Return None if it has to be read in full."""
        if self._replay is None or state.day != get_today():
            return None
        governing = read_effective_policy(self._repository, commit, (), "base")
        if governing.policy != state.governing.policy:
            return None
        entries = read_log_since(self._repository, commit, state.commit, state.scope)
        if entries is None:
            return None
        return self._apply(replace(state, governing=governing), entries[::-1], commit)

    def _apply(self, state: RegistryState, entries: Sequence[LogEntry], commit: str) -> RegistryState | None:
        """Return the state after some log entries, oldest first. Return None if it has to be read in full."""
        replay, self._replay = self._replay, None  # it is of no use if this ends halfway
        if replay is None or not self._read_facts(state, entries):
            return None
        for entry in entries:
            replay.apply_step(entry)
        revisions = dict(state.revisions)
        for dataset_id, added in replay.revisions.items():
            known = revisions.get(dataset_id, ())
            revisions[dataset_id] = (*known, *(Revision(*each, state.loader) for each in added))
            self._contract_paths.update(path for _, path, _, _ in added)
        source_files = dict(replay.build_result().source_files)
        replay.revisions.clear()
        self._replay = replay
        return replace(state, commit=commit, revisions=revisions, source_files=source_files)

    def _read_facts(self, state: RegistryState, entries: Iterable[LogEntry]) -> bool:
        """Read the facts of new blobs. Return whether that was all there is to read.

        A file that cannot be read, or one that becomes a contract after it was none, depends on older commits.
        """
        changes = [change for entry in entries for change in entry.entries]
        if any(not each.is_file and not each.is_removed for each in changes):
            return False
        new = {each.id: each for each in changes if each.is_file and each.id not in self._facts}
        reader = FactsReader()
        for oid, content in self._stream_texts(state, new):
            path, scope = new[oid].path, state.scope
            is_known = path in self._contract_paths or scope.matches_globs(path)
            if scope.by_content and not is_known and not may_be_contract(content):
                continue  # no facts: at another path the same blob may be read
            facts = reader.read_facts(path, oid, content)
            if facts.error is not None or (not is_known and facts.datasets and new[oid].previous_mode != ABSENT_MODE):
                return False
            self._facts[oid] = facts
        return True

    def _stream_texts(self, state: RegistryState, blobs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        missing = []
        for blob in blobs:
            known = state.loader.find_text_in_memory(blob)
            if known is None:
                missing.append(blob)
            else:
                yield blob, known
        for blob, content in stream_blobs(self._repository.git, missing):
            state.loader.add_text(blob, content)
            yield blob, content


def _find_commit(state: RegistryState) -> Commit | None:
    return next((revisions[-1].commit for revisions in state.revisions.values()), None)
