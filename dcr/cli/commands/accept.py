"""Let one break through: add the decision to dcr.accepted.yaml, for the version that is proposed now.

Only what dcr check reports now can be accepted, and it is named exactly: dataset, kind and, for kinds about a field,
the field's path.
"""

from typing import Annotated

import typer

from dcr.check import Request
from dcr.check import check as run_check
from dcr.cli.edits import DRY_RUN, carry_out, one_line
from dcr.cli.output import Progress, words, working_folder
from dcr.compatibility.rules import kinds
from dcr.editing.acceptances import Decision, check_decision
from dcr.editing.acceptances import accept as run_accept
from dcr.editing.source_files import worktree_of

EXAMPLE = 'Example: dcr accept users.daily_active field_removed ltv --reason "unused"'


def accept(
    dataset: Annotated[str, typer.Argument(help="The dataset, by its id.", metavar="DATASET")],
    kind: Annotated[
        str,
        typer.Argument(
            help="The kind, as reports show it in brackets.", metavar="KIND", autocompletion=words(*kinds())
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; it is shown with every use.", metavar="TEXT")],
    field: Annotated[str | None, typer.Argument(help="The field's path, as in the report.", metavar="[FIELD]")] = None,
    expires: Annotated[
        str | None, typer.Option(help="Last day it counts, as YYYY-MM-DD. Default: for good.", metavar="DATE")
    ] = None,
    base: Annotated[str | None, typer.Option(help="Ref to compare with; the merge-base counts.", metavar="REF")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=DRY_RUN)] = False,
) -> None:
    """Run the edit."""
    decision = Decision(one_line("DATASET", dataset), kind, field, one_line("--reason", reason).strip(), expires)
    if field is not None:
        one_line("FIELD", field)
    check_decision(decision)
    progress = Progress()
    try:
        worktree_of(working_folder())  # without one there is nothing to edit
        report = run_check(Request(working_folder(), base=base), progress)
    finally:
        progress.done()
    carry_out([run_accept(working_folder(), decision, report)], dry_run=dry_run)
