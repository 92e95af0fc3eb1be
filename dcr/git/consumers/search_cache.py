"""Keeps between runs which consumer files of a tree contain a word, so that git searches each word once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dcr.git.cache_file import CacheFile

_FORMAT_VERSION = 1

_MODULES = ("git/consumers/search_cache.py", "git/consumers/tree_search.py", "git/contracts/text_search.py")
"""The modules that decide which files are found."""

_MAX_FILES = 4_000
"""The files that are listed for all words together; older trees are dropped first. A longer list is slow to load."""

_MAX_COMMITS = 100

_SAMPLE = ""
"""The name of the sample among the words. A dataset without a word is never searched."""


class SearchedTree(NamedTuple):
    """What a search covers: a commit, the folder to search or an empty string for all, and git pathspecs, or none."""

    commit: str
    folder: str
    pathspecs: tuple[str, ...]


class SearchCache:
    """The results of earlier searches in one repository. Its file is read on first use; an invalid one is ignored.

    An entry lists exactly the files of a tree that match some pathspecs and contain one word. That never changes, since
    the key has the id of the tree. A word that was not searched there is a miss, and an entry of a wrong form too.
    """

    def __init__(self, common_dir: str) -> None:
        self._common_dir = common_dir

    @cached_property
    def _file(self) -> CacheFile:
        from dcr.git.cache_file import CacheFile  # noqa: PLC0415 (few repositories declare consumers)

        return CacheFile(self._common_dir, "words", _FORMAT_VERSION, _MODULES)

    @cached_property
    def _entries(self) -> dict[str, Any]:
        entries = self._file.load()
        return entries if _is_valid(entries) else {"trees": {}, "files": {}}

    @property
    def is_enabled(self) -> bool:
        """Whether results can be kept."""
        return self._file.is_enabled

    def find_tree_id(self, tree: SearchedTree) -> str | None:
        """Return the id of the folder of a searched tree, or None."""
        found = self._entries["trees"].get(f"{tree.commit} {tree.folder}")
        return found if isinstance(found, str) else None

    def find_files(self, tree_id: str, tree: SearchedTree, words: Sequence[bytes]) -> dict[str, str] | None:
        """Return the blob id of each path whose text contains one of the words, or None if one was not searched.

        The result includes the sample, a file without any of them, if there is one.
        """
        known = self._entries["files"].get(_build_key(tree_id, tree), {})
        names = (_SAMPLE, *map(_decode, words))
        if not all(name in known for name in names):
            return None
        found = (entry.partition(" ") for name in names for entry in known[name])
        return {path: oid for oid, _, path in found}

    def add(
        self, tree_id: str, tree: SearchedTree, words: Sequence[bytes], files: Mapping[str, tuple[str, bytes]]
    ) -> None:
        """Save all the files that contain one of the words: the blob id and the complete text of each path.

        One file without any of the words is saved as a sample. It shows that there are consumers at all.
        """
        found = {
            _decode(word): [f"{oid} {path}" for path, (oid, text) in files.items() if word in text] for word in words
        }
        others = [f"{oid} {path}" for path, (oid, text) in files.items() if not any(word in text for word in words)]
        found[_SAMPLE] = others[-1:]
        results, key = self._entries["files"], _build_key(tree_id, tree)
        former = results.pop(key, {})
        self._entries["files"] = _select_recent({**results, key: {**former, **found}})
        trees = {**self._entries["trees"], f"{tree.commit} {tree.folder}": tree_id}
        self._entries["trees"] = dict(list(trees.items())[-_MAX_COMMITS:])
        self._file.save(self._entries)


def _is_valid(entries: Mapping[str, Any]) -> bool:
    trees, results = entries.get("trees"), entries.get("files")
    if not isinstance(trees, dict) or not isinstance(results, dict):
        return False
    if not all(isinstance(found, dict) for found in results.values()):
        return False
    lists = [each for found in results.values() for each in found.values()]
    return all(isinstance(each, list) and all(isinstance(entry, str) for entry in each) for each in lists)


def _select_recent(results: dict[str, Any]) -> dict[str, Any]:
    """Return the newest results, the last ones, that are together no longer than the maximum."""
    kept: dict[str, Any] = {}
    size = 0
    for key, lists in reversed(list(results.items())):
        size += sum(len(paths) + 1 for paths in lists.values())
        if size > _MAX_FILES:
            break
        kept[key] = lists
    return dict(reversed(kept.items()))


def _build_key(tree_id: str, tree: SearchedTree) -> str:
    return "\0".join((tree_id, tree.folder, *tree.pathspecs))


def _decode(word: bytes) -> str:
    return word.decode("utf-8", "surrogateescape")
