"""List the repositories of a fleet. The extra "fleet" has the packages it needs.

dcr fleet sync mirrors the repositories that fleet.toml lists, and stores their datasets, versions, owners, consumers
and issues in an index. dcr fleet datasets lists all datasets. docs/fleet.md describes the file.
"""

from dcr.cli.fleet_reading import FleetOption, IndexOption, open_index
from dcr.cli.options import ColorOption, ListingFormatOption, NoPagerOption
from dcr.cli.reading import PageOptions

EXAMPLE = "Example: dcr fleet --index sqlite:///fleet.db"


def fleet(
    fleet: FleetOption = "fleet.toml",
    index: IndexOption = None,
    format: ListingFormatOption = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the list to stdout."""
    page = PageOptions(format, color, no_pager).check()
    with open_index(fleet, index) as (connection, name):
        from dcr.index.queries import list_repositories

        repositories = list_repositories(connection)
    from dcr.fleet.listings.repositories import document, render

    page.print_page(lambda style: render(repositories, style), lambda: document(name, repositories))
