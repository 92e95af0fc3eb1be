"""Reads the proposed content of changed paths from the working tree, the index or a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.changes import SUBMODULE_MODE, SYMLINK_MODE, Change
from dcr.git.objects import MAX_BLOB_BYTES, read_blobs
from dcr.git.worktree import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.repository import Repository

SPECIAL_FILE_KINDS = {SYMLINK_MODE: "a symbolic link", SUBMODULE_MODE: "a submodule"}
"""The modes of entries that are not files, and their names in messages."""

UNMERGED = "unmerged: its conflict is not resolved"
"""Stands for the content of a path in conflict."""


def read_proposed_contents(
    repository: Repository, changes: Iterable[Change], max_bytes: int = MAX_BLOB_BYTES
) -> dict[str, bytes | str]:
    """Return the first `max_bytes` of each path that exists on the proposed side.

    A path that is not a regular file has a description of what it is instead, as a string.
    """
    contents: dict[str, bytes | str] = {}
    ids: dict[str, str] = {}
    for change in changes:
        if not change.in_proposed:
            if change.is_unmerged:
                contents[change.path] = UNMERGED
        elif change.proposed_mode in SPECIAL_FILE_KINDS:
            contents[change.path] = SPECIAL_FILE_KINDS[change.proposed_mode]
        elif change.proposed_id is None and repository.top is not None:
            contents[change.path] = read_file(repository.top, change.path, max_bytes)
        elif change.proposed_id is not None:
            ids[change.path] = change.proposed_id
    blobs = read_blobs(repository.git, ids.values(), max_bytes)
    contents.update({path: blobs[oid] for path, oid in ids.items()})
    return contents
