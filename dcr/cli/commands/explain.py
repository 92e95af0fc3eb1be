"""Print the documentation of a rule: what happened, why it breaks, what to do. Without a kind, list all rules."""

import sys
from typing import Annotated

import typer

from dcr.cli.options import complete_with
from dcr.cli.pager import show_page
from dcr.cli.terminal import get_style
from dcr.compatibility.rule import load_rules
from dcr.compatibility.rules import list_kinds
from dcr.errors import UsageError
from dcr.rendering.listings.manual import render, render_list
from dcr.rendering.style import UNLIMITED, Style
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr explain field_removed"


def explain(
    kind: Annotated[
        str | None,
        typer.Argument(
            help="The kind of an issue, as in the report.",
            metavar="KIND",
            autocompletion=complete_with(*list_kinds()),
        ),
    ] = None,
) -> None:
    """Print the page to stdout."""
    rules = load_rules()
    style = get_style("auto")
    if kind is None:
        width = style.width if sys.stdout.isatty() else UNLIMITED  # a program reads a line for each kind
        show_page(render_list(rules.values(), Style(width, color=style.color)), pager=True)
    elif kind in rules:
        show_page(render(rules[kind], style), pager=True)
    else:
        raise UsageError(
            f"kind '{kind}' does not exist", format_suggestion(kind, rules) or "dcr explain lists all kinds"
        )
