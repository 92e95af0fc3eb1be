"""Refs as data: what may be one, which commit it names, and whether it names only one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.errors import DcrError
from dcr.git.base.fetch_hints import ANCESTOR, ID, look_for
from dcr.git.command import failure

if TYPE_CHECKING:
    from dcr.git.repository import Repository

BASE_OPTION = "--base "
"""What is written before a ref that names the base."""
_UNFIT = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\A-|\A\.|/\Z|\.\Z|\.lock\Z|\A@\Z")
_AMBIGUOUS = r"refname '(.*)' is ambiguous"


class BadRefError(DcrError):
    """A ref is not of a ref's shape, names nothing, or names two things."""


class UnbornHeadError(DcrError):
    """The repository has no commit yet."""


def check_shape(ref: str, option: str = BASE_OPTION) -> str:
    """Return a ref whose shape is a ref's. Raises `BadRefError`: no options, ranges, paths or expressions."""
    plain = ANCESTOR.sub("", ref)
    if not plain or _UNFIT.search(plain) or len(ref) > 1_000:
        raise BadRefError(
            f"'{ref[:100]}' is not a ref", f"name a branch, tag or commit, for example: {option}origin/main"
        )
    return ref


def resolve_commit(repository: Repository, ref: str, fix: str = "", option: str = BASE_OPTION) -> str:
    """Return the commit a ref names. Raises `BadRefError` when it names none, or both a tag and a branch.

    `option` is what hints write before a ref: what the user wrote there, nothing where it was an argument.
    """
    check_shape(ref, option)
    answer = repository.git.ask("rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    refuse_ambiguous(answer.complaint, option)
    found = answer.out.decode("ascii", "replace").strip()
    if answer.code == 0 and ID.match(found):
        return found
    if ref == "HEAD":
        if is_unborn(repository):
            raise unborn()
        raise BadRefError("HEAD names no commit that is here", "git fsck shows what is wrong with the repository")
    raise BadRefError(
        f"the ref '{ref}' names no commit in this repository",
        fix or look_for(repository, ref) + f", or name another: {option}REF",
    )


def is_unborn(repository: Repository) -> bool:
    """Whether HEAD names a branch without a commit; any other reason why it names none raises."""
    answer = repository.git.attest("rev-parse", "--verify", "--quiet", "HEAD")
    if answer.code == 1 and not answer.complaint:
        return True
    if answer.code != 0 or not answer.out:
        raise failure(("rev-parse",), answer)
    return False


def unborn() -> UnbornHeadError:
    """Return the error for a repository without a commit."""
    return UnbornHeadError(
        "the repository has no commit yet", "make the first one, there is nothing to compare: git commit --no-verify"
    )


def refuse_ambiguous(complaint: str, option: str = BASE_OPTION) -> None:
    """Raise `BadRefError` if git complains of a ref that names more than one thing."""
    found = re.search(_AMBIGUOUS, complaint) if complaint else None
    if found is None:
        return
    ref = found[1]
    hint = f"say which: {option}refs/heads/{ref}, or {option}refs/tags/{ref}"
    if ref == "HEAD":
        hint = "a branch or tag is called HEAD: git branch -m HEAD another-name, or git tag -d HEAD"
    raise BadRefError(f"'{ref}' names more than one thing in this repository (a tag and a branch?)", hint)
