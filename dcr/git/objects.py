"""Reads git objects by id or path, many in one process."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.git.command import (
    REFETCH_COMMAND,
    GitFailedError,
    GitResult,
    create_git_error,
    create_timeout_error,
    read_time_limit,
    split_records,
)
from dcr.git.object_session import find_session

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from subprocess import Popen

    from dcr.git.command import Git

MAX_BLOB_BYTES = 2 * 1024 * 1024 + 1
"""The bytes of a blob that are read; one more than a contract may have, so that a larger one is detected."""


FILE_MODE_PREFIX, FOLDER_MODE = "100", "40000"
"""The prefix of the modes of regular files, and the mode of a folder in a tree object."""

_SUBMODULE_MODE = "160000"  # its commit is in another repository


_MAX_LISTED_PATHS = 100
"""For more paths than this, a whole tree is listed."""


class ObjectMissingError(DcrError):
    """The repository refers to an object that it does not contain."""


class _Object(NamedTuple):
    oid: str
    kind: str
    content: bytes


def read_blobs(git: Git, ids: Iterable[str], max_bytes: int = MAX_BLOB_BYTES) -> dict[str, bytes]:
    """Return the first `max_bytes` of blobs by id.

    Raise `ObjectMissingError` if a blob is missing, `GitFailedError` if git returns an incomplete answer.
    """
    return dict(stream_blobs(git, ids, max_bytes))


def stream_blobs(git: Git, ids: Iterable[str], max_bytes: int = MAX_BLOB_BYTES) -> Iterator[tuple[str, bytes]]:
    """Yield blobs as `read_blobs` reads them, one at a time, so that thousands need not fit in memory."""
    unique_ids = list(dict.fromkeys(ids))
    for oid, found in zip(unique_ids, _stream_objects(git, unique_ids, max_bytes), strict=True):
        if found is None:
            raise _create_missing_error(oid)
        if found.oid != oid or found.kind != "blob":
            raise _create_incomplete_error()
        yield oid, found.content


def read_path_in_commits(
    git: Git, commits: Iterable[str], path: str, max_bytes: int = MAX_BLOB_BYTES
) -> dict[str, bytes]:
    """Return the content of one path in several commits, by commit, without the commits that lack it.

    A file that exists and cannot be read is left out too, so use this only for files whose absence makes a check
    stricter.
    """
    unique_commits = list(dict.fromkeys(commits))
    objects = _stream_objects(git, [f"{commit}:{path}" for commit in unique_commits], max_bytes)
    return {
        commit: found.content
        for commit, found in zip(unique_commits, objects, strict=True)
        if found is not None and found.kind == "blob"
    }


def stream_named_blobs(git: Git, names: Iterable[str]) -> Iterator[bytes | None]:
    """Yield the content of the blob with each name, an id or `COMMIT:PATH` on one line; None if there is none.

    Use this only for illustration: no verdict may depend on a None.
    """
    for found in _stream_objects(git, list(names)):
        yield found.content if found is not None and found.kind == "blob" else None


def read_root_files(git: Git, commit: str, names: Iterable[str]) -> dict[str, tuple[str, bytes]]:
    """Return the mode and content of entries of a commit's root folder, without those that do not exist.

    An entry does not exist only if it is missing in the folder's own listing. That is read by the same process, and git
    prints its length, so that a truncated listing is detected.
    """
    unique_names = tuple(names)
    expressions = [f"{commit}^{{tree}}", *(f"{commit}:{name}" for name in unique_names)]
    tree, *objects = list(_stream_objects(git, expressions))
    if tree is None or tree.kind != "tree":
        raise _create_missing_error(f"{commit[:12]}^{{tree}}")
    listing = dict(_parse_tree(tree))
    entries = {}
    for name, found in zip(unique_names, objects, strict=True):
        mode, oid = listing.get(name, ("", ""))
        if mode != _SUBMODULE_MODE and (found.oid if found else "") != oid:
            raise _create_missing_error(oid) if oid else _create_incomplete_error()
        if mode:
            entries[name] = (mode, found.content if found else b"")
    return entries


def _parse_tree(tree: _Object) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the name, mode and id of each entry; git writes `MODE NAME`, a NUL and the bytes of the id."""
    position, id_length = 0, len(tree.oid) // 2
    while position < len(tree.content):
        end = tree.content.index(b"\0", position)
        mode, _, name = tree.content[position:end].decode("utf-8", "surrogateescape").partition(" ")
        position = end + 1 + id_length
        yield name, (mode, tree.content[end + 1 : position].hex())


