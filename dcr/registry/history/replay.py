"""Replays a walk's steps, oldest first, into the states of each dataset: identity is the id, wherever the file is."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.contracts.contents import ODD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.git.history import Commit, Entry, Step
    from dcr.registry.history.facts import Facts, FileFacts


class Unread(NamedTuple):
    """A file that a commit left so that it cannot be read; `datasets` are those it held or claims, if known.

    What it held before counts as still held: nothing unread is a removal.
    """

    commit: Commit
    path: str
    message: str
    datasets: tuple[str, ...]


class Held(NamedTuple):
    """A dataset as one file has it: the file's last readable content."""

    blob: str
    facts: Facts


class Replay:
    """Who holds which dataset, as it goes from commit to commit; `only` leaves the other datasets out.

    `states` are, by dataset, the commit, path, blob and facts of every change, the facts None for a removal.
    """

    def __init__(self, contents: Mapping[str, FileFacts], only: str | None = None) -> None:
        self.states: dict[str, list[tuple[Commit, str, str, Facts | None]]] = defaultdict(list)
        self._contents, self._only = contents, only
        self._at: dict[str, tuple[str, ...]] = {}
        self._held: dict[str, dict[str, Held]] = defaultdict(dict)
        self._unread: list[Unread] = []
        self._unread_now: dict[str, Unread] = {}

    def take(self, step: Step) -> None:
        """Apply what a commit changed."""
        before: dict[str, dict[str, Held]] = {}
        claimed: dict[str, str] = {}
        for entry in step.entries:
            fault, claims = self._fault(entry)
            self._unread_now.pop(entry.path, None)
            if fault is not None:
                held = self._at.get(entry.path, ())
                about = tuple(dict.fromkeys((*held, claims) if claims else held))
                self._unread_now[entry.path] = Unread(step.commit, entry.path, fault, about)
                self._unread.append(self._unread_now[entry.path])
                if claims:
                    claimed[claims] = entry.path
            else:
                self._hold(entry, before)
        for dataset_id, earlier in before.items():
            if not self._held[dataset_id] and dataset_id in claimed:  # it moved, and cannot be read there
                path = claimed[dataset_id]
                self._held[dataset_id][path] = next(iter(earlier.values()))
                self._at[path] = (*self._at.get(path, ()), dataset_id)
            else:
                self._conclude(step.commit, dataset_id, earlier)

    def places(self) -> dict[str, list[str]]:
        """Return the files that hold each dataset after the last step."""
        return {dataset_id: list(held) for dataset_id, held in self._held.items() if held}

    def unread(self, *, now: bool = False) -> list[Unread]:
        """Return what could not be read, oldest first, or only what still cannot be after the last step.

        With `only`, where that dataset is concerned.
        """
        found = list(self._unread_now.values()) if now else self._unread
        if self._only is None:
            return found
        paths = {path for states in self.states.values() for _, path, _, _ in states}
        return [each for each in found if each.path in paths or self._only in each.datasets]

    def _fault(self, entry: Entry) -> tuple[str | None, str | None]:
        """Return why a path cannot be read, and the dataset it claims all the same; None for one that can."""
        if entry.mode in ODD:
            return f"the file is {ODD[entry.mode]}", None
        known = self._contents.get(entry.id) if entry.is_file else None
        return (known.fault, known.claimed) if known else (None, None)

    def _hold(self, entry: Entry, before: dict[str, dict[str, Held]]) -> None:
        """Let a path hold what its content says, and note what its datasets were `before`."""
        known = self._contents.get(entry.id) if entry.is_file else None
        found = {each.dataset_id: each for each in known.datasets} if known else {}
        if self._only is not None:
            found = {self._only: found[self._only]} if self._only in found else {}
        for dataset_id in (*self._at.get(entry.path, ()), *found):
            before.setdefault(dataset_id, dict(self._held[dataset_id]))
            self._held[dataset_id].pop(entry.path, None)
        for dataset_id, facts in found.items():
            self._held[dataset_id][entry.path] = Held(entry.id, facts)
        self._at[entry.path] = tuple(found)

    def _conclude(self, commit: Commit, dataset_id: str, before: dict[str, Held]) -> None:
        now, states = self._held[dataset_id], self.states[dataset_id]
        if not now:
            for path, held in list(before.items())[:1]:
                states.append((commit, path, held.blob, None))
            return
        changed = {path: held for path, held in now.items() if before.get(path) != held}
        if not changed and now.keys() != before.keys():  # one of two files that claimed it went: the other is it now
            changed = now
        states.extend((commit, path, held.blob, held.facts) for path, held in changed.items())
