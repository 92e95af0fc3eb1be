"""Selects the changed paths that a check is asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.git.changes import ChangeSet
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope


def create_path_filter(
    repository: Repository, folder: str, arguments: tuple[str, ...], change_set: ChangeSet, scope: Scope
) -> Callable[[str], bool]:
    """Return a function that selects the changed paths to check, by the user's path arguments or by the globs.

    Raise `UsageError` for an argument that does not exist or is outside the repository.
    """
    if not arguments:
        return scope.covers
    from dcr.git.worktree import resolve_relative_paths  # noqa: PLC0415

    try:
        selected = resolve_relative_paths(repository, folder, arguments)
    except ValueError as error:
        raise UsageError(f"'{error}' is outside the repository", "name a path inside it") from error
    known = {*change_set.paths, *(change.path for change in change_set.changes)}
    for argument, path in zip(arguments, selected, strict=True):
        exists = path == "" or path in known or any(name.startswith(f"{path}/") for name in known)
        if not exists and not os.path.isdir(os.path.join(folder, argument)):
            raise UsageError(f"'{argument}' does not exist, neither now nor at the base", "correct or omit the path")
    return lambda path: any(not name or path == name or path.startswith(f"{name}/") for name in selected)
