"""Tell what a branch let through: today's rules over every change that was ever merged."""

from fnmatch import fnmatchcase
from typing import Annotated

import typer

from dcr.cli.exits import EXIT_ISSUES
from dcr.cli.output import COLORS, FAIL_ON, Progress, complete_with, require_choice
from dcr.cli.reading import (
    check_format_and_color,
    get_page_style,
    open_registry,
    read_history,
    show_page,
    warn_unreadable,
)
from dcr.compatibility.severities import ERROR, WARNING
from dcr.errors import UsageError
from dcr.git.refs import resolve_commit
from dcr.registry.audit import audit as run_audit
from dcr.rendering.listings.audit import count_issues, document, render, render_lines
from dcr.rendering.listings.json_documents import render_json

FORMATS = ("table", "text", "json")
EXAMPLE = "Example: dcr audit --since v1.0 --dataset 'users.*'"


def audit(
    since: Annotated[
        str | None, typer.Option(help="Only what came after this commit. Default: everything.", metavar="REF")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="Only ids that match, for example 'users.*'.", metavar="PATTERN")
    ] = None,
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
    fail_on: Annotated[
        str | None,
        typer.Option(help=f"One of: {', '.join(FAIL_ON)}.", metavar="SEVERITY", autocompletion=complete_with(*FAIL_ON)),
    ] = None,
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Print a long page as it is.")] = False,
    color: Annotated[
        str, typer.Option(help=f"One of: {', '.join(COLORS)}.", metavar="WHEN", autocompletion=complete_with(*COLORS))
    ] = "auto",
) -> None:
    """Print to stdout; exit 1 when something slipped through."""
    check_format_and_color(format, color, FORMATS)
    require_choice("--fail-on", fail_on, FAIL_ON)
    opened = open_registry(ref)
    after = None if since is None else resolve_commit(opened.repository, since, option="--since ")
    history = read_history(opened, compares=True)
    wanted = [each for each in history.list_datasets() if dataset is None or fnmatchcase(each, dataset)]
    if dataset is not None and not wanted:
        raise UsageError(f"no dataset matches '{dataset}'", "dcr datasets lists those there are")
    progress = Progress()
    try:
        found = run_audit(opened, history, wanted, after, progress)
    finally:
        progress.finish()
    warn_unreadable(found.unreadable)
    if format == "json":
        text = render_json(document(opened, history, found))
    else:
        text = render_lines(found) if format == "text" else render(found, get_page_style(color))
    show_page(text, pager=not no_pager and format == "table")
    limit = fail_on or opened.policy.fail_on
    failing = {"error": (ERROR,), "warning": (ERROR, WARNING)}.get(limit, ())
    if any(count_issues(found, severity) for severity in failing):
        raise typer.Exit(EXIT_ISSUES)
