"""Follows a ref: holds the state of its current commit and replaces it when the ref moves."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from dcr.api.snapshots.reading import StateReader
from dcr.errors import DcrError
from dcr.git.base.resolution import resolve_ref
from dcr.git.ref_locations import find_full_name, read_ref_signature
from dcr.git.refs import resolve_commit
from dcr.git.repository import discover_repository

if TYPE_CHECKING:
    from dcr.api.snapshots.state import RegistryState
    from dcr.git.history import LogEntry
    from dcr.git.ref_locations import RefSignature

RECHECK_INTERVAL = 5.0
"""Seconds after which the ref is resolved even if no file of it changed."""

RETRY_INTERVAL = 0.5
"""Seconds after which a ref that could not be read is read again."""


class NotReadyError(DcrError):
    """The history is still being read."""

    consequence = "nothing was read"


class LiveRegistry:
    """The registry of one ref, safe to use from several threads.

    `state` is the newest state; `error` is why the ref cannot be followed at present.
    """

    def __init__(self, folder: str, ref: str | None = None) -> None:
        """Raise a `DcrError` if there is no repository or no such ref. The history is read by `refresh`."""
        self.repository = discover_repository(folder)
        repository = self.repository
        self.name, self.source, self.first_commit = resolve_ref(repository, ref)
        self.full_name = find_full_name(repository, self.name)
        self.error: DcrError | None = None
        self._state: RegistryState | None = None
        self._reader = StateReader(repository, self.name, self.source)
        self._lock = threading.Lock()
        self._signature: RefSignature | None = None
        self._checked = 0.0

    @property
    def state(self) -> RegistryState | None:
        """The newest state. None until the history has been read."""
        return self._state

    def get_state(self) -> RegistryState:
        """Return the newest state. Raise `NotReadyError`, or the error of the first read."""
        if self._state is None:
            raise self.error or NotReadyError("the history is still being read", "try again in a few seconds")
        return self._state

    def needs_check(self) -> bool:
        """Whether the ref may have moved. This only looks at the times of a few files."""
        if time.monotonic() - self._checked > RECHECK_INTERVAL:
            return True
        return read_ref_signature(self.repository, self.full_name) != self._signature

    def refresh(self) -> RegistryState:
        """Resolve the ref, read what changed, and return the state. Raise a `DcrError` if that is not possible."""
        with self._lock:
            signature = read_ref_signature(self.repository, self.full_name)
            try:
                commit = resolve_commit(self.repository, self.full_name or self.name, option="--ref ")
                self._state = self._reader.read(commit)
            except DcrError as error:
                self.error, self._signature = error, signature
                self._checked = time.monotonic() - RECHECK_INTERVAL + RETRY_INTERVAL
                raise
            self.error, self._signature, self._checked = None, signature, time.monotonic()
            return self._state

    def add_commit(self, state: RegistryState, entry: LogEntry) -> RegistryState:
        """Return the state after a commit that was just written on top of `state`."""
        with self._lock:
            found = self._reader.add_commit(state, entry)
            if found is not None:
                self._state = found
                return found
        return self.refresh()
