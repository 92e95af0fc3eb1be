"""Lists the files that dcr lint reads, in a repository or in any other folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.errors import UsageError
from dcr.git.changes import list_worktree_files
from dcr.git.repository import NotARepositoryError, discover_repository
from dcr.git.worktree import list_files, resolve_relative_paths

if TYPE_CHECKING:
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope


def find_top(folder: str) -> tuple[str, Repository | None]:
    """Return the folder whose files are linted, and its repository if any. Raise `UsageError` if it is bare."""
    try:
        repository = discover_repository(folder)
    except NotARepositoryError:
        return folder, None
    if repository.top is None:
        raise UsageError("this repository is bare: it has no files to lint", "run dcr lint in a working tree")
    return repository.top, repository


def list_linted_files(
    top: str, folder: str, paths: tuple[str, ...], repository: Repository | None, scope: Scope
) -> tuple[set[str], list[str]]:
    """Return the explicitly named files, and all files to read, as paths relative to `top`.

    Raise `UsageError` for a path that does not exist or is outside the repository.
    """
    worktree_files = list_worktree_files(repository) if repository else None
    if not paths:
        return set(), scope.filter_paths(worktree_files if worktree_files is not None else list_files(top, [""]))
    if repository is None:
        relative = [os.path.relpath(os.path.join(folder, path), top) for path in paths]
    else:
        try:
            relative = resolve_relative_paths(repository, folder, paths)
        except ValueError as error:
            raise UsageError(f"'{error}' is outside the repository", "name a path inside it") from error
    explicit: set[str] = set()
    files: list[str] = []
    for argument, path in zip(paths, relative, strict=True):
        full_path = os.path.join(top, path)
        if os.path.isdir(full_path) and not os.path.islink(full_path):
            if worktree_files is None:
                nested = list_files(top, [path])
            else:
                nested = [file for file in worktree_files if not path or file.startswith(f"{path}/")]
            files += [file for file in nested if file.endswith((".yaml", ".yml")) or scope.covers(file)]
        elif os.path.lexists(full_path):
            explicit.add(path)
            files.append(path)
        else:
            raise UsageError(f"'{argument}' does not exist", "correct the path")
    return explicit, list(dict.fromkeys(files))
