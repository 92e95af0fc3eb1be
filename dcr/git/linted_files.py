"""Lists the files that dcr lint reads, in a repository or in any other folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import UsageError
from dcr.git.changes import list_worktree_files
from dcr.git.repository import NotARepositoryError, discover_repository
from dcr.git.worktree import list_files, resolve_relative_paths

if TYPE_CHECKING:
    from collections.abc import Callable

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


class LintedFiles(NamedTuple):
    """The files to lint, as paths relative to the top folder.

    `explicit` are the files that the user named. `contracts` and `consumers` are those that may be contracts or declare
    consumers. `list_other_contracts()` returns files that may be contracts too, and that the user did not select.
    """

    explicit: frozenset[str]
    contracts: list[str]
    consumers: list[str]
    list_other_contracts: Callable[[], list[str]]


def list_linted_files(
    top: str, folder: str, paths: tuple[str, ...], repository: Repository | None, scopes: tuple[Scope, Scope]
) -> LintedFiles:
    """Return the files to lint below the paths, or below `top` without any. `scopes` are of contracts and of consumers.

    Raise `UsageError` for a path that does not exist or is outside the repository.
    """
    scope, consumer_scope = scopes
    worktree_files = list_worktree_files(repository) if repository else None
    if not paths:
        all_files = worktree_files if worktree_files is not None else list_files(top, [""])
        return LintedFiles(frozenset(), scope.filter_paths(all_files), consumer_scope.filter_paths(all_files), list)
    explicit: set[str] = set()
    files: dict[str, None] = {}
    for argument, path in zip(paths, _resolve(folder, top, paths, repository), strict=True):
        full_path = os.path.join(top, path)
        if os.path.isdir(full_path) and not os.path.islink(full_path):
            files.update(dict.fromkeys(_list_nested(top, path, worktree_files)))
        elif os.path.lexists(full_path):
            explicit.add(path)
            files[path] = None
        else:
            raise UsageError(f"'{argument}' does not exist", "correct the path")
    contracts = [path for path in files if path in explicit or path.endswith((".yaml", ".yml")) or scope.covers(path)]
    consumers = [path for path in files if path in explicit or consumer_scope.matches_globs(path)]

    def list_others() -> list[str]:
        all_files = worktree_files if worktree_files is not None else list_files(top, [""])
        return [path for path in scope.filter_paths(all_files) if path not in files]

    return LintedFiles(frozenset(explicit), contracts, consumers, list_others)


def _resolve(folder: str, top: str, paths: tuple[str, ...], repository: Repository | None) -> list[str]:
    if repository is None:
        return [os.path.relpath(os.path.join(folder, path), top) for path in paths]
    try:
        return resolve_relative_paths(repository, folder, paths)
    except ValueError as error:
        raise UsageError(f"'{error}' is outside the repository", "name a path inside it") from error


def _list_nested(top: str, path: str, worktree_files: list[str] | None) -> list[str]:
    """Return the files below a folder; without a repository, they are those on disk."""
    if worktree_files is None:
        return list_files(top, [path])
    return [file for file in worktree_files if not path or file.startswith(f"{path}/")]
