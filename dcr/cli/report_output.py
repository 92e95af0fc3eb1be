"""Checks the report options of `dcr check` and `dcr lint`, and writes the reports."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from dcr.cli.exit_codes import EXIT_ISSUES
from dcr.cli.messages import print_line
from dcr.cli.options import COLORS, FAIL_ON, require_choice
from dcr.cli.targets import parse_targets
from dcr.cli.terminal import get_style
from dcr.errors import UsageError
from dcr.rendering.reports import load_reporter
from dcr.report.summary import format_closing_line, list_statistics

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.cli.targets import ReportTarget
    from dcr.report.report import Report


class OutputOptions(NamedTuple):
    """The options that decide what is printed in addition to the reports, and in which colours."""

    color: str = "auto"
    quiet: bool = False
    statistics: bool = False
    verbose: bool = False


class ReportOptions(NamedTuple):
    """The options of `dcr check` and `dcr lint` about their reports."""

    formats: Sequence[str] | None
    outputs: Sequence[str] | None
    fail_on: str | None
    baseline: str | None
    write_baseline: bool
    output: OutputOptions

    @property
    def applied_baseline(self) -> str | None:
        """The baseline whose issues are left out. A run that writes one reports every issue."""
        return None if self.write_baseline else self.baseline

    def check(self) -> tuple[ReportTarget, ...]:
        """Return the reports to write. Raise `UsageError` for unknown values and options that exclude each other."""
        require_choice("--fail-on", self.fail_on, FAIL_ON)
        require_choice("--color", self.output.color, COLORS)
        if self.write_baseline and (self.formats or self.outputs):
            raise UsageError(
                "--write-baseline prints no report", "leave out --format and --output, then run again with them"
            )
        return parse_targets(self.formats or (), self.outputs or ())

    def finish(self, command: str, report: Report, targets: Iterable[ReportTarget], paths: Sequence[str] | None) -> int:
        """Write the reports or the baseline, and return the exit code."""
        if not self.write_baseline:
            return write_report(report, targets, self.output)
        from dcr.cli.baseline import write_baseline  # only a run that writes a baseline loads it

        write_baseline(command, self.baseline, report, tuple(paths or ()))
        return 0


def write_report(report: Report, targets: Iterable[ReportTarget], options: OutputOptions) -> int:
    """Write a report to its targets and return the exit code.

    Raise `UnwritableOutputError` before anything is written to stdout.
    """
    has_closing_line = False
    if options.verbose:
        from dcr.cli.run_details import print_run_details

        print_run_details(report)
    for target in targets:
        module = load_reporter(target.format)
        if target.file is not None:
            from dcr.cli.output_files import write_file  # most runs print to stdout

            write_file(target.file, module.render(report, get_style(options.color, to_file=True)))
            continue
        style = get_style(options.color, quiet=options.quiet)
        render_commands = getattr(module, "commands", None) if target.commands_only else None
        sys.stdout.write(render_commands(report) if render_commands else module.render(report, style))
        has_closing_line = has_closing_line or getattr(module, "CLOSES", False)
    sys.stdout.flush()  # before stderr: a log of both streams ends with the closing line
    if not has_closing_line and not options.quiet:
        print_line(format_closing_line(report))
    if options.statistics:
        for line in list_statistics(report):
            print_line(line)
    return EXIT_ISSUES if report.fails else 0
