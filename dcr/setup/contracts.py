"""Finds the contracts of a working tree by what its files hold, and the globs that cover them."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from dcr.formats import read_content
from dcr.git.changes import list_worktree_files
from dcr.git.worktree import UnreadableFileError, read_file
from dcr.policy.detection import is_contract, may_be_contract
from dcr.policy.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dcr.git.repository import Repository

_UNKNOWN = "unknown"
_CONTRACT_SUFFIX = re.compile(r"\.(?:odcs|dcs|datacontract|contract)\.ya?ml\Z")
"""Endings by which people mark files as contracts."""

_NOT_IN_GLOBS = re.compile('[\\[\\]{}\\\\"*?\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
"""What a glob of the policy cannot spell; a question mark stands for it."""


class FoundContracts(NamedTuple):
    """The YAML files of a working tree, and JSON ones that are contracts: `formats` counts contracts by format."""

    contracts: tuple[str, ...]
    formats: Counter[str]
    other_files: tuple[str, ...]
    unreadable: tuple[str, ...]


class ScopeGlobs(NamedTuple):
    """What covers all contracts, and what is to be left out of that again."""

    contracts: tuple[str, ...]
    exclude: tuple[str, ...] = ()


def find_contracts(repository: Repository, progress: Callable[[str], None]) -> FoundContracts:
    """Return which files, tracked or untracked and not ignored, are contracts by what they hold."""
    top = repository.top or ""
    contracts, others, unreadable, formats = [], [], [], Counter[str]()
    listing = Scope((), by_content=True).filter_paths(list_worktree_files(repository))
    for number, path in enumerate(listing):
        if number % 500 == 0:
            progress(f"reading {number:,} of {len(listing):,} files")
        try:
            content = read_file(top, path)
        except UnreadableFileError:
            content = "unreadable"
        if path.endswith(".json") and not (isinstance(content, bytes) and may_be_contract(content)):
            continue
        reading = read_content(path, content) if isinstance(content, bytes) else None
        if reading is None or reading.format == _UNKNOWN:
            unreadable.append(path)
        elif not is_contract(reading, content):
            others.append(path)
        else:
            contracts.append(path)
            formats[reading.format or ""] += max(1, sum(each.alias_of is None for each in reading.contracts))
    return FoundContracts(tuple(contracts), formats, tuple(others), tuple(unreadable))


def choose_globs(found: FoundContracts) -> ScopeGlobs:
    """Return globs that cover every contract found, and as few other files as a plain glob can.

    A file that cannot be read would be reported as a contract, so globs around it are avoided, or it is left out.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for path in found.contracts:
        groups[path.split("/")[0] if "/" in path else ""].append(path)
    globs: dict[str, None] = {}
    for folder, paths in sorted(groups.items()):
        globs.update(dict.fromkeys(_choose_root_globs(paths) if not folder else _choose_folder_globs(paths, found)))
    scope = Scope(globs)
    exclude = tuple(_escape_path(path) for path in scope.filter_paths(found.unreadable))
    return ScopeGlobs(tuple(globs), tuple(dict.fromkeys(exclude)))


def _choose_root_globs(paths: Sequence[str]) -> list[str]:
    """Return globs for files beside everything else at the root: by a telling ending, or name by name."""
    telling = [match[0] for path in paths if (match := _CONTRACT_SUFFIX.search(path))]
    named = [_escape_path(path) for path in paths if not _CONTRACT_SUFFIX.search(path)]
    return [*(f"*{ending}" for ending in dict.fromkeys(telling)), *named]


def _choose_folder_globs(paths: Sequence[str], found: FoundContracts) -> list[str]:
    """Return the widest globs that cover as few files that cannot be read as any, and no more others than contracts."""
    tried = list(_list_candidates(paths))
    unreadable = [len(Scope(globs).filter_paths(found.unreadable)) for globs in tried]
    for globs, number in zip(tried, unreadable, strict=True):
        if number == min(unreadable) and len(Scope(globs).filter_paths(found.other_files)) <= len(paths):
            return globs
    return tried[-1]


def _list_candidates(paths: Sequence[str]) -> Iterator[list[str]]:
    """Yield globs from wide to narrow: the topmost folder, the one all share, one that recurs below, each by itself."""
    folders = list(dict.fromkeys(os.path.dirname(path) for path in paths))
    endings = _list_suffixes(paths)
    yield [f"{_escape_path(paths[0].split('/')[0])}/**/*{ending}" for ending in endings]
    parent = _escape_path(os.path.commonpath(folders))
    yield [f"{parent}/**/*{ending}" for ending in endings]
    below = [os.path.relpath(folder, os.path.commonpath(folders)).split("/") for folder in folders]
    for name in below[0]:
        if name != "." and all(name in each for each in below):
            yield [f"{parent}/**/{_escape_path(name)}/**/*{ending}" for ending in endings]
            break
    yield [f"{_escape_path(folder)}/*{ending}" for folder in folders for ending in endings]


def _list_suffixes(paths: Sequence[str]) -> list[str]:
    telling = [match[0] if (match := _CONTRACT_SUFFIX.search(path)) else None for path in paths]
    endings = [each or os.path.splitext(path)[1] for each, path in zip(telling, paths, strict=True)]
    if None in telling:
        endings = [os.path.splitext(path)[1] for path in paths]
    return list(dict.fromkeys(endings))


def _escape_path(path: str) -> str:
    return _NOT_IN_GLOBS.sub("?", path)
