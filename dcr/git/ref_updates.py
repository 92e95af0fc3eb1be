"""What git tells its hooks about a push: which refs move, and from which commit to which."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.git.base.comparison import find_first_ref
from dcr.git.refs import check_ref_format, resolve_commit

if TYPE_CHECKING:
    from dcr.git.repository import Repository

BRANCH_PREFIX = "refs/heads/"
_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_REF = re.compile(rb"refs/[^\x00-\x20\x7f]+\Z")


class HookInputError(DcrError):
    """What came on stdin is not what git tells a hook."""


class NoDefaultBranchError(DcrError):
    """Nothing says which branch holds what is published."""


class RefUpdate(NamedTuple):
    """One ref that a push moves: the commits before and after, None where it is absent."""

    ref: str
    old: str | None
    new: str | None

    @property
    def name(self) -> str:
        """The ref as people say it: a branch without what all branches begin with."""
        return self.ref.removeprefix(BRANCH_PREFIX)


class PublishedBranch(NamedTuple):
    """The branch that holds what is published; `commit` is None when it is not there, `source` what says so."""

    ref: str
    commit: str | None
    source: str

    @property
    def name(self) -> str:
        """The branch as people say it."""
        return self.ref.removeprefix(BRANCH_PREFIX)


def parse_pre_receive(given: bytes) -> tuple[RefUpdate, ...]:
    """Return what git tells a pre-receive hook: `OLD NEW REF` for each ref (githooks(5)). Raises `HookInputError`."""
    found = []
    for line in _split_lines(given, "pre-receive"):
        parts = line.split(b" ", 2)
        if len(parts) != 3:
            raise _create_input_error(line, "OLD NEW REF")
        found.append(_parse_update(line, parts[2], parts[0], parts[1], "OLD NEW REF"))
    if not found:
        raise HookInputError(
            "git told of no ref on stdin", "let dcr be the only reader of stdin, or hand it on: see docs/server.md"
        )
    return tuple(found)


def parse_pre_push(given: bytes) -> tuple[RefUpdate, ...]:
    """Return what git tells a pre-push hook: `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID` for each ref (githooks(5)).

    Nothing at all is what git says when there is nothing to push. Raises `HookInputError`.
    """
    found = []
    for line in _split_lines(given, "pre-push"):
        parts = line.rsplit(b" ", 3)  # what the local side was called may hold a blank: HEAD@{1 day ago}
        if len(parts) != 4:
            raise _create_input_error(line, "LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID")
        found.append(_parse_update(line, parts[2], parts[3], parts[1], "LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID"))
    return tuple(found)


def _split_lines(given: bytes, hook: str) -> list[bytes]:
    *lines, rest = given.split(b"\n")
    if rest:
        raise HookInputError(f"stdin ends in the middle of a line of {hook}", "let git run the hook, and push again")
    return lines


def _parse_update(line: bytes, ref: bytes, old: bytes, new: bytes, shape: str) -> RefUpdate:
    if not _ID.match(old) or not _ID.match(new) or len(old) != len(new) or not _REF.match(ref):
        raise _create_input_error(line, shape)
    ids = [None if set(each) == {ord("0")} else each.decode("ascii") for each in (old, new)]
    return RefUpdate(ref.decode("utf-8", "surrogateescape"), *ids)


def _create_input_error(line: bytes, shape: str) -> HookInputError:
    written = line[:100].decode("utf-8", "surrogateescape")
    return HookInputError(f"stdin holds '{written}', expected {shape}", "let git run the hook, and push again")


def get_published_branch(repository: Repository, named: str | None) -> PublishedBranch:
    """Return a server's default branch: the one that is named, or HEAD's. Raises `NoDefaultBranchError`."""
    if named is not None:
        ref = named if named.startswith("refs/") else f"{BRANCH_PREFIX}{named}"
        source = "--default-branch"
    else:
        answer = repository.git.run_unchecked("symbolic-ref", "--quiet", "HEAD")
        ref, source = answer.stdout.decode("utf-8", "surrogateescape").rstrip("\n"), "HEAD"
        if answer.exit_code != 0 or not ref.startswith(BRANCH_PREFIX):
            raise NoDefaultBranchError(
                "HEAD names no branch, so nothing says which one holds what is published",
                "in the repository on the server: git symbolic-ref HEAD refs/heads/main",
            )
    there = find_first_ref(repository, check_ref_format(ref))
    return PublishedBranch(ref, resolve_commit(repository, ref) if there == ref else None, source)


def use_tracking_ref(repository: Repository, update: RefUpdate, remote: str) -> RefUpdate:
    """Return an update with the remote's commit as this clone last saw it, where it ever did."""
    ref = f"refs/remotes/{remote}/{update.name}"
    return update._replace(old=ref) if find_first_ref(repository, ref) == ref else update
