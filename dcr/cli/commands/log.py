"""List a dataset's versions, newest first: date, author, required and actual bump, and breaking changes.

Without a dataset, list the versions of all datasets, without breaking changes.
"""

from typing import Annotated

import typer

from dcr.cli.options import ColorOption, ListingFormatOption, NoPagerOption, RefOption
from dcr.cli.reading import PageOptions, get_revisions, open_registry, read_history, warn_unreadable
from dcr.registry.releases import judge_steps, list_steps, list_versions
from dcr.rendering.listings.log import Log, document, document_of_all, render, render_all

EXAMPLE = "Example: dcr log users.daily_active --ref main"


def log(
    dataset: Annotated[str | None, typer.Argument(help="The dataset's id. Default: all.", metavar="DATASET")] = None,
    ref: RefOption = None,
    format: ListingFormatOption = "table",  # noqa: A002 (the option's name)
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the versions to stdout."""
    page = PageOptions(format, color, no_pager).check()
    snapshot = open_registry(ref)
    history = read_history(snapshot, dataset, with_contracts=dataset is not None)
    warn_unreadable(history.unreadable)
    if dataset is not None:
        get_revisions(snapshot, history, dataset)
        steps = judge_steps(history, list_steps(history, dataset), snapshot.policy)
        entry = Log(dataset, list_versions(history, steps, dataset), steps, snapshot.policy.get_mode(dataset))
        page.print_page(lambda style: render(entry, style), lambda: document(snapshot, history, entry))
        return
    logs = []
    for dataset_id in history.list_datasets():
        steps = list_steps(history, dataset_id)
        logs.append(Log(dataset_id, list_versions(history, steps, dataset_id), steps, None))
    page.print_page(lambda style: render_all(logs, style), lambda: document_of_all(snapshot, history, logs))
