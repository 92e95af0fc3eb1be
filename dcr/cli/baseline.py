"""Writes the baseline: the issues of a run, so that from tomorrow on only new ones are told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.cli.exits import print_note
from dcr.cli.options import DEFAULT_BASELINE
from dcr.cli.output import UnwritableOutputError
from dcr.policy.baseline import BaselineError, create_entries, merge_entries, parse_baseline, render_baseline
from dcr.report.summary import format_count
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from dcr.policy.baseline import BaselineEntry
    from dcr.report.report import Report

CHECK, LINT = "check", "lint"


def write_baseline(by: str, name: str | None, report: Report, paths: tuple[str, ...]) -> None:
    """Write the issues of a report into the baseline and say how many; entries the run could not find anew stay.

    `by` is the command that ran, `paths` what it was limited to. Raises `BaselineError` for a file that is there
    and is no baseline: it is not overwritten.
    """
    file = name or DEFAULT_BASELINE
    listed = [(each.dataset_id, each.path, issue) for each in report.contracts for issue in each.issues]
    found = create_entries(by, listed)
    entries = merge_entries(by, _read_existing_entries(file), found, whole=not paths)
    try:
        with open(file, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(render_baseline(by, entries))
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise UnwritableOutputError(
            f"'{file}' cannot be written: {reason}", "name another file: --baseline FILE"
        ) from error
    kept = len(entries) - len(found)
    print_note(
        f"dcr: {make_printable(file)} lists {format_count(len(found), 'issue')} of this run"
        + (f" and {kept:,} from before" if kept else "")
    )
    print_note(f"  hint: commit it, and from now on: dcr {by} --baseline {make_printable(file)}")


def _read_existing_entries(file: str) -> tuple[BaselineEntry, ...]:
    if not os.path.lexists(file):
        return ()
    try:
        with open(file, "rb") as stream:
            return parse_baseline(file, stream.read())
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise BaselineError(
            f"the baseline '{file}' cannot be read: {reason}", "name another file: --baseline FILE"
        ) from error
