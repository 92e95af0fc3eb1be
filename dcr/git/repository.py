"""Which repository this is: found once from the working folder, with and without what hooks set."""

from __future__ import annotations

import os
from typing import NamedTuple

from dcr.errors import DcrError
from dcr.git.command import Answer, Git, failure

_LOCATORS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR")


class NotARepositoryError(DcrError):
    """The working folder is in no git repository that may be read."""


class TwoRepositoriesError(DcrError):
    """The hook's variables name another repository than the one around the working folder."""


class Repository(NamedTuple):
    """A repository: `top` is the working tree's root, None for a bare one; `prefix` leads from it to here.

    `git` runs in `top` (the git folder of a bare one); `index_git` is the same with the hook's own index.
    """

    git: Git
    top: str | None
    git_dir: str
    prefix: str
    shallow: bool
    index_git: Git

    @property
    def bare(self) -> bool:
        """Whether there is no working tree."""
        return self.top is None


def discover(folder: str) -> Repository:
    """Return the repository around `folder`.

    Raises `NotARepositoryError`, and `TwoRepositoriesError` when GIT_DIR names another one.
    """
    plain = _look(Git(folder))
    hook = {name: os.environ[name] for name in _LOCATORS if os.environ.get(name)}
    if "GIT_DIR" in hook:
        by_hook = _look(Git(folder, hook))
        if isinstance(by_hook, Answer):
            raise _not_found(folder, by_hook)
        if isinstance(plain, Repository) and not _same(plain, by_hook):
            raise TwoRepositoriesError(
                f"GIT_DIR names '{by_hook.git_dir}', and this folder belongs to '{plain.git_dir}'",
                "unset GIT_DIR GIT_WORK_TREE, or run dcr in the repository that GIT_DIR names",
            )
        plain = plain if isinstance(plain, Repository) else by_hook
    if isinstance(plain, Answer):
        plain = _explicitly_bare(folder, plain)
    index = os.environ.get("GIT_INDEX_FILE")
    if index:
        index_path = index if os.path.isabs(index) else os.path.join(folder, index)
        with_index = plain.git._replace(variables={**plain.git.variables, "GIT_INDEX_FILE": index_path})
        plain = plain._replace(index_git=with_index)
    return plain


def _look(git: Git) -> Repository | Answer:
    """Return the repository git finds, or its answer when it finds none."""
    answer = git.ask(
        "rev-parse",
        "--absolute-git-dir",
        "--is-shallow-repository",
        "--is-bare-repository",
        "--show-toplevel",
        "--show-prefix",
    )
    lines = answer.out.decode("utf-8", "surrogateescape").split("\n")
    if answer.code != 0 and len(lines) >= 3 and lines[2] == "true":
        lines = [*lines[:3], "", ""]
    elif answer.code != 0 or len(lines) < 5:
        return answer
    git_dir, shallow, bare, top, prefix = lines[:5]
    if bare == "true" or not top:
        inside = Git(git_dir, {"GIT_DIR": git_dir})
        return Repository(inside, None, git_dir, "", shallow == "true", inside)
    inside = Git(top, git.variables)
    return Repository(inside, top, git_dir, prefix, shallow == "true", inside)


def _explicitly_bare(folder: str, answer: Answer) -> Repository:
    """A bare repository is only read when it is the working folder itself and no repository holds it."""
    if "safe.bareRepository" not in answer.complaint and "bare repository" not in answer.complaint:
        raise _not_found(folder, answer)
    if not os.path.isfile(os.path.join(folder, "HEAD")):
        raise NotARepositoryError(
            f"'{folder}' is inside a bare repository", "run dcr in the bare repository's own folder, or set GIT_DIR"
        )
    around = _look(Git(os.path.dirname(os.path.abspath(folder))))
    if isinstance(around, Repository):
        raise NotARepositoryError(
            f"'{folder}' is a bare repository inside the repository '{around.git_dir}'",
            "run dcr in the outer repository, or set GIT_DIR to say that this one is meant",
        )
    found = _look(Git(folder, {"GIT_DIR": os.path.abspath(folder)}))
    if isinstance(found, Answer):
        raise _not_found(folder, found)
    return found


def _not_found(folder: str, answer: Answer) -> DcrError:
    if "not a git repository" in answer.complaint:
        return NotARepositoryError(
            f"'{folder}' is not in a git repository", "cd into the repository of your contracts, or: git init"
        )
    return failure(("rev-parse",), answer)


def _same(first: Repository, second: Repository) -> bool:
    return _common(first) == _common(second)


def _common(repository: Repository) -> str:
    found = repository.git.run("rev-parse", "--git-common-dir").decode("utf-8", "surrogateescape").rstrip("\n")
    return os.path.realpath(os.path.join(repository.git.folder, found))
