"""Chooses the globs of a policy that cover the contracts in a working tree."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from dcr.policy.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.setup.contracts import FoundContracts

_CONTRACT_SUFFIX = re.compile(r"\.(?:odcs|dcs|datacontract|contract)\.ya?ml\Z")
"""The suffixes with which people mark files as contracts."""

_NOT_IN_GLOBS = re.compile('[\\[\\]{}\\\\"*?\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
"""The characters that a glob cannot contain. A question mark matches them."""


class ScopeGlobs(NamedTuple):
    """The globs of all contracts, and the paths to exclude from them."""

    contracts: tuple[str, ...]
    exclude: tuple[str, ...] = ()


def choose_globs(found: FoundContracts) -> ScopeGlobs:
    """Return globs that cover every contract, and few other files.

    dcr reports unreadable files in scope. The globs avoid them where possible; the rest are excluded.
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
    """Return globs for contracts in the root folder: by contract suffix, or else by name."""
    suffixes = [match[0] for path in paths if (match := _CONTRACT_SUFFIX.search(path))]
    names = [_escape_path(path) for path in paths if not _CONTRACT_SUFFIX.search(path)]
    return [*(f"*{suffix}" for suffix in dict.fromkeys(suffixes)), *names]


def _choose_folder_globs(paths: Sequence[str], found: FoundContracts) -> list[str]:
    """Return the widest globs with the fewest unreadable files and no more other files than contracts."""
    candidates = list(_list_candidates(paths))
    unreadable = [len(Scope(globs).filter_paths(found.unreadable)) for globs in candidates]
    for globs, number in zip(candidates, unreadable, strict=True):
        if number == min(unreadable) and len(Scope(globs).filter_paths(found.other_files)) <= len(paths):
            return globs
    return candidates[-1]


def _list_candidates(paths: Sequence[str]) -> Iterator[list[str]]:
    """Yield globs from wide to narrow: the top folder, the common parent, a recurring subfolder, each folder."""
    folders = list(dict.fromkeys(os.path.dirname(path) for path in paths))
    suffixes = _list_suffixes(paths)
    yield [f"{_escape_path(paths[0].split('/')[0])}/**/*{suffix}" for suffix in suffixes]
    parent = _escape_path(os.path.commonpath(folders))
    yield [f"{parent}/**/*{suffix}" for suffix in suffixes]
    subfolders = [os.path.relpath(folder, os.path.commonpath(folders)).split("/") for folder in folders]
    for name in subfolders[0]:
        if name != "." and all(name in names for names in subfolders):
            yield [f"{parent}/**/{_escape_path(name)}/**/*{suffix}" for suffix in suffixes]
            break
    yield [f"{_escape_path(folder)}/*{suffix}" for folder in folders for suffix in suffixes]


def _list_suffixes(paths: Sequence[str]) -> list[str]:
    """Return the contract suffixes of some paths, or their plain suffixes if a path has no contract suffix."""
    matches = [_CONTRACT_SUFFIX.search(path) for path in paths]
    if None in matches:
        return list(dict.fromkeys(os.path.splitext(path)[1] for path in paths))
    return list(dict.fromkeys(match[0] for match in matches if match))


def _escape_path(path: str) -> str:
    return _NOT_IN_GLOBS.sub("?", path)
