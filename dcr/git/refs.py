"""Checks refs and resolves them to commits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.errors import DcrError
from dcr.git.command import create_git_error
from dcr.git.fetch_hints import format_lookup_hint
from dcr.git.ref_names import ANCESTOR_SUFFIX, OBJECT_ID

if TYPE_CHECKING:
    from dcr.git.repository import Repository

BASE_OPTION = "--base "
"""The option of a ref that names the base, as hints print it."""
_INVALID_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\A-|\A\.|/\Z|\.\Z|\.lock\Z|\A@\Z")
_AMBIGUITY_WARNING = r"refname '(.*)' is ambiguous"


class BadRefError(DcrError):
    """A ref is malformed, does not exist, or is ambiguous."""


class UnbornHeadError(DcrError):
    """The repository has no commits."""


def check_ref_format(ref: str, option: str = BASE_OPTION) -> str:
    """Return a well-formed ref. Raise `BadRefError` if it is an option, a range, a path or an expression."""
    name = ANCESTOR_SUFFIX.sub("", ref)
    if not name or _INVALID_REF.search(name) or len(ref) > 1_000:
        raise BadRefError(
            f"'{ref[:100]}' is not a valid ref", f"choose a branch, tag or commit, for example: {option}origin/main"
        )
    return ref


def resolve_commit(repository: Repository, ref: str, hint: str = "", option: str = BASE_OPTION) -> str:
    """Return the commit of a ref. Raise `BadRefError` if there is none, or if both a tag and a branch have the name.

    `option` is what hints print before a ref: the option that the user wrote, empty for an argument.
    """
    check_ref_format(ref, option)
    result = repository.git.run_unchecked("rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    check_ambiguity(result.stderr, option)
    commit = result.stdout.decode("ascii", "replace").strip()
    if result.exit_code == 0 and OBJECT_ID.match(commit):
        return commit
    if ref == "HEAD":
        if is_unborn(repository):
            raise create_unborn_error()
        raise BadRefError("HEAD points to a commit that is not in this repository", "find what is missing: git fsck")
    if "expected commit type" in result.stderr:
        raise BadRefError(f"ref '{ref}' is not a commit", f"choose a branch, tag or commit: {option}REF")
    raise BadRefError(
        f"ref '{ref}' does not exist", hint or f"{format_lookup_hint(repository, ref)}; or choose another: {option}REF"
    )


def find_branch(repository: Repository) -> str | None:
    """Return the name of the branch that HEAD is on, None if it is on none."""
    result = repository.git.run_unchecked("symbolic-ref", "--quiet", "--short", "HEAD")
    return result.stdout.decode("utf-8", "surrogateescape").strip() or None


def is_unborn(repository: Repository) -> bool:
    """Return whether HEAD is a branch without a commit. Raise `GitFailedError` if it cannot be resolved otherwise."""
    result = repository.git.run_traced("rev-parse", "--verify", "--quiet", "HEAD")
    if result.exit_code == 1 and not result.stderr:
        return True
    if result.exit_code != 0 or not result.stdout:
        raise create_git_error(("rev-parse",), result)
    return False


def create_unborn_error() -> UnbornHeadError:
    """Return the error for a repository without commits."""
    return UnbornHeadError(
        "the repository has no commits yet",
        "create the first commit, which has nothing to compare with: git commit --no-verify",
    )


def check_ambiguity(stderr: str, option: str = BASE_OPTION) -> None:
    """Raise `BadRefError` if git warns that a ref is ambiguous."""
    match = re.search(_AMBIGUITY_WARNING, stderr) if stderr else None
    if match is None:
        return
    ref = match[1]
    hint = f"use the full name: {option}refs/heads/{ref} or {option}refs/tags/{ref}"
    if ref == "HEAD":
        hint = "rename the branch or delete the tag called HEAD: git branch -m HEAD another-name, or git tag -d HEAD"
    raise BadRefError(f"ref '{ref}' is ambiguous (a tag and a branch?)", hint)


def has_refs(repository: Repository, *, branches: bool = False) -> bool:
    """Return whether there is any ref, or any branch. Raise `GitFailedError` if git's exit code answers neither."""
    arguments = ("show-ref", "--quiet", *(("--heads",) if branches else ()))
    result = repository.git.run_traced(*arguments)
    if result.exit_code not in (0, 1) or result.stderr:
        raise create_git_error(arguments, result._replace(exit_code=0 if result.exit_code == 1 else result.exit_code))
    return result.exit_code == 0


def find_first_ref(repository: Repository, prefix: str) -> str:
    """Return the first ref at or below a name, or an empty string. Raise `GitFailedError` if a ref is broken."""
    result = repository.git.run_traced("for-each-ref", "--count=1", "--format=%(refname)", prefix)
    if result.exit_code != 0 or result.stderr:
        raise create_git_error(("for-each-ref",), result)
    return result.stdout.decode("utf-8", "surrogateescape").rstrip("\n")
