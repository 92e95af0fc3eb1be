"""List who uses which datasets and fields in all repositories of a fleet. With --unused, list unused fields."""

from typing import Annotated

import typer

from dcr.cli.fleet_reading import FleetOption, IndexOption, open_index, warn_failed
from dcr.cli.options import ColorOption, ListingFormatOption, NoPagerOption
from dcr.cli.reading import PageOptions
from dcr.report.policy_issues import get_today

EXAMPLE = "Example: dcr fleet consumers users.daily_active"


def fleet_consumers(
    dataset: Annotated[
        str | None, typer.Argument(help="List only the consumers of this dataset.", metavar="[DATASET]")
    ] = None,
    unused: Annotated[bool, typer.Option("--unused", help="List fields that nobody uses.")] = False,
    fleet: FleetOption = "fleet.toml",
    index: IndexOption = None,
    format: ListingFormatOption = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the uses to stdout."""
    page, today = PageOptions(format, color, no_pager).check(), get_today()
    with open_index(fleet, index) as opened:
        from dcr.fleet.listings.consumers import document, render_unused, unused_document
        from dcr.fleet.unused_fields import list_unused_fields
        from dcr.fleet.uses import find_uses
        from dcr.index.details import list_fields
        from dcr.index.queries import list_failed
        from dcr.rendering.listings.consumers import render

        uses, failed = find_uses(opened, dataset), list_failed(opened.connection)
        fields = list_fields(opened.connection, [dataset] if dataset else []) if unused else []
    warn_failed(failed)
    if unused:
        found = list(list_unused_fields(fields, uses, today))
        page.print_page(lambda style: render_unused(found, style), lambda: unused_document(opened.name, found))
        return
    page.print_page(
        lambda style: render(uses, today, style, with_dataset=dataset is None),
        lambda: document(opened.name, uses, today),
    )
