"""Plans the edits that deprecate or archive a dataset."""

from __future__ import annotations

from dcr.editing.file_edit import FileEdit
from dcr.editing.source_files import get_editable_file
from dcr.editing.text.contracts import set_archived, set_deprecated
from dcr.errors import quote_for_shell


def deprecate_dataset(folder: str, dataset_id: str, uri: str) -> FileEdit:
    """Return the edit that marks a dataset as deprecated. Raise a `DcrError` if it cannot be made."""
    command = f"dcr deprecate {{}} --uri {quote_for_shell(uri)}"
    top, file = get_editable_file(folder, dataset_id, "status", command)
    after = set_deprecated(file.reading, file.content, uri)
    already = "" if after != file.content else "already "
    return FileEdit(top, file.path, file.content, after, f"'{dataset_id}' is {already}deprecated")


def archive_dataset(folder: str, dataset_id: str) -> FileEdit:
    """Return the edit that marks a dataset as archived. Raise a `DcrError` if it cannot be made."""
    top, file = get_editable_file(folder, dataset_id, "status", "dcr archive {}")
    after = set_archived(file.reading, file.content)
    already = "" if after != file.content else "already "
    return FileEdit(top, file.path, file.content, after, f"'{dataset_id}' is {already}archived")
