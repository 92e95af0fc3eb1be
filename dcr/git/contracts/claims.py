"""Which unchanged files claim a dataset: git searches the text, the format readers decide."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dcr.formats import read
from dcr.git.changes import INDEX, WORKTREE
from dcr.git.command import GitFailedError, failure, records
from dcr.git.objects import FILE, list_all, read_blobs
from dcr.policy.detection import ESCAPES, WORDS, may_be_contract

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dcr.git.command import Git
    from dcr.git.repository import Repository
    from dcr.parsing.location import Location
    from dcr.policy.globs import Scope

MANY = 64
"""More ids than this are looked for by reading every contract instead."""


def claims_of(
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
    entries = _index(git) if head in (WORKTREE, INDEX) else list_all(git, head)
    if not all(path in entries for path in unchanged):
        raise GitFailedError("git gave two listings that do not fit", "run it again, once no other program adds files")
    files = {path: oid for path in unchanged if (oid := entries[path])}
    words = words_of(ids) if len(ids) <= MANY else [*WORDS, *ESCAPES] if scope.by_content else []
    holding = _holding(git, head, words, files, scope.pathspecs) if words else list(files)
    blobs = read_blobs(git, (files[path] for path in holding))
    texts = {path: blobs[files[path]] for path in holding}
    texts.update({path: text for path, text in also.items() if any(each in text for each in words_of(ids))})
    found: dict[str, list[Location]] = {}
    for path, text in texts.items():
        for contract in read(path, text).contracts if may_be_contract(text) else ():
            if contract.dataset_id in ids and contract.place:
                found.setdefault(contract.dataset_id, []).append(contract.place.at("dataset_id"))
    return {dataset_id: tuple(places) for dataset_id, places in found.items()}


def _holding(
    git: Git, head: str, words: list[bytes], among: Mapping[str, str], pathspecs: tuple[str, ...]
) -> list[str]:
    """Return those of some paths whose text holds one of some words.

    The search is also for a line of the last of them that has any, so that its answer can be seen to be whole.
    """
    last = sorted(among, key=os.fsencode)[-_LOOK_BACK:]  # in git's own order
    blobs = read_blobs(git, (among[path] for path in last))
    known = {path: line for path in last if (line := _telling_line(blobs[among[path]]))}
    if not known:
        return list(among)
    path, line = list(known.items())[-1]
    staged = head in (WORKTREE, INDEX)
    # Without -I: attributes may call a contract binary, and it is searched all the same.
    arguments = ("grep", "-l", "-z", "--no-color", "--no-textconv", "--full-name", "-F", "-f", "-")
    where = ("--cached" if staged else head, *(("--", *pathspecs) if pathspecs else ()))
    options = ("--no-literal-pathspecs",) if pathspecs else ()
    answer = git.ask(*options, *arguments, *where, given=b"\n".join([*words, line, b""]))
    found = records(answer.out) if answer.code == 0 else []
    if not staged:
        found = [each.partition(":")[2] for each in found]
    if path not in found:
        raise failure(arguments, answer._replace(code=0 if answer.code == 1 else answer.code))
    return [each for each in found if each in among]


_LOOK_BACK = 4


def _telling_line(text: bytes) -> bytes:
    """Return a line of a file that few others have: the one that names it, or else the longest."""
    lines = [each.strip(b"\r") for each in text.split(b"\n") if each.strip() and b"\0" not in each]
    return next((each for each in lines if b"id:" in each), max(lines, key=len, default=b""))[:500]


def words_of(ids: Collection[str]) -> list[bytes]:
    """Return the longest piece of each id that any way of writing it must hold unbroken, and how escapes begin."""
    longest = {max(re.split(r"[\s\"'\\/.]+", each), key=len) for each in ids}
    return [*(each.encode("utf-8", "surrogateescape") for each in sorted(longest)), *ESCAPES]


def _index(git: Git) -> dict[str, str]:
    """Return the object id of each path of the index; none of what is no regular file."""
    entries = {}
    for entry in records(git.run("ls-files", "-z", "--stage")):
        facts, _, path = entry.partition("\t")
        entries[path] = facts.split(" ")[1] if facts.startswith(FILE) else ""
    return entries
