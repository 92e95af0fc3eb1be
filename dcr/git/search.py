"""Which unchanged files claim a dataset: git searches the text, the format readers decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.formats import read
from dcr.git.changes import INDEX, WORKTREE
from dcr.git.objects import list_all, read_blobs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from dcr.contract.location import Location
    from dcr.git.repository import Repository

MANY = 64
"""More ids than this are looked for by reading every contract instead."""

_ESCAPES = ("\\x", "\\u", "\\U")  # an id may be spelt with escapes, which a search for its text cannot see


def claims_of(
    repository: Repository, head: str, ids: Collection[str], looks_at: Callable[[str], bool]
) -> dict[str, tuple[Location, ...]]:
    """Return where each dataset is claimed by a file that `looks_at` admits, on the proposed side.

    Reads the index for the working tree: the files to look at are those that the change leaves alone.
    """
    staged = head in (WORKTREE, INDEX)
    entries = _index(repository) if staged else {path: oid for path, (_, oid) in list_all(repository.git, head).items()}
    paths = [path for path in (entries if len(ids) > MANY else _holding(repository, head, ids)) if looks_at(path)]
    blobs = read_blobs(repository.git, (entries[path] for path in paths if path in entries))
    found: dict[str, list[Location]] = {}
    for path in paths:
        if path not in entries:
            continue
        for contract in read(path, blobs[entries[path]]).contracts:
            if contract.dataset_id in ids and contract.place:
                found.setdefault(contract.dataset_id, []).append(contract.place.at("dataset_id"))
    return {dataset_id: tuple(places) for dataset_id, places in found.items()}


def _holding(repository: Repository, head: str, ids: Collection[str]) -> list[str]:
    words = "\n".join([*sorted({_word(each) for each in ids}), *_ESCAPES, ""])
    arguments = ["grep", "-l", "-z", "-I", "--no-textconv", "--full-name", "-F", "-f", "-"]
    staged = head in (WORKTREE, INDEX)
    git = repository.index_git if head == INDEX else repository.git
    arguments += ["--cached"] if staged else [head]
    listing = git.run(*arguments, given=words.encode("utf-8", "surrogateescape"), codes=(0, 1))
    paths = listing.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return paths if staged else [path.partition(":")[2] for path in paths]


def _word(dataset_id: str) -> str:
    """The longest piece of an id that any way of writing it must hold unbroken."""
    return max(re.split(r"[\s\"'\\/]+", dataset_id), key=len)


def _index(repository: Repository) -> dict[str, str]:
    listing = repository.index_git.run("ls-files", "-z", "--stage").decode("utf-8", "surrogateescape")
    entries = {}
    for entry in listing.split("\0")[:-1]:
        facts, _, path = entry.partition("\t")
        entries[path] = facts.split(" ")[1]
    return entries
