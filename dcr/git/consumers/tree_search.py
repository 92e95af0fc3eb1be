"""Searches the consumer files that a change leaves alone, in the tree of the merge base."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from dcr.git.command import GitFailedError
from dcr.git.consumers.search_cache import SearchedTree
from dcr.git.consumers.sources import is_searchable
from dcr.git.contracts.text_search import search_tree
from dcr.git.objects import MAX_BLOB_BYTES, list_tree, read_blobs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dcr.git.consumers.search import ConsumerSearch

_MAX_KEPT_MATCHES = 500
"""A result with more files is not kept: reading so many takes longer than the search."""


def search_texts(
    search: ConsumerSearch, paths: Collection[str], pathspecs: tuple[str, ...], words: Sequence[bytes]
) -> dict[str, bytes]:
    """Return the texts of those paths that contain one of the words; of all paths without words.

    The paths exist at the merge base with the same text as in the proposed version. `pathspecs` cover them, if there
    are any. Raise a `DcrError` if git fails.
    """
    if not paths:
        return {}
    if not words:
        return _read_texts(search, list(paths))
    folder = _find_folder(paths, search.change_set.paths)
    tree = SearchedTree(search.merge_base, folder, (f":(top,literal){folder}",) if folder else pathspecs)
    tree_id = _find_tree_id(search, tree)
    known = search.cache.find_files(tree_id, tree, words) if tree_id else None
    if known is not None:
        selected = {path: known[path] for path in paths if path in known}
        blobs = read_blobs(search.repository.git, selected.values())
        return {path: blobs[oid] for path, oid in selected.items()}
    return _search(search, paths, tree, tree_id, words)


def _search(
    search: ConsumerSearch, paths: Collection[str], tree: SearchedTree, tree_id: str, words: Sequence[bytes]
) -> dict[str, bytes]:
    """Return the texts of those paths that contain one of the words, and keep what was found."""
    matches = search_tree(
        search.repository.git,
        search.merge_base,
        words,
        paths,
        pathspecs=tree.pathspecs,
        read_texts=lambda probed: _read_texts(search, probed),
    )
    if matches is None:
        return _read_texts(search, list(paths))
    selected = set(paths)
    is_kept = bool(tree_id) and len(matches) <= _MAX_KEPT_MATCHES and not any(b"\n" in word for word in words)
    files = _read_files(search, matches if is_kept else [path for path in matches if path in selected])
    files = _exclude_others(files, words)
    if is_kept and all(len(text) < MAX_BLOB_BYTES for _, text in files.values()):
        search.cache.add(tree_id, tree, words, files)
    return {path: text for path, (_, text) in files.items() if path in selected}


def _exclude_others(files: Mapping[str, tuple[str, bytes]], words: Sequence[bytes]) -> dict[str, tuple[str, bytes]]:
    """Return the files that contain a word, and one of those that were found only by the line that verifies the result.

    That one shows that there are consumers at all. It is in UTF-8, since another file may mention any dataset.
    """
    lines = b"\n".join(words).split(b"\n")  # as git reads them
    mentioning = {
        path: (oid, text)
        for path, (oid, text) in files.items()
        if len(text) >= MAX_BLOB_BYTES or any(line in text for line in lines)
    }
    for path, (oid, text) in files.items():
        if path not in mentioning and is_searchable(text):
            return {**mentioning, path: (oid, text)}
    return mentioning


def _find_tree_id(search: ConsumerSearch, tree: SearchedTree) -> str:
    """Return the id of the folder of a tree, or of its commit without a folder; empty if no result can be kept."""
    if not search.cache.is_enabled:
        return ""
    known = search.cache.find_tree_id(tree)
    if known or not tree.folder:
        return known or tree.commit
    result = search.repository.git.run_unchecked("rev-parse", "--verify", f"{tree.commit}:{tree.folder}")
    return result.stdout.decode("ascii", "replace").strip() if result.exit_code == 0 else ""


def _read_texts(search: ConsumerSearch, paths: Sequence[str]) -> dict[str, bytes]:
    return {path: text for path, (_, text) in _read_files(search, paths).items()}


def _read_files(search: ConsumerSearch, paths: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    """Return the blob id and the text of each regular file at some paths of the merge base."""
    git = search.repository.git
    ids = list_tree(git, search.merge_base, paths) if paths else {}
    if any(path not in ids and not _is_deleted(search, path) for path in paths):
        raise GitFailedError("two listings of files by git differ", "run it again, while no other program adds files")
    regular = [path for path in paths if ids.get(path)]
    blobs = read_blobs(git, (ids[path] for path in regular))
    return {path: (ids[path], blobs[ids[path]]) for path in regular}


def _find_folder(paths: Collection[str], all_paths: Sequence[str]) -> str:
    """Return the folder of the paths if it has few others, else an empty string; a folder is faster than a glob."""
    folder = posixpath.commonpath([posixpath.dirname(path) for path in (min(paths), max(paths))])
    listing = "\n".join(("", *all_paths))
    return "" if not folder or listing.count(f"\n{folder}/") > 2 * len(paths) else folder


def _is_deleted(search: ConsumerSearch, path: str) -> bool:
    """Return whether a tracked file that the merge base lacks is deleted in the working tree, which is no change."""
    top = search.repository.top
    return search.is_worktree and top is not None and not os.path.lexists(os.path.join(top, path))
