"""Mark a dataset as deprecated: write its status and the address of its migration plan.

Writes status and deprecation_uri; in ODCS, status and the custom property deprecationUri. The version stays.
"""

import re
from typing import Annotated

import typer

from dcr.cli.edits import apply_edits, require_one_line
from dcr.cli.options import DatasetArgument, DryRunOption
from dcr.cli.working_folder import get_working_folder
from dcr.editing.lifecycle import deprecate_dataset
from dcr.errors import UsageError

EXAMPLE = "Example: dcr deprecate users.daily_active --uri https://example.com/move"


def deprecate(
    dataset: DatasetArgument,
    uri: Annotated[str, typer.Option(help="The address of the migration plan.", metavar="URI")],
    dry_run: DryRunOption = False,
) -> None:
    """Write the status and the address."""
    if re.search(r"\s", require_one_line("--uri", uri)):
        raise UsageError(f"--uri is '{uri}', expected an address without spaces", "write a space as %20")
    edit = deprecate_dataset(get_working_folder(), require_one_line("DATASET", dataset), uri)
    apply_edits([edit], dry_run=dry_run)
