"""List the datasets: latest version, status, owners, freshness, path and last change."""

from typing import Annotated

import typer

from dcr.cli.output import COLORS, complete_with, require_choice
from dcr.cli.reading import (
    FORMATS,
    check_format_and_color,
    get_page_style,
    open_registry,
    read_history_with_warnings,
    show_page,
)
from dcr.contract.contract import STATUSES
from dcr.registry.datasets import REMOVED, DatasetFilter, list_datasets
from dcr.rendering.listings.datasets import document, render
from dcr.rendering.listings.json_documents import render_json

EXAMPLE = "Example: dcr datasets --owner growth --status deprecated"
_STATUSES = (*STATUSES, REMOVED)


def datasets(
    ref: Annotated[
        str | None, typer.Option(help="Commit to read at. Default: the base, as dcr check finds it.", metavar="REF")
    ] = None,
    owner: Annotated[
        str | None, typer.Option(help="Only where an owner's team or contact holds this.", metavar="TEXT")
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            help=f"Only in: {', '.join(_STATUSES)}.", metavar="STATUS", autocompletion=complete_with(*_STATUSES)
        ),
    ] = None,
    pattern: Annotated[
        str | None, typer.Option(help="Only ids that match, for example 'users.*'.", metavar="PATTERN")
    ] = None,
    format: Annotated[  # noqa: A002 (the option's name)
        str,
        typer.Option(
            "--format",
            "-f",
            help=f"One of: {', '.join(FORMATS)}.",
            metavar="FORMAT",
            autocompletion=complete_with(*FORMATS),
        ),
    ] = "table",
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Print a long page as it is.")] = False,
    color: Annotated[
        str, typer.Option(help=f"One of: {', '.join(COLORS)}.", metavar="WHEN", autocompletion=complete_with(*COLORS))
    ] = "auto",
) -> None:
    """Print to stdout."""
    check_format_and_color(format, color)
    require_choice("--status", status, _STATUSES)
    opened = open_registry(ref)
    history = read_history_with_warnings(opened)
    known = list_datasets(history)
    found = [each for each in known if DatasetFilter(owner, status, pattern)(each)]
    if format == "json":
        show_page(render_json(document(opened, history, found)), pager=False)
    else:
        show_page(render(found, known, get_page_style(color)), pager=not no_pager)
