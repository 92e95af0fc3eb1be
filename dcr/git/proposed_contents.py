"""The proposed content of changed paths, wherever it is: the working tree, the index or a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.changes import SUBMODULE_MODE, SYMLINK_MODE, Change
from dcr.git.objects import MAX_BLOB_BYTES, read_blobs
from dcr.git.worktree import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.repository import Repository

SPECIAL_FILE_KINDS = {SYMLINK_MODE: "a symbolic link", SUBMODULE_MODE: "a submodule"}
"""Modes of entries that are no files, in words."""


def read_proposed_contents(
    repository: Repository, changes: Iterable[Change], most: int = MAX_BLOB_BYTES
) -> dict[str, bytes | str]:
    """Return the proposed content of each path that is there, cut after `most` bytes.

    In words what it is when it is no regular file.
    """
    contents: dict[str, bytes | str] = {}
    blobs: dict[str, str] = {}
    for each in changes:
        if not each.in_proposed:
            if each.is_unmerged:
                contents[each.path] = "unmerged: its conflict is not resolved"
        elif each.proposed_mode in SPECIAL_FILE_KINDS:
            contents[each.path] = SPECIAL_FILE_KINDS[each.proposed_mode]
        elif each.proposed_id is None and repository.top is not None:
            contents[each.path] = read_file(repository.top, each.path, most)
        elif each.proposed_id is not None:
            blobs[each.path] = each.proposed_id
    found = read_blobs(repository.git, blobs.values(), most)
    contents.update({path: found[oid] for path, oid in blobs.items()})
    return contents
