"""Objects by id or path: one `cat-file --batch` reads everything, one `ls-tree` lists a whole tree."""

from __future__ import annotations

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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from subprocess import Popen

    from dcr.git.command import Git

MAX_BLOB_BYTES = 2 * 1024 * 1024 + 1
"""Bytes of a blob that are kept; one more than a contract may have, so that an oversize one is seen as such."""


FILE_MODE_PREFIX, FOLDER_MODE = "100", "40000"
"""How the modes of regular files begin, and the mode of a folder, as git writes them in a tree."""


class ObjectMissingError(DcrError):
    """The repository names an object that it does not hold."""


class _Object(NamedTuple):
    oid: str
    kind: str
    content: bytes


def read_blobs(git: Git, ids: Iterable[str], most: int = MAX_BLOB_BYTES) -> dict[str, bytes]:
    """Return the content of blobs by id, each cut after `most` bytes.

    Raises `ObjectMissingError` for one that is not there, `GitFailedError` when git gives no full answer.
    """
    return dict(stream_blobs(git, ids, most))


def stream_blobs(git: Git, ids: Iterable[str], most: int = MAX_BLOB_BYTES) -> Iterator[tuple[str, bytes]]:
    """Yield blobs as `read_blobs` reads them, one at a time: thousands need not be held at once."""
    wanted = list(dict.fromkeys(ids))
    for asked, answer in zip(wanted, _stream_objects(git, wanted, most), strict=True):
        if answer is None:
            raise _create_missing_error(asked)
        if answer.oid != asked or answer.kind != "blob":
            raise _create_incomplete_error()
        yield asked, answer.content


def read_path_in_commits(git: Git, commits: Iterable[str], name: str, most: int = MAX_BLOB_BYTES) -> dict[str, bytes]:
    """Return the content that each of some commits has at one path, by commit; those that have none are left out.

    For what may only let something through: a file that is there and cannot be read is left out too.
    """
    wanted = list(dict.fromkeys(commits))
    answers = _stream_objects(git, [f"{commit}:{name}" for commit in wanted], most)
    return {
        commit: answer.content
        for commit, answer in zip(wanted, answers, strict=True)
        if answer is not None and answer.kind == "blob"
    }


def stream_named_blobs(git: Git, names: Iterable[str]) -> Iterator[bytes | None]:
    """Yield the content of the blob that each name stands for (an id, or `COMMIT:PATH` of one line); None without one.

    For what only illustrates: no verdict may rest on a None.
    """
    for answer in _stream_objects(git, list(names)):
        yield answer.content if answer is not None and answer.kind == "blob" else None


def read_root_files(git: Git, commit: str, names: Iterable[str]) -> dict[str, tuple[str, bytes]]:
    """Return mode and content of the named entries of a commit's topmost folder, for those that are there.

    Absent is only what the folder's own listing does not hold. It is read in the same answer, and its length
    is stated, so that half of it is not taken for the whole.
    """
    wanted = tuple(names)
    tree, *answers = _batch(git, [f"{commit}^{{tree}}", *(f"{commit}:{name}" for name in wanted)])
    if tree is None or tree.kind != "tree":
        raise _create_missing_error(f"{commit[:12]}^{{tree}}")
    listing = dict(_parse_tree(tree))
    found = {}
    for name, answer in zip(wanted, answers, strict=True):
        mode, oid = listing.get(name, ("", ""))
        if mode != _SUBMODULE and (answer.oid if answer else "") != oid:
            raise _create_missing_error(oid) if oid else _create_incomplete_error()
        if mode:
            found[name] = (mode, answer.content if answer else b"")
    return found


_SUBMODULE = "160000"  # its commit is in another repository


def _parse_tree(tree: _Object) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield name, mode and id of each entry; git writes `MODE NAME`, a NUL and the id's bytes."""
    at, width = 0, len(tree.oid) // 2
    while at < len(tree.content):
        end = tree.content.index(b"\0", at)
        mode, _, name = tree.content[at:end].decode("utf-8", "surrogateescape").partition(" ")
        at = end + 1 + width
        yield name, (mode, tree.content[end + 1 : at].hex())


