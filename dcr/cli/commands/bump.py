"""Write the versions that a change requires. A sufficient version stays as it is.

dcr check computes the required bump: MAJOR for a breaking change, MINOR for an addition, PATCH for the rest. dcr bump
raises the highest version on the base by that bump.
"""

from typing import Annotated

import typer

from dcr.check import Request
from dcr.check import check as run_check
from dcr.cli.edits import apply_edits, print_refusal, require_one_line
from dcr.cli.exit_codes import EXIT_NOT_CHECKED
from dcr.cli.messages import print_note
from dcr.cli.options import BaseOption, DryRunOption
from dcr.cli.progress import Progress
from dcr.cli.working_folder import get_working_folder
from dcr.compatibility.semver import MAJOR, MINOR, NONE, PATCH
from dcr.editing.bumps import list_invalid_contracts, plan_bumps, plan_required_bumps
from dcr.editing.source_files import get_worktree
from dcr.errors import UsageError

EXAMPLE = "Example: dcr bump users.daily_active --base origin/main --dry-run"


def bump(
    datasets: Annotated[list[str] | None, typer.Argument(help="The ids of the datasets.", metavar="DATASET...")] = None,
    all_datasets: Annotated[bool, typer.Option("--all", help="Write every required version.")] = False,
    major: Annotated[bool, typer.Option("--major", help="Write a MAJOR version.")] = False,
    minor: Annotated[bool, typer.Option("--minor", help="Write a MINOR version, unless MAJOR is required.")] = False,
    patch: Annotated[bool, typer.Option("--patch", help="Write a PATCH version, unless more is required.")] = False,
    base: BaseOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Write the versions."""
    ids = list(dict.fromkeys(require_one_line("DATASET", dataset) for dataset in datasets or ()))
    if bool(ids) is all_datasets:
        raise UsageError("expected either datasets or --all", "dcr bump --all --dry-run shows all required versions")
    levels = [level for level, is_set in ((MAJOR, major), (MINOR, minor), (PATCH, patch)) if is_set]
    if len(levels) > 1:
        raise UsageError("--major, --minor and --patch exclude each other", "use one of them")
    minimum = levels[0] if levels else NONE
    folder = get_working_folder()
    with Progress() as progress:
        get_worktree(folder)  # raises in a bare repository, before the check
        report = run_check(Request(folder, base=base), progress)
        if all_datasets:
            plan = plan_required_bumps(folder, report, minimum)
            plan = plan._replace(refusals=(*list_invalid_contracts(report), *plan.refusals))
        else:
            plan = plan_bumps(folder, ids, report, minimum)
    if len(plan.refusals) == 1 and not plan.edits:
        raise plan.refusals[0]
    apply_edits(plan.edits, dry_run=dry_run)
    for note in plan.unchanged:
        print_note(note)
    if not (plan.edits or plan.unchanged or plan.refusals):
        print_note("no dataset requires a version bump")
    for error in plan.refusals:
        print_refusal(error)
    if plan.refusals:
        raise typer.Exit(EXIT_NOT_CHECKED)
