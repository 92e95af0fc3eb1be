"""Validate every contract, without comparing: all causes at once, each with its line."""

from typing import Annotated

import typer

from dcr.cli.options import (
    BaselineOption,
    ColorOption,
    FailOnOption,
    FormatOption,
    OutputOption,
    QuietOption,
    StatisticsOption,
    VerboseOption,
    WriteBaselineOption,
)
from dcr.cli.output import (
    COLORS,
    FAIL_ON,
    OutputOptions,
    get_working_folder,
    make_progress,
    require_choice,
    write_report,
)
from dcr.cli.targets import parse_targets
from dcr.errors import UsageError
from dcr.lint import lint as run_lint
from dcr.rendering.reports import needs_sources

EXAMPLE = "Example: dcr lint contracts/users.yaml"


def lint(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files or folders. Default: all that is in scope.", metavar="PATHS...")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="List every key of a foreign format that dcr does not read, too.")
    ] = False,
    format: FormatOption = None,  # noqa: A002 (the option's name)
    output: OutputOption = None,
    fail_on: FailOnOption = None,
    baseline: BaselineOption = None,
    write_baseline: WriteBaselineOption = False,
    statistics: StatisticsOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    color: ColorOption = "auto",
) -> None:
    """Run the validation."""
    require_choice("--fail-on", fail_on, FAIL_ON)
    require_choice("--color", color, COLORS)
    if write_baseline and (format or output):
        raise UsageError(
            "--write-baseline prints no report", "leave --format and --output out, then run it again with them"
        )
    chosen = parse_targets(format or (), output or ())
    folder = get_working_folder()
    progress = make_progress(verbose=verbose)
    try:
        report = run_lint(
            folder,
            tuple(paths or ()),
            fail_on,
            progress,
            baseline=None if write_baseline else baseline,
            sources=needs_sources(each.format for each in chosen),
            strict=strict,
        )
    finally:
        progress.finish()
    if write_baseline:
        from dcr.cli.baseline import LINT
        from dcr.cli.baseline import write_baseline as write_baseline_file  # only a run that writes one pays for it

        write_baseline_file(LINT, baseline, report, tuple(paths or ()))
        return
    raise typer.Exit(write_report(report, chosen, OutputOptions(color, quiet, statistics, verbose)))
