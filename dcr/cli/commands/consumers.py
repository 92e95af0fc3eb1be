"""List who uses which datasets and fields. With --unused, list the fields that nobody uses.

Reads the consumers that the working tree or a commit declares. A dataset that is called list is listed with: dcr
consumers list list.
"""

from typing import Annotated

import typer

from dcr.cli.messages import print_warning
from dcr.cli.options import ColorOption, NoPagerOption, SideOption, complete_with, format_option
from dcr.cli.pager import show_page
from dcr.cli.reading import PageOptions, open_side
from dcr.cli.terminal import get_style
from dcr.compatibility.reach import uses_any_field
from dcr.consumers.consumer import DeclaredUse
from dcr.contract.contract import Contract, walk_fields
from dcr.errors import UsageError, quote_for_shell
from dcr.git.contracts.all_contracts import find_contracts, list_dataset_ids
from dcr.git.sides import Side
from dcr.registry.usage import Usage, find_unused_fields, list_unused_fields, read_usage, sort_unused_fields
from dcr.rendering.listings import consumers as listing
from dcr.rendering.listings import unused_fields as unused_listing
from dcr.report.policy_issues import get_today
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr consumers users.daily_active plan"
FORMATS = ("table", "text", "json")
NO_CONSUMERS_HINT = "declare one, as docs/consumers.md describes"


def consumers(
    dataset: Annotated[
        str | None,
        typer.Argument(
            help="List only the consumers of this dataset.",
            metavar="[DATASET]",
            autocompletion=complete_with("list"),
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
    usage = read_usage(side)
    for problem in usage.declared.problems:
        place = f"{problem.location.path}:{problem.location.line}"
        print_warning(f"cannot read all of '{place}': {problem.message}", problem.hint)
    if usage.is_empty:
        print_warning(f"no consumers are declared {side.description}", NO_CONSUMERS_HINT)
    contract, uses = (None, usage.list_uses()) if dataset is None else _find_dataset(side, usage, dataset)
    if unused:
        _print_unused(side, usage, contract, dataset, today, page)
        return
    if dataset is not None and field is not None:
        uses = _select_uses(uses, contract, dataset, field)
    if format == "text":
        show_page(listing.render_text(uses, today, get_style(color)), pager=not no_pager)
    else:
        page.print_page(
            lambda style: listing.render(uses, today, style, with_dataset=dataset is None),
            lambda: listing.document(side, uses, usage.declared.problems, today),
        )


def _find_dataset(side: Side, usage: Usage, dataset: str) -> tuple[Contract | None, tuple[DeclaredUse, ...]]:
    """Return the contract and the uses of a dataset. Raise `UsageError` if neither exists."""
    contracts, unreadable = find_contracts(side, dataset)
    uses = usage.find_uses(dataset)
    if contracts:
        return contracts[0], uses
    for file in unreadable:
        problem = next(problem for problem in file.problems if problem.is_fatal)
        print_warning(f"cannot read '{file.path}:{problem.location.line}': {problem.message}", problem.hint)
    if not uses and not unreadable:
        known = {*list_dataset_ids(side), *usage.declared.dataset_ids}
        hint = format_suggestion(dataset, known) or "dcr datasets lists all datasets"
        raise UsageError(f"dataset '{dataset}' does not exist {side.description}", hint)
    if not unreadable:
        print_warning(f"dataset '{dataset}' has no contract {side.description}")
    return None, uses


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


def _print_unused(
    side: Side, usage: Usage, contract: Contract | None, dataset: str | None, today: str, page: PageOptions
) -> None:
    if dataset is None:
        found = find_unused_fields(side, usage, today)
    elif contract is None:
        raise UsageError(f"dataset '{dataset}' has no contract that can be read", "correct it: dcr lint")
    else:
        found = sort_unused_fields(list(list_unused_fields(contract, usage.find_uses(dataset), today)))
    if page.format == "text":
        show_page(unused_listing.render_text(found, get_style(page.color)), pager=not page.no_pager)
    else:
        page.print_page(lambda style: unused_listing.render(found, style), lambda: unused_listing.document(side, found))
