"""Requests objects from one git process and parses its answer, with a time limit for each wait."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, NamedTuple

from dcr.git.command import GitFailedError, GitResult, create_git_error, create_timeout_error
from dcr.git.object_session import WatchedProcess, find_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from dcr.git.command import Git


_MIN_PIPE_BYTES = 4096
"""What an empty pipe holds on every system, so that writing it does not wait for git."""


class GitObject(NamedTuple):
    """An object with its id, its kind, such as `blob`, and its content, which may be cut off."""

    oid: str
    kind: str
    content: bytes


def stream_objects(git: Git, expressions: list[str], max_bytes: int) -> Iterator[GitObject | None]:
    """Yield an object for each expression, in order; None if git reports it as missing.

    The time limit applies to each wait for git, not to the time that the caller takes between two objects.
    """
    if not expressions:
        return
    session = find_session(git)
    watch = session.take() if session else WatchedProcess(git.start("cat-file", "--batch", has_stdin=True))
    process = watch.process
    writer = _write_expressions(process, expressions, is_last=session is None)
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
        watch.pause()
        if writer:
            writer.join()
        is_kept = session is not None and count == len(expressions)
        if not is_kept:
            watch.stop()
        stderr, exit_code = ("", 0) if is_kept else (_close_outputs(process), process.wait())
    if session and is_kept:
        session.give_back(watch)
        return
    if watch.has_expired:
        raise create_timeout_error("cat-file", watch.limit)
    if exit_code:
        raise create_git_error(("cat-file",), GitResult(exit_code, b"", stderr))
    if count < len(expressions):
        raise create_incomplete_error()


def _write_expressions(process: Popen[bytes], expressions: list[str], *, is_last: bool) -> threading.Thread | None:
    """Write the requests. Return the thread that does so if they may not fit into the pipe, which is empty."""
    content = "\n".join([*expressions, ""]).encode("utf-8", "surrogateescape")
    if len(content) <= _MIN_PIPE_BYTES:
        _write(process, content, is_last)
        return None
    writer = threading.Thread(target=_write, args=(process, content, is_last), daemon=True)
    writer.start()
    return writer


def _write(process: Popen[bytes], content: bytes, is_last: bool) -> None:
    try:
        if process.stdin:
            process.stdin.write(content)
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


def _parse_objects(process: Popen[bytes], count: int, max_bytes: int) -> Iterator[GitObject | None]:
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
            raise create_incomplete_error()
        oid, kind, size = header[0].decode("ascii", "replace"), header[1].decode("ascii", "replace"), int(header[2])
        kept_size = size if kind == "tree" else min(size, max_bytes)
        content = output.read(kept_size)
        rest = size - len(content)
        while rest and len(content) == kept_size and (skipped := len(output.read(min(rest, 1 << 20)))):
            rest -= skipped
        if rest or len(output.read(1)) != 1:
            return
        yield GitObject(oid, kind, content)


def create_incomplete_error() -> GitFailedError:
    """Return the error for an answer that git cut off, or that is not one."""
    return GitFailedError(
        "git cat-file returned an incomplete answer", "run it again; find what is wrong with: git fsck"
    )
