"""The texts that a report shows beside its issues: read once everything is judged, and only where a format asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.objects import MAX_BLOB_BYTES, stream_named_blobs
from dcr.git.proposed_contents import read_proposed_contents
from dcr.git.worktree import UnreadableFileError, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.git.changes import Change
    from dcr.git.repository import Repository

MAX_TOTAL_BYTES = 16 * 1024 * 1024
"""Bytes of all texts together; what is over is left out, and said to be."""

TOO_LARGE = "the file is larger than 2 MiB"
TOTAL_TOO_LARGE = "the texts of this report are too large together"
FILE_MISSING = "the file is not there"
UNREADABLE_PATH = "the path holds a line break"

TextKey = tuple[str, str]


def read_source_texts(
    repository: Repository, keys: Iterable[TextKey], changes: Iterable[Change], merge_base: str
) -> dict[TextKey, bytes | str]:
    """Return the content of files by commit and path, an empty commit being the proposed side; or in words why not.

    What is in none of `changes` is on the proposed side as the merge-base has it. Raises `GitFailedError` when git
    gives no full answer.
    """
    by_path = {each.path: each for each in changes}
    wanted = list(dict.fromkeys(keys))
    changed = [by_path[path] for commit, path in wanted if not commit and path in by_path]
    proposed = read_proposed_contents(repository, changed)
    found: dict[TextKey, bytes | str] = {
        ("", each.path): _describe_content(proposed.get(each.path, FILE_MISSING)) for each in changed
    }
    committed = [key for key in wanted if key not in found]
    names = {key: f"{key[0] or merge_base}:{key[1]}" for key in committed if "\n" not in key[1]}
    contents = zip(names, stream_named_blobs(repository.git, names.values()), strict=True)
    found.update((key, FILE_MISSING if content is None else content) for key, content in contents)
    return dict(_apply_size_limits((key, found.get(key, UNREADABLE_PATH)) for key in wanted))


def read_worktree_texts(top: str, keys: Iterable[TextKey]) -> dict[TextKey, bytes | str]:
    """Return the content of files of the working tree, as `read_source_texts` does."""
    return dict(_apply_size_limits((key, _read_content(top, key[1])) for key in dict.fromkeys(keys)))


def _read_content(top: str, path: str) -> bytes | str:
    try:
        return _describe_content(read_file(top, path))
    except UnreadableFileError:  # what was wrong with it is an issue already
        return FILE_MISSING


def _describe_content(content: bytes | str) -> bytes | str:
    return f"the file is {content}" if isinstance(content, str) and content != FILE_MISSING else content


def _apply_size_limits(contents: Iterable[tuple[TextKey, bytes | str]]) -> Iterator[tuple[TextKey, bytes | str]]:
    room = MAX_TOTAL_BYTES
    for key, content in contents:
        if isinstance(content, str):
            yield key, content
        elif len(content) >= MAX_BLOB_BYTES:
            yield key, TOO_LARGE
        elif len(content) > room:
            yield key, TOTAL_TOO_LARGE
        else:
            room -= len(content)
            yield key, content
