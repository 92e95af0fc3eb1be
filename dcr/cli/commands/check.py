"""Compare the contracts with the base: what breaks, for whom, and what to do."""

from typing import Annotated

import typer

from dcr.check import Request, head_of
from dcr.check import check as run_check
from dcr.cli.options import (
    BaselineOption,
    ColorOption,
    FailOnOption,
    FormatOption,
    OutputOption,
    QuietOption,
    StatisticsOption,
    VerboseOption,
    WriteBaselineOption,
)
from dcr.cli.output import COLORS, FAIL_ON, Manner, deliver, one_of, progress_of, words, working_folder
from dcr.cli.targets import targets
from dcr.compatibility.modes import MODES
from dcr.errors import UsageError
from dcr.rendering.reports import needs_sources

EXAMPLE = "Example: dcr check --base origin/main -f table -f sarif:dcr.sarif"
_POLICY_FROM = ("base", "worktree")


def check(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Only contracts in these files or folders.", metavar="PATHS...")
    ] = None,
    base: Annotated[str | None, typer.Option(help="Ref to compare with; the merge-base counts.", metavar="REF")] = None,
    staged: Annotated[bool, typer.Option("--staged", help="Judge the index instead of the working tree.")] = False,
    head: Annotated[str | None, typer.Option(help="Judge a commit; needs no working tree.", metavar="REF")] = None,
    merged: Annotated[
        bool, typer.Option("--merged", help="Judge what would land: the base's tip and the head, merged.")
    ] = False,
    mode: Annotated[
        str | None,
        typer.Option(
            help=f"One of: {', '.join(MODES)}. Default: the policy's.", metavar="MODE", autocompletion=words(*MODES)
        ),
    ] = None,
    format: FormatOption = None,  # noqa: A002 (the option's name)
    output: OutputOption = None,
    fail_on: FailOnOption = None,
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
    baseline: BaselineOption = None,
    write_baseline: WriteBaselineOption = False,
    statistics: StatisticsOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    color: ColorOption = "auto",
) -> None:
    """Run the main job."""
    one_of("--mode", mode, MODES)
    one_of("--fail-on", fail_on, FAIL_ON)
    one_of("--policy-from", policy_from, _POLICY_FROM)
    one_of("--color", color, COLORS)
    if write_baseline and (format or output):
        raise UsageError(
            "--write-baseline prints no report", "leave --format and --output out, then run it again with them"
        )
    chosen = targets(format or (), output or ())
    request = Request(
        folder=working_folder(),
        paths=tuple(paths or ()),
        base=base,
        head=head_of(staged=staged, head=head, merged=merged),
        merged=merged,
        mode=mode,
        fail_on=fail_on,
        policy_from=policy_from,
        require_contracts=require_contracts,
        baseline=None if write_baseline else baseline,
        sources=needs_sources(each.format for each in chosen),
    )
    if fix and (staged or merged or head is not None):
        others = "--staged, --head and --merged"
        raise UsageError(f"--fix writes to the working tree, and {others} judge something else", "leave one")
    progress = progress_of(verbose=verbose)
    try:
        report = run_check(request, progress)
        if fix:
            from dcr.cli.edits import write_owed  # only a run that edits pays for editing

            report = run_check(request, progress) if write_owed(report) else report
    finally:
        progress.done()
    if write_baseline:
        from dcr.cli.baseline import CHECK, write  # only a run that writes one pays for it

        write(CHECK, baseline, report, request.paths)
        return
    raise typer.Exit(deliver(report, chosen, Manner(color, quiet, statistics, verbose)))
