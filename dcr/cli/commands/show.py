"""Print one version of a contract as its file was. JSON is what it says, in dcr's own words.

Where a version had two contents, the newest is shown and stderr names the others: --commit chooses.
"""

import os
import sys
from typing import Annotated

import typer

from dcr.cli.output import COLORS, complete_with, get_style
from dcr.cli.reading import (
    check_format_and_color,
    get_dataset_states,
    open_registry,
    print_warning,
    read_history_with_warnings,
    show_page,
    write_bytes,
)
from dcr.registry.version_lookup import VersionSpec, get_version, parse_version_spec
from dcr.rendering.listings.json_documents import render_json
from dcr.rendering.listings.page import format_day
from dcr.rendering.listings.show import document, render

EXAMPLE = "Example: dcr show users.daily_active@1.0.0 --ref main"
_FORMATS = ("yaml", "json")


def show(
    dataset: Annotated[str, typer.Argument(help="The dataset's id. Default: its latest.", metavar="DATASET[@VERSION]")],
    ref: Annotated[
        str | None, typer.Option(help="Commit to read at. Default: the base, as dcr check finds it.", metavar="REF")
    ] = None,
    commit: Annotated[str | None, typer.Option(help="The content that this commit gave it.", metavar="COMMIT")] = None,
    format: Annotated[  # noqa: A002 (the option's name)
        str,
        typer.Option(
            "--format",
            "-f",
            help=f"One of: {', '.join(_FORMATS)}.",
            metavar="FORMAT",
            autocompletion=complete_with(*_FORMATS),
        ),
    ] = "yaml",
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Print a long page as it is.")] = False,
    color: Annotated[
        str, typer.Option(help=f"One of: {', '.join(COLORS)}.", metavar="WHEN", autocompletion=complete_with(*COLORS))
    ] = "auto",
) -> None:
    """Print to stdout."""
    check_format_and_color(format, color, _FORMATS)
    opened = open_registry(ref)
    named = parse_version_spec(dataset)
    history = read_history_with_warnings(opened, named.dataset_id)
    if named.version is not None and not history.list_revisions(named.dataset_id):
        whole = opened.read_history(dataset)  # an id may hold an @ itself
        if whole.list_revisions(dataset):
            named, history = VersionSpec(dataset, None), whole
    states = get_dataset_states(opened, history, named.dataset_id)
    found = get_version(history, named, commit)
    if states[-1].facts is None and named.version is None:
        gone = states[-1].commit
        print_warning(
            f"'{named.dataset_id}' was removed on {format_day(gone.date)} in {gone.id[:10]}; this is what it was last"
        )
    for each in found.other_releases:
        first = each.first.commit
        print_warning(
            f"version '{each.version}' has another content, of {format_day(first.date)}", f"--commit {first.id[:10]}"
        )
    if format == "json":
        show_page(render_json(document(opened, history, found, found.revision.read_contract())), pager=False)
    elif color == "always" or _is_read_by_people():
        show_page(render(found.revision.read_text(), get_style(color)), pager=not no_pager)
    else:
        write_bytes(found.revision.read_text())


def _is_read_by_people() -> bool:
    """Whether the output goes to a terminal or a log; a file or a program gets the content to the byte."""
    return sys.stdout.isatty() or bool(os.environ.get("CI") or os.environ.get("PRE_COMMIT"))
