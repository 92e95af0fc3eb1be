"""Creates the temporary repositories of `dcr demo`, the only repositories that dcr writes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.errors import DcrError

if TYPE_CHECKING:
    from pathlib import Path

AUTHOR, EMAIL = "dcr demo", "demo@example.com"


class TemporaryRepositoryError(DcrError):
    """The temporary repository could not be created."""


def create_repository(folder: Path, message: str) -> None:
    """Create a repository in a folder, commit all its files on `main`, and check out the new branch `change`.

    Raise `TemporaryRepositoryError` if git is not installed or fails.
    """
    try:
        import git  # noqa: PLC0415 (runs git on import, and raises if it is not installed)
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
            f"git cannot create a repository in '{folder}': {error}", "check that the folder is writable"
        ) from error
