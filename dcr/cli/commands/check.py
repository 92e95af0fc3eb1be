"""Find breaking changes in contracts, compared with the base."""

from typing import Annotated

import typer

from dcr.check import Request, choose_head
from dcr.check import check as run_check
from dcr.cli.options import (
    BaselineOption,
    BaseOption,
    CheckIndexOption,
    ColorOption,
    FailOnOption,
    FormatsOption,
    JobsOption,
    OutputOption,
    QuietOption,
    StatisticsOption,
    VerboseOption,
    WriteBaselineOption,
    choice_option,
    require_choice,
)
from dcr.cli.progress import make_progress
from dcr.cli.report_output import OutputOptions, ReportOptions
from dcr.cli.working_folder import get_working_folder
from dcr.compatibility.modes import MODES
from dcr.errors import UsageError
from dcr.rendering.reports import needs_sources

EXAMPLE = "Example: dcr check --base origin/main -f table -f sarif:dcr.sarif"
_POLICY_SOURCES = ("base", "worktree")


def check(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Check only contracts in these files or folders.", metavar="PATHS...")
    ] = None,
    base: BaseOption = None,
    staged: Annotated[bool, typer.Option("--staged", help="Check the index instead of the working tree.")] = False,
    head: Annotated[str | None, typer.Option(help="Check a commit instead of the working tree.", metavar="REF")] = None,
    merged: Annotated[
        bool, typer.Option("--merged", help="Check the result of merging the head into the base.")
    ] = False,
    mode: Annotated[str | None, choice_option(choices=MODES, metavar="MODE", note="Default: the policy's.")] = None,
    format: FormatsOption = None,  # noqa: A002 (the option's name)
    output: OutputOption = None,
    fail_on: FailOnOption = None,
    policy_from: Annotated[
        str, choice_option(choices=_POLICY_SOURCES, metavar="SOURCE", note="worktree tries an edited policy.")
    ] = "base",
    require_contracts: Annotated[
        bool, typer.Option("--require-contracts", help="Exit with 2 if no contract is in scope.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Write the required versions, then check again.")] = False,
    baseline: BaselineOption = None,
    write_baseline: WriteBaselineOption = False,
    jobs: JobsOption = None,
    index: CheckIndexOption = None,
    statistics: StatisticsOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    color: ColorOption = "auto",
) -> None:
    """Write the reports. Exit with 1 if there are issues at the severity of `--fail-on`."""
    require_choice("--mode", mode, MODES)
    require_choice("--policy-from", policy_from, _POLICY_SOURCES)
    output_options = OutputOptions(color, quiet, statistics, verbose)
    options = ReportOptions(format, output, fail_on, baseline, write_baseline, output_options)
    targets = options.check()
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
        baseline=options.applied_baseline,
        sources=needs_sources(target.format for target in targets),
        jobs=jobs,
        index_url=index,
    )
    if fix and (staged or merged or head is not None):
        raise UsageError(
            "--fix writes to the working tree, which --staged, --head and --merged do not check",
            "use --fix without them",
        )
    with make_progress(verbose=verbose) as progress:
        report = run_check(request, progress)
        if fix:
            from dcr.cli.edits import write_required_versions  # only a run that edits loads dcr.editing

            report = run_check(request, progress) if write_required_versions(report) else report
    raise typer.Exit(options.finish("check", report, targets, paths))
