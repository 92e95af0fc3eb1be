"""List the datasets: latest version, status, owners, freshness, path and last change."""

from typing import Annotated

import typer

from dcr.cli.options import ColorOption, ListingFormatOption, NoPagerOption, RefOption, choice_option, require_choice
from dcr.cli.reading import PageOptions, open_registry, read_history, warn_unreadable
from dcr.contract.contract import STATUSES
from dcr.registry.datasets import REMOVED, DatasetFilter, list_datasets
from dcr.rendering.listings.datasets import document, render

EXAMPLE = "Example: dcr datasets --owner growth --status deprecated"
_STATUSES = (*STATUSES, REMOVED)


def datasets(
    ref: RefOption = None,
    owner: Annotated[
        str | None, typer.Option(help="List datasets whose owner's team or contact contains this text.", metavar="TEXT")
    ] = None,
    status: Annotated[str | None, choice_option(choices=_STATUSES, metavar="STATUS")] = None,
    pattern: Annotated[
        str | None, typer.Option(help="List datasets whose id matches, for example 'users.*'.", metavar="PATTERN")
    ] = None,
    format: ListingFormatOption = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the list to stdout."""
    page = PageOptions(format, color, no_pager).check()
    require_choice("--status", status, _STATUSES)
    snapshot = open_registry(ref)
    history = read_history(snapshot)
    warn_unreadable(history.still_unreadable)
    known = list_datasets(history)
    is_listed = DatasetFilter(owner, status, pattern)
    listed = [dataset for dataset in known if is_listed(dataset)]
    page.print_page(lambda style: render(listed, known, style), lambda: document(snapshot, history, listed))
