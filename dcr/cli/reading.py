"""What the reading commands share: where the registry is read, what is said beside it, and how it is shown."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from dcr.cli.exits import print_note
from dcr.cli.output import Progress, get_style, get_working_folder, require_choice
from dcr.errors import UsageError
from dcr.git.repository import discover_repository
from dcr.registry.history.facts import Retention
from dcr.registry.snapshot import open_snapshot
from dcr.registry.version_lookup import UNSHALLOW_COMMAND
from dcr.rendering.style import Style
from dcr.text.printable import escape_ci_commands, make_printable
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.registry.history.replay import UnreadableVersion
    from dcr.registry.history.timeline import History, Revision
    from dcr.registry.snapshot import Snapshot

FORMATS = ("table", "json")
UNLIMITED_WIDTH = 1_000_000
"""Columns of a page that no terminal shows: a row of a table is one line there, whatever it takes."""

MAX_LISTED_FILES = 5
"""Files that are named one by one on stderr; `--format json` has all of them."""


def open_registry(ref: str | None) -> Snapshot:
    """Return the registry of the working folder's repository at a ref, or at the base."""
    return open_snapshot(discover_repository(get_working_folder()), ref)


def read_history_with_warnings(
    opened: Snapshot, dataset_id: str | None = None, *, past: bool = False, compares: bool = False
) -> History:
    """Read a history, with word of it where it takes long, and say aloud what cannot be read.

    With `past`, also what could not be read at some commit on the way; `compares` is whether contracts will be read.
    """
    history = read_history(opened, dataset_id, compares=compares)
    warn_unreadable(history.unreadable if past else history.still_unreadable)
    return history


def read_history(opened: Snapshot, dataset_id: str | None = None, *, compares: bool = False) -> History:
    """Read a history, with word of it where it takes long, and say aloud when it is not the whole one."""
    progress = Progress()
    wants = (lambda _: True) if dataset_id is None else dataset_id.__eq__
    keep = Retention(wants, last_versions=dataset_id is not None) if compares else None
    try:
        progress("reading the history")
        history = opened.read_history(dataset_id, progress, keep)
    finally:
        progress.finish()
    if not history.is_complete:
        print_warning("this clone is shallow: nothing is known from before its first commit", UNSHALLOW_COMMAND)
    if dataset_id is None and not history.list_datasets():
        print_warning(
            f"no contract was found at '{opened.ref}' ({history.commit[:10]}), now or before; scope: {opened.scope}",
            "dcr lint looks at the working tree, --ref REF at another commit; what a contract is: dcr schema contract",
        )
    return history


def warn_unreadable(unread: Sequence[UnreadableVersion]) -> None:
    """Say which files could not be read, and which commit left them so."""
    for each in unread[:MAX_LISTED_FILES]:
        print_warning(f"'{each.path}' could not be read as {each.commit.id[:10]} left it: {each.message}")
    if len(unread) > MAX_LISTED_FILES:
        print_warning(f"{len(unread) - MAX_LISTED_FILES} more could not be read: --format json names them")


def get_dataset_states(opened: Snapshot, history: History, dataset_id: str) -> list[Revision]:
    """Return the states of a dataset. Raises `UsageError` for one that never was, with the id that was meant."""
    states = history.list_revisions(dataset_id)
    if not states:
        known = opened.read_history().list_datasets()
        hint = format_suggestion(dataset_id, known) or "dcr datasets lists those there are"
        when = "now or before" if history.is_complete else "now or as far back as this shallow clone goes"
        raise UsageError(f"there is no dataset '{dataset_id}' at '{opened.ref}', {when}", hint)
    return states


def print_warning(message: str, hint: str = "") -> None:
    """Say something beside the answer, on stderr."""
    print_note(escape_ci_commands(f"dcr: {make_printable(message)}"))
    if hint:
        print_note(escape_ci_commands(f"  hint: {make_printable(hint)}"))


def check_format_and_color(format_name: str, color: str, formats: Iterable[str] = FORMATS) -> None:
    """Refuse a format or a colour that does not exist, before any work. Raises `UsageError`."""
    require_choice("--format", format_name, tuple(formats))
    get_style(color)


def get_page_style(color: str) -> Style:
    """Return how much room and colour a page has: that of the terminal, and any room where a program reads it."""
    style = get_style(color)
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return style
    return Style(UNLIMITED_WIDTH, color=style.color, unicode=style.unicode)


def show_page(text: str, *, pager: bool) -> None:
    """Write a page to stdout; on a terminal it is too long for, through the pager."""
    command = _find_pager(text) if pager and sys.stdout.isatty() and os.environ.get("TERM") != "dumb" else None
    if command is None or not _run_pager(command, text):
        sys.stdout.write(text)


def _find_pager(text: str) -> list[str] | None:
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


def _run_pager(command: list[str], text: str) -> bool:
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


def write_bytes(content: bytes) -> None:
    """Write a file's content to stdout as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
