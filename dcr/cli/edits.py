"""Applies the edits of the editing commands, or prints them as a diff."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from dcr.cli.messages import print_error, print_note
from dcr.cli.working_folder import get_working_folder
from dcr.errors import DcrError, UsageError
from dcr.text.printable import escape_ci_commands, make_printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.editing.file_edit import FileEdit
    from dcr.report.report import Report

_CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def require_one_line(name: str, text: str) -> str:
    """Return the text of an argument. Raise `UsageError` if it is blank or contains a control character."""
    if not text.strip():
        raise UsageError(f"{name} is blank", "write a text")
    match = _CONTROL_CHARACTER.search(text)
    if match:
        code = ord(match.group())
        raise UsageError(f"{name} contains the control character U+{code:04X}", "write it on one line")
    return text


def apply_edits(edits: Sequence[FileEdit], *, dry_run: bool) -> None:
    """Write the edits and print a summary of each to stderr. A dry run prints the diff instead."""
    written = 0
    for edit in edits:
        if dry_run:
            for line in format_diff(edit):
                print(escape_ci_commands(line))
        else:
            try:
                edit.write()
            except DcrError as error:
                if written:
                    error.consequence = "not everything was written"
                raise
            written += edit.has_changes
        print_note(f"{edit.path}: {edit.summary}")
    if dry_run and edits:
        print_note("nothing was written (--dry-run)")


def write_required_versions(report: Report) -> bool:
    """Write the versions that a report requires, and print what cannot be edited. Return whether any was written."""
    from dcr.editing.bumps import plan_required_bumps

    plan = plan_required_bumps(get_working_folder(), report)
    apply_edits(plan.edits, dry_run=False)
    for error in plan.refusals:
        print_refusal(error)
    return bool(plan.edits)


def print_refusal(error: DcrError) -> None:
    """Print to stderr why one of several files was not edited."""
    print_error(f"{error.message} (not edited)", error.hint)


def format_diff(edit: FileEdit) -> Iterator[str]:
    """Yield the lines of a unified diff for people: printable, without the file's own line breaks."""
    before, after = (_split_lines(content) for content in (edit.before or b"", edit.after))
    path = make_printable(edit.path)
    old = f"a/{path}" if edit.before is not None else "/dev/null"
    yield from difflib.unified_diff(before, after, old, f"b/{path}", lineterm="")


def _split_lines(content: bytes) -> list[str]:
    return [make_printable(line) for line in re.split(r"\r\n|\r|\n", content.decode("utf-8").removeprefix("\ufeff"))]
