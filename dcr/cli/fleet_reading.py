"""Provides what the commands about a fleet share: their options, the index, and warnings about duplicates."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Annotated

import typer

from dcr.cli.messages import print_warning
from dcr.cli.working_folder import get_working_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.index.connection import OpenIndex
    from dcr.index.records import DuplicateDataset, StoredRepository

MAX_LISTED = 5
"""The number of duplicates or failures that are named on stderr."""

FleetOption = Annotated[
    str, typer.Option("--fleet", help="File that lists the repositories and the index.", metavar="FILE")
]
IndexOption = Annotated[
    str | None, typer.Option("--index", help="URL of the index. Default: that of the fleet's file.", metavar="URL")
]


@contextlib.contextmanager
def open_index(fleet: str, index: str | None) -> Iterator[OpenIndex]:
    """Open the index in a transaction. It is that of the option, or else that of the fleet's file.

    Raise a `DcrError` if the extra is not installed or the index cannot be used.
    """
    from dcr.index import require_extra

    require_extra()
    from dcr.fleet.settings import read_settings
    from dcr.index.revisions import open_index as open_at

    folder, url = get_working_folder(), index
    if url is None:
        settings = read_settings(os.path.join(folder, fleet))
        folder, url = settings.folder, settings.index_url
    opened = open_at(url, folder, read_only=True)
    try:
        with opened.open() as index_in_use:
            yield index_in_use
    finally:
        opened.close()


def warn_duplicates(duplicates: Iterable[DuplicateDataset]) -> None:
    """Print a warning for each dataset id that several repositories define."""
    from dcr.index.records import DUPLICATE_HINT, DUPLICATE_KIND

    found = list(duplicates)
    for each in found[:MAX_LISTED]:
        print_warning(f"{each.message} [{DUPLICATE_KIND}]", DUPLICATE_HINT)
    if len(found) > MAX_LISTED:
        print_warning(f"{len(found) - MAX_LISTED:,} more dataset ids are duplicates: dcr fleet audit lists them")


def warn_failed(repositories: Sequence[StoredRepository]) -> None:
    """Print a warning for each repository whose facts may be out of date, or missing."""
    for each in repositories[:MAX_LISTED]:
        age = f"its facts are those of {each.checked_at}" if each.checked_at else "it was never read"
        print_warning(f"'{each.name}' was not synced ({age}): {each.error}")
    if len(repositories) > MAX_LISTED:
        print_warning(f"{len(repositories) - MAX_LISTED:,} more repositories were not synced: dcr fleet lists them")
