"""Which formats a run prints and where each goes: `--format NAME[:FILE]`, `--output FILE`, and the CI's own."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import UsageError
from dcr.git.ci import detect_service
from dcr.rendering.reports import list_formats, load_reporter
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable


class ReportTarget(NamedTuple):
    """One report to make; `file` is None for stdout. `commands_only` another report there only the CI's commands are made."""

    format: str
    file: str | None = None
    commands_only: bool = False


def parse_targets(formats: Iterable[str], outputs: Iterable[str]) -> tuple[ReportTarget, ...]:
    """Return what to make and where to; an output belongs to the format at its place among those without a file.

    Raises `UsageError` for a format that does not exist, and where two reports would get mixed.
    """
    asked = [_parse_target(each) for each in formats]
    files = list(outputs)
    if "" in files or any(each.file == "" for each in asked):
        raise UsageError("the name of a report's file is empty", "write for example --format sarif:dcr.sarif")
    if not asked:
        asked = [ReportTarget("text")] if files else _choose_default_targets()
    for each in asked:
        load_reporter(each.format)  # one that does not exist is said before any work
    loose = [each for each in asked if each.file is None]
    if files and len(files) != len(loose):
        raise UsageError(
            f"--output names {format_count(len(files), 'file')}, and {format_count(len(loose), 'format')} could go there",
            f"write them together: --format {loose[0].format if loose else asked[0].format}:{files[0]}",
        )
    if files:
        rest = iter(files)
        asked = [each._replace(file=next(rest)) if each.file is None else each for each in asked]
    _require_separate_outputs(asked)
    return tuple(_order_targets(asked))


def _parse_target(text: str) -> ReportTarget:
    name, separator, file = text.partition(":")
    return ReportTarget(name, file if separator else None)


def _choose_default_targets() -> list[ReportTarget]:
    """A table where people read, lines where programs do; in a CI that reads annotations from its log, those too."""
    if not is_read_by_people():
        return [ReportTarget("text")]
    found = detect_service(os.environ)
    reads_log = found in list_formats() and _is_command_format(found)
    return [ReportTarget("table"), *([ReportTarget(found, beside=True)] if found and reads_log else [])]


def is_read_by_people() -> bool:
    """Whether stdout is a terminal or a log that people read: a CI's, or a hook manager's."""
    known = os.environ.get("CI") or os.environ.get("PRE_COMMIT") or detect_service(os.environ)
    return bool(known) or sys.stdout.isatty()


def _is_command_format(name: str) -> bool:
    """Whether a format is made of commands to a CI's log, which may stand among other lines."""
    return hasattr(load_reporter(name), "commands")


def _require_separate_outputs(asked: list[ReportTarget]) -> None:
    stdout = [each.format for each in asked if each.file is None]
    whole = [each for each in stdout if not _is_command_format(each)]
    if len(whole) > 1 or len(set(stdout)) < len(stdout):
        raise UsageError(
            f"{' and '.join(stdout)} would both go to stdout", f"write one to a file: --format {stdout[-1]}:FILE"
        )
    files = [os.path.abspath(each.file) for each in asked if each.file is not None]
    twice = next((each for number, each in enumerate(files) if each in files[:number]), None)
    if twice is not None:
        raise UsageError(f"two reports would go to '{twice}'", "name a file for each")


def _order_targets(asked: list[ReportTarget]) -> list[ReportTarget]:
    """Return the reports, those of stdout last; commands stand below another report, without an ending of their own."""
    stdout = [each for each in asked if each.file is None]
    whole = [each for each in stdout if not _is_command_format(each.format)]
    commands = [each._replace(commands_only=bool(whole)) for each in stdout if _is_command_format(each.format)]
    return [*(each for each in asked if each.file is not None), *whole, *commands]
