"""Finds the contracts in a working tree by the content of its files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dcr.formats import read_content
from dcr.git.changes import list_worktree_files
from dcr.git.worktree import UnreadableFileError, read_file
from dcr.policy.detection import is_contract, may_be_contract
from dcr.policy.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.git.repository import Repository

_UNKNOWN_FORMAT = "unknown"


class FoundContracts(NamedTuple):
    """The contracts, other YAML files and unreadable files of a working tree. `formats` counts contracts by format."""

    contracts: tuple[str, ...]
    formats: Counter[str]
    other_files: tuple[str, ...]
    unreadable: tuple[str, ...]


def find_contracts(repository: Repository, progress: Callable[[str], None]) -> FoundContracts:
    """Return the contracts among the tracked and untracked files, without ignored ones."""
    top = repository.top or ""
    contracts, others, unreadable, formats = [], [], [], Counter[str]()
    paths = Scope((), by_content=True).filter_paths(list_worktree_files(repository))
    for number, path in enumerate(paths):
        if number % 500 == 0:
            progress(f"reading {number:,} of {len(paths):,} files")
        try:
            content = read_file(top, path)
        except UnreadableFileError:
            content = "unreadable"
        if path.endswith(".json") and not (isinstance(content, bytes) and may_be_contract(content)):
            continue
        reading = read_content(path, content) if isinstance(content, bytes) else None
        if reading is None or reading.format == _UNKNOWN_FORMAT:
            unreadable.append(path)
        elif not is_contract(reading, content):
            others.append(path)
        else:
            contracts.append(path)
            formats[reading.format or ""] += max(1, sum(each.alias_of is None for each in reading.contracts))
    return FoundContracts(tuple(contracts), formats, tuple(others), tuple(unreadable))
