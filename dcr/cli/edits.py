"""What the editing commands share: the diff that is shown, the files that are written, the texts that are taken."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from dcr.cli.exits import print_note
from dcr.cli.output import get_working_folder
from dcr.errors import DcrError, UsageError
from dcr.text.printable import escape_ci_commands, make_printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.editing.lifecycle import FileEdit
    from dcr.report.report import Report

DRY_RUN_HELP = "Print what would change, and write nothing."
_CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def require_one_line(what: str, text: str) -> str:
    """Return a text that a contract can hold on one line. Raises `UsageError` for a blank one or one of controls."""
    if not text.strip():
        raise UsageError(f"{what} is blank", "write a text there")
    found = _CONTROL_CHARACTER.search(text)
    if found:
        raise UsageError(f"{what} holds the control character U+{ord(found.group()):04X}", "write it on one line")
    return text


def apply_edits(amendments: Iterable[FileEdit], *, dry_run: bool) -> None:
    """Write the edits and say on stderr what was done; of a dry run, print the diff instead."""
    written, edits = 0, list(amendments)
    for each in edits:
        if dry_run:
            for line in format_diff(each):
                print(escape_ci_commands(line))
        else:
            _write_edit(each, after=written)
            written += each.has_changes
        print_note(escape_ci_commands(f"dcr: {make_printable(each.path)}: {make_printable(each.summary)}"))
    if dry_run and edits:
        print_note("dcr: nothing was written (--dry-run)")


def write_required_versions(report: Report) -> bool:
    """Write the versions that a report says are owed; return whether there were any. What is refused is said."""
    from dcr.editing.bumps import plan_required_bumps

    found = plan_required_bumps(get_working_folder(), report)
    apply_edits(found.edits, dry_run=False)
    for error in found.refusals:
        print_refusal(error)
    return bool(found.edits)


def _write_edit(amendment: FileEdit, *, after: int) -> None:
    try:
        amendment.write()
    except DcrError as error:
        if after:
            error.consequence = "not all was written"
        raise


def print_refusal(error: DcrError) -> None:
    """Say on stderr why one file of several was left as it is."""
    print_note(escape_ci_commands(f"dcr: not edited: {make_printable(error.message)}"))
    if error.hint:
        print_note(escape_ci_commands(f"  hint: {make_printable(error.hint)}"))


def format_diff(amendment: FileEdit) -> Iterator[str]:
    """Yield the lines of a unified diff, made printable: for reading, whatever line breaks the file has."""
    before, after = (_split_lines(each) for each in (amendment.before or b"", amendment.after))
    path = make_printable(amendment.path)
    old = f"a/{path}" if amendment.before is not None else "/dev/null"
    yield from difflib.unified_diff(before, after, old, f"b/{path}", lineterm="")


def _split_lines(content: bytes) -> list[str]:
    return [make_printable(line) for line in re.split(r"\r\n|\r|\n", content.decode("utf-8").removeprefix("\ufeff"))]
