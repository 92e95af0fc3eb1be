"""Parses the ref updates of a push that git passes to its hooks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.git.refs import check_ref_format, find_first_ref, resolve_commit

if TYPE_CHECKING:
    from dcr.git.repository import Repository

BRANCH_PREFIX = "refs/heads/"
_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_REF = re.compile(rb"refs/[^\x00-\x20\x7f]+\Z")


class HookInputError(DcrError):
    """The input on stdin is not the input of a git hook."""


class NoDefaultBranchError(DcrError):
    """The default branch is unknown."""


class RefUpdate(NamedTuple):
    """A ref that a push updates, with the commits before and after; None if the ref is created or deleted."""

    ref: str
    old: str | None
    new: str | None

    @property
    def name(self) -> str:
        """The ref, a branch without its prefix."""
        return self.ref.removeprefix(BRANCH_PREFIX)


class PublishedBranch(NamedTuple):
    """The default branch, which is the published state; `commit` is None if it does not exist, `source` names it."""

    ref: str
    commit: str | None
    source: str

    @property
    def name(self) -> str:
        """The branch without its prefix."""
        return self.ref.removeprefix(BRANCH_PREFIX)


def parse_pre_receive(stdin: bytes) -> tuple[RefUpdate, ...]:
    """Return the updates of a pre-receive hook, from `OLD NEW REF` lines (githooks(5)). Raise `HookInputError`."""
    found = []
    for line in _split_lines(stdin, "pre-receive"):
        parts = line.split(b" ", 2)
        if len(parts) != 3:
            raise _create_input_error(line, "OLD NEW REF")
        found.append(_parse_update(line, parts[2], parts[0], parts[1], "OLD NEW REF"))
    if not found:
        raise HookInputError(
            "stdin is empty, expected OLD NEW REF lines",
            "make dcr the only reader of stdin, or pass it on: see docs/server.md",
        )
    return tuple(found)


def parse_pre_push(stdin: bytes) -> tuple[RefUpdate, ...]:
    """Return the updates of a pre-push hook, from `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID` lines (githooks(5)).

    The input is empty if there is nothing to push. Raise `HookInputError` if it has another form.
    """
    found = []
    for line in _split_lines(stdin, "pre-push"):
        parts = line.rsplit(b" ", 3)  # the local ref may contain a space: HEAD@{1 day ago}
        if len(parts) != 4:
            raise _create_input_error(line, "LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID")
        found.append(_parse_update(line, parts[2], parts[3], parts[1], "LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID"))
    return tuple(found)


def _split_lines(stdin: bytes, hook: str) -> list[bytes]:
    *lines, rest = stdin.split(b"\n")
    if rest:
        raise HookInputError(
            f"the last line of the {hook} input is incomplete", "let git run the hook, then push again"
        )
    return lines


def _parse_update(line: bytes, ref: bytes, old: bytes, new: bytes, shape: str) -> RefUpdate:
    if not _ID.match(old) or not _ID.match(new) or len(old) != len(new) or not _REF.match(ref):
        raise _create_input_error(line, shape)
    ids = [None if set(oid) == {ord("0")} else oid.decode("ascii") for oid in (old, new)]
    return RefUpdate(ref.decode("utf-8", "surrogateescape"), *ids)


def _create_input_error(line: bytes, shape: str) -> HookInputError:
    text = line[:100].decode("utf-8", "surrogateescape")
    return HookInputError(f"stdin contains '{text}', expected {shape}", "let git run the hook, then push again")


def get_published_branch(repository: Repository, name: str | None) -> PublishedBranch:
    """Return a server's default branch: the given one, or HEAD's. Raise `NoDefaultBranchError` if HEAD has none."""
    if name is not None:
        ref = name if name.startswith("refs/") else f"{BRANCH_PREFIX}{name}"
        source = "--default-branch"
    else:
        result = repository.git.run_unchecked("symbolic-ref", "--quiet", "HEAD")
        ref, source = result.stdout.decode("utf-8", "surrogateescape").rstrip("\n"), "HEAD"
        if result.exit_code != 0 or not ref.startswith(BRANCH_PREFIX):
            raise NoDefaultBranchError(
                "HEAD points to no branch, so the default branch is unknown",
                "in the repository on the server, run: git symbolic-ref HEAD refs/heads/main",
            )
    has_branch = find_first_ref(repository, check_ref_format(ref)) == ref
    return PublishedBranch(ref, resolve_commit(repository, ref) if has_branch else None, source)


def use_tracking_ref(repository: Repository, update: RefUpdate, remote: str) -> RefUpdate:
    """Return an update that starts from the remote-tracking ref of this clone, if there is one."""
    ref = f"refs/remotes/{remote}/{update.name}"
    return update._replace(old=ref) if find_first_ref(repository, ref) == ref else update
