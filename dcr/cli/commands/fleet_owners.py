"""List the teams that own datasets of a fleet: the number of datasets, repositories and contacts."""

from dcr.cli.fleet_reading import FleetOption, IndexOption, open_index
from dcr.cli.options import ColorOption, ListingFormatOption, NoPagerOption
from dcr.cli.reading import PageOptions

EXAMPLE = "Example: dcr fleet owners --format json"


def fleet_owners(
    fleet: FleetOption = "fleet.toml",
    index: IndexOption = None,
    format: ListingFormatOption = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the list to stdout."""
    page = PageOptions(format, color, no_pager).check()
    with open_index(fleet, index) as opened:
        from dcr.fleet.owners import list_teams
        from dcr.index.queries import list_datasets

        teams = list_teams(list_datasets(opened.connection))
    from dcr.fleet.listings.owners import document, render

    page.print_page(lambda style: render(teams, style), lambda: document(opened.name, teams))
