"""What the reading commands share: where the registry is read, what is said beside it, and how it is shown."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from dcr.cli.exits import note
from dcr.cli.output import Progress, one_of, style_of, working_folder
from dcr.errors import UsageError
from dcr.git.repository import discover
from dcr.registry.history.facts import Keep
from dcr.registry.lookup import UNSHALLOW
from dcr.registry.snapshot import open_at
from dcr.rendering.style import Style
from dcr.text.printable import defused, printable
from dcr.text.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.registry.history.replay import Unread
    from dcr.registry.history.timeline import History, State
    from dcr.registry.snapshot import Opened

FORMATS = ("table", "json")
UNBOUNDED = 1_000_000
"""Columns of a page that no terminal shows: a row of a table is one line there, whatever it takes."""

MAX_UNREAD = 5
"""Files that are named one by one on stderr; `--format json` has all of them."""


def open_here(ref: str | None) -> Opened:
    """Return the registry of the working folder's repository at a ref, or at the base."""
    return open_at(discover(working_folder()), ref)


def history_at(opened: Opened, dataset_id: str | None = None, *, past: bool = False, compares: bool = False) -> History:
    """Read a history, with word of it where it takes long, and say aloud what cannot be read.

    With `past`, also what could not be read at some commit on the way; `compares` is whether contracts will be read.
    """
    history = read_history(opened, dataset_id, compares=compares)
    tell_unread(history.unread if past else history.unread_now)
    return history


def read_history(opened: Opened, dataset_id: str | None = None, *, compares: bool = False) -> History:
    """Read a history, with word of it where it takes long, and say aloud when it is not the whole one."""
    progress = Progress()
    wants = (lambda _: True) if dataset_id is None else dataset_id.__eq__
    keep = Keep(wants, ends=dataset_id is not None) if compares else None
    try:
        progress("reading the history")
        history = opened.history(dataset_id, progress, keep)
    finally:
        progress.done()
    if not history.whole:
        tell("this clone is shallow: nothing is known from before its first commit", UNSHALLOW)
    if dataset_id is None and not history.datasets():
        tell(
            f"no contract was found at '{opened.ref}' ({history.commit[:10]}), now or before; scope: {opened.scope}",
            "dcr lint looks at the working tree, --ref REF at another commit; what a contract is: dcr schema contract",
        )
    return history


def tell_unread(unread: Sequence[Unread]) -> None:
    """Say which files could not be read, and which commit left them so."""
    for each in unread[:MAX_UNREAD]:
        tell(f"'{each.path}' could not be read as {each.commit.id[:10]} left it: {each.message}")
    if len(unread) > MAX_UNREAD:
        tell(f"{len(unread) - MAX_UNREAD} more could not be read: --format json names them")


def states_of(opened: Opened, history: History, dataset_id: str) -> list[State]:
    """Return the states of a dataset. Raises `UsageError` for one that never was, with the id that was meant."""
    states = history.states(dataset_id)
    if not states:
        known = opened.history().datasets()
        hint = did_you_mean(dataset_id, known) or "dcr datasets lists those there are"
        when = "now or before" if history.whole else "now or as far back as this shallow clone goes"
        raise UsageError(f"there is no dataset '{dataset_id}' at '{opened.ref}', {when}", hint)
    return states


def tell(message: str, hint: str = "") -> None:
    """Say something beside the answer, on stderr."""
    note(defused(f"dcr: {printable(message)}"))
    if hint:
        note(defused(f"  hint: {printable(hint)}"))


def checked(format_name: str, color: str, formats: Iterable[str] = FORMATS) -> None:
    """Refuse a format or a colour that does not exist, before any work. Raises `UsageError`."""
    one_of("--format", format_name, tuple(formats))
    style_of(color)


def page_style(color: str) -> Style:
    """Return how much room and colour a page has: that of the terminal, and any room where a program reads it."""
    style = style_of(color)
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return style
    return Style(UNBOUNDED, color=style.color, unicode=style.unicode)


def show(text: str, *, pager: bool) -> None:
    """Write a page to stdout; on a terminal it is too long for, through the pager."""
    command = _pager(text) if pager and sys.stdout.isatty() and os.environ.get("TERM") != "dumb" else None
    if command is None or not _paged(command, text):
        sys.stdout.write(text)


def _pager(text: str) -> list[str] | None:
    """Return the pager to use: the user's, or less where there is one; None where the text fits or none is wanted."""
    if text.count("\n") < shutil.get_terminal_size().lines:
        return None
    written = os.environ.get("PAGER")
    if written is None:
        return ["less", "-FRX"] if shutil.which("less") else None
    try:
        command = shlex.split(written)
    except ValueError:
        return None
    if command and os.path.basename(command[0]) == "less" and "LESS" not in os.environ:
        command.append("-FRX")
    return command if command and command[0] != "cat" else None


def _paged(command: list[str], text: str) -> bool:
    """Run a pager and give it a text; whether it could be run."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
    except OSError:
        return False
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):  # it was left before the end
        process.communicate(text.encode(sys.stdout.encoding, "backslashreplace"))
    while process.poll() is None:
        with contextlib.suppress(KeyboardInterrupt):  # it is the pager's own
            process.wait()
    return True


def show_bytes(content: bytes) -> None:
    """Write a file's content to stdout as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
