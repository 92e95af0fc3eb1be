"""Declares the options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dcr.errors import UsageError
from dcr.rendering.reports import list_formats
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

COLORS = ("auto", "always", "never")
FAIL_ON = ("error", "warning", "never")
LISTING_FORMATS = ("table", "json")
DEFAULT_BASELINE = "dcr.baseline.json"


def complete_with(*choices: str) -> Callable[[], list[str]]:
    """Return the function with which a shell completes an argument or option."""
    return lambda: list(choices)


def choice_option(*names: str, choices: tuple[str, ...], metavar: str, note: str = "") -> Any:
    """Return an option that takes one of some words. Its help lists them, followed by a note."""
    help_text = " ".join(filter(None, [f"One of: {', '.join(choices)}.", note]))
    return typer.Option(*names, help=help_text, metavar=metavar, autocompletion=complete_with(*choices))


def format_option(formats: tuple[str, ...], note: str = "") -> Any:
    """Return the option `--format`."""
    return choice_option("--format", "-f", choices=formats, metavar="FORMAT", note=note)


def require_choice(option: str, value: str | None, choices: tuple[str, ...]) -> None:
    """Raise `UsageError` if an option was given another value than one of some words."""
    if value is not None and value not in choices:
        hint = format_suggestion(value, choices)
        raise UsageError(f"{option} is '{value}', expected one of {', '.join(choices)}", hint)


def _require_job(jobs: int | None) -> int | None:
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs is {jobs}, expected 1 or more", "leave it out to use the cores")
    return jobs


FormatsOption = Annotated[
    list[str] | None, format_option(list_formats(), "Can be repeated; NAME:FILE writes that format to a file.")
]
OutputOption = Annotated[
    list[str] | None,
    typer.Option("--output", "-o", help="Write the report to a file; one file for each format.", metavar="FILE"),
]
FailOnOption = Annotated[
    str | None,
    choice_option("--fail-on", choices=FAIL_ON, metavar="SEVERITY", note="Default: the policy's."),
]
BaselineOption = Annotated[
    str | None,
    typer.Option("--baseline", help="Do not report the issues in this file; count them.", metavar="FILE"),
]
WriteBaselineOption = Annotated[
    bool,
    typer.Option("--write-baseline", help=f"Write the issues to the baseline. Default: {DEFAULT_BASELINE}."),
]
StatisticsOption = Annotated[bool, typer.Option("--statistics", help="Count the issues by kind, on stderr.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print only issues.")]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="Print what was read and how long it took, on stderr.")
]
ColorOption = Annotated[str, choice_option("--color", choices=COLORS, metavar="WHEN")]
BaseOption = Annotated[
    str | None, typer.Option("--base", help="Compare with the merge base of this ref.", metavar="REF")
]
CheckIndexOption = Annotated[
    str | None,
    typer.Option(
        "--index", help="URL of the index of other repositories. Default: DCR_INDEX, then the policy's.", metavar="URL"
    ),
]
RefOption = Annotated[
    str | None, typer.Option("--ref", help="Read the contracts at this commit. Default: the base.", metavar="REF")
]
SideOption = Annotated[
    str | None, typer.Option("--ref", help="Read this commit. Default: the working tree.", metavar="REF")
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs", help="Use N processes. Default: one per core for many files.", metavar="N", callback=_require_job
    ),
]
ListingFormatOption = Annotated[str, format_option(LISTING_FORMATS)]
NoPagerOption = Annotated[bool, typer.Option("--no-pager", help="Print a long page without a pager.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Print what would be written, but write nothing.")]
DatasetArgument = Annotated[str, typer.Argument(help="The dataset's id.", metavar="DATASET")]
