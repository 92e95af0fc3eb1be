"""Blobs and trees by id: one `cat-file --batch` reads everything, one `ls-tree` lists a tree."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dcr.errors import DcrError
from dcr.git.command import GitFailedError, time_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from subprocess import Popen

    from dcr.git.command import Git

MAX_READ = 2 * 1024 * 1024 + 1
"""Bytes of a blob that are kept; one more than a contract may have, so that an oversize one is seen as such."""


class ObjectMissingError(DcrError):
    """The repository names an object that it does not hold."""


def read_blobs(git: Git, ids: Iterable[str]) -> dict[str, bytes]:
    """Return the content of blobs by id, each cut after `MAX_READ` bytes.

    Raises `ObjectMissingError` for one that is not there, `GitFailedError` when git gives no full answer.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    process = git.start("cat-file", "--batch", reads=True)
    feeder = threading.Thread(target=_feed, args=(process, wanted), daemon=True)
    timer = threading.Timer(time_limit(), process.kill)
    timer.daemon = True
    timer.start()
    feeder.start()
    try:
        found = dict(_answers(process, wanted))
    except BaseException:
        process.kill()
        raise
    finally:
        timer.cancel()
        feeder.join()
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()
        code = process.wait()
    if code != 0:
        raise GitFailedError(f"git cat-file ended with {code}", "git fsck shows what is wrong with the repository")
    return found


def _feed(process: Popen[bytes], ids: list[str]) -> None:
    try:
        if process.stdin:
            process.stdin.write("\n".join([*ids, ""]).encode())
            process.stdin.close()
    except (BrokenPipeError, OSError):
        return  # the reading side finds out why


def _answers(process: Popen[bytes], ids: list[str]) -> Iterator[tuple[str, bytes]]:
    out = process.stdout
    if out is None:  # never: the process is started with a pipe
        return
    for wanted in ids:
        header = out.readline().split()
        if len(header) == 2 and header[1] in (b"missing", b"ambiguous"):
            raise ObjectMissingError(
                f"the object {wanted[:12]} is not in this clone",
                "git fetch --refetch origin brings it; git fsck shows what else is missing",
            )
        if len(header) != 3 or header[0].decode() != wanted or not header[2].isdigit():
            raise GitFailedError("git cat-file gave no full answer", "run it again; git fsck shows what is wrong")
        size = int(header[2])
        content = out.read(min(size, MAX_READ))
        rest = size - len(content)
        while rest > 0 and len(content) == MAX_READ:
            skipped = len(out.read(min(rest, 1 << 20)))
            rest -= skipped
            if not skipped:
                break
        if rest or len(out.read(1)) != 1:
            raise GitFailedError("git cat-file stopped in the middle", "run it again; git fsck shows what is wrong")
        yield wanted, content


def list_tree(git: Git, commit: str, *paths: str) -> dict[str, tuple[str, str]]:
    """Return mode and object id by path for the named top-level entries of a commit's tree; all when none named.

    Only what a complete listing does not hold is absent. Raises `GitFailedError`.
    """
    arguments = ("--", *paths) if paths else ()
    return _tree(git.run("ls-tree", "-z", "--full-tree", commit, *arguments))


def list_all(git: Git, commit: str) -> dict[str, tuple[str, str]]:
    """Return mode and object id of every file in a commit's tree, by path."""
    return _tree(git.run("ls-tree", "-r", "-z", "--full-tree", commit))


def _tree(listing: bytes) -> dict[str, tuple[str, str]]:
    entries = {}
    for entry in listing.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        facts, _, path = entry.partition("\t")
        mode, _, oid = facts.split(" ", 2)
        entries[path] = (mode, oid)
    return entries
