"""Tell every version of a dataset, newest first: when, by whom, the bump it owed and took, and what it broke.

Without a dataset, the versions of all datasets are listed, not judged.
"""

from typing import Annotated

import typer

from dcr.cli.output import COLORS, complete_with
from dcr.cli.reading import (
    FORMATS,
    check_format_and_color,
    get_dataset_states,
    get_page_style,
    open_registry,
    read_history_with_warnings,
    show_page,
)
from dcr.registry.releases import judge_steps, list_steps, list_versions
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
            "--format",
            "-f",
            help=f"One of: {', '.join(FORMATS)}.",
            metavar="FORMAT",
            autocompletion=complete_with(*FORMATS),
        ),
    ] = "table",
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Print a long page as it is.")] = False,
    color: Annotated[
        str, typer.Option(help=f"One of: {', '.join(COLORS)}.", metavar="WHEN", autocompletion=complete_with(*COLORS))
    ] = "auto",
) -> None:
    """Print to stdout."""
    check_format_and_color(format, color)
    opened = open_registry(ref)
    history = read_history_with_warnings(opened, dataset, past=True, compares=dataset is not None)
    if dataset is not None:
        get_dataset_states(opened, history, dataset)
        steps = judge_steps(history, list_steps(history, dataset), opened.policy)
        one = Log(dataset, list_versions(history, steps, dataset), steps, opened.policy.get_mode(dataset))
        text = render_json(document(opened, history, one)) if format == "json" else render(one, get_page_style(color))
    else:
        logs = []
        for each in history.list_datasets():
            steps = list_steps(history, each)
            logs.append(Log(each, list_versions(history, steps, each), steps, None))
        text = (
            render_json(document_of_all(opened, history, logs))
            if format == "json"
            else render_all(logs, get_page_style(color))
        )
    show_page(text, pager=not no_pager and format != "json")
