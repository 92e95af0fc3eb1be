"""List the breaking changes that were merged in the past. The current rules and policy apply."""

from fnmatch import fnmatchcase
from typing import Annotated

import typer

from dcr.cli.exit_codes import EXIT_ISSUES
from dcr.cli.options import (
    FAIL_ON,
    ColorOption,
    FailOnOption,
    JobsOption,
    NoPagerOption,
    RefOption,
    format_option,
    require_choice,
)
from dcr.cli.pager import show_page
from dcr.cli.progress import Progress
from dcr.cli.reading import PageOptions, open_registry, read_history, warn_unreadable
from dcr.compatibility.severities import ERROR, WARNING
from dcr.errors import UsageError
from dcr.git.refs import resolve_commit
from dcr.registry.audit import AuditOptions
from dcr.registry.audit import audit as run_audit
from dcr.rendering.listings.audit import count_issues, document, render, render_lines

FORMATS = ("table", "text", "json")
EXAMPLE = "Example: dcr audit --since v1.0 --dataset 'users.*'"


def audit(
    since: Annotated[
        str | None, typer.Option(help="Audit only changes after this commit. Default: all.", metavar="REF")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="Audit datasets whose id matches, for example 'users.*'.", metavar="PATTERN")
    ] = None,
    ref: RefOption = None,
    format: Annotated[str, format_option(FORMATS)] = "table",  # noqa: A002 (the option's name)
    fail_on: FailOnOption = None,
    jobs: JobsOption = None,
    no_pager: NoPagerOption = False,
    color: ColorOption = "auto",
) -> None:
    """Print the issues to stdout. Exit with 1 if there are any at the severity of `--fail-on`."""
    page = PageOptions(format, color, no_pager).check(FORMATS)
    require_choice("--fail-on", fail_on, FAIL_ON)
    snapshot = open_registry(ref)
    start = None if since is None else resolve_commit(snapshot.repository, since, option="--since ")
    history = read_history(snapshot, with_contracts=True)
    ids = [dataset_id for dataset_id in history.list_datasets() if dataset is None or fnmatchcase(dataset_id, dataset)]
    if dataset is not None and not ids:
        raise UsageError(f"no dataset matches '{dataset}'", "dcr datasets lists all datasets")
    with Progress() as progress:
        result = run_audit(snapshot, history, ids, AuditOptions(start, jobs), progress)
    warn_unreadable(result.unreadable)
    if format == "text":
        show_page(render_lines(result), pager=False)
    else:
        page.print_page(lambda style: render(result, style), lambda: document(snapshot, history, result))
    limit = fail_on or snapshot.policy.fail_on
    failing = {"error": (ERROR,), "warning": (ERROR, WARNING)}.get(limit, ())
    if any(count_issues(result, severity) for severity in failing):
        raise typer.Exit(EXIT_ISSUES)
