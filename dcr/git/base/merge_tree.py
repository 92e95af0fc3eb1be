"""Merges two commits into a tree outside the repository."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dcr.errors import DcrError, quote_for_shell
from dcr.git.command import GitFailedError, create_git_error, split_records
from dcr.git.config_overrides import get_merge_driver_overrides
from dcr.git.ref_names import OBJECT_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.git.base.merge_bases import Base
    from dcr.git.repository import Repository

_MAX_LISTED_CONFLICTS = 20


class MergeConflictError(DcrError):
    """The merge of the base and the head has conflicts."""


class OldGitError(DcrError):
    """The installed git cannot merge two commits without a working tree."""


class NoTemporaryFolderError(DcrError):
    """No temporary directory can be created for the objects of a merge."""


@contextmanager
def create_merge_tree(repository: Repository, base: Base, head: str) -> Iterator[tuple[Repository, str]]:
    """Merge the base's tip with the head, and return a view of the repository with the merged objects, and the tree.

    `head` is the name of the head in messages. The objects are written to a temporary directory; the repository itself
    is only read. Raise `MergeConflictError` if files conflict, `OldGitError` if git is older than 2.38.
    """
    try:
        folder = tempfile.mkdtemp(prefix="dcr-merge-")
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise NoTemporaryFolderError(
            f"cannot create a temporary directory for the merge: {reason}", "set TMPDIR to a writable directory"
        ) from error
    try:
        view = _create_repository_view(repository, folder)
        yield view, _write_merge_tree(view, base, head)
    finally:
        import shutil  # noqa: PLC0415 (tempfile has loaded it)

        shutil.rmtree(folder, ignore_errors=True)


def _create_repository_view(repository: Repository, folder: str) -> Repository:
    """Return a view of a repository that writes new objects to a folder, and reads them from there too."""
    quarantine = os.environ if "GIT_QUARANTINE_PATH" in os.environ else {}  # as `build_environment` keeps them
    folders = [quarantine.get("GIT_OBJECT_DIRECTORY", ""), os.path.join(repository.common_dir, "objects")]
    alternates = [_quote_path(os.path.abspath(os.path.join(repository.git.folder, path))) for path in folders if path]
    if further := quarantine.get("GIT_ALTERNATE_OBJECT_DIRECTORIES"):
        alternates.append(further)
    variables = {"GIT_OBJECT_DIRECTORY": folder, "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(alternates)}
    git, index_git = (
        git._replace(variables={**git.variables, **variables}) for git in (repository.git, repository.index_git)
    )
    return repository._replace(git=git, index_git=index_git)


def _quote_path(path: str) -> str:
    """Return a path, quoted as git expects it in a list of paths."""
    if os.pathsep not in path and not path.startswith('"'):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _write_merge_tree(repository: Repository, base: Base, head: str) -> str:
    variables = {**repository.git.variables, **get_merge_driver_overrides(repository.git)}
    arguments = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", base.commit, base.head)
    git = repository.git._replace(variables=variables)
    try:
        result = git.run_traced(*arguments)
        if result.exit_code not in (0, 1):
            raise create_git_error(arguments, result)
    except GitFailedError as error:
        if old_git_error := _find_old_git_error(repository, base):
            raise old_git_error from error
        raise
    tree, *conflicts = split_records(result.stdout) or [""]
    if not OBJECT_ID.match(tree) or bool(conflicts) is (result.exit_code == 0):
        raise create_git_error(arguments, result._replace(exit_code=0))
    if conflicts:
        raise _create_conflict_error(base, head, list(dict.fromkeys(conflicts)))
    return tree


def _create_conflict_error(base: Base, head: str, paths: list[str]) -> MergeConflictError:
    listed = ", ".join(f"'{path}'" for path in paths[:_MAX_LISTED_CONFLICTS])
    more = f" and {len(paths) - _MAX_LISTED_CONFLICTS} more" if len(paths) > _MAX_LISTED_CONFLICTS else ""
    return MergeConflictError(
        f"merging '{base.ref}' into '{head}' conflicts in {listed}{more}",
        f"on the branch, run: git merge {quote_for_shell(base.ref)}, resolve the conflicts, then check again",
    )


def _find_old_git_error(repository: Repository, base: Base) -> OldGitError | None:
    """Return the error for a git without this command; None if git is new enough."""
    output = repository.git.run_unchecked("version").stdout.decode("ascii", "replace")
    version = output.strip().removeprefix("git version ")
    numbers = [int(part) for part in version.split(".")[:2] if part.isdecimal()]
    if not numbers or numbers >= [2, 38]:
        return None
    return OldGitError(
        f"--merged needs git 2.38 or newer, found git {version}",
        f"install a newer git, or merge first: git merge {quote_for_shell(base.ref)} && dcr check",
    )
