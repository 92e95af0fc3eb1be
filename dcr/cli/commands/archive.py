"""Mark a dataset archived: in its file, which may be deleted once that is released.

Writes status: archived, and in ODCS and the Data Contract Specification their word for it, retired.
"""

from typing import Annotated

import typer

from dcr.cli.edits import DRY_RUN_HELP, apply_edits, require_one_line
from dcr.cli.output import get_working_folder
from dcr.editing.lifecycle import archive as run_archive

EXAMPLE = "Example: dcr archive users.daily_active --dry-run"


def archive(
    dataset: Annotated[str, typer.Argument(help="The dataset, by its id.", metavar="DATASET")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=DRY_RUN_HELP)] = False,
) -> None:
    """Run the edit."""
    apply_edits([run_archive(get_working_folder(), require_one_line("DATASET", dataset))], dry_run=dry_run)
