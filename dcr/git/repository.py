"""Discovers the repository of the working folder, including the variables of git hooks."""

from __future__ import annotations

import os
from typing import NamedTuple

from dcr.errors import DcrError
from dcr.git.command import Git, GitResult, create_git_error

_REPOSITORY_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR")


class NotARepositoryError(DcrError):
    """The working folder is not in a git repository that may be read."""


class TwoRepositoriesError(DcrError):
    """The hook's variables refer to another repository than the working folder."""


class Repository(NamedTuple):
    """A repository; `top` is the root of the working tree, None if the repository is bare.

    `git` runs in `top`, or in the git directory of a bare repository. `index_git` also uses the index of a hook.
    """

    git: Git
    top: str | None
    git_dir: str
    is_shallow: bool
    index_git: Git

    @property
    def common_dir(self) -> str:
        """The git directory that all worktrees share, with configuration, objects and refs."""
        try:
            with open(os.path.join(self.git_dir, "commondir"), encoding="utf-8", errors="surrogateescape") as file:
                return os.path.join(self.git_dir, file.read().rstrip("\n"))
        except FileNotFoundError:  # only a linked worktree has this file
            return self.git_dir

    @property
    def is_bare(self) -> bool:
        """Whether there is no working tree."""
        return self.top is None


def discover_repository(folder: str) -> Repository:
    """Return the repository of `folder`.

    Raise `NotARepositoryError` if there is none, `TwoRepositoriesError` if a hook's variables refer to another one.
    """
    plain = _query_repository(Git(folder))
    if isinstance(plain, Repository) and plain.is_bare and _is_inside(folder, plain.git_dir):
        plain = GitResult(128, b"", "cannot use bare repository")  # as git 2.38 and later report themselves
    hook = {name: os.path.join(folder, os.environ[name]) for name in _REPOSITORY_VARIABLES if os.environ.get(name)}
    if hook:
        plain = _match_hook_repository(folder, plain, hook)
    if isinstance(plain, GitResult):
        plain = _get_bare_repository(folder, plain)
    index = os.environ.get("GIT_INDEX_FILE")
    if index:  # git resolves a relative path from the root of the working tree
        index = os.path.join(plain.top or folder, index)
        plain = plain._replace(index_git=Git(plain.git.folder, {**plain.git.variables, "GIT_INDEX_FILE": index}))
    return plain


def _match_hook_repository(folder: str, plain: Repository | GitResult, hook: dict[str, str]) -> Repository:
    """Return the repository of a hook's variables, which must be that of the folder if it has one."""
    named = _query_repository(Git(folder, hook))
    variables = " ".join(hook)
    if isinstance(named, GitResult):
        if isinstance(plain, GitResult):
            raise _create_not_found_error(folder, named)
        raise TwoRepositoriesError(
            f"{variables} is set, but git finds no repository with it from '{folder}'", f"run: unset {variables}"
        )
    if isinstance(plain, GitResult):
        return named
    if _is_same_path(plain.git_dir, named.git_dir) and (
        "GIT_WORK_TREE" not in hook or _is_same_path(plain.top, named.top)
    ):
        return plain
    actual = named.git_dir if not _is_same_path(plain.git_dir, named.git_dir) else named.top
    raise TwoRepositoriesError(
        f"{variables} refers to '{actual}', but this folder belongs to '{plain.git_dir}'",
        f"run: unset {variables}; or run dcr in the other repository",
    )


def _query_repository(git: Git) -> Repository | GitResult:
    """Return the repository that git finds, or its result if it finds none."""
    result = git.run_unchecked(
        "rev-parse", "--is-shallow-repository", "--is-bare-repository", "--absolute-git-dir", "--show-toplevel"
    )
    *lines, rest = result.stdout.decode("utf-8", "surrogateescape").split("\n")
    if rest or len(lines) < 3 or lines[0] not in _BOOLEANS or lines[1] not in _BOOLEANS:
        return result
    shallow, bare, git_dir, *tops = lines
    if bare == "true" and not tops:  # it has no top level, which git reports as an error
        inside = Git(git_dir, {"GIT_DIR": git_dir})
        return Repository(inside, None, git_dir, shallow == "true", inside)
    if result.exit_code != 0 or not tops:
        return result
    if len(tops) > 1:
        raise NotARepositoryError(f"the path of '{git.folder}' contains a line break", "rename the folder")
    inside = Git(tops[0], {**git.variables, "GIT_DIR": git_dir, "GIT_WORK_TREE": tops[0]} if git.variables else {})
    return Repository(inside, tops[0], git_dir, shallow == "true", inside)


_BOOLEANS = ("true", "false")


def _get_bare_repository(folder: str, result: GitResult) -> Repository:
    """Return a bare repository, which must be the working folder itself and not be inside another repository."""
    if "safe.bareRepository" not in result.stderr and "bare repository" not in result.stderr:
        raise _create_not_found_error(folder, result)
    if not os.path.isfile(os.path.join(folder, "HEAD")):
        raise NotARepositoryError(
            f"'{folder}' is inside a bare repository", "run dcr in the root of the bare repository, or set GIT_DIR"
        )
    outer = _query_repository(Git(os.path.dirname(os.path.abspath(folder))))
    if isinstance(outer, Repository):
        raise NotARepositoryError(
            f"'{folder}' is a bare repository inside the repository '{outer.git_dir}'",
            "run dcr in the outer repository, or set GIT_DIR to use this one",
        )
    repository = _query_repository(Git(folder, {"GIT_DIR": os.path.abspath(folder)}))
    if isinstance(repository, GitResult):
        raise _create_not_found_error(folder, repository)
    return repository


def _create_not_found_error(folder: str, result: GitResult) -> DcrError:
    if "not a git repository" in result.stderr:
        return NotARepositoryError(
            f"'{folder}' is not in a git repository", "change to the repository of your contracts, or run: git init"
        )
    return create_git_error(("rev-parse",), result)


def _is_same_path(first: str | None, second: str | None) -> bool:
    return os.path.realpath(first or "") == os.path.realpath(second or "")


def _is_inside(folder: str, parent: str) -> bool:
    inner, outer = os.path.realpath(folder), os.path.realpath(parent)
    return inner == outer or inner.startswith(f"{outer}{os.sep}")
