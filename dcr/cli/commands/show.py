"""Print one version of a contract, as its file was. JSON is format-neutral.

If a version had several contents, print the newest; the others are listed on stderr, and --commit selects one. The
consumers of the version are listed on stderr, and in JSON.
"""

import os
import sys
from typing import Annotated, Any

import typer

from dcr.cli.messages import print_note
from dcr.cli.options import ColorOption, NoPagerOption, RefOption, format_option
from dcr.cli.pager import show_page, write_bytes
from dcr.cli.reading import PageOptions, get_revisions, open_registry, read_history, warn_unreadable
from dcr.cli.terminal import get_style
from dcr.git.sides import Side
from dcr.registry.snapshot import Snapshot
from dcr.registry.usage import read_usage
from dcr.registry.version_lookup import VersionMatch, VersionSpec, get_version, parse_version_spec
from dcr.rendering.listings.consumers import format_consumer, use_document
from dcr.rendering.listings.json_documents import render_json
from dcr.rendering.listings.show import document, render
from dcr.report.policy_issues import get_today

EXAMPLE = "Example: dcr show users.daily_active@1.0.0 --ref main"
_FORMATS = ("yaml", "json")
MAX_LISTED_CONSUMERS = 5


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
    consumers = _list_consumers(snapshot, spec.dataset_id, version)
    if format == "json":
        contract = version.revision.read_contract()
        show_page(render_json({**document(snapshot, history, version, contract), "consumers": consumers}), pager=False)
    elif color == "always" or _is_read_by_people():
        show_page(render(version.revision.read_text(), get_style(color)), pager=not no_pager)
    else:
        write_bytes(version.revision.read_text())


def _list_consumers(snapshot: Snapshot, dataset_id: str, version: VersionMatch) -> list[dict[str, Any]] | None:
    """Return the uses of a version at the commit, and list them on stderr. None if no consumers are declared."""
    usage = read_usage(Side(snapshot.repository, snapshot.commit, snapshot.ref, snapshot.policy))
    if usage.is_empty:
        return None
    facts = version.revision.facts
    ids = [dataset_id] if facts is None or facts.alias_of is None else [dataset_id, facts.alias_of]
    today = get_today()
    uses = usage.find_uses(*ids)
    if facts is not None:
        uses = tuple(each for each in uses if each.use.versions is None or each.use.versions.contains(facts.version))
    names = list(dict.fromkeys(format_consumer(each.consumer.name, each.consumer.owners) for each in uses))
    shown = ", ".join(names[:MAX_LISTED_CONSUMERS])
    more = f" and {len(names) - MAX_LISTED_CONSUMERS} more" if len(names) > MAX_LISTED_CONSUMERS else ""
    print_note(f"used by {shown}{more}" if names else "no declared consumer uses it")
    return [use_document(each, today) for each in uses]


def _is_read_by_people() -> bool:
    """Return whether stdout is a terminal or a log. A file or a program gets the exact bytes."""
    return sys.stdout.isatty() or bool(os.environ.get("CI") or os.environ.get("PRE_COMMIT"))
