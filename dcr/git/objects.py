"""Reads git objects by id or path, many in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.errors import DcrError
from dcr.git.command import REFETCH_COMMAND, GitFailedError, split_records
from dcr.git.object_session import find_session
from dcr.git.object_stream import create_incomplete_error, stream_objects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dcr.git.command import Git
    from dcr.git.object_stream import GitObject

MAX_BLOB_BYTES = 2 * 1024 * 1024 + 1
"""The bytes of a blob that are read; one more than a contract may have, so that a larger one is detected."""


FILE_MODE_PREFIX, FOLDER_MODE = "100", "40000"
"""The prefix of the modes of regular files, and the mode of a folder in a tree object."""

_SUBMODULE_MODE = "160000"  # its commit is in another repository

_MODES = frozenset((FOLDER_MODE, "100644", "100755", "120000", _SUBMODULE_MODE))


_MAX_LISTED_PATHS = 100
"""For more paths than this, a whole tree is listed."""


_MAX_READ_FOLDERS = 50
"""A tree with more folders than this is listed by another process."""


class ObjectMissingError(DcrError):
    """The repository refers to an object that it does not contain."""


def read_blobs(git: Git, ids: Iterable[str], max_bytes: int = MAX_BLOB_BYTES) -> dict[str, bytes]:
    """Return the first `max_bytes` of blobs by id.

    Raise `ObjectMissingError` if a blob is missing, `GitFailedError` if git returns an incomplete answer.
    """
    return dict(stream_blobs(git, ids, max_bytes))


def stream_blobs(git: Git, ids: Iterable[str], max_bytes: int = MAX_BLOB_BYTES) -> Iterator[tuple[str, bytes]]:
    """Yield blobs as `read_blobs` reads them, one at a time, so that thousands need not fit in memory."""
    unique_ids = list(dict.fromkeys(ids))
    for oid, found in zip(unique_ids, stream_objects(git, unique_ids, max_bytes), strict=True):
        if found is None:
            raise _create_missing_error(oid)
        if found.oid != oid or found.kind != "blob":
            raise create_incomplete_error()
        yield oid, found.content


def read_path_in_commits(
    git: Git, commits: Iterable[str], path: str, max_bytes: int = MAX_BLOB_BYTES
) -> dict[str, bytes]:
    """Return the content of one path in several commits, by commit, without the commits that lack it.

    A file that exists and cannot be read is left out too, so use this only for files whose absence makes a check
    stricter.
    """
    unique_commits = list(dict.fromkeys(commits))
    objects = stream_objects(git, [f"{commit}:{path}" for commit in unique_commits], max_bytes)
    return {
        commit: found.content
        for commit, found in zip(unique_commits, objects, strict=True)
        if found is not None and found.kind == "blob"
    }


def stream_named_blobs(git: Git, names: Iterable[str]) -> Iterator[bytes | None]:
    """Yield the content of the blob with each name, an id or `COMMIT:PATH` on one line; None if there is none.

    Use this only for illustration: no verdict may depend on a None.
    """
    for found in stream_objects(git, list(names), MAX_BLOB_BYTES):
        yield found.content if found is not None and found.kind == "blob" else None


def read_root_files(git: Git, commit: str, names: Iterable[str]) -> dict[str, tuple[str, bytes]]:
    """Return the mode and content of entries of a commit's root folder, without those that do not exist.

    An entry does not exist only if it is missing in the folder's own listing. That is read by the same process, and git
    prints its length, so that a truncated listing is detected.
    """
    unique_names = tuple(names)
    expressions = [f"{commit}^{{tree}}", *(f"{commit}:{name}" for name in unique_names)]
    tree, *objects = list(stream_objects(git, expressions, MAX_BLOB_BYTES))
    if tree is None or tree.kind != "tree":
        raise _create_missing_error(f"{commit[:12]}^{{tree}}")
    listing = dict(_parse_tree(tree))
    entries = {}
    for name, found in zip(unique_names, objects, strict=True):
        mode, oid = listing.get(name, ("", ""))
        if mode != _SUBMODULE_MODE and (found.oid if found else "") != oid:
            raise _create_missing_error(oid) if oid else create_incomplete_error()
        if mode:
            entries[name] = (mode, found.content if found else b"")
    return entries


def _parse_tree(tree: GitObject) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the name, mode and id of each entry; git writes `MODE NAME`, a NUL and the bytes of the id.

    Raise `GitFailedError` if the tree has another form.
    """
    position, id_length = 0, len(tree.oid) // 2
    while position < len(tree.content):
        end = tree.content.find(b"\0", position)
        if end < 0 or end + id_length >= len(tree.content):
            raise GitFailedError(f"tree {tree.oid[:12]} is malformed", "find what is wrong with: git fsck")
        mode, _, name = tree.content[position:end].decode("utf-8", "surrogateescape").partition(" ")
        position = end + 1 + id_length
        yield name, (mode, tree.content[end + 1 : position].hex())


