"""Finds the unchanged files that define given datasets."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dcr.formats import read_content
from dcr.git.changes import INDEX, WORKTREE
from dcr.git.command import GitFailedError, create_git_error, split_records
from dcr.git.objects import FILE_MODE_PREFIX, list_tree, read_blobs
from dcr.policy.detection import ESCAPE_PREFIXES, SEARCH_STRINGS, may_be_contract

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dcr.git.command import Git
    from dcr.git.repository import Repository
    from dcr.parsing.location import Location
    from dcr.policy.scope import Scope

MAX_SEARCHED_IDS = 64
"""For more ids than this, every contract is read instead of searched."""

_MAX_PROBED_FILES = 4


def find_contract_locations(
    repository: Repository,
    head: str,
    ids: Collection[str],
    paths: Collection[str],
    contents: Mapping[str, bytes],
    *,
    scope: Scope,
) -> dict[str, tuple[Location, ...]]:
    """Return where datasets are defined in unchanged files of the proposed side, and in the given `contents`.

    For the working tree this reads the index, where unchanged files have the same content.
    """
    git = repository.index_git if head == INDEX else repository.git
    entries = _list_index(git) if head in (WORKTREE, INDEX) else list_tree(git, head)
    if not all(path in entries for path in paths):
        raise GitFailedError("two listings of files by git differ", "run it again, while no other program adds files")
    files = {path: oid for path in paths if (oid := entries[path])}
    id_words = list_search_words(ids)
    words = id_words
    if len(ids) > MAX_SEARCHED_IDS:
        words = [*SEARCH_STRINGS, *ESCAPE_PREFIXES] if scope.by_content else []
    matching_paths = _search_paths(git, head, words, files, scope.pathspecs) if words else list(files)
    blobs = read_blobs(git, (files[path] for path in matching_paths))
    texts = {path: blobs[files[path]] for path in matching_paths}
    texts.update({path: text for path, text in contents.items() if any(word in text for word in id_words)})
    locations: dict[str, list[Location]] = {}
    for path, text in texts.items():
        for contract in read_content(path, text).contracts if may_be_contract(text) else ():
            if contract.dataset_id in ids and contract.section:
                locations.setdefault(contract.dataset_id, []).append(contract.section.locate("dataset_id"))
    return {dataset_id: tuple(found) for dataset_id, found in locations.items()}


def _search_paths(
    git: Git, head: str, words: list[bytes], files: Mapping[str, str], pathspecs: tuple[str, ...]
) -> list[str]:
    """Return the paths of `files` whose text contains one of the words.

    The search includes a line of one of the last files, so that an incomplete result is detected.
    """
    probed = sorted(files, key=os.fsencode)[-_MAX_PROBED_FILES:]  # in git's own order
    blobs = read_blobs(git, (files[path] for path in probed))
    lines = {path: line for path in probed if (line := _select_distinctive_line(blobs[files[path]]))}
    if not lines:
        return list(files)
    probe_path, probe_line = list(lines.items())[-1]
    in_index = head in (WORKTREE, INDEX)
    # Without -I: attributes may declare a contract binary, and it has to be searched all the same.
    arguments = ("grep", "-l", "-z", "--no-color", "--no-textconv", "--full-name", "-F", "-f", "-")
    source = ("--cached" if in_index else head, *(("--", *pathspecs) if pathspecs else ()))
    options = ("--no-literal-pathspecs",) if pathspecs else ()
    result = git.run_unchecked(*options, *arguments, *source, stdin=b"\n".join([*words, probe_line, b""]))
    matches = split_records(result.stdout) if result.exit_code == 0 else []
    if not in_index:
        matches = [match.partition(":")[2] for match in matches]
    if probe_path not in matches:
        raise create_git_error(arguments, result._replace(exit_code=0 if result.exit_code == 1 else result.exit_code))
    return [path for path in matches if path in files]


def _select_distinctive_line(text: bytes) -> bytes:
    """Return a line of a file that few other files contain: the one with its id, or else the longest."""
    lines = [line.strip(b"\r") for line in text.split(b"\n") if line.strip() and b"\0" not in line]
    return next((line for line in lines if b"id:" in line), max(lines, key=len, default=b""))[:500]


def list_search_words(ids: Collection[str]) -> list[bytes]:
    """Return the longest part of each id that every notation of it contains, and the prefixes of escapes."""
    longest_parts = {max(re.split(r"[\s\"'\\/.]+", dataset_id), key=len) for dataset_id in ids}
    return [*(part.encode("utf-8", "surrogateescape") for part in sorted(longest_parts)), *ESCAPE_PREFIXES]


def _list_index(git: Git) -> dict[str, str]:
    """Return the object id of each path in the index, empty if it is not a regular file."""
    entries = {}
    for entry in split_records(git.run("ls-files", "-z", "--stage")):
        header, _, path = entry.partition("\t")
        entries[path] = header.split(" ")[1] if header.startswith(FILE_MODE_PREFIX) else ""
    return entries
