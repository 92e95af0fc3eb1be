"""Selects files by a policy's globs: `*` matches within a folder, `**/` matches any number of folders."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


SUFFIXES = (".yaml", ".yml", ".json")
"""Suffixes of files that may be contracts by their content."""

ACCEPTANCE_FILE = "dcr.accepted.yaml"
"""The name of files with acceptances. They are at the root and in the folders of consumers."""

_DCR_FILES = frozenset((ACCEPTANCE_FILE, "dcr.baseline.json"))
"""Files of dcr itself, which are not contracts."""

_IN_A_FOLDER = f"/{ACCEPTANCE_FILE}"


class Scope:
    """The files that a glob matches and that are not excluded.

    With `by_content`, every YAML and JSON file that is not excluded is in scope, and its content decides whether it is
    a contract. Globs then match files that are treated as contracts even if they cannot be read.
    """

    def __init__(self, globs: Iterable[str], exclude: Iterable[str] = (), *, by_content: bool = False) -> None:
        self.globs = tuple(globs)
        self.exclude = tuple(exclude)
        self.by_content = by_content
        self._covers = re.compile("|".join(_translate_glob(glob) for glob in self.globs) or r"(?!)").fullmatch
        self._excludes = re.compile("|".join(_translate_glob(glob) for glob in self.exclude) or r"(?!)").fullmatch
        self._endings = tuple({_get_suffix(glob) for glob in self.globs})
        self._part = _find_common_part(self.globs)

    def __str__(self) -> str:
        """Return the scope in words."""
        globs = f"contracts = [{', '.join(self.globs)}]"
        return "YAML and JSON" if self.by_content else globs

    def covers(self, path: str) -> bool:
        """Return whether a path is in scope; it is relative to the repository and has `/` between folders."""
        if self.by_content and path.endswith(SUFFIXES):
            return not _is_own_file(path) and not (self.exclude and self._excludes(path))
        return self.matches_globs(path)

    def matches_globs(self, path: str) -> bool:
        """Return whether a glob matches a path, so that its file must be a contract."""
        return (
            path.endswith(self._endings)
            and self._part in path
            and self._covers(path) is not None
            and not is_acceptance_file(path)
            and not (self.exclude and self._excludes(path))
        )

    @property
    def pathspecs(self) -> tuple[str, ...]:
        """Git pathspecs for the files of a scope by content; none if globs may match files with other suffixes."""
        if not self.by_content or not all(glob.endswith(SUFFIXES) for glob in self.globs):
            return ()
        return tuple(f":(top,glob)**/*{ending}" for ending in SUFFIXES)

    def filter_paths(self, paths: Iterable[str]) -> list[str]:
        """Return the paths in scope."""
        endings, covers = self._endings, self._covers
        if self.by_content:
            covered = [
                path
                for path in paths
                if (path.endswith(SUFFIXES) and path not in _DCR_FILES) or (path.endswith(endings) and covers(path))
            ]
        else:
            part = self._part
            covered = [path for path in paths if part in path and path.endswith(endings) and covers(path)]
        covered = [path for path in covered if not path.endswith(ACCEPTANCE_FILE) or not is_acceptance_file(path)]
        return [path for path in covered if not self._excludes(path)] if self.exclude else covered


def is_acceptance_file(path: str) -> bool:
    """Return whether a file has acceptances, at the root or in a folder."""
    return path == ACCEPTANCE_FILE or path.endswith(_IN_A_FOLDER)


def _is_own_file(path: str) -> bool:
    return path in _DCR_FILES or path.endswith(_IN_A_FOLDER)


def _get_suffix(glob: str) -> str:
    """Return the literal end of a glob, a cheap first test for many paths."""
    return re.split(r"[*?\]]", glob)[-1]


def _find_common_part(globs: tuple[str, ...]) -> str:
    """Return the longest literal part of globs that all have the same, a cheap test; empty if theirs differ."""
    parts = {max(re.split(r"\*\*/|\*\*|\*|\?", glob)[:-1], key=len, default="") for glob in globs}
    return parts.pop() if len(parts) == 1 else ""


@lru_cache(maxsize=256)
def _translate_glob(glob: str) -> str:
    pattern = []
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    for part in parts:
        if part == "**/":
            pattern.append(r"(?:[^/]+/)*")
        elif part == "**":
            pattern.append(r"(?s:.*)")
        elif part == "*":
            pattern.append(r"[^/]*")
        elif part == "?":
            pattern.append(r"[^/]")
        else:
            pattern.append(re.escape(part))
    return "".join(pattern)
