"""Which unchanged files claim a dataset: git searches the text, the format readers decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.formats import read
from dcr.git.changes import INDEX, WORKTREE
from dcr.git.command import GitFailedError, failure, records
from dcr.git.objects import FILE, list_all, read_blobs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from dcr.contract.location import Location
    from dcr.git.command import Git
    from dcr.git.repository import Repository

MANY = 64
"""More ids than this are looked for by reading every contract instead."""

_ESCAPES = ("\\x", "\\u", "\\U")  # an id may be spelt with escapes, which a search for its text cannot see


def claims_of(
    repository: Repository,
    head: str,
    ids: Collection[str],
    looks_at: Callable[[str], bool],
    also: Mapping[str, bytes],
) -> dict[str, tuple[Location, ...]]:
    """Return where each dataset is claimed by a file that `looks_at` admits, on the proposed side, or in `also`.

    Reads the index for the working tree: the files to look at are those that the change leaves alone.
    """
    git = repository.index_git if head == INDEX else repository.git
    entries = _index(git) if head in (WORKTREE, INDEX) else list_all(git, head)
    holding = entries if len(ids) > MANY else _holding(git, head, ids)
    if not entries.keys() >= set(holding):
        raise GitFailedError("git gave two listings that do not fit", "run it again, once no other program adds files")
    paths = [path for path in holding if looks_at(path)]
    blobs = read_blobs(git, (entries[path] for path in paths))
    words = [each.encode("utf-8", "surrogateescape") for each in _words(ids)]
    texts = {path: blobs[entries[path]] for path in paths}
    texts.update({path: text for path, text in also.items() if any(each in text for each in words)})
    found: dict[str, list[Location]] = {}
    for path, text in texts.items():
        for contract in read(path, text).contracts:
            if contract.dataset_id in ids and contract.place:
                found.setdefault(contract.dataset_id, []).append(contract.place.at("dataset_id"))
    return {dataset_id: tuple(places) for dataset_id, places in found.items()}


def _holding(git: Git, head: str, ids: Collection[str]) -> list[str]:
    staged = head in (WORKTREE, INDEX)
    # Attributes may call a contract binary: it is searched as text all the same.
    arguments = ("grep", "-l", "-z", "--text", "--no-color", "--no-textconv", "--full-name", "-F", "-f", "-")
    answer = git.ask(
        *arguments,
        "--cached" if staged else head,
        given="\n".join([*_words(ids), ""]).encode("utf-8", "surrogateescape"),
    )
    if answer.code not in (0, 1) or bool(answer.out) is not (answer.code == 0):
        raise failure(arguments, answer)
    paths = records(answer.out)
    return paths if staged else [path.partition(":")[2] for path in paths]


def _words(ids: Collection[str]) -> list[str]:
    """The longest piece of each id that any way of writing it must hold unbroken, and how escapes begin."""
    longest = {max(re.split(r"[\s\"'\\/]+", each), key=len) for each in ids}
    return [*sorted(longest), *_ESCAPES]


def _index(git: Git) -> dict[str, str]:
    """Return object ids by path; an empty index is asked for twice before it is believed."""
    arguments = ("ls-files", "-z", "--stage")
    entries = {}
    for entry in records(git.run(*arguments)) or records(git.run(*arguments)):
        facts, _, path = entry.partition("\t")
        if facts.startswith(FILE):
            entries[path] = facts.split(" ")[1]
    return entries
