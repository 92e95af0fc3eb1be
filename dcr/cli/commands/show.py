"""Print one version of a contract, as its file was. JSON is format-neutral.

If a version had several contents, print the newest; the others are listed on stderr, and --commit selects one.
"""

import os
import sys
from typing import Annotated

import typer

from dcr.cli.messages import print_note
from dcr.cli.options import ColorOption, NoPagerOption, RefOption, format_option
from dcr.cli.pager import show_page, write_bytes
from dcr.cli.reading import PageOptions, get_revisions, open_registry, read_history, warn_unreadable
from dcr.cli.terminal import get_style
from dcr.registry.version_lookup import VersionSpec, get_version, parse_version_spec
from dcr.rendering.listings.json_documents import render_json
from dcr.rendering.listings.show import document, render

EXAMPLE = "Example: dcr show users.daily_active@1.0.0 --ref main"
_FORMATS = ("yaml", "json")


def show(
    dataset: Annotated[
        str,
        typer.Argument(help="The dataset's id. Default version: the latest.", metavar="DATASET[@VERSION]"),
    ],
    ref: RefOption = None,
    commit: Annotated[
        str | None, typer.Option(help="Print the content that this commit wrote.", metavar="COMMIT")
    ] = None,
    format: Annotated[str, format_option(_FORMATS)] = "yaml",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the contract to stdout."""
    PageOptions(format, color, no_pager).check(_FORMATS)
    snapshot = open_registry(ref)
    spec = parse_version_spec(dataset)
    history = read_history(snapshot, spec.dataset_id)
    warn_unreadable(history.still_unreadable)
    if spec.version is not None and not history.list_revisions(spec.dataset_id):
        history_of_whole_id = snapshot.read_history(dataset)  # an id may contain an @ itself
        if history_of_whole_id.list_revisions(dataset):
            spec, history = VersionSpec(dataset, None), history_of_whole_id
    last = get_revisions(snapshot, history, spec.dataset_id)[-1]
    version = get_version(history, spec, commit)
    if last.facts is None and spec.version is None:
        day = last.commit.day
        print_note(f"'{spec.dataset_id}' was removed on {day} in {last.commit.id[:10]}; this is its last content")
    for release in version.other_releases:
        first = release.first.commit
        print_note(
            f"version '{release.version}' also had another content, of {first.day}",
            f"--commit {first.id[:10]}",
        )
    if format == "json":
        show_page(render_json(document(snapshot, history, version, version.revision.read_contract())), pager=False)
    elif color == "always" or _is_read_by_people():
        show_page(render(version.revision.read_text(), get_style(color)), pager=not no_pager)
    else:
        write_bytes(version.revision.read_text())


def _is_read_by_people() -> bool:
    """Return whether stdout is a terminal or a log. A file or a program gets the exact bytes."""
    return sys.stdout.isatty() or bool(os.environ.get("CI") or os.environ.get("PRE_COMMIT"))
