"""Reads the texts that a report shows next to its issues."""

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
"""The most bytes of all texts together; further texts are left out with a reason."""

TOO_LARGE = "the file is larger than 2 MiB"
TOTAL_TOO_LARGE = "the texts of this report are too large together"
FILE_MISSING = "the file does not exist"
UNREADABLE_PATH = "the path contains a line break"

TextKey = tuple[str, str]
"""A commit, which is empty for the proposed side, and a path."""


def read_source_texts(
    repository: Repository, keys: Iterable[TextKey], changes: Iterable[Change], merge_base: str
) -> dict[TextKey, bytes | str]:
    """Return the content of files by commit and path, or the reason why it is missing, as a string.

    On the proposed side, a path outside `changes` is read from the merge base. Raise `GitFailedError` if git returns an
    incomplete answer.
    """
    changes_by_path = {change.path: change for change in changes}
    requested = list(dict.fromkeys(keys))
    changed = [changes_by_path[path] for commit, path in requested if not commit and path in changes_by_path]
    proposed = read_proposed_contents(repository, changed)
    texts: dict[TextKey, bytes | str] = {
        ("", change.path): _describe_content(proposed.get(change.path, FILE_MISSING)) for change in changed
    }
    names = {key: f"{key[0] or merge_base}:{key[1]}" for key in requested if key not in texts and "\n" not in key[1]}
    contents = zip(names, stream_named_blobs(repository.git, names.values()), strict=True)
    texts.update((key, FILE_MISSING if content is None else content) for key, content in contents)
    return dict(_apply_size_limits((key, texts.get(key, UNREADABLE_PATH)) for key in requested))


def read_worktree_texts(top: str, keys: Iterable[TextKey]) -> dict[TextKey, bytes | str]:
    """Return the content of files in the working tree, as `read_source_texts` does."""
    return dict(_apply_size_limits((key, _read_content(top, key[1])) for key in dict.fromkeys(keys)))


def _read_content(top: str, path: str) -> bytes | str:
    try:
        return _describe_content(read_file(top, path))
    except UnreadableFileError:  # an issue reports it already
        return FILE_MISSING


def _describe_content(content: bytes | str) -> bytes | str:
    return f"the file is {content}" if isinstance(content, str) and content != FILE_MISSING else content


def _apply_size_limits(contents: Iterable[tuple[TextKey, bytes | str]]) -> Iterator[tuple[TextKey, bytes | str]]:
    remaining = MAX_TOTAL_BYTES
    for key, content in contents:
        if isinstance(content, str):
            yield key, content
        elif len(content) >= MAX_BLOB_BYTES:
            yield key, TOO_LARGE
        elif len(content) > remaining:
            yield key, TOTAL_TOO_LARGE
        else:
            remaining -= len(content)
            yield key, content
