"""Finds the folder that a command runs in."""

from __future__ import annotations

import os

from dcr.errors import DcrError


class MissingFolderError(DcrError):
    """The working folder was removed."""


def get_working_folder() -> str:
    """Return the current working folder. Raise `MissingFolderError` if it was removed."""
    try:
        return os.getcwd()
    except FileNotFoundError as error:
        raise MissingFolderError("the working folder was removed", "change into a folder that exists") from error
