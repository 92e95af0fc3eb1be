"""Tell every version of a dataset, newest first: when, by whom, the bump it owed and took, and what it broke.

Without a dataset, the versions of all datasets are listed, not judged.
"""

from typing import Annotated

import typer

from dcr.cli.output import COLORS, words
from dcr.cli.reading import FORMATS, checked, history_at, open_here, page_style, show, states_of
from dcr.registry.releases import judged, steps_of, versions_of
from dcr.rendering.listings.json_documents import render_json
from dcr.rendering.listings.log import Log, document, document_of_all, render, render_all

EXAMPLE = "Example: dcr log users.daily_active --ref main"


def log(
    dataset: Annotated[str | None, typer.Argument(help="The dataset's id. Default: all.", metavar="DATASET")] = None,
    ref: Annotated[
        str | None, typer.Option(help="Commit to read at. Default: the base, as dcr check finds it.", metavar="REF")
    ] = None,
    format: Annotated[  # noqa: A002 (the option's name)
        str,
        typer.Option(
            "--format", "-f", help=f"One of: {', '.join(FORMATS)}.", metavar="FORMAT", autocompletion=words(*FORMATS)
        ),
    ] = "table",
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Print a long page as it is.")] = False,
    color: Annotated[
        str, typer.Option(help=f"One of: {', '.join(COLORS)}.", metavar="WHEN", autocompletion=words(*COLORS))
    ] = "auto",
) -> None:
    """Print to stdout."""
    checked(format, color)
    opened = open_here(ref)
    history = history_at(opened, dataset, past=True, compares=dataset is not None)
    if dataset is not None:
        states_of(opened, history, dataset)
        steps = judged(history, steps_of(history, dataset), opened.policy)
        one = Log(dataset, versions_of(history, steps, dataset), steps, opened.policy.mode_of(dataset))
        text = render_json(document(opened, history, one)) if format == "json" else render(one, page_style(color))
    else:
        logs = []
        for each in history.datasets():
            steps = steps_of(history, each)
            logs.append(Log(each, versions_of(history, steps, each), steps, None))
        text = (
            render_json(document_of_all(opened, history, logs))
            if format == "json"
            else render_all(logs, page_style(color))
        )
    show(text, pager=not no_pager and format != "json")
