"""The base: which ref a check compares with, where that came from, and the merge-base it leads to."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.git import ci

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.git.repository import Repository

_DEFAULTS = ("refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master")
_UNFIT = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\A-|\A\.|/\Z|\.\Z|\.lock\Z|\A@\Z")
_ANCESTOR = re.compile(r"(?:[~^][0-9]*)+\Z")


class BadRefError(DcrError):
    """A ref is not of a ref's shape, names nothing, or names two things."""


class NoBaseError(DcrError):
    """Nothing says what to compare with."""


class NoMergeBaseError(DcrError):
    """The base and the head have no common commit that can be seen, or more than one best one."""


class UnbornHeadError(DcrError):
    """The repository has no commit yet."""


class Base(NamedTuple):
    """What a check compares with; `head` is the commit that was compared or that the working tree sits on."""

    ref: str
    source: str
    commit: str
    merge_base: str
    head: str


def resolve_base(
    repository: Repository, base: str | None, head: str | None, policy_base: Callable[[str], str | None]
) -> Base:
    """Return the base, in the order: option, DCR_BASE, CI variables, policy, origin/HEAD, main, master, HEAD.

    `policy_base(commit)` answers what the policy in a commit names. Raises a `DcrError` for anything that is
    set and cannot be resolved: that is never "no base".
    """
    fix = ""
    if base is not None:
        name, source = base, "--base"
    elif os.environ.get("DCR_BASE"):
        name, source = os.environ["DCR_BASE"], "DCR_BASE"
    elif named := ci.candidate(os.environ):
        name, source, fix = _first_existing(repository, named), named.source, named.fix
    else:
        name, source = _default(repository, policy_base)
    return _common(repository, name, source, head or "HEAD", fix)


def check_shape(ref: str) -> str:
    """Return a ref whose shape is a ref's. Raises `BadRefError`: no options, ranges, paths or expressions."""
    plain = _ANCESTOR.sub("", ref)
    if not plain or _UNFIT.search(plain) or len(ref) > 1_000:
        raise BadRefError(
            f"'{ref[:100]}' is not a ref", "name a branch, tag or commit, for example: dcr check --base origin/main"
        )
    return ref


def resolve_commit(repository: Repository, ref: str, fix: str = "") -> str:
    """Return the commit a ref names. Raises `BadRefError` when it names none, or both a tag and a branch."""
    check_shape(ref)
    answer = repository.git.ask("rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    _refuse_ambiguous(ref, answer.complaint)
    if answer.code != 0:
        if ref == "HEAD":
            raise UnbornHeadError(
                "the repository has no commit yet",
                "make the first one, there is nothing to compare: git commit --no-verify",
            )
        name = ref.removeprefix("refs/remotes/origin/").removeprefix("origin/")
        raise BadRefError(
            f"the ref '{ref}' names no commit in this repository",
            fix or f"git fetch origin {name}:refs/remotes/origin/{name}, or name another: dcr check --base REF",
        )
    return answer.out.decode().strip()


def _first_existing(repository: Repository, named: ci.Candidate) -> str:
    for ref in named.refs:
        check_shape(ref)
    if len(named.refs) == 1:
        return named.refs[0]
    for ref in named.refs:
        if repository.git.ask("rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}").code == 0:
            return ref
    raise BadRefError(f"{named.source} names '{named.written}', which is not in this clone", named.fix)


def _default(repository: Repository, policy_base: Callable[[str], str | None]) -> tuple[str, str]:
    listing = repository.git.run("for-each-ref", "--format=%(refname) %(objectname) %(symref)", *_DEFAULTS)
    found = {}
    for line in listing.decode("utf-8", "surrogateescape").splitlines():
        name, commit, target = line.split(" ", 2)
        found[name] = (commit, target)
    fallback = next((name for name in _DEFAULTS if name in found), None)
    named = policy_base(found[fallback][0] if fallback else "HEAD")
    if named is not None:
        return named, "policy"
    if fallback is None:
        return _only_branch(repository), "HEAD"
    return found[fallback][1] or fallback, fallback.removeprefix("refs/remotes/").removeprefix("refs/heads/")


def _only_branch(repository: Repository) -> str:
    """HEAD, when the repository has a single branch and so nothing else to go by."""
    refs = repository.git.run("for-each-ref", "--count=2", "--format=%(refname)", "refs/heads", "refs/remotes").split()
    here = repository.git.ask("symbolic-ref", "--quiet", "HEAD").out.strip()
    if (here and not refs) or refs == [here]:
        return "HEAD"
    raise NoBaseError(
        "there is no origin/HEAD, main or master to compare with",
        'dcr check --base REF, or write base = "…" into dcr.toml',
    )


def _common(repository: Repository, ref: str, source: str, head: str, fix: str) -> Base:
    check_shape(ref)
    if head != "HEAD":
        check_shape(head)
    answer = repository.git.ask("rev-parse", f"{ref}^{{commit}}...{head}^{{commit}}")
    _refuse_ambiguous(ref, answer.complaint)
    lines = answer.out.decode("utf-8", "replace").split()
    if answer.code != 0 or len(lines) < 2:
        head_commit = resolve_commit(repository, head)
        commit = resolve_commit(repository, ref, fix)
        lines = [commit, head_commit, *_merge_bases(repository, commit, head_commit)]
    commit, head_commit, *bases = lines
    common = [each.removeprefix("^") for each in bases]
    if len(common) != 1:
        raise _no_merge_base(repository, ref, common, fix)
    return Base(_short(ref), source, commit, common[0], head_commit)


def _merge_bases(repository: Repository, commit: str, head: str) -> list[str]:
    answer = repository.git.ask("merge-base", "--all", commit, head)
    if answer.code not in (0, 1):
        from dcr.git.command import failure  # noqa: PLC0415

        raise failure(("merge-base",), answer)
    return answer.out.decode().split()


def _no_merge_base(repository: Repository, ref: str, found: list[str], fix: str) -> NoMergeBaseError:
    name = _short(ref)
    branch = name.removeprefix("origin/")
    if found:
        return NoMergeBaseError(
            f"'{name}' and the head have {len(found)} merge-bases (a criss-cross merge)",
            f"git merge {name}, then check again; or name one: dcr check --base {found[0][:12]}",
        )
    if repository.shallow:
        fetch = f"git fetch --unshallow origin && git fetch origin {branch}:refs/remotes/origin/{branch}"
        return NoMergeBaseError(
            f"this clone is shallow and does not hold the merge-base with '{name}'",
            f"{fix}; or {fetch}" if fix else fetch,
        )
    return NoMergeBaseError(
        f"'{name}' and the head have no common commit", "name a base that the branch grew from: dcr check --base REF"
    )


def _refuse_ambiguous(ref: str, complaint: str) -> None:
    if "is ambiguous" in complaint:
        raise BadRefError(
            f"'{ref}' names more than one thing in this repository (a tag and a branch?)",
            f"say which: dcr check --base refs/heads/{ref}",
        )


def _short(ref: str) -> str:
    return ref.removeprefix("refs/remotes/").removeprefix("refs/heads/")
