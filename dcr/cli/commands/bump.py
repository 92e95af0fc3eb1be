"""Write the versions that a change owes: nothing else in the files, and no version that is sufficient already.

A change owes what dcr check computes: MAJOR for a break, MINOR for an addition, PATCH for the rest. The version
written is the next one after the greatest that the base has.
"""

from typing import Annotated

import typer

from dcr.check import Request
from dcr.check import check as run_check
from dcr.cli.edits import DRY_RUN_HELP, apply_edits, print_refusal, require_one_line
from dcr.cli.exits import EXIT_NOT_CHECKED, print_note
from dcr.cli.output import Progress, get_working_folder
from dcr.compatibility.semver import MAJOR, MINOR, NONE, PATCH
from dcr.editing.bumps import list_invalid_contracts, plan_bumps, plan_required_bumps
from dcr.editing.source_files import get_worktree
from dcr.errors import UsageError
from dcr.text.printable import escape_ci_commands, make_printable

EXAMPLE = "Example: dcr bump users.daily_active --base origin/main --dry-run"


def bump(
    datasets: Annotated[
        list[str] | None, typer.Argument(help="The datasets, by their ids.", metavar="DATASET...")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dataset that owes a version.")] = False,
    major: Annotated[bool, typer.Option("--major", help="Take a MAJOR version.")] = False,
    minor: Annotated[bool, typer.Option("--minor", help="Take a MINOR version, if no more is owed.")] = False,
    patch: Annotated[bool, typer.Option("--patch", help="Take a PATCH version, if no more is owed.")] = False,
    base: Annotated[str | None, typer.Option(help="Ref to compare with; the merge-base counts.", metavar="REF")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=DRY_RUN_HELP)] = False,
) -> None:
    """Run the edit."""
    names = list(dict.fromkeys(require_one_line("DATASET", each) for each in datasets or ()))
    if bool(names) is everything:
        raise UsageError("name datasets or --all, one of the two", "dcr bump --all --dry-run shows what is owed")
    levels = [level for level, asked in ((MAJOR, major), (MINOR, minor), (PATCH, patch)) if asked]
    if len(levels) > 1:
        raise UsageError("--major, --minor and --patch exclude each other", "use one of them")
    least = levels[0] if levels else NONE
    progress = Progress()
    try:
        folder = get_working_folder()
        get_worktree(folder)  # without one there is nothing to edit, whatever is owed
        report = run_check(Request(folder, base=base), progress)
        found = plan_required_bumps(folder, report, least) if everything else plan_bumps(folder, names, report, least)
        if everything:
            found = found._replace(refusals=(*list_invalid_contracts(report), *found.refusals))
    finally:
        progress.finish()
    if len(found.refusals) == 1 and not found.edits:
        raise found.refusals[0]
    apply_edits(found.edits, dry_run=dry_run)
    for said in found.unchanged or (() if found.edits or found.refusals else ("nothing owes a version",)):
        print_note(escape_ci_commands(f"dcr: {make_printable(said)}"))
    for error in found.refusals:
        print_refusal(error)
    if found.refusals:
        raise typer.Exit(EXIT_NOT_CHECKED)
