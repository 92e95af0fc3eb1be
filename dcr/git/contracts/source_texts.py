"""The texts that a report shows beside its issues: read once everything is judged, and only where a format asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.contracts.contents import proposed_contents
from dcr.git.objects import MAX_READ, each_named
from dcr.git.worktree import UnreadableFileError, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.git.changes import Change
    from dcr.git.repository import Repository

MAX_TOTAL = 16 * 1024 * 1024
"""Bytes of all texts together; what is over is left out, and said to be."""

TOO_LARGE = "the file is larger than 2 MiB"
LEFT_OUT = "the texts of this report are too large together"
ABSENT = "the file is not there"
UNNAMED = "the path holds a line break"

Key = tuple[str, str]


def texts(
    repository: Repository, keys: Iterable[Key], changes: Iterable[Change], merge_base: str
) -> dict[Key, bytes | str]:
    """Return the content of files by commit and path, an empty commit being the proposed side; or in words why not.

    What is in none of `changes` is on the proposed side as the merge-base has it. Raises `GitFailedError` when git
    gives no full answer.
    """
    by_path = {each.path: each for each in changes}
    wanted = list(dict.fromkeys(keys))
    changed = [by_path[path] for commit, path in wanted if not commit and path in by_path]
    proposed = proposed_contents(repository, changed)
    found: dict[Key, bytes | str] = {("", each.path): _said(proposed.get(each.path, ABSENT)) for each in changed}
    committed = [key for key in wanted if key not in found]
    names = {key: f"{key[0] or merge_base}:{key[1]}" for key in committed if "\n" not in key[1]}
    contents = zip(names, each_named(repository.git, names.values()), strict=True)
    found.update((key, ABSENT if content is None else content) for key, content in contents)
    return dict(_within_limits((key, found.get(key, UNNAMED)) for key in wanted))


def worktree_texts(top: str, keys: Iterable[Key]) -> dict[Key, bytes | str]:
    """Return the content of files of the working tree, as `texts` does."""
    return dict(_within_limits((key, _content(top, key[1])) for key in dict.fromkeys(keys)))


def _content(top: str, path: str) -> bytes | str:
    try:
        return _said(read_file(top, path))
    except UnreadableFileError:  # what was wrong with it is an issue already
        return ABSENT


def _said(content: bytes | str) -> bytes | str:
    return f"the file is {content}" if isinstance(content, str) and content != ABSENT else content


def _within_limits(contents: Iterable[tuple[Key, bytes | str]]) -> Iterator[tuple[Key, bytes | str]]:
    room = MAX_TOTAL
    for key, content in contents:
        if isinstance(content, str):
            yield key, content
        elif len(content) >= MAX_READ:
            yield key, TOO_LARGE
        elif len(content) > room:
            yield key, LEFT_OUT
        else:
            room -= len(content)
            yield key, content
