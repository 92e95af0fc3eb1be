"""List the datasets of all repositories of a fleet, as dcr fleet sync stored them."""

from typing import Annotated

import typer

from dcr.cli.fleet_reading import FleetOption, IndexOption, open_index, warn_duplicates
from dcr.cli.options import ColorOption, ListingFormatOption, NoPagerOption, choice_option, require_choice
from dcr.cli.reading import PageOptions
from dcr.contract.contract import STATUSES
from dcr.registry.datasets import REMOVED

EXAMPLE = "Example: dcr fleet datasets --owner growth --format json"
_STATUSES = (*STATUSES, REMOVED)


def fleet_datasets(
    owner: Annotated[
        str | None, typer.Option(help="List datasets whose owner's team or contact contains this text.", metavar="TEXT")
    ] = None,
    status: Annotated[str | None, choice_option(choices=_STATUSES, metavar="STATUS")] = None,
    pattern: Annotated[
        str | None, typer.Option(help="List datasets whose id matches, for example 'users.*'.", metavar="PATTERN")
    ] = None,
    fleet: FleetOption = "fleet.toml",
    index: IndexOption = None,
    format: ListingFormatOption = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the list to stdout."""
    page = PageOptions(format, color, no_pager).check()
    require_choice("--status", status, _STATUSES)
    with open_index(fleet, index) as (connection, name):
        from dcr.fleet.selection import DatasetSelection
        from dcr.index.queries import list_datasets, list_duplicates

        known, duplicates = list_datasets(connection), list_duplicates(connection)
    from dcr.fleet.listings.datasets import document, render

    selection = DatasetSelection(owner, status, pattern)
    listed = [dataset for dataset in known if selection.includes(dataset)]
    total = sum(dataset.status != REMOVED for dataset in known)
    warn_duplicates(duplicates)
    page.print_page(lambda style: render(listed, total, style), lambda: document(name, listed, duplicates))
