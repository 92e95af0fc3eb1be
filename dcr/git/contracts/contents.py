"""The proposed content of changed paths, wherever it is: the working tree, the index or a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.changes import SUBMODULE, SYMLINK, Change
from dcr.git.objects import MAX_READ, read_blobs
from dcr.git.worktree import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.repository import Repository

ODD = {SYMLINK: "a symbolic link", SUBMODULE: "a submodule"}
"""Modes of entries that are no files, in words."""


def proposed_contents(
    repository: Repository, changes: Iterable[Change], most: int = MAX_READ
) -> dict[str, bytes | str]:
    """Return the proposed content of each path that is there, cut after `most` bytes.

    In words what it is when it is no regular file.
    """
    contents: dict[str, bytes | str] = {}
    blobs: dict[str, str] = {}
    for each in changes:
        if not each.in_proposed:
            if each.unmerged:
                contents[each.path] = "unmerged: its conflict is not resolved"
        elif each.proposed_mode in ODD:
            contents[each.path] = ODD[each.proposed_mode]
        elif each.proposed_id is None and repository.top is not None:
            contents[each.path] = read_file(repository.top, each.path, most)
        elif each.proposed_id is not None:
            blobs[each.path] = each.proposed_id
    found = read_blobs(repository.git, blobs.values(), most)
    contents.update({path: found[oid] for path, oid in blobs.items()})
    return contents
