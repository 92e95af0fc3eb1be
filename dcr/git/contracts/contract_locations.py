"""Finds the unchanged files that define given datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.formats import read_content
from dcr.git.changes import INDEX, WORKTREE
from dcr.git.command import GitFailedError
from dcr.git.contracts.text_search import MAX_SEARCHED_IDS, list_search_words, search_paths
from dcr.git.objects import list_index, list_tree, read_blobs
from dcr.policy.detection import ESCAPE_PREFIXES, SEARCH_STRINGS, may_be_contract

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dcr.git.repository import Repository
    from dcr.parsing.location import Location
    from dcr.policy.scope import Scope


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
    entries = list_index(git) if head in (WORKTREE, INDEX) else list_tree(git, head)
    if not all(path in entries for path in paths):
        raise GitFailedError("two listings of files by git differ", "run it again, while no other program adds files")
    files = {path: oid for path in paths if (oid := entries[path])}
    id_words = list_search_words(ids)
    words = id_words
    if len(ids) > MAX_SEARCHED_IDS:
        words = [*SEARCH_STRINGS, *ESCAPE_PREFIXES] if scope.by_content else []

    def read_texts(paths: Sequence[str]) -> dict[str, bytes]:
        blobs = read_blobs(git, (files[path] for path in paths))
        return {path: blobs[files[path]] for path in paths}

    matching = list(files)
    if words:
        matching = search_paths(git, head, words, files, pathspecs=scope.pathspecs, read_texts=read_texts)
    texts = read_texts(matching)
    texts.update({path: text for path, text in contents.items() if any(word in text for word in id_words)})
    locations: dict[str, list[Location]] = {}
    for path, text in texts.items():
        for contract in read_content(path, text).contracts if may_be_contract(text) else ():
            if contract.dataset_id in ids and contract.section:
                locations.setdefault(contract.dataset_id, []).append(contract.section.locate("dataset_id"))
    return {dataset_id: tuple(found) for dataset_id, found in locations.items()}
