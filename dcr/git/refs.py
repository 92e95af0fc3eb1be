"""Refs as data: what may be one, which commit it names, and whether it names only one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.errors import DcrError
from dcr.git.command import create_git_error
from dcr.git.fetch_hints import ANCESTOR_SUFFIX, OBJECT_ID, format_lookup_hint

if TYPE_CHECKING:
    from dcr.git.repository import Repository

BASE_OPTION = "--base "
"""What is written before a ref that names the base."""
_INVALID_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\A-|\A\.|/\Z|\.\Z|\.lock\Z|\A@\Z")
_AMBIGUITY_WARNING = r"refname '(.*)' is ambiguous"


class BadRefError(DcrError):
    """A ref is not of a ref's shape, names nothing, or names two things."""


class UnbornHeadError(DcrError):
    """The repository has no commit yet."""


def check_ref_format(ref: str, option: str = BASE_OPTION) -> str:
    """Return a ref whose shape is a ref's. Raises `BadRefError`: no options, ranges, paths or expressions."""
    plain = ANCESTOR_SUFFIX.sub("", ref)
    if not plain or _INVALID_REF.search(plain) or len(ref) > 1_000:
        raise BadRefError(
            f"'{ref[:100]}' is not a ref", f"name a branch, tag or commit, for example: {option}origin/main"
        )
    return ref


def resolve_commit(repository: Repository, ref: str, fix: str = "", option: str = BASE_OPTION) -> str:
    """Return the commit a ref names. Raises `BadRefError` when it names none, or both a tag and a branch.

    `option` is what hints write before a ref: what the user wrote there, nothing where it was an argument.
    """
    check_ref_format(ref, option)
    answer = repository.git.run_unchecked("rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    check_ambiguity(answer.stderr, option)
    found = answer.stdout.decode("ascii", "replace").strip()
    if answer.exit_code == 0 and OBJECT_ID.match(found):
        return found
    if ref == "HEAD":
        if is_unborn(repository):
            raise create_unborn_error()
        raise BadRefError("HEAD names no commit that is here", "git fsck shows what is wrong with the repository")
    raise BadRefError(
        f"the ref '{ref}' names no commit in this repository",
        fix or format_lookup_hint(repository, ref) + f", or name another: {option}REF",
    )


def is_unborn(repository: Repository) -> bool:
    """Whether HEAD names a branch without a commit; any other reason why it names none raises."""
    answer = repository.git.run_traced("rev-parse", "--verify", "--quiet", "HEAD")
    if answer.exit_code == 1 and not answer.stderr:
        return True
    if answer.exit_code != 0 or not answer.stdout:
        raise create_git_error(("rev-parse",), answer)
    return False


def create_unborn_error() -> UnbornHeadError:
    """Return the error for a repository without a commit."""
    return UnbornHeadError(
        "the repository has no commit yet", "make the first one, there is nothing to compare: git commit --no-verify"
    )


def check_ambiguity(complaint: str, option: str = BASE_OPTION) -> None:
    """Raise `BadRefError` if git complains of a ref that names more than one thing."""
    found = re.search(_AMBIGUITY_WARNING, complaint) if complaint else None
    if found is None:
        return
    ref = found[1]
    hint = f"say which: {option}refs/heads/{ref}, or {option}refs/tags/{ref}"
    if ref == "HEAD":
        hint = "a branch or tag is called HEAD: git branch -m HEAD another-name, or git tag -d HEAD"
    raise BadRefError(f"'{ref}' names more than one thing in this repository (a tag and a branch?)", hint)
