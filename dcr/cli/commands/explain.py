"""Print a rule's manual: what happened, why it breaks, what to do instead. Without a kind, list all of them."""

import sys
from typing import Annotated

import typer

from dcr.cli.output import complete_with, get_style
from dcr.cli.reading import show_page
from dcr.compatibility.rule import load_rules
from dcr.compatibility.rules import list_kinds
from dcr.errors import UsageError
from dcr.rendering.listings.manual import render, render_list
from dcr.rendering.style import Style
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr explain field_removed"
_UNWRAPPED_WIDTH = 1_000
"""Columns for a list that a program reads, a line for each kind."""


def explain(
    kind: Annotated[
        str | None,
        typer.Argument(
            help="The kind, as reports show it in brackets.",
            metavar="KIND",
            autocompletion=complete_with(*list_kinds()),
        ),
    ] = None,
) -> None:
    """Print to stdout."""
    rules = load_rules()
    style = get_style("auto")
    if kind is None:
        width = style.width if sys.stdout.isatty() else _UNWRAPPED_WIDTH
        show_page(render_list(rules.values(), Style(width, color=style.color)), pager=True)
    elif kind in rules:
        show_page(render(rules[kind], style), pager=True)
    else:
        raise UsageError(
            f"there is no kind '{kind}'", format_suggestion(kind, rules) or "dcr explain lists all of them"
        )
