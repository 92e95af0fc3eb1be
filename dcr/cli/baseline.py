"""Writes the issues of a run to the baseline file, so that later runs report only new ones."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.cli.messages import print_note
from dcr.cli.options import DEFAULT_BASELINE
from dcr.cli.output_files import UnwritableOutputError
from dcr.compatibility.rule import CONSUMER_KIND_PREFIXES
from dcr.policy.baseline import BaselineError, create_entries, merge_entries, parse_baseline, render_baseline
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.policy.baseline import BaselineEntry
    from dcr.report.report import Report


def write_baseline(command: str, name: str | None, report: Report, paths: tuple[str, ...]) -> None:
    """Write the issues of a report to the baseline and print their number.

    `command` created the report, `paths` limited it. Existing entries outside of its scope stay. Raise
    `BaselineError` if the file exists and is not a baseline.
    """
    file = name or DEFAULT_BASELINE
    issues: list[tuple[str | None, str | None, Issue]] = [
        (contract.dataset_id, contract.path, issue) for contract in report.contracts for issue in contract.issues
    ]
    issues += [
        (None, issue.location.path if issue.location else None, issue)
        for issue in report.issues
        if issue.kind.startswith(CONSUMER_KIND_PREFIXES)  # those of the policy and the acceptances are never known
    ]
    new = create_entries(command, issues)
    entries = merge_entries(command, _read_existing_entries(file), new, whole=not paths)
    try:
        with open(file, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(render_baseline(command, entries))
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise UnwritableOutputError(f"cannot write '{file}': {reason}", "name another file: --baseline FILE") from error
    kept = len(entries) - len(new)
    print_note(
        f"wrote {format_count(len(new), 'issue')} of this run to {file}"
        + (f" and kept {kept:,} from before" if kept else ""),
        f"commit it, and use it from now on: dcr {command} --baseline {file}",
    )


def _read_existing_entries(file: str) -> tuple[BaselineEntry, ...]:
    if not os.path.lexists(file):
        return ()
    try:
        with open(file, "rb") as stream:
            return parse_baseline(file, stream.read())
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise BaselineError(
            f"cannot read the baseline '{file}': {reason}", "name another file: --baseline FILE"
        ) from error
