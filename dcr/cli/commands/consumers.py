"""List who uses which datasets and fields. With --unused, list the fields that nobody uses.

Reads the consumers that the working tree or a commit declares. dcr consumers add declares another one. A dataset that
is called add is listed with: dcr consumers list add.
"""

from typing import Annotated

import typer

from dcr.cli.consumer_reading import find_contract_and_uses, read_usage_with_warnings
from dcr.cli.options import ColorOption, NoPagerOption, SideOption, complete_with, format_option
from dcr.cli.pager import show_page
from dcr.cli.reading import PageOptions, open_side
from dcr.cli.terminal import get_style
from dcr.compatibility.reach import uses_any_field
from dcr.consumers.consumer import DeclaredUse
from dcr.contract.contract import Contract, walk_fields
from dcr.errors import UsageError, quote_for_shell
from dcr.git.sides import Side
from dcr.registry.usage import UnusedField, Usage, find_unused_fields, list_unused_fields, sort_unused_fields
from dcr.rendering.listings import consumers as listing
from dcr.rendering.listings import unused_fields as unused_listing
from dcr.report.policy_issues import get_today
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr consumers users.daily_active plan"
FORMATS = ("table", "text", "json")


def consumers(
    dataset: Annotated[
        str | None,
        typer.Argument(
            help="List only the consumers of this dataset.",
            metavar="[DATASET]",
            autocompletion=complete_with("list", "add"),
        ),
    ] = None,
    field: Annotated[str | None, typer.Argument(help="List only those that use this field.", metavar="[FIELD]")] = None,
    unused: Annotated[
        bool, typer.Option("--unused", help="List fields that nobody uses, deprecated ones first.")
    ] = False,
    ref: SideOption = None,
    format: Annotated[str, format_option(FORMATS)] = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the uses to stdout."""
    page = PageOptions(format, color, no_pager).check(FORMATS)
    if unused and field is not None:
        raise UsageError("--unused takes no FIELD", "leave it out, or list who uses it without --unused")
    side, today = open_side(ref), get_today()
    usage = read_usage_with_warnings(side)
    contract, uses = (None, usage.list_uses()) if dataset is None else find_contract_and_uses(side, usage, dataset)
    if unused:
        _print_unused(_list_unused(side, usage, dataset, contract, uses), side, page)
        return
    if dataset is not None and field is not None:
        uses = _select_uses(uses, contract, dataset, field)
    if format == "text":
        show_page(listing.render_text(uses, today, get_style(color)), pager=not no_pager)
    else:
        page.print_page(
            lambda style: listing.render(
                uses, today, style, with_dataset=any(each.use.dataset_id != dataset for each in uses)
            ),
            lambda: listing.document(side, uses, usage.declared.problems, today),
        )


def _select_uses(
    uses: tuple[DeclaredUse, ...], contract: Contract | None, dataset: str, field: str
) -> tuple[DeclaredUse, ...]:
    """Return the uses that include a field. Raise `UsageError` if it is in neither the contract nor a use."""
    known = [path for path, _ in walk_fields(contract.fields)] if contract else []
    known += [path for declared in uses for path in declared.use.used_fields or ()]
    if field not in known:
        hint = format_suggestion(field, known) or f"dcr consumers {quote_for_shell(dataset)} lists the fields in use"
        raise UsageError(f"dataset '{dataset}' has no field '{field}'", hint)
    return tuple(declared for declared in uses if uses_any_field(declared.use, (field,)))


def _list_unused(
    side: Side, usage: Usage, dataset: str | None, contract: Contract | None, uses: tuple[DeclaredUse, ...]
) -> list[UnusedField]:
    if dataset is None:
        return find_unused_fields(side, usage, get_today())
    if contract is None:
        raise UsageError(f"dataset '{dataset}' has no contract that can be read", "correct it: dcr lint")
    return sort_unused_fields(list(list_unused_fields(contract, uses, get_today())))


def _print_unused(found: list[UnusedField], side: Side, page: PageOptions) -> None:
    if page.format == "text":
        show_page(unused_listing.render_text(found, get_style(page.color)), pager=not page.no_pager)
    else:
        page.print_page(lambda style: unused_listing.render(found, style), lambda: unused_listing.document(side, found))
