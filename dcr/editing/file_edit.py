"""Defines the edit of one file in the working tree."""

from __future__ import annotations

from typing import NamedTuple

from dcr.git.writing.new_files import NewFile, create_files
from dcr.git.writing.rewrites import rewrite_file


class FileEdit(NamedTuple):
    """A file and its new content. `before` is None for a new file; `summary` describes the edit to the user.

    `creates_folders` is set for a new file whose folders may not exist.
    """

    top: str
    path: str
    before: bytes | None
    after: bytes
    summary: str
    creates_folders: bool = False

    @property
    def has_changes(self) -> bool:
        """Whether the new content differs from the old."""
        return self.before != self.after

    def write(self) -> None:
        """Write the file. Raise `UnwritableFileError` and leave the file unchanged if that is impossible."""
        if self.creates_folders:
            create_files(self.top, [NewFile(self.path, self.after)])
        elif self.has_changes:
            rewrite_file(self.top, self.path, self.before, self.after)
