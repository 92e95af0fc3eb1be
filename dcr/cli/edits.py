"""What the editing commands share: the diff that is shown, the files that are written, the texts that are taken."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from dcr.cli.exits import note
from dcr.cli.output import working_folder
from dcr.errors import DcrError, UsageError
from dcr.text.printable import defused, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.editing.lifecycle import Amendment
    from dcr.report.report import Report

DRY_RUN = "Print what would change, and write nothing."
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def one_line(what: str, text: str) -> str:
    """Return a text that a contract can hold on one line. Raises `UsageError` for a blank one or one of controls."""
    if not text.strip():
        raise UsageError(f"{what} is blank", "write a text there")
    found = _UNFIT.search(text)
    if found:
        raise UsageError(f"{what} holds the control character U+{ord(found.group()):04X}", "write it on one line")
    return text


def carry_out(amendments: Iterable[Amendment], *, dry_run: bool) -> None:
    """Write the edits and say on stderr what was done; of a dry run, print the diff instead."""
    written, edits = 0, list(amendments)
    for each in edits:
        if dry_run:
            for line in diff(each):
                print(defused(line))
        else:
            _write(each, after=written)
            written += each.changes
        note(defused(f"dcr: {printable(each.path)}: {printable(each.said)}"))
    if dry_run and edits:
        note("dcr: nothing was written (--dry-run)")


def write_owed(report: Report) -> bool:
    """Write the versions that a report says are owed; return whether there were any. What is refused is said."""
    from dcr.editing.bumps import owed_bumps

    found = owed_bumps(working_folder(), report)
    carry_out(found.amendments, dry_run=False)
    for error in found.refused:
        say_refused(error)
    return bool(found.amendments)


def _write(amendment: Amendment, *, after: int) -> None:
    try:
        amendment.write()
    except DcrError as error:
        if after:
            error.undone = "not all was written"
        raise


def say_refused(error: DcrError) -> None:
    """Say on stderr why one file of several was left as it is."""
    note(defused(f"dcr: not edited: {printable(error.message)}"))
    if error.hint:
        note(defused(f"  hint: {printable(error.hint)}"))


def diff(amendment: Amendment) -> Iterator[str]:
    """Yield the lines of a unified diff, made printable: for reading, whatever line breaks the file has."""
    before, after = (_lines(each) for each in (amendment.before or b"", amendment.after))
    path = printable(amendment.path)
    old = f"a/{path}" if amendment.before is not None else "/dev/null"
    yield from difflib.unified_diff(before, after, old, f"b/{path}", lineterm="")


def _lines(content: bytes) -> list[str]:
    return [printable(line) for line in re.split(r"\r\n|\r|\n", content.decode("utf-8").removeprefix("\ufeff"))]
