"""Commits planned changes: checks them on the newest state and moves the ref by compare-and-swap."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from dcr.api.compatibility_json import is_compatible
from dcr.api.http.problems import ProblemError
from dcr.api.writing.messages import build_message
from dcr.api.writing.paths import choose_branch
from dcr.errors import UsageError
from dcr.git.changes import ABSENT_MODE
from dcr.git.history import Commit, LogEntry, PathChange
from dcr.git.ref_locations import BRANCH_PREFIX, find_checkout, read_checkout_signature
from dcr.git.writing.commits import (
    FILE_MODE,
    BranchWriter,
    CommitRequest,
    Identity,
    PathTakenError,
    RefMovedError,
)

if TYPE_CHECKING:
    from dcr.api.http.metrics import Metrics
    from dcr.api.snapshots.live import LiveRegistry
    from dcr.api.snapshots.state import RegistryState
    from dcr.api.tokens import Person
    from dcr.api.writing.changes import Change, PlannedChange
    from dcr.git.ref_locations import RefSignature

MAX_ATTEMPTS = 10
COMMITTER = Identity("dcr serve", "dcr-serve@localhost")
_WAIT_SECONDS = 0.02


class WriteResult(NamedTuple):
    """A change and the commit that has it; `branch` is the branch of a proposal. A change of nothing has no commit."""

    change: PlannedChange
    commit: str | None
    branch: str | None = None


class RegistryWriter:
    """Writes to the ref of a registry, one change at a time."""

    def __init__(self, live: LiveRegistry, metrics: Metrics, *, propose: bool = False) -> None:
        """Raise `UsageError` if the ref is not a branch, or a working tree has it checked out."""
        self._live, self._metrics, self._propose = live, metrics, propose
        name = live.full_name
        if name is None or not name.startswith(BRANCH_PREFIX):
            raise UsageError(
                f"'{live.name}' is not a local branch, so nothing can be committed to it",
                "dcr serve --writable --ref main, in a clone that has the branch",
            )
        self.ref = name
        self._branch_writer = BranchWriter(live.repository)
        self._lock = threading.Lock()
        self._checkouts: RefSignature | None = None
        if not propose:
            self._require_no_checkout()

    def write(self, change: Change, person: Person, deadline: float) -> WriteResult:
        """Check a change and commit it. Raise `ProblemError` for one that is refused, or not in time.

        `deadline` is a time of `time.monotonic`; after it the ref is not moved.
        """
        if not self._lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise _create_late_error()
        try:
            return self._write(change, person, deadline)
        finally:
            self._lock.release()

    def _write(self, change: Change, person: Person, deadline: float) -> WriteResult:
        state = self._live.get_state()
        if not self._propose:
            self._require_no_checkout()
        for attempt in range(1, MAX_ATTEMPTS + 1):
            state, planned = self._plan(change, state)
            if not planned.has_changes or not is_compatible(planned.report):
                return WriteResult(planned, None)
            if time.monotonic() > deadline:
                raise _create_late_error()
            try:
                return self._commit(state, planned, person, deadline)
            except RefMovedError as error:
                self._metrics.count_retry()
                if self._propose:
                    raise ProblemError(
                        409, "proposed-already", error.message, "merge or delete the branch of the earlier proposal"
                    ) from error
                time.sleep(_WAIT_SECONDS * (attempt - 1))  # another process holds the lock of the ref
                state = self._live.refresh()
        raise ProblemError(
            409, "conflict", f"'{self.ref}' moved {MAX_ATTEMPTS} times while the change was checked",
            "send the request again",
        )  # fmt: skip

    def _plan(self, change: Change, state: RegistryState) -> tuple[RegistryState, PlannedChange]:
        """Return the change on a state. A refusal counts only on the newest one; a commit is checked by its ref."""
        try:
            planned = change.plan(state)
        except ProblemError:
            newest = self._find_newer(state)
            if newest is None:
                raise
            return newest, change.plan(newest)
        if is_compatible(planned.report) and planned.has_changes and not self._propose:
            return state, planned
        newest = self._find_newer(state)
        return (state, planned) if newest is None else (newest, change.plan(newest))

    def _find_newer(self, state: RegistryState) -> RegistryState | None:
        """Return the state of the ref as it is now. Return None if it is the same."""
        newest = self._live.refresh() if self._live.needs_check() else self._live.get_state()
        return newest if newest.commit != state.commit else None

    def _commit(self, state: RegistryState, planned: PlannedChange, person: Person, deadline: float) -> WriteResult:
        writer, path = self._branch_writer, planned.file.path
        if planned.is_new_file:
            self._require_free_path(state, path)
        author, seconds = Identity(person.name, person.email), int(time.time())
        message = build_message(planned, state)
        request = CommitRequest(state.commit, path, planned.file.content, message, author, COMMITTER, seconds)
        try:
            written = writer.write_commit(request)
        except PathTakenError as error:
            raise ProblemError(409, "path-taken", error.message, error.hint) from error
        if time.monotonic() > deadline:
            raise _create_late_error()
        subject = message.partition("\n")[0]
        contract = planned.contract
        if self._propose:
            branch = choose_branch(contract.dataset_id, contract.version)
            writer.move_ref(branch, written.id, None, COMMITTER, f"dcr serve: {subject}")
            return WriteResult(planned, written.id, branch)
        writer.move_ref(self.ref, written.id, state.commit, COMMITTER, f"dcr serve: {subject}")
        mode, oid = written.previous or (ABSENT_MODE, "0" * len(written.blob))
        date = datetime.fromtimestamp(seconds, UTC).isoformat()
        commit = Commit(written.id, author.name, author.email, date, subject)
        entry = PathChange(path, mode, mode if written.previous else FILE_MODE, oid, written.blob)
        state.loader.add_text(written.blob, planned.file.content)
        self._live.add_commit(state, LogEntry(commit, (entry,)))
        return WriteResult(planned, written.id)

    def _require_free_path(self, state: RegistryState, path: str) -> None:
        """Raise `ProblemError` if something is at a path, or would be on a file system without case."""
        folder, _, name = path.rpartition("/")
        steps = [*folder.split("/"), name]
        for number, step in enumerate(steps):
            known = self._branch_writer.list_names(state.commit, "/".join(steps[:number]))
            if number == len(steps) - 1 and step in known:
                raise ProblemError(409, "path-taken", f"'{path}' is there already", "move or rename that file")
            other = next((each for each in known if each != step and each.casefold() == step.casefold()), None)
            if other is not None:
                raise ProblemError(
                    409, "path-taken", f"'{path}' differs from '{other}' only in upper and lower case",
                    "use the id that exists, or commit the file under another name",
                )  # fmt: skip

    def _require_no_checkout(self) -> None:
        """Raise `UsageError` if a working tree has the branch checked out: it would be behind its own branch."""
        signature = read_checkout_signature(self._live.repository)
        if signature == self._checkouts:
            return
        folder = find_checkout(self._live.repository, self.ref)
        if folder is not None:
            branch = self.ref.removeprefix(BRANCH_PREFIX)
            raise CheckedOutError(
                409, "checked-out", f"branch '{branch}' is checked out in a working tree of this repository",
                f"serve a bare clone (git clone --bare), another branch (--ref), or check out another: git switch "
                f"--detach; --propose works too: it leaves '{branch}' alone",
            )  # fmt: skip
        self._checkouts = signature


class CheckedOutError(ProblemError):
    """A working tree has the branch checked out."""


def _create_late_error() -> ProblemError:
    return ProblemError(
        503, "too-slow", "the change was not checked in time, and nothing was written", headers={"Retry-After": "1"}
    )
