"""Show who added and last changed each field."""

from typing import Annotated

import typer

from dcr.cli.options import ColorOption, DatasetArgument, ListingFormatOption, NoPagerOption, RefOption
from dcr.cli.reading import PageOptions, get_revisions, open_registry, read_history, warn_unreadable
from dcr.errors import UsageError, quote_for_shell
from dcr.registry.blame import Blame
from dcr.registry.blame import blame as run_blame
from dcr.rendering.listings.blame import document, render
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr blame users.daily_active plan --ref main"


def blame(
    dataset: DatasetArgument,
    field: Annotated[
        str | None, typer.Argument(help="Show only this field and the fields in it.", metavar="FIELD")
    ] = None,
    ref: RefOption = None,
    format: ListingFormatOption = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the fields to stdout."""
    page = PageOptions(format, color, no_pager).check()
    snapshot = open_registry(ref)
    history = read_history(snapshot, dataset, with_contracts=True)
    warn_unreadable(history.unreadable)
    revisions = get_revisions(snapshot, history, dataset)
    contracts = history.read_meanings(revisions)
    result = run_blame(revisions, (contracts[revision] for revision in revisions))
    if field is not None:
        result = _select_field(result, field, dataset)
    page.print_page(
        lambda style: render(result.fields, result.removed_fields, style),
        lambda: document(snapshot, history, dataset, result.fields, result.removed_fields),
    )


def _select_field(result: Blame, field: str, dataset: str) -> Blame:
    """Return the part of a result about one field and the fields in it. Raise `UsageError` if it never existed."""

    def is_selected(path: str) -> bool:
        return path == field or path.startswith((f"{field}.", f"{field}["))

    fields = tuple(each for each in result.fields if is_selected(each.path))
    removed = tuple(each for each in result.removed_fields if is_selected(each.path))
    if not fields and not removed:
        known = [*(each.path for each in result.fields), *(each.path for each in result.removed_fields)]
        hint = format_suggestion(field, known) or f"dcr blame {quote_for_shell(dataset)} lists all fields"
        raise UsageError(f"dataset '{dataset}' never had a field '{field}'", hint)
    return Blame(fields, removed)
