"""Writes the baseline: the issues of a run, so that from tomorrow on only new ones are told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.cli.exits import note
from dcr.cli.options import BASELINE
from dcr.cli.output import UnwritableOutputError
from dcr.policy.baseline import BaselineError, entries_of, joined, parse_baseline, render_baseline
from dcr.report.summary import counted
from dcr.text.printable import printable

if TYPE_CHECKING:
    from dcr.policy.baseline import Entry
    from dcr.report.report import Report

CHECK, LINT = "check", "lint"


def write(by: str, name: str | None, report: Report, paths: tuple[str, ...]) -> None:
    """Write the issues of a report into the baseline and say how many; entries the run could not find anew stay.

    `by` is the command that ran, `paths` what it was limited to. Raises `BaselineError` for a file that is there
    and is no baseline: it is not overwritten.
    """
    file = name or BASELINE
    listed = [(each.dataset_id, each.path, issue) for each in report.contracts for issue in each.issues]
    found = entries_of(by, listed)
    entries = joined(by, _written_before(file), found, whole=not paths)
    try:
        with open(file, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(render_baseline(by, entries))
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise UnwritableOutputError(
            f"'{file}' cannot be written: {reason}", "name another file: --baseline FILE"
        ) from error
    kept = len(entries) - len(found)
    note(
        f"dcr: {printable(file)} lists {counted(len(found), 'issue')} of this run"
        + (f" and {kept:,} from before" if kept else "")
    )
    note(f"  hint: commit it, and from now on: dcr {by} --baseline {printable(file)}")


def _written_before(file: str) -> tuple[Entry, ...]:
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
