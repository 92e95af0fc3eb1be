"""Writes pages to stdout or to the user's pager."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys


def show_page(text: str, *, pager: bool) -> None:
    """Write a page to stdout. A page that is longer than the terminal goes through the pager."""
    command = _find_pager(text) if pager and sys.stdout.isatty() and os.environ.get("TERM") != "dumb" else None
    if command is None or not _run_pager(command, text):
        sys.stdout.write(text)


def _find_pager(text: str) -> list[str] | None:
    """Return the command of `PAGER` or `less`; None if the page fits or `PAGER` is empty or `cat`."""
    if text.count("\n") < shutil.get_terminal_size().lines:
        return None
    setting = os.environ.get("PAGER")
    if setting is None:
        return ["less", "-FRX"] if shutil.which("less") else None
    try:
        command = shlex.split(setting)
    except ValueError:
        return None
    if command and os.path.basename(command[0]) == "less" and "LESS" not in os.environ:
        command.append("-FRX")
    return command if command and command[0] != "cat" else None


def _run_pager(command: list[str], text: str) -> bool:
    """Run a pager on a text. Return whether the command could be started."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
    except OSError:
        return False
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):  # the user left the pager before the end
        process.communicate(text.encode(sys.stdout.encoding, "backslashreplace"))
    while process.poll() is None:
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C belongs to the pager
            process.wait()
    return True


def write_bytes(content: bytes) -> None:
    """Write the content of a file to stdout unchanged."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
