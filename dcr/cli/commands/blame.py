"""Tell who is behind each field: the commit, version and author that introduced it and that changed it last."""

from typing import Annotated

import typer

from dcr.cli.output import COLORS, complete_with
from dcr.cli.reading import (
    FORMATS,
    check_format_and_color,
    get_dataset_states,
    get_page_style,
    open_registry,
    read_history_with_warnings,
    show_page,
)
from dcr.errors import UsageError, quote_for_shell
from dcr.registry.blame import Blame
from dcr.registry.blame import blame as blame_of
from dcr.rendering.listings.blame import document, render
from dcr.rendering.listings.json_documents import render_json
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr blame users.daily_active plan --ref main"


def blame(
    dataset: Annotated[str, typer.Argument(help="The dataset's id.", metavar="DATASET")],
    field: Annotated[
        str | None, typer.Argument(help="Only this field and what is nested in it.", metavar="FIELD")
    ] = None,
    ref: Annotated[
        str | None, typer.Option(help="Commit to read at. Default: the base, as dcr check finds it.", metavar="REF")
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
    opened = open_registry(ref)
    history = read_history_with_warnings(opened, dataset, past=True, compares=True)
    states = get_dataset_states(opened, history, dataset)
    contracts = history.read_meanings(states)
    found = blame_of(states, (contracts[each] for each in states))
    if field is not None:
        found = _select_field(found, field, dataset)
    if format == "json":
        show_page(render_json(document(opened, history, dataset, found.fields, found.removed_fields)), pager=False)
    else:
        show_page(render(found.fields, found.removed_fields, get_page_style(color)), pager=not no_pager)


def _select_field(found: Blame, field: str, dataset: str) -> Blame:
    """Return what is said of one field. Raises `UsageError` for one that never was."""

    def below(path: str) -> bool:
        return path == field or path.startswith((f"{field}.", f"{field}["))

    fields = tuple(each for each in found.fields if below(each.path))
    gone = tuple(each for each in found.removed_fields if below(each.path))
    if not fields and not gone:
        known = [*(each.path for each in found.fields), *(each.path for each in found.removed_fields)]
        hint = format_suggestion(field, known) or f"dcr blame {quote_for_shell(dataset)} lists those there are"
        raise UsageError(f"dataset '{dataset}' never had a field '{field}'", hint)
    return Blame(fields, gone)
