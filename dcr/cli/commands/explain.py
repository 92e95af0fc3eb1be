"""Print a rule's manual: what happened, why it breaks, what to do instead. Without a kind, list all of them."""

import sys
from typing import Annotated

import typer

from dcr.cli.output import style_of, words
from dcr.cli.reading import show
from dcr.compatibility.rule import all_rules
from dcr.compatibility.rules import kinds
from dcr.errors import UsageError
from dcr.rendering.listings.manual import render, render_list
from dcr.rendering.style import Style
from dcr.text.suggestions import did_you_mean

EXAMPLE = "Example: dcr explain field_removed"
_ONE_LINE = 1_000
"""Columns for a list that a program reads, a line for each kind."""


def explain(
    kind: Annotated[
        str | None,
        typer.Argument(
            help="The kind, as reports show it in brackets.", metavar="KIND", autocompletion=words(*kinds())
        ),
    ] = None,
) -> None:
    """Print to stdout."""
    rules = all_rules()
    style = style_of("auto")
    if kind is None:
        width = style.width if sys.stdout.isatty() else _ONE_LINE
        show(render_list(rules.values(), Style(width, color=style.color)), pager=True)
    elif kind in rules:
        show(render(rules[kind], style), pager=True)
    else:
        raise UsageError(f"there is no kind '{kind}'", did_you_mean(kind, rules) or "dcr explain lists all of them")
