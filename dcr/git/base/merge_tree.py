"""The merge that would land: the tree that two commits make, with its objects outside the repository."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dcr.errors import DcrError, typed
from dcr.git.base.fetch_hints import ID
from dcr.git.command import GitFailedError, failure, records
from dcr.git.filters import variables_against_merge_drivers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.git.base.merge_bases import Base
    from dcr.git.repository import Repository

_SHOWN = 20


class MergeConflictError(DcrError):
    """The base and the head do not merge by themselves."""


class OldGitError(DcrError):
    """This git cannot merge two commits without a working tree."""


class NoTemporaryFolderError(DcrError):
    """There is nowhere to put the objects of a merge."""


@contextmanager
def merged_tree(repository: Repository, base: Base, head: str) -> Iterator[tuple[Repository, str]]:
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
        aside = _beside(repository, folder)
        yield aside, _merge(aside, base, head)
    finally:
        import shutil  # noqa: PLC0415 (tempfile has loaded it)

        shutil.rmtree(folder, ignore_errors=True)


def _beside(repository: Repository, folder: str) -> Repository:
    """Return a repository that reads objects from everywhere it did, and writes new ones into a folder."""
    already = os.environ if "GIT_QUARANTINE_PATH" in os.environ else {}  # as the gateway hands them on
    places = [already.get("GIT_OBJECT_DIRECTORY", ""), os.path.join(repository.common_dir, "objects")]
    read = [_quoted(os.path.abspath(os.path.join(repository.git.folder, each))) for each in places if each]
    if also := already.get("GIT_ALTERNATE_OBJECT_DIRECTORIES"):
        read.append(also)
    variables = {"GIT_OBJECT_DIRECTORY": folder, "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(read)}
    git, index_git = (
        each._replace(variables={**each.variables, **variables}) for each in (repository.git, repository.index_git)
    )
    return repository._replace(git=git, index_git=index_git)


def _quoted(path: str) -> str:
    """Return a path as git takes it in a list of paths."""
    if os.pathsep not in path and not path.startswith('"'):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _merge(repository: Repository, base: Base, head: str) -> str:
    variables = {**repository.git.variables, **variables_against_merge_drivers(repository.git)}
    arguments = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", base.commit, base.head)
    git = repository.git._replace(variables=variables)
    try:
        answer = git.attest(*arguments)
        if answer.code not in (0, 1):
            raise failure(arguments, answer)
    except GitFailedError as error:
        if old := _too_old(repository, base):
            raise old from error
        raise
    tree, *conflicts = records(answer.out) or [""]
    if not ID.match(tree) or bool(conflicts) is (answer.code == 0):
        raise failure(arguments, answer._replace(code=0))
    if conflicts:
        raise _conflict(base, head, list(dict.fromkeys(conflicts)))
    return tree


def _conflict(base: Base, head: str, paths: list[str]) -> MergeConflictError:
    shown = ", ".join(f"'{each}'" for each in paths[:_SHOWN])
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return MergeConflictError(
        f"'{base.ref}' and '{head}' do not merge without a conflict in {shown}{more}",
        f"on the branch: git merge {typed(base.ref)}, resolve it, then check again",
    )


def _too_old(repository: Repository, base: Base) -> OldGitError | None:
    """Return the error for a git that cannot do this at all; None where that is not what went wrong."""
    version = repository.git.ask("version").out.decode("ascii", "replace").strip().removeprefix("git version ")
    numbers = [int(each) for each in version.split(".")[:2] if each.isdecimal()]
    if not numbers or numbers >= [2, 38]:
        return None
    return OldGitError(
        f"--merged needs git 2.38 or newer, and this is git {version}",
        f"install a newer git, or merge first: git merge {typed(base.ref)} && dcr check",
    )
