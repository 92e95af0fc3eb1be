"""Plans the edit that replaces the owners of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.editing.file_edit import FileEdit
from dcr.editing.source_files import get_editable_file
from dcr.editing.text.contracts import set_owners

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.contract.contract import Owner


def assign_owners(folder: str, dataset_id: str, owners: Sequence[Owner]) -> FileEdit:
    """Return the edit that gives a dataset exactly these owners. Raise a `DcrError` if it cannot be made."""
    top, file = get_editable_file(folder, dataset_id, "owners")
    after = set_owners(file.reading, file.content, owners)
    current = ", ".join(f"'{owner.team}'" for owner in owners)
    previous = ", ".join(f"'{owner.team}'" for owner in file.reading.contracts[0].owners)
    if after == file.content:
        summary = f"'{dataset_id}' already has these owners"
    else:
        summary = f"'{dataset_id}' is owned by {current}" + (f", no longer by {previous}" if previous else "")
    return FileEdit(top, file.path, file.content, after, summary)
