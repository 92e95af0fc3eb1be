"""Validate every contract, without comparing: all causes at once, each with its line."""

import os
from typing import Annotated

import typer

from dcr.cli.output import Progress, chosen_format, deliver, one_of
from dcr.lint import lint as run_lint
from dcr.reporters import reporter

EXAMPLE = "Example: dcr lint contracts/users.yaml"


def lint(
    paths: Annotated[list[str] | None, typer.Argument(help="Files or folders. Default: the policy's globs.")] = None,
    format: Annotated[str | None, typer.Option("--format", "-f", help="table, text, json or github.")] = None,  # noqa: A002
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write the report to a file.", metavar="FILE")
    ] = None,
    fail_on: Annotated[str | None, typer.Option(help="error, warning or never. Default: the policy's.")] = None,
    color: Annotated[str, typer.Option(help="auto, always or never.")] = "auto",
) -> None:
    """Run the validation."""
    one_of("--fail-on", fail_on, ("error", "warning", "never"))
    format_name = chosen_format(format)
    reporter(format_name)  # a format that does not exist is said before any work
    progress = Progress()
    try:
        report = run_lint(os.getcwd(), tuple(paths or ()), fail_on, progress)
    finally:
        progress.done()
    raise typer.Exit(deliver(report, format_name, output, color))
