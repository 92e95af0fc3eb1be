"""Show whom a change would break: its issues, the consumers that it reaches, and the version that it requires.

No file has to be edited. Without an option, the field is removed, or the dataset without FIELD. Exit codes: 0 it
reaches nobody, 1 it reaches a declared consumer, 2 not determined.
"""

from typing import Annotated

import typer

from dcr.cli.consumer_reading import find_uses_with_others, get_contract, read_usage_with_warnings
from dcr.cli.exit_codes import EXIT_ISSUES
from dcr.cli.options import (
    CheckIndexOption,
    ColorOption,
    DatasetArgument,
    NoPagerOption,
    SideOption,
    complete_with,
    format_option,
)
from dcr.cli.reading import PageOptions, open_side
from dcr.contract.contract import TYPES
from dcr.registry.impact import compute_impact
from dcr.registry.proposed_change import ChangeRequest, check_request, propose_change
from dcr.rendering.listings.impact import document, render
from dcr.report.policy_issues import get_today

EXAMPLE = "Example: dcr impact users.daily_active plan --enum-remove free"


def impact(
    dataset: DatasetArgument,
    field: Annotated[
        str | None, typer.Argument(help="The field's path. Default: the whole dataset.", metavar="[FIELD]")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove it. This is the default.")] = False,
    type_name: Annotated[
        str | None,
        typer.Option(
            "--type", help="Change the type of the field.", metavar="TYPE", autocompletion=complete_with(*TYPES)
        ),
    ] = None,
    enum_remove: Annotated[
        list[str] | None,
        typer.Option("--enum-remove", help="Remove this enum value; can be repeated.", metavar="VALUE"),
    ] = None,
    enum_add: Annotated[
        list[str] | None, typer.Option("--enum-add", help="Add this enum value; can be repeated.", metavar="VALUE")
    ] = None,
    required: Annotated[bool, typer.Option("--required", help="Make the field required.")] = False,
    optional: Annotated[bool, typer.Option("--optional", help="Make the field optional.")] = False,
    rename: Annotated[str | None, typer.Option("--rename", help="Rename the field.", metavar="NAME")] = None,
    ref: SideOption = None,
    index: CheckIndexOption = None,
    format: Annotated[str, format_option(("table", "json"))] = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the impact to stdout."""
    page = PageOptions(format, color, no_pager).check()
    values = tuple(enum_remove or ()), tuple(enum_add or ())
    request = ChangeRequest(remove, type_name, *values, required=required, optional=optional, rename=rename)
    check_request(request, field)
    side, today = open_side(ref), get_today()
    contract, ids = get_contract(side, dataset)
    change = propose_change(contract, field, request)
    usage = read_usage_with_warnings(side)
    uses = find_uses_with_others(side, usage, contract, ids, index)
    result = compute_impact(side, contract, change.contract, uses, today)
    page.print_page(
        lambda style: render(result, change.description, style),
        lambda: document(side, result, change.description),
    )
    if result.reached:
        raise typer.Exit(EXIT_ISSUES)