def _stream_objects(git: Git, expressions: list[str], max_bytes: int = MAX_BLOB_BYTES) -> Iterator[_Object | None]:
    """Yield an object for each expression, in order; None if git reports it as missing.

    The time limit applies to each wait for git, not to the time that the caller takes between two objects.
    """
    if not expressions:
        return
    session = find_session(git)
    process = session.take() if session else git.start("cat-file", "--batch", has_stdin=True)
    watch = _TimeoutWatch(process)
    writer = threading.Thread(target=_write_expressions, args=(process, expressions, session is None), daemon=True)
    writer.start()
    count = 0
    try:
        for found in _parse_objects(process, len(expressions), max_bytes):
            count += 1
            watch.pause()
            yield found
            watch.resume()
    except BaseException:
        process.kill()
        raise
    finally:
        watch.stop()
        writer.join()
        is_kept = session is not None and count == len(expressions)
        stderr, exit_code = ("", 0) if is_kept else (_close_outputs(process), process.wait())
    if session and is_kept:
        session.give_back(process)
        return
    if watch.has_expired:
        raise create_timeout_error("cat-file", watch.limit)
    if exit_code:
        raise create_git_error(("cat-file",), GitResult(exit_code, b"", stderr))
    if count < len(expressions):
        raise _create_incomplete_error()


class _TimeoutWatch:
    """Kills a process if its reader waits for longer than the time limit."""

    def __init__(self, process: Popen[bytes]) -> None:
        self.limit, self.has_expired = read_time_limit(), False
        self._process, self._stopped = process, threading.Event()
        self._deadline = time.monotonic() + self.limit
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self._stopped.wait(min(max(self._deadline - time.monotonic(), 0), self.limit)):
            if time.monotonic() >= self._deadline:
                self.has_expired = True
                self._process.kill()
                return

    def pause(self) -> None:
        """Suspend the time limit."""
        self._deadline = math.inf

    def resume(self) -> None:
        """Start the time limit again, for the next object."""
        self._deadline = time.monotonic() + self.limit

    def stop(self) -> None:
        """End the watch."""
        self._stopped.set()


def _write_expressions(process: Popen[bytes], expressions: list[str], is_last: bool) -> None:
    try:
        if process.stdin:
            process.stdin.write("\n".join([*expressions, ""]).encode("utf-8", "surrogateescape"))
            process.stdin.flush()
            if is_last:
                process.stdin.close()
    except (BrokenPipeError, OSError):
        return  # the reading thread finds out why


def _close_outputs(process: Popen[bytes]) -> str:
    """Close the pipes of a process, which ends it, and return the start of its stderr."""
    if process.stdin:
        with contextlib.suppress(OSError):
            process.stdin.close()
    if process.stdout:
        process.stdout.close()
    if process.stderr is None:
        return ""
    with process.stderr as stderr:
        return stderr.read(4096).decode("utf-8", "replace").strip()


def _parse_objects(process: Popen[bytes], count: int, max_bytes: int) -> Iterator[_Object | None]:
    """Yield the requested objects, and stop where the output ends early."""
    output = process.stdout
    for _ in range(count if output else 0):
        header = output.readline().split() if output else []
        if header[-1:] == [b"missing"]:  # after the expression, which may contain spaces
            yield None
            continue
        if output is None or not header:
            return
        if len(header) != 3 or not header[2].isdigit():
            raise _create_incomplete_error()
        oid, kind, size = header[0].decode("ascii", "replace"), header[1].decode("ascii", "replace"), int(header[2])
        kept_size = size if kind == "tree" else min(size, max_bytes)
        content = output.read(kept_size)
        rest = size - len(content)
        while rest and len(content) == kept_size and (skipped := len(output.read(min(rest, 1 << 20)))):
            rest -= skipped
        if rest or len(output.read(1)) != 1:
            return
        yield _Object(oid, kind, content)


def _create_missing_error(expression: str) -> ObjectMissingError:
    return ObjectMissingError(
        f"object {expression[:40]} is missing in this clone",
        f"run: {REFETCH_COMMAND}; find what else is missing with: git fsck",
    )


def _create_incomplete_error() -> GitFailedError:
    return GitFailedError(
        "git cat-file returned an incomplete answer", "run it again; find what is wrong with: git fsck"
    )


def list_tree(git: Git, commit: str, paths: Collection[str] = ()) -> dict[str, str]:
    """Return the object id of each path in a commit's tree, empty if it is not a regular file.

    With `paths`, the result contains these files, and possibly others.
    """
    selected = paths if len(paths) <= _MAX_LISTED_PATHS else ()
    session = find_session(git)
    if session and commit in session.trees:
        return session.trees[commit]
    entries = {}
    for entry in split_records(git.run("ls-tree", "-r", "-z", "--full-tree", "--", commit, *selected)):
        header, _, path = entry.partition("\t")
        entries[path] = header.split(" ")[2] if header.startswith(FILE_MODE_PREFIX) else ""
    if session and not selected:
        session.trees[commit] = entries
    return entries


def list_index(git: Git) -> dict[str, str]:
    """Return the object id of each path in the index, empty if it is not a regular file."""
    entries = {}
    for entry in split_records(git.run("ls-files", "-z", "--stage")):
        header, _, path = entry.partition("\t")
        entries[path] = header.split(" ")[1] if header.startswith(FILE_MODE_PREFIX) else ""
    return entries
