"""Compare the contracts with the base: what breaks, for whom, and what to do."""

from typing import Annotated

import typer

from dcr.check import Request, head_of
from dcr.check import check as run_check
from dcr.cli.output import COLORS, FAIL_ON, Progress, chosen_format, deliver, one_of, words, working_folder
from dcr.compatibility.modes import MODES
from dcr.errors import UsageError
from dcr.reporters import names, needs_sources

EXAMPLE = "Example: dcr check --base origin/main --format github"
_POLICY_FROM = ("base", "worktree")


def check(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Only contracts in these files or folders.", metavar="PATHS...")
    ] = None,
    base: Annotated[str | None, typer.Option(help="Ref to compare with; the merge-base counts.", metavar="REF")] = None,
    staged: Annotated[bool, typer.Option("--staged", help="Judge the index instead of the working tree.")] = False,
    head: Annotated[str | None, typer.Option(help="Judge a commit; needs no working tree.", metavar="REF")] = None,
    mode: Annotated[
        str | None,
        typer.Option(
            help=f"One of: {', '.join(MODES)}. Default: the policy's.", metavar="MODE", autocompletion=words(*MODES)
        ),
    ] = None,
    format: Annotated[  # noqa: A002 (the option's name)
        str | None,
        typer.Option(
            "--format", "-f", help=f"One of: {', '.join(names())}.", metavar="FORMAT", autocompletion=words(*names())
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write the report to a file.", metavar="FILE")
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            help=f"One of: {', '.join(FAIL_ON)}. Default: the policy's.",
            metavar="SEVERITY",
            autocompletion=words(*FAIL_ON),
        ),
    ] = None,
    policy_from: Annotated[
        str,
        typer.Option(
            help="base, or worktree to try an edited policy.", metavar="SIDE", autocompletion=words(*_POLICY_FROM)
        ),
    ] = "base",
    require_contracts: Annotated[
        bool, typer.Option("--require-contracts", help="Exit with 2 when no contract is in scope.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Write the versions that are owed, then check again.")] = False,
    color: Annotated[
        str, typer.Option(help=f"One of: {', '.join(COLORS)}.", metavar="WHEN", autocompletion=words(*COLORS))
    ] = "auto",
) -> None:
    """Run the main job."""
    one_of("--mode", mode, MODES)
    one_of("--fail-on", fail_on, FAIL_ON)
    one_of("--policy-from", policy_from, _POLICY_FROM)
    one_of("--color", color, COLORS)
    format_name = chosen_format(format, output)
    sources = needs_sources([format_name])  # a format that does not exist is said before any work
    request = Request(
        folder=working_folder(),
        paths=tuple(paths or ()),
        base=base,
        head=head_of(staged=staged, head=head),
        mode=mode,
        fail_on=fail_on,
        policy_from=policy_from,
        require_contracts=require_contracts,
        sources=sources,
    )
    if fix and (staged or head is not None):
        raise UsageError("--fix writes to the working tree, and --staged and --head judge something else", "leave one")
    progress = Progress()
    try:
        report = run_check(request, progress)
        if fix:
            from dcr.cli.edits import write_owed  # only a run that edits pays for editing

            report = run_check(request, progress) if write_owed(report) else report
    finally:
        progress.done()
    raise typer.Exit(deliver(report, format_name, output, color))
