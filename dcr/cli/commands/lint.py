"""Validate contracts, without a comparison."""

from typing import Annotated

import typer

from dcr.cli.options import (
    BaselineOption,
    ColorOption,
    FailOnOption,
    FormatsOption,
    JobsOption,
    OutputOption,
    QuietOption,
    StatisticsOption,
    VerboseOption,
    WriteBaselineOption,
)
from dcr.cli.progress import make_progress
from dcr.cli.report_output import OutputOptions, ReportOptions
from dcr.cli.working_folder import get_working_folder
from dcr.lint import lint as run_lint
from dcr.rendering.reports import needs_sources

EXAMPLE = "Example: dcr lint contracts/users.yaml"


def lint(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files or folders. Default: all files in scope.", metavar="PATHS...")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Also report keys of foreign formats that dcr does not support.")
    ] = False,
    format: FormatsOption = None,  # noqa: A002 (the option's name)
    output: OutputOption = None,
    fail_on: FailOnOption = None,
    baseline: BaselineOption = None,
    write_baseline: WriteBaselineOption = False,
    statistics: StatisticsOption = False,
    jobs: JobsOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    color: ColorOption = "auto",
) -> None:
    """Write the reports. Exit with 1 if there are issues at the severity of `--fail-on`."""
    output_options = OutputOptions(color, quiet, statistics, verbose)
    options = ReportOptions(format, output, fail_on, baseline, write_baseline, output_options)
    targets = options.check()
    folder = get_working_folder()
    with make_progress(verbose=verbose) as progress:
        report = run_lint(
            folder,
            tuple(paths or ()),
            fail_on,
            progress,
            baseline=options.applied_baseline,
            sources=needs_sources(target.format for target in targets),
            strict=strict,
            jobs=jobs,
        )
    raise typer.Exit(options.finish("lint", report, targets, paths))
