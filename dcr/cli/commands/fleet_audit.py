"""List the breaking changes that were merged in any repository of a fleet, and dataset ids that are duplicates.

Each repository is judged by its own policy and acceptances, as of the last dcr fleet sync.
"""

from typing import Annotated

import typer

from dcr.cli.exit_codes import EXIT_ISSUES
from dcr.cli.fleet_reading import FleetOption, IndexOption, open_index, warn_failed
from dcr.cli.options import (
    FAIL_ON,
    ColorOption,
    ListingFormatOption,
    NoPagerOption,
    choice_option,
    require_choice,
)
from dcr.cli.reading import PageOptions
from dcr.compatibility.severities import ERROR, WARNING

EXAMPLE = "Example: dcr fleet audit --since 2026-01-31 --dataset 'users.*'"


def fleet_audit(
    since: Annotated[
        str | None, typer.Option(help="Audit only commits since this day. Default: all.", metavar="YYYY-MM-DD")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="Audit datasets whose id matches, for example 'users.*'.", metavar="PATTERN")
    ] = None,
    fail_on: Annotated[str, choice_option("--fail-on", choices=FAIL_ON, metavar="SEVERITY")] = "error",
    fleet: FleetOption = "fleet.toml",
    index: IndexOption = None,
    format: ListingFormatOption = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the issues to stdout. Exit with 1 if there are any at the severity of `--fail-on`."""
    page = PageOptions(format, color, no_pager).check()
    require_choice("--fail-on", fail_on, FAIL_ON)
    with open_index(fleet, index) as opened:
        from dcr.fleet.audit import run_audit

        audit = run_audit(opened, since, dataset)
    from dcr.fleet.listings.audit import document, render

    warn_failed(audit.failed)
    page.print_page(lambda style: render(audit, style), lambda: document(opened.name, audit))
    failing = {"error": (ERROR,), "warning": (ERROR, WARNING)}.get(fail_on, ())
    if any(audit.count(severity) for severity in failing):
        raise typer.Exit(EXIT_ISSUES)
