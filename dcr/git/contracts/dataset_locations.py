"""Which unchanged files claim a dataset: git searches the text, the format readers decide."""

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
"""More ids than this are looked for by reading every contract instead."""


def find_dataset_locations(
    repository: Repository,
    head: str,
    ids: Collection[str],
    unchanged: Collection[str],
    also: Mapping[str, bytes],
    *,
    scope: Scope,
) -> dict[str, tuple[Location, ...]]:
    """Return where each dataset is claimed: by unchanged files of the proposed side, or by the texts in `also`.

    Reads the index for the working tree, which has the same in it as far as files are unchanged.
    """
    git = repository.index_git if head == INDEX else repository.git
    entries = _list_index(git) if head in (WORKTREE, INDEX) else list_tree(git, head)
    if not all(path in entries for path in unchanged):
        raise GitFailedError("git gave two listings that do not fit", "run it again, once no other program adds files")
    files = {path: oid for path in unchanged if (oid := entries[path])}
    words = (
        list_search_words(ids)
        if len(ids) <= MAX_SEARCHED_IDS
        else [*SEARCH_STRINGS, *ESCAPE_PREFIXES]
        if scope.by_content
        else []
    )
    holding = _search_paths(git, head, words, files, scope.pathspecs) if words else list(files)
    blobs = read_blobs(git, (files[path] for path in holding))
    texts = {path: blobs[files[path]] for path in holding}
    texts.update({path: text for path, text in also.items() if any(each in text for each in list_search_words(ids))})
    found: dict[str, list[Location]] = {}
    for path, text in texts.items():
        for contract in read_content(path, text).contracts if may_be_contract(text) else ():
            if contract.dataset_id in ids and contract.section:
                found.setdefault(contract.dataset_id, []).append(contract.section.locate("dataset_id"))
    return {dataset_id: tuple(places) for dataset_id, places in found.items()}


def _search_paths(
    git: Git, head: str, words: list[bytes], among: Mapping[str, str], pathspecs: tuple[str, ...]
) -> list[str]:
    """Return those of some paths whose text holds one of some words.

    The search is also for a line of the last of them that has any, so that its answer can be seen to be whole.
    """
    last = sorted(among, key=os.fsencode)[-_MAX_PROBED_FILES:]  # in git's own order
    blobs = read_blobs(git, (among[path] for path in last))
    known = {path: line for path in last if (line := _select_distinctive_line(blobs[among[path]]))}
    if not known:
        return list(among)
    path, line = list(known.items())[-1]
    staged = head in (WORKTREE, INDEX)
    # Without -I: attributes may call a contract binary, and it is searched all the same.
    arguments = ("grep", "-l", "-z", "--no-color", "--no-textconv", "--full-name", "-F", "-f", "-")
    where = ("--cached" if staged else head, *(("--", *pathspecs) if pathspecs else ()))
    options = ("--no-literal-pathspecs",) if pathspecs else ()
    answer = git.run_unchecked(*options, *arguments, *where, given=b"\n".join([*words, line, b""]))
    found = split_records(answer.stdout) if answer.exit_code == 0 else []
    if not staged:
        found = [each.partition(":")[2] for each in found]
    if path not in found:
        raise create_git_error(arguments, answer._replace(exit_code=0 if answer.exit_code == 1 else answer.exit_code))
    return [each for each in found if each in among]


_MAX_PROBED_FILES = 4


def _select_distinctive_line(text: bytes) -> bytes:
    """Return a line of a file that few others have: the one that names it, or else the longest."""
    lines = [each.strip(b"\r") for each in text.split(b"\n") if each.strip() and b"\0" not in each]
    return next((each for each in lines if b"id:" in each), max(lines, key=len, default=b""))[:500]


def list_search_words(ids: Collection[str]) -> list[bytes]:
    """Return the longest piece of each id that any way of writing it must hold unbroken, and how escapes begin."""
    longest = {max(re.split(r"[\s\"'\\/.]+", each), key=len) for each in ids}
    return [*(each.encode("utf-8", "surrogateescape") for each in sorted(longest)), *ESCAPE_PREFIXES]


def _list_index(git: Git) -> dict[str, str]:
    """Return the object id of each path of the index; none of what is no regular file."""
    entries = {}
    for entry in split_records(git.run("ls-files", "-z", "--stage")):
        facts, _, path = entry.partition("\t")
        entries[path] = facts.split(" ")[1] if facts.startswith(FILE_MODE_PREFIX) else ""
    return entries
