"""Throw-away repositories of dcr's own, made through GitPython: the one place where dcr writes to a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.errors import DcrError

if TYPE_CHECKING:
    from pathlib import Path

AUTHOR, EMAIL = "dcr demo", "demo@example.com"


class TemporaryRepositoryError(DcrError):
    """No repository could be made."""


def create_repository(folder: Path, message: str) -> None:
    """Make a folder a repository with everything in it committed on `main`, and go on on the branch `change`.

    Raises `TemporaryRepositoryError` when git is not installed or refuses.
    """
    try:
        import git  # noqa: PLC0415 (runs git at import, and raises when there is none)
    except ImportError as error:
        raise TemporaryRepositoryError("git is not installed", "install git 2.31 or newer, then try again") from error
    author = git.Actor(AUTHOR, EMAIL)
    try:
        with git.Repo.init(folder, initial_branch="main") as repository:
            repository.git.add("--all")
            repository.index.commit(message, author=author, committer=author, skip_hooks=True)
            repository.create_head("change").checkout()
    except git.GitError as error:
        raise TemporaryRepositoryError(
            f"git made no repository in '{folder}': {error}", "check that the folder is writable"
        ) from error
