"""Which repository this is: found once from the working folder, with and without what hooks set."""

from __future__ import annotations

import os
from typing import NamedTuple

from dcr.errors import DcrError
from dcr.git.command import Git, GitResult, create_git_error

_REPOSITORY_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR")


class NotARepositoryError(DcrError):
    """The working folder is in no git repository that may be read."""


class TwoRepositoriesError(DcrError):
    """The hook's variables name another repository than the one around the working folder."""


class Repository(NamedTuple):
    """A repository: `top` is the working tree's root, None for a bare one.

    `git` runs in `top` (the git folder of a bare one); `index_git` is the same with the hook's own index.
    """

    git: Git
    top: str | None
    git_dir: str
    is_shallow: bool
    index_git: Git

    @property
    def common_dir(self) -> str:
        """The folder that all worktrees share: configuration, objects and refs."""
        try:
            with open(os.path.join(self.git_dir, "commondir"), encoding="utf-8", errors="surrogateescape") as file:
                return os.path.join(self.git_dir, file.read().rstrip("\n"))
        except FileNotFoundError:  # only a linked worktree says where it is
            return self.git_dir

    @property
    def is_bare(self) -> bool:
        """Whether there is no working tree."""
        return self.top is None


def discover_repository(folder: str) -> Repository:
    """Return the repository around `folder`.

    Raises `NotARepositoryError`, and `TwoRepositoriesError` when a hook's variables name another one.
    """
    plain = _query_repository(Git(folder))
    if isinstance(plain, Repository) and plain.is_bare and _is_inside(folder, plain.git_dir):
        plain = GitResult(128, b"", "cannot use bare repository")  # as git 2.38 and later say by themselves
    hook = {name: os.path.join(folder, os.environ[name]) for name in _REPOSITORY_VARIABLES if os.environ.get(name)}
    if hook:
        plain = _match_hook_repository(folder, plain, hook)
    if isinstance(plain, GitResult):
        plain = _get_bare_repository(folder, plain)
    index = os.environ.get("GIT_INDEX_FILE")
    if index:  # git takes a relative one from the working tree's root, wherever it was called
        index = os.path.join(plain.top or folder, index)
        plain = plain._replace(index_git=Git(plain.git.folder, {**plain.git.variables, "GIT_INDEX_FILE": index}))
    return plain


def _match_hook_repository(folder: str, plain: Repository | GitResult, hook: dict[str, str]) -> Repository:
    """Return the repository that a hook's variables name, which must be the one around the folder if there is one."""
    named = _query_repository(Git(folder, hook))
    variables = " ".join(hook)
    if isinstance(named, GitResult):
        if isinstance(plain, GitResult):
            raise _create_not_found_error(folder, named)
        raise TwoRepositoriesError(
            f"{variables} is set, and git finds no repository by it from '{folder}'", f"unset {variables}"
        )
    if isinstance(plain, GitResult):
        return named
    if _is_same_path(plain.git_dir, named.git_dir) and (
        "GIT_WORK_TREE" not in hook or _is_same_path(plain.top, named.top)
    ):
        return plain
    theirs = named.git_dir if not _is_same_path(plain.git_dir, named.git_dir) else named.top
    raise TwoRepositoriesError(
        f"{variables} names '{theirs}', and this folder belongs to '{plain.git_dir}'",
        f"unset {variables}, or run dcr in the repository that it names",
    )


def _query_repository(git: Git) -> Repository | GitResult:
    """Return the repository git finds, or its answer when it finds none."""
    answer = git.run_unchecked(
        "rev-parse", "--is-shallow-repository", "--is-bare-repository", "--absolute-git-dir", "--show-toplevel"
    )
    *lines, rest = answer.stdout.decode("utf-8", "surrogateescape").split("\n")
    if rest or len(lines) < 3 or lines[0] not in _BOOLEANS or lines[1] not in _BOOLEANS:
        return answer
    shallow, bare, git_dir, *tops = lines
    if bare == "true" and not tops:  # such a one has no top level, which git calls an error
        inside = Git(git_dir, {"GIT_DIR": git_dir})
        return Repository(inside, None, git_dir, shallow == "true", inside)
    if answer.exit_code != 0 or not tops:
        return answer
    if len(tops) > 1:
        raise NotARepositoryError(f"the name of '{git.folder}' holds a line break", "rename the folder")
    inside = Git(tops[0], {**git.variables, "GIT_DIR": git_dir, "GIT_WORK_TREE": tops[0]} if git.variables else {})
    return Repository(inside, tops[0], git_dir, shallow == "true", inside)


_BOOLEANS = ("true", "false")


def _get_bare_repository(folder: str, answer: GitResult) -> Repository:
    """A bare repository is only read when it is the working folder itself and no repository holds it."""
    if "safe.bareRepository" not in answer.stderr and "bare repository" not in answer.stderr:
        raise _create_not_found_error(folder, answer)
    if not os.path.isfile(os.path.join(folder, "HEAD")):
        raise NotARepositoryError(
            f"'{folder}' is inside a bare repository", "run dcr in the bare repository's own folder, or set GIT_DIR"
        )
    around = _query_repository(Git(os.path.dirname(os.path.abspath(folder))))
    if isinstance(around, Repository):
        raise NotARepositoryError(
            f"'{folder}' is a bare repository inside the repository '{around.git_dir}'",
            "run dcr in the outer repository, or set GIT_DIR to say that this one is meant",
        )
    found = _query_repository(Git(folder, {"GIT_DIR": os.path.abspath(folder)}))
    if isinstance(found, GitResult):
        raise _create_not_found_error(folder, found)
    return found


def _create_not_found_error(folder: str, answer: GitResult) -> DcrError:
    if "not a git repository" in answer.stderr:
        return NotARepositoryError(
            f"'{folder}' is not in a git repository", "cd into the repository of your contracts, or: git init"
        )
    return create_git_error(("rev-parse",), answer)


def _is_same_path(first: str | None, second: str | None) -> bool:
    return os.path.realpath(first or "") == os.path.realpath(second or "")


def _is_inside(folder: str, parent: str) -> bool:
    inner, outer = os.path.realpath(folder), os.path.realpath(parent)
    return inner == outer or inner.startswith(f"{outer}{os.sep}")
