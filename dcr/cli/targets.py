"""Chooses the formats and files of the reports, from `--format NAME[:FILE]`, `--output FILE` and the CI service."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dcr.cli.terminal import is_read_by_people
from dcr.errors import UsageError
from dcr.git.ci import detect_service
from dcr.rendering.reports import list_formats, load_reporter
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable


class ReportTarget(NamedTuple):
    """One report to write. `file` is None for stdout.

    `commands_only` is set where another report on stdout has the closing line: only the CI commands are written.
    """

    format: str
    file: str | None = None
    commands_only: bool = False


def parse_targets(formats: Iterable[str], outputs: Iterable[str]) -> tuple[ReportTarget, ...]:
    """Return the reports to write. The n-th output is the file of the n-th format that names none.

    Raise `UsageError` for an unknown format, and if two reports would be written to the same place.
    """
    targets = [_parse_target(text) for text in formats]
    files = list(outputs)
    if "" in files or any(target.file == "" for target in targets):
        raise UsageError("the file name of a report is empty", "name a file, for example: --format sarif:dcr.sarif")
    if not targets:
        targets = [ReportTarget("text")] if files else _choose_default_targets()
    for target in targets:
        load_reporter(target.format)  # raises for an unknown format, before any work is done
    without_file = [target for target in targets if target.file is None]
    if files and len(files) != len(without_file):
        formats_found = format_count(len(without_file), "format")
        name = (without_file or targets)[0].format
        raise UsageError(
            f"--output names {format_count(len(files), 'file')} for {formats_found} without a file",
            f"name the file in the format: --format {name}:{files[0]}",
        )
    if files:
        rest = iter(files)
        targets = [target._replace(file=next(rest)) if target.file is None else target for target in targets]
    _require_separate_outputs(targets)
    return tuple(_order_targets(targets))


def _parse_target(text: str) -> ReportTarget:
    name, separator, file = text.partition(":")
    return ReportTarget(name, file if separator else None)


def _choose_default_targets() -> list[ReportTarget]:
    """Return a table for people, or lines for programs; also annotations if the CI service reads them from its log."""
    if not is_read_by_people():
        return [ReportTarget("text")]
    targets = [ReportTarget("table")]
    service = detect_service(os.environ)
    if service in list_formats() and _is_command_format(service):
        targets.append(ReportTarget(service, commands_only=True))
    return targets


def _is_command_format(name: str) -> bool:
    """Return whether a format consists of commands to a CI log, which can be mixed with other lines."""
    return hasattr(load_reporter(name), "commands")


def _require_separate_outputs(targets: list[ReportTarget]) -> None:
    stdout = [target.format for target in targets if target.file is None]
    documents = [name for name in stdout if not _is_command_format(name)]
    if len(documents) > 1 or len(set(stdout)) < len(stdout):
        raise UsageError(
            f"{' and '.join(stdout)} would both be written to stdout",
            f"write one to a file: --format {stdout[-1]}:FILE",
        )
    files = [os.path.abspath(target.file) for target in targets if target.file is not None]
    duplicate = next((file for number, file in enumerate(files) if file in files[:number]), None)
    if duplicate is not None:
        raise UsageError(f"two reports would be written to '{duplicate}'", "name a different file for each")


def _order_targets(targets: list[ReportTarget]) -> list[ReportTarget]:
    """Return files first, then stdout. Commands follow another report and have no closing line of their own."""
    stdout = [target for target in targets if target.file is None]
    documents = [target for target in stdout if not _is_command_format(target.format)]
    commands = [
        target._replace(commands_only=bool(documents)) for target in stdout if _is_command_format(target.format)
    ]
    return [*(target for target in targets if target.file is not None), *documents, *commands]
