"""Show whom a change would break in all repositories of a fleet. Without an option, the field is removed.

Compares with the latest version, as of the last dcr fleet sync. Exit codes: 0 it reaches nobody, 1 it reaches a
declared consumer, 2 not determined.
"""

from typing import Annotated

import typer

from dcr.cli.exit_codes import EXIT_ISSUES
from dcr.cli.fleet_reading import FleetOption, IndexOption, open_index, warn_failed
from dcr.cli.options import ColorOption, DatasetArgument, ListingFormatOption, NoPagerOption, complete_with
from dcr.cli.reading import PageOptions
from dcr.contract.contract import TYPES
from dcr.registry.proposed_change import ChangeRequest
from dcr.report.policy_issues import get_today

EXAMPLE = "Example: dcr fleet impact users.daily_active plan --enum-remove free"


def fleet_impact(
    dataset: DatasetArgument,
    field: Annotated[
        str | None, typer.Argument(help="The field's path. Default: the whole dataset.", metavar="[FIELD]")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove it. This is the default.")] = False,
    type_name: Annotated[
        str | None,
        typer.Option(
            "--type", help="Change the type of the field.", metavar="TYPE", autocompletion=complete_with(*TYPES)
        ),
    ] = None,
    enum_remove: Annotated[
        list[str] | None,
        typer.Option("--enum-remove", help="Remove this enum value; can be repeated.", metavar="VALUE"),
    ] = None,
    enum_add: Annotated[
        list[str] | None, typer.Option("--enum-add", help="Add this enum value; can be repeated.", metavar="VALUE")
    ] = None,
    required: Annotated[bool, typer.Option("--required", help="Make the field required.")] = False,
    optional: Annotated[bool, typer.Option("--optional", help="Make the field optional.")] = False,
    rename: Annotated[str | None, typer.Option("--rename", help="Rename the field.", metavar="NAME")] = None,
    fleet: FleetOption = "fleet.toml",
    index: IndexOption = None,
    format: ListingFormatOption = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the impact to stdout."""
    page = PageOptions(format, color, no_pager).check()
    values = tuple(enum_remove or ()), tuple(enum_add or ())
    request = ChangeRequest(remove, type_name, *values, required=required, optional=optional, rename=rename)
    with open_index(fleet, index) as opened:
        from dcr.fleet.impact import ProposedChange, compute_fleet_impact
        from dcr.index.queries import list_failed

        impacts = compute_fleet_impact(opened, ProposedChange(dataset, field, request), get_today())
        failed = list_failed(opened.connection)
    from dcr.fleet.listings.impact import document, render

    warn_failed(failed)
    page.print_page(lambda style: render(impacts, style), lambda: document(opened.name, impacts))
    if any(each.impact.reached for each in impacts):
        raise typer.Exit(EXIT_ISSUES)
