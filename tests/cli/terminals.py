"""Runs the real command on a real pseudo-terminal, as a person has it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios
from typing import TYPE_CHECKING

from cli_runs import DCR, LIMIT, environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def on_terminal(
    folder: Path,
    *arguments: str,
    columns: int = 100,
    rows: int = 50,
    watch: Callable[[bytes], None] = lambda _: None,
    **variables: str,
) -> tuple[int, str]:
    """Run the command with a terminal on all three streams; return its exit code and what the terminal got.

    `watch` is given all that the terminal has got so far, each time there is more.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        [*DCR, *arguments],
        cwd=folder,
        env=environment(folder, **variables),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # Linux answers EIO when the last writer is gone
        while part := os.read(ours, 65_536):
            seen += part
            watch(seen)
    os.close(ours)
    code = process.wait(timeout=LIMIT)
    return code, seen.decode("utf-8").replace("\r\n", "\n")
