"""Record an accepted breaking change: write it to dcr.accepted.yaml, for the proposed version.

dcr check must report the issue now. For kinds about a field, FIELD is required. The option --consumer
writes the file in the folder of a consumer, if the policy requires that consumers accept what breaks them.
"""

from typing import Annotated

import typer

from dcr.check import Request
from dcr.check import check as run_check
from dcr.cli.edits import apply_edits, require_one_line
from dcr.cli.options import BaseOption, DatasetArgument, DryRunOption, complete_with
from dcr.cli.progress import Progress
from dcr.cli.working_folder import get_working_folder
from dcr.compatibility.rules import list_kinds
from dcr.editing.acceptances import AcceptanceRequest, check_acceptance_request, record_acceptance
from dcr.editing.source_files import get_worktree

EXAMPLE = 'Example: dcr accept users.daily_active field_removed ltv --reason "unused"'


def accept(
    dataset: DatasetArgument,
    kind: Annotated[
        str,
        typer.Argument(
            help="The kind of the issue, as in the report.",
            metavar="KIND",
            autocompletion=complete_with(*list_kinds()),
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why it is accepted; reports show the reason.", metavar="TEXT")],
    field: Annotated[str | None, typer.Argument(help="The field's path, as in the report.", metavar="[FIELD]")] = None,
    expires: Annotated[
        str | None,
        typer.Option(help="Last day of the acceptance, as YYYY-MM-DD. Default: it does not expire.", metavar="DATE"),
    ] = None,
    consumer: Annotated[
        str | None,
        typer.Option(help="Accept it for a consumer, in the folder of its file.", metavar="NAME"),
    ] = None,
    base: BaseOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Write the acceptance."""
    request = AcceptanceRequest(
        require_one_line("DATASET", dataset),
        kind,
        field,
        require_one_line("--reason", reason).strip(),
        expires,
        consumer,
    )
    if field is not None:
        require_one_line("FIELD", field)
    check_acceptance_request(request)
    folder = get_working_folder()
    with Progress() as progress:
        get_worktree(folder)  # raises in a bare repository, before the check
        report = run_check(Request(folder, base=base), progress)
    apply_edits(record_acceptance(folder, request, report), dry_run=dry_run)
