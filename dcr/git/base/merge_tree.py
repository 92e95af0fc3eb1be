"""The merge that would land: the tree that two commits make, with its objects outside the repository."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dcr.errors import DcrError, quote_for_shell
from dcr.git.command import GitFailedError, create_git_error, split_records
from dcr.git.config_overrides import get_merge_driver_overrides
from dcr.git.fetch_hints import OBJECT_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.git.base.merge_bases import Base
    from dcr.git.repository import Repository

_MAX_LISTED_CONFLICTS = 20


class MergeConflictError(DcrError):
    """The base and the head do not merge by themselves."""


class OldGitError(DcrError):
    """This git cannot merge two commits without a working tree."""


class NoTemporaryFolderError(DcrError):
    """There is nowhere to put the objects of a merge."""


@contextmanager
def create_merge_tree(repository: Repository, base: Base, head: str) -> Iterator[tuple[Repository, str]]:
    """Give the tree that the base's tip and the head make, and a view of the repository that holds its objects.

    `head` is what messages call the head. The objects lie in a folder of their own, which is removed in any case; the
    repository is only read. Raise `MergeConflictError` with the paths that conflict, `OldGitError` before git 2.38.
    """
    try:
        folder = tempfile.mkdtemp(prefix="dcr-merge-")
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise NoTemporaryFolderError(
            f"no temporary folder can be made for the merge: {reason}", "set TMPDIR to a folder that can be written to"
        ) from error
    try:
        aside = _create_repository_view(repository, folder)
        yield aside, _write_merge_tree(aside, base, head)
    finally:
        import shutil  # noqa: PLC0415 (tempfile has loaded it)

        shutil.rmtree(folder, ignore_errors=True)


def _create_repository_view(repository: Repository, folder: str) -> Repository:
    """Return a repository that reads objects from everywhere it did, and writes new ones into a folder."""
    already = os.environ if "GIT_QUARANTINE_PATH" in os.environ else {}  # as the gateway hands them on
    places = [already.get("GIT_OBJECT_DIRECTORY", ""), os.path.join(repository.common_dir, "objects")]
    read = [_quote_path(os.path.abspath(os.path.join(repository.git.folder, each))) for each in places if each]
    if also := already.get("GIT_ALTERNATE_OBJECT_DIRECTORIES"):
        read.append(also)
    variables = {"GIT_OBJECT_DIRECTORY": folder, "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(read)}
    git, index_git = (
        each._replace(variables={**each.variables, **variables}) for each in (repository.git, repository.index_git)
    )
    return repository._replace(git=git, index_git=index_git)


def _quote_path(path: str) -> str:
    """Return a path as git takes it in a list of paths."""
    if os.pathsep not in path and not path.startswith('"'):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _write_merge_tree(repository: Repository, base: Base, head: str) -> str:
    variables = {**repository.git.variables, **get_merge_driver_overrides(repository.git)}
    arguments = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", base.commit, base.head)
    git = repository.git._replace(variables=variables)
    try:
        answer = git.run_traced(*arguments)
        if answer.exit_code not in (0, 1):
            raise create_git_error(arguments, answer)
    except GitFailedError as error:
        if old := _find_old_git_error(repository, base):
            raise old from error
        raise
    tree, *conflicts = split_records(answer.stdout) or [""]
    if not OBJECT_ID.match(tree) or bool(conflicts) is (answer.exit_code == 0):
        raise create_git_error(arguments, answer._replace(exit_code=0))
    if conflicts:
        raise _create_conflict_error(base, head, list(dict.fromkeys(conflicts)))
    return tree


def _create_conflict_error(base: Base, head: str, paths: list[str]) -> MergeConflictError:
    shown = ", ".join(f"'{each}'" for each in paths[:_MAX_LISTED_CONFLICTS])
    more = f" and {len(paths) - _MAX_LISTED_CONFLICTS} more" if len(paths) > _MAX_LISTED_CONFLICTS else ""
    return MergeConflictError(
        f"'{base.ref}' and '{head}' do not merge without a conflict in {shown}{more}",
        f"on the branch: git merge {quote_for_shell(base.ref)}, resolve it, then check again",
    )


def _find_old_git_error(repository: Repository, base: Base) -> OldGitError | None:
    """Return the error for a git that cannot do this at all; None where that is not what went wrong."""
    version = (
        repository.git.run_unchecked("version").stdout.decode("ascii", "replace").strip().removeprefix("git version ")
    )
    numbers = [int(each) for each in version.split(".")[:2] if each.isdecimal()]
    if not numbers or numbers >= [2, 38]:
        return None
    return OldGitError(
        f"--merged needs git 2.38 or newer, and this is git {version}",
        f"install a newer git, or merge first: git merge {quote_for_shell(base.ref)} && dcr check",
    )
