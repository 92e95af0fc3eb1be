"""The options that `dcr check` and `dcr lint` share: what is printed, how and where, and what is known already."""

from typing import Annotated

import typer

from dcr.cli.output import COLORS, FAIL_ON, complete_with
from dcr.rendering.reports import list_formats

DEFAULT_BASELINE = "dcr.baseline.json"
"""The baseline that is written where none is named."""

FormatOption = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        "-f",
        help=f"One of: {', '.join(list_formats())}. May repeat; NAME:FILE writes that one to a file.",
        metavar="FORMAT",
        autocompletion=complete_with(*list_formats()),
    ),
]
OutputOption = Annotated[
    list[str] | None,
    typer.Option("--output", "-o", help="Write the report to a file; one for each format.", metavar="FILE"),
]
FailOnOption = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        help=f"One of: {', '.join(FAIL_ON)}. Default: the policy's.",
        metavar="SEVERITY",
        autocompletion=complete_with(*FAIL_ON),
    ),
]
BaselineOption = Annotated[
    str | None,
    typer.Option("--baseline", help="Leave out the issues that this file lists, and count them.", metavar="FILE"),
]
WriteBaselineOption = Annotated[
    bool,
    typer.Option("--write-baseline", help=f"List the issues of this run in the baseline. Default: {DEFAULT_BASELINE}."),
]
StatisticsOption = Annotated[bool, typer.Option("--statistics", help="Count the issues by kind, on stderr.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print issues and nothing else.")]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say on stderr what was read, from where, and how long it took.")
]
ColorOption = Annotated[
    str,
    typer.Option(
        "--color", help=f"One of: {', '.join(COLORS)}.", metavar="WHEN", autocompletion=complete_with(*COLORS)
    ),
]
