"""Let one break through: add the decision to dcr.accepted.yaml, for the version that is proposed now.

Only what dcr check reports now can be accepted, and it is named exactly: dataset, kind and, for kinds about a field,
the field's path.
"""

from typing import Annotated

import typer

from dcr.check import Request
from dcr.check import check as run_check
from dcr.cli.edits import DRY_RUN_HELP, apply_edits, require_one_line
from dcr.cli.output import Progress, complete_with, get_working_folder
from dcr.compatibility.rules import list_kinds
from dcr.editing.acceptances import AcceptanceRequest, check_acceptance_request
from dcr.editing.acceptances import record_acceptance as run_accept
from dcr.editing.source_files import get_worktree

EXAMPLE = 'Example: dcr accept users.daily_active field_removed ltv --reason "unused"'


def accept(
    dataset: Annotated[str, typer.Argument(help="The dataset, by its id.", metavar="DATASET")],
    kind: Annotated[
        str,
        typer.Argument(
            help="The kind, as reports show it in brackets.",
            metavar="KIND",
            autocompletion=complete_with(*list_kinds()),
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; it is shown with every use.", metavar="TEXT")],
    field: Annotated[str | None, typer.Argument(help="The field's path, as in the report.", metavar="[FIELD]")] = None,
    expires: Annotated[
        str | None, typer.Option(help="Last day it counts, as YYYY-MM-DD. Default: for good.", metavar="DATE")
    ] = None,
    base: Annotated[str | None, typer.Option(help="Ref to compare with; the merge-base counts.", metavar="REF")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=DRY_RUN_HELP)] = False,
) -> None:
    """Run the edit."""
    decision = AcceptanceRequest(
        require_one_line("DATASET", dataset), kind, field, require_one_line("--reason", reason).strip(), expires
    )
    if field is not None:
        require_one_line("FIELD", field)
    check_acceptance_request(decision)
    progress = Progress()
    try:
        get_worktree(get_working_folder())  # without one there is nothing to edit
        report = run_check(Request(get_working_folder(), base=base), progress)
    finally:
        progress.finish()
    apply_edits([run_accept(get_working_folder(), decision, report)], dry_run=dry_run)
