"""List a dataset's versions in each repository of a fleet that defines it, newest first."""

from dcr.cli.fleet_reading import FleetOption, IndexOption, open_index
from dcr.cli.options import ColorOption, DatasetArgument, ListingFormatOption, NoPagerOption
from dcr.cli.reading import PageOptions

EXAMPLE = "Example: dcr fleet versions users.daily_active"


def fleet_versions(
    dataset: DatasetArgument,
    fleet: FleetOption = "fleet.toml",
    index: IndexOption = None,
    format: ListingFormatOption = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the list to stdout."""
    page = PageOptions(format, color, no_pager).check()
    with open_index(fleet, index) as opened:
        from dcr.fleet.errors import create_unknown_error
        from dcr.index.details import list_versions

        versions = list_versions(opened.connection, [dataset])
        if not versions:
            raise create_unknown_error(opened, dataset)
    from dcr.fleet.listings.versions import document, render

    page.print_page(lambda style: render(versions, style), lambda: document(opened.name, dataset, versions))