def _create_missing_error(expression: str) -> ObjectMissingError:
    return ObjectMissingError(
        f"object {expression[:40]} is missing in this clone",
        f"run: {REFETCH_COMMAND}; find what else is missing with: git fsck",
    )


def list_tree(git: Git, commit: str, paths: Collection[str] = ()) -> dict[str, str]:
    """Return the object id of each path in a commit's tree, empty if it is not a regular file.

    With `paths`, the result contains these files, and possibly others.
    """
    selected = paths if len(paths) <= _MAX_LISTED_PATHS else ()
    session = find_session(git)
    if session and commit in session.trees:
        return session.trees[commit]
    entries = _read_tree(git, commit) if session and not selected else None
    if entries is None:
        entries = {}
        for entry in split_records(git.run("ls-tree", "-r", "-z", "--full-tree", "--", commit, *selected)):
            header, _, path = entry.partition("\t")
            entries[path] = header.split(" ")[2] if header.startswith(FILE_MODE_PREFIX) else ""
    if session and not selected:
        session.trees[commit] = entries
    return entries


def _read_tree(git: Git, commit: str) -> dict[str, str] | None:
    """Return what `list_tree` returns, with the process of the session. None if another process has to list the tree.

    That is one with many folders, one that lacks an object, and one that git itself would not write.
    """
    folders: dict[str, dict[str, tuple[str, str]]] = {}
    level = {"": f"{commit}^{{tree}}"}
    while level:
        if len(folders) + len(level) > _MAX_READ_FOLDERS:
            return None
        trees = list(stream_objects(git, list(level.values()), MAX_BLOB_BYTES))
        for path, tree in zip(level, trees, strict=True):
            if tree is None or tree.kind != "tree":
                return None
            listing = list(_parse_tree(tree))
            folders[path] = dict(listing)
            if len(folders[path]) != len(listing) or not all(name and mode in _MODES for name, (mode, _) in listing):
                return None
        level = {
            f"{path}{name}/": oid
            for path in level
            for name, (mode, oid) in folders[path].items()
            if mode == FOLDER_MODE
        }
    return dict(_list_files(folders, ""))


def _list_files(folders: dict[str, dict[str, tuple[str, str]]], parent: str) -> Iterator[tuple[str, str]]:
    """Yield the path of each entry that is no folder, in the order of git, and its id, empty if it is no file."""
    for name, (mode, oid) in folders[parent].items():
        if mode == FOLDER_MODE:
            yield from _list_files(folders, f"{parent}{name}/")
        else:
            yield f"{parent}{name}", oid if mode.startswith(FILE_MODE_PREFIX) else ""


def list_index(git: Git) -> dict[str, str]:
    """Return the object id of each path in the index, empty if it is not a regular file."""
    entries = {}
    for entry in split_records(git.run("ls-files", "-z", "--stage")):
        header, _, path = entry.partition("\t")
        entries[path] = header.split(" ")[1] if header.startswith(FILE_MODE_PREFIX) else ""
    return entries
