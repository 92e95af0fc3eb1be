"""Compare the contracts with the base: what breaks, for whom, and what to do."""

from typing import Annotated

import typer

from dcr.check import Request, choose_head
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
from dcr.cli.output import (
    COLORS,
    FAIL_ON,
    OutputOptions,
    complete_with,
    get_working_folder,
    make_progress,
    require_choice,
    write_report,
)
from dcr.cli.targets import parse_targets
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
            help=f"One of: {', '.join(MODES)}. Default: the policy's.",
            metavar="MODE",
            autocompletion=complete_with(*MODES),
        ),
    ] = None,
    format: FormatOption = None,  # noqa: A002 (the option's name)
    output: OutputOption = None,
    fail_on: FailOnOption = None,
    policy_from: Annotated[
        str,
        typer.Option(
            help="base, or worktree to try an edited policy.",
            metavar="SIDE",
            autocompletion=complete_with(*_POLICY_FROM),
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
    require_choice("--mode", mode, MODES)
    require_choice("--fail-on", fail_on, FAIL_ON)
    require_choice("--policy-from", policy_from, _POLICY_FROM)
    require_choice("--color", color, COLORS)
    if write_baseline and (format or output):
        raise UsageError(
            "--write-baseline prints no report", "leave --format and --output out, then run it again with them"
        )
    chosen = parse_targets(format or (), output or ())
    request = Request(
        folder=get_working_folder(),
        paths=tuple(paths or ()),
        base=base,
        head=choose_head(staged=staged, head=head, merged=merged),
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
    progress = make_progress(verbose=verbose)
    try:
        report = run_check(request, progress)
        if fix:
            from dcr.cli.edits import write_required_versions  # only a run that edits pays for editing

            report = run_check(request, progress) if write_required_versions(report) else report
    finally:
        progress.finish()
    if write_baseline:
        from dcr.cli.baseline import CHECK
        from dcr.cli.baseline import write_baseline as write_baseline_file  # only a run that writes one pays for it

        write_baseline_file(CHECK, baseline, report, request.paths)
        return
    raise typer.Exit(write_report(report, chosen, OutputOptions(color, quiet, statistics, verbose)))
