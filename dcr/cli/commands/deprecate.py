"""Mark a dataset deprecated: in its file, with the address of its migration plan.

Writes status and deprecation_uri; in ODCS the custom property deprecationUri. The version stays: this may change in
place.
"""

import re
from typing import Annotated

import typer

from dcr.cli.edits import DRY_RUN_HELP, apply_edits, require_one_line
from dcr.cli.output import get_working_folder
from dcr.editing.lifecycle import deprecate as run_deprecate
from dcr.errors import UsageError

EXAMPLE = "Example: dcr deprecate users.daily_active --uri https://example.com/move"


def deprecate(
    dataset: Annotated[str, typer.Argument(help="The dataset, by its id.", metavar="DATASET")],
    uri: Annotated[str, typer.Option(help="Address of the migration plan.", metavar="URI")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=DRY_RUN_HELP)] = False,
) -> None:
    """Run the edit."""
    if re.search(r"\s", require_one_line("--uri", uri)):
        raise UsageError(f"--uri is '{uri}', and an address has no spaces", "write a space as %20")
    apply_edits([run_deprecate(get_working_folder(), require_one_line("DATASET", dataset), uri)], dry_run=dry_run)
