"""Validate every contract, without comparing: all causes at once, each with its line."""

from typing import Annotated

import typer

from dcr.cli.output import COLORS, FAIL_ON, Progress, chosen_format, deliver, one_of, words, working_folder
from dcr.lint import lint as run_lint
from dcr.reporters import names, needs_sources

EXAMPLE = "Example: dcr lint contracts/users.yaml"


def lint(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files or folders. Default: the policy's globs.", metavar="PATHS...")
    ] = None,
    format: Annotated[  # noqa: A002 (the option's name)
        str | None,
        typer.Option(
            "--format", "-f", help=f"One of: {', '.join(names())}.", metavar="FORMAT", autocompletion=words(*names())
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write the report to a file.", metavar="FILE")
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            help=f"One of: {', '.join(FAIL_ON)}. Default: the policy's.",
            metavar="SEVERITY",
            autocompletion=words(*FAIL_ON),
        ),
    ] = None,
    color: Annotated[
        str, typer.Option(help=f"One of: {', '.join(COLORS)}.", metavar="WHEN", autocompletion=words(*COLORS))
    ] = "auto",
) -> None:
    """Run the validation."""
    one_of("--fail-on", fail_on, FAIL_ON)
    one_of("--color", color, COLORS)
    format_name = chosen_format(format, output)
    sources = needs_sources([format_name])  # a format that does not exist is said before any work
    progress = Progress()
    try:
        report = run_lint(working_folder(), tuple(paths or ()), fail_on, progress, sources=sources)
    finally:
        progress.done()
    raise typer.Exit(deliver(report, format_name, output, color))
