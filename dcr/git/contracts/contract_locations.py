"""Finds the contracts of given datasets in unchanged files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.formats import read_content
from dcr.git.changes import INDEX, WORKTREE
from dcr.git.command import GitFailedError
from dcr.git.contracts.dataset_ids import create_definition_filter
from dcr.git.contracts.text_search import MAX_SEARCHED_IDS, list_search_words, search_paths
from dcr.git.objects import list_index, list_tree, read_blobs
from dcr.policy.detection import ESCAPE_PREFIXES, SEARCH_STRINGS, is_contract, may_be_contract

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dcr.contract.contract import Contract
    from dcr.git.command import Git
    from dcr.git.repository import Repository
    from dcr.parsing.location import Location
    from dcr.policy.scope import Scope


class FoundContracts(NamedTuple):
    """The contracts of some datasets by id, and the paths of unreadable files that seem to define others."""

    contracts: dict[str, list[Contract]]
    unreadable: dict[str, str]


def find_contract_locations(
    repository: Repository,
    head: str,
    ids: Collection[str],
    paths: Collection[str],
    contents: Mapping[str, bytes],
    *,
    scope: Scope,
) -> dict[str, tuple[Location, ...]]:
    """Return where datasets are defined in unchanged files of the proposed side, and in the given `contents`."""
    return _locate(find_contracts(repository, head, ids, paths, contents, scope=scope))


def locate_contracts(texts: Mapping[str, bytes], ids: Collection[str], scope: Scope) -> dict[str, tuple[Location, ...]]:
    """Return where datasets are defined in texts, which are given by path."""
    return _locate(_parse_contracts(_select_definitions(texts, ids), ids, scope))


def _locate(found: FoundContracts) -> dict[str, tuple[Location, ...]]:
    return {
        dataset_id: tuple(contract.section.locate("dataset_id") for contract in contracts if contract.section)
        for dataset_id, contracts in found.contracts.items()
    }


def _select_definitions(texts: Mapping[str, bytes], ids: Collection[str]) -> dict[str, bytes]:
    may_define = create_definition_filter(ids)
    return {path: text for path, text in texts.items() if may_be_contract(text) and may_define(text)}


def find_contracts(
    repository: Repository,
    head: str,
    ids: Collection[str],
    paths: Collection[str],
    contents: Mapping[str, bytes],
    *,
    scope: Scope,
) -> FoundContracts:
    """Return the contracts of datasets in unchanged files of the proposed side, and in the given `contents`.

    For the working tree this reads the index, where unchanged files have the same content.
    """
    git, entries = list_entries(repository, head)
    if not all(path in entries for path in paths):
        raise GitFailedError("two listings of files by git differ", "run it again, while no other program adds files")
    files = {path: oid for path in paths if (oid := entries[path])}
    words = list_search_words(ids)
    if len(ids) > MAX_SEARCHED_IDS:
        words = [*SEARCH_STRINGS, *ESCAPE_PREFIXES] if scope.by_content else []

    def read_texts(paths: Sequence[str]) -> dict[str, bytes]:
        blobs = read_blobs(git, (files[path] for path in paths))
        return {path: blobs[files[path]] for path in paths}

    matching = list(files)
    if words:
        matching = search_paths(git, head, words, files, pathspecs=scope.pathspecs, read_texts=read_texts)
    texts = read_texts(matching)
    texts.update(contents)
    return _parse_contracts(_select_definitions(texts, ids), ids, scope)


def _parse_contracts(texts: Mapping[str, bytes], ids: Collection[str], scope: Scope) -> FoundContracts:
    found = FoundContracts({}, {})
    for path, text in texts.items():
        parsed = read_content(path, text)
        for contract in parsed.contracts:
            if contract.dataset_id in ids:
                found.contracts.setdefault(contract.dataset_id, []).append(contract)
        if parsed.is_unreadable and (scope.matches_globs(path) or is_contract(parsed, text)):
            if parsed.dataset_id is not None:
                found.unreadable[parsed.dataset_id] = path
                continue
            for dataset_id in _list_mentioned_ids(text, ids):
                found.unreadable.setdefault(dataset_id, path)
    return found


def list_entries(repository: Repository, head: str) -> tuple[Git, dict[str, str]]:
    """Return the git to read a side with, and the object id of each of its paths, empty if it is no regular file.

    For the working tree this reads the index.
    """
    git = repository.index_git if head == INDEX else repository.git
    return git, list_index(git) if head in (WORKTREE, INDEX) else list_tree(git, head)


def _list_mentioned_ids(text: bytes, ids: Collection[str]) -> list[str]:
    return [dataset_id for dataset_id in ids if any(word in text for word in list_search_words([dataset_id]))]
