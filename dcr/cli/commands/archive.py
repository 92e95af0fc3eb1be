"""Mark a dataset as archived. After the next release, its file may be deleted.

Writes status: archived; in ODCS and the Data Contract Specification, status: retired.
"""

from dcr.cli.edits import apply_edits, require_one_line
from dcr.cli.options import DatasetArgument, DryRunOption
from dcr.cli.working_folder import get_working_folder
from dcr.editing.lifecycle import archive_dataset

EXAMPLE = "Example: dcr archive users.daily_active --dry-run"


def archive(dataset: DatasetArgument, dry_run: DryRunOption = False) -> None:
    """Write the status."""
    apply_edits([archive_dataset(get_working_folder(), require_one_line("DATASET", dataset))], dry_run=dry_run)