def _batch(git: Git, asked: list[str]) -> list[_Object | None]:
    """Return an object for each expression, in order; None for what git calls missing."""
    return list(_stream_objects(git, asked))


def _stream_objects(git: Git, asked: list[str], most: int = MAX_BLOB_BYTES) -> Iterator[_Object | None]:
    """Yield an object for each expression, in order; None for what git calls missing.

    The time limit is for each wait on git, not for what is done with the answers between.
    """
    if not asked:
        return
    process = git.start("cat-file", "--batch", reads=True)
    watch = _TimeoutWatch(process)
    feeder = threading.Thread(target=_write_names, args=(process, asked), daemon=True)
    feeder.start()
    number = 0
    try:
        for answer in _parse_objects(process, len(asked), most):
            number += 1
            watch.pause()
            yield answer
            watch.resume()
    except BaseException:
        process.kill()
        raise
    finally:
        watch.stop()
        feeder.join()
        complaint = _close_outputs(process)
        code = process.wait()
    if watch.late:
        raise create_timeout_error("cat-file", watch.limit)
    if code != 0 or number < len(asked):
        raise create_git_error(("cat-file",), GitResult(code, b"", complaint)) if code else _create_incomplete_error()


class _TimeoutWatch:
    """Kills a process that keeps its reader waiting for longer than the time limit."""

    def __init__(self, process: Popen[bytes]) -> None:
        self.limit, self.late = read_time_limit(), False
        self._process, self._over = process, threading.Event()
        self._deadline = time.monotonic() + self.limit
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self._over.wait(min(max(self._deadline - time.monotonic(), 0), self.limit)):
            if time.monotonic() >= self._deadline:
                self.late = True
                self._process.kill()
                return

    def pause(self) -> None:
        """Let the reader take its time."""
        self._deadline = math.inf

    def resume(self) -> None:
        """Wait for the next answer."""
        self._deadline = time.monotonic() + self.limit

    def stop(self) -> None:
        """End the watch."""
        self._over.set()


def _write_names(process: Popen[bytes], asked: list[str]) -> None:
    try:
        if process.stdin:
            process.stdin.write("\n".join([*asked, ""]).encode("utf-8", "surrogateescape"))
            process.stdin.close()
    except (BrokenPipeError, OSError):
        return  # the reading side finds out why


def _close_outputs(process: Popen[bytes]) -> str:
    if process.stdout:
        process.stdout.close()
    if process.stderr is None:
        return ""
    with process.stderr as complaints:
        return complaints.read(4096).decode("utf-8", "replace").strip()


def _parse_objects(process: Popen[bytes], number: int, most: int) -> Iterator[_Object | None]:
    """Yield what was asked for, and stop early where the answer ends early."""
    out = process.stdout
    for _ in range(number if out else 0):
        header = out.readline().split() if out else []
        if header[-1:] == [b"missing"]:  # before it stands the name as it was asked for, spaces included
            yield None
            continue
        if out is None or not header:
            return
        if len(header) != 3 or not header[2].isdigit():
            raise _create_incomplete_error()
        oid, kind, size = header[0].decode("ascii", "replace"), header[1].decode("ascii", "replace"), int(header[2])
        kept = size if kind == "tree" else min(size, most)
        content = out.read(kept)
        rest = size - len(content)
        while rest and len(content) == kept and (skipped := len(out.read(min(rest, 1 << 20)))):
            rest -= skipped
        if rest or len(out.read(1)) != 1:
            return
        yield _Object(oid, kind, content)


def _create_missing_error(what: str) -> ObjectMissingError:
    return ObjectMissingError(
        f"the object {what[:40]} is not in this clone",
        f"{REFETCH_COMMAND} brings it; git fsck shows what else is missing",
    )


def _create_incomplete_error() -> GitFailedError:
    return GitFailedError("git cat-file gave no full answer", "run it again; git fsck shows what is wrong")


def list_tree(git: Git, commit: str) -> dict[str, str]:
    """Return the object id of each path in a commit's tree; none of what is no regular file."""
    entries = {}
    for entry in split_records(git.run("ls-tree", "-r", "-z", "--full-tree", commit)):
        facts, _, path = entry.partition("\t")
        entries[path] = facts.split(" ")[2] if facts.startswith(FILE_MODE_PREFIX) else ""
    return entries
