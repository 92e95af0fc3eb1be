"""Searches the text of files for words, and detects an incomplete result of git."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dcr.git.changes import INDEX, WORKTREE
from dcr.git.command import create_git_error, split_records
from dcr.policy.detection import ESCAPE_PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from dcr.git.command import Git

MAX_SEARCHED_IDS = 64
"""For more ids than this, every file is read instead of searched."""

_MAX_PROBED_FILES = 4


def search_paths(
    git: Git,
    head: str,
    words: Sequence[bytes],
    paths: Collection[str],
    *,
    pathspecs: tuple[str, ...],
    read_texts: Callable[[Sequence[str]], Mapping[str, bytes]],
) -> list[str]:
    """Return those of `paths` whose text contains one of the words; `head` is a commit, or the index is searched.

    The arguments are as in `search_tree`, and so are the errors. Without a result, all paths are returned.
    """
    matches = search_tree(git, head, words, paths, pathspecs=pathspecs, read_texts=read_texts)
    if matches is None:
        return list(paths)
    known = set(paths)
    return [path for path in matches if path in known]


def search_tree(
    git: Git,
    head: str,
    words: Sequence[bytes],
    paths: Collection[str],
    *,
    pathspecs: tuple[str, ...],
    read_texts: Callable[[Sequence[str]], Mapping[str, bytes]],
) -> list[str] | None:
    """Return all paths whose text contains one of the words and that match the pathspecs, if there are any.

    Return None if `paths` have no text to detect an incomplete result with. The search includes a line of one of the
    last of them, whose files are in the result too. `read_texts` returns the texts of some of the paths, without those
    of links. Raise `GitFailedError` if the result is incomplete.
    """
    key = None if "".join(paths).isascii() else os.fsencode  # in git's own order
    probed = sorted(paths, key=key)[-_MAX_PROBED_FILES:]
    texts = read_texts(probed)
    lines = {path: line for path in probed if (line := _select_distinctive_line(texts.get(path, b"")))}
    if not lines:
        return None
    probe_path, probe_line = list(lines.items())[-1]
    in_index = head in (WORKTREE, INDEX)
    # One thread takes less CPU than the default of eight, since the texts are small.
    # Without -I: attributes may declare a contract binary, and it has to be searched all the same.
    arguments = ("grep", "-l", "-z", "--no-color", "--no-textconv", "--full-name", "--threads=1", "-F", "-f", "-")
    source = ("--cached" if in_index else head, *(("--", *pathspecs) if pathspecs else ()))
    options = ("--no-literal-pathspecs",) if pathspecs else ()
    result = git.run_unchecked(*options, *arguments, *source, stdin=b"\n".join([*words, probe_line, b""]))
    matches = split_records(result.stdout) if result.exit_code == 0 else []
    if not in_index:
        matches = [match.partition(":")[2] for match in matches]
    if probe_path not in matches:
        raise create_git_error(arguments, result._replace(exit_code=0 if result.exit_code == 1 else result.exit_code))
    return matches


def _select_distinctive_line(text: bytes) -> bytes:
    """Return a line of a file that few other files contain: the first with an id or a name, or else the longest."""
    lines = [line.strip(b"\r") for line in text.split(b"\n") if line.strip() and b"\0" not in line]
    marked = (line for mark in (b"id:", b"name:") for line in lines if mark in line)
    return next(marked, max(lines, key=len, default=b""))[:500]


def list_search_words(ids: Collection[str]) -> list[bytes]:
    """Return the longest part of each id that every notation of it contains, and the prefixes of escapes."""
    longest_parts = {max(re.split(r"[\s\"'\\/.]+", dataset_id), key=len) for dataset_id in ids}
    return [*(part.encode("utf-8", "surrogateescape") for part in sorted(longest_parts)), *ESCAPE_PREFIXES]
