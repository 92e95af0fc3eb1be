"""Which paths a policy's globs cover: `*` within a folder, `**/` any number of folders."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


SUFFIXES = (".yaml", ".yml", ".json")
"""What the names of files end in that may be contracts by what they hold."""

_DCR_FILES = frozenset(("dcr.accepted.yaml", "dcr.baseline.json"))
"""dcr's own files, which are no contracts."""


class Scope:
    """The files that are looked at: covered by a glob and by no exclusion.

    With `by_content`, every YAML and JSON file that is not excluded: what it holds decides whether it is a contract.
    The globs then name places where a file that cannot be read is taken for a contract all the same.
    """

    def __init__(self, globs: Iterable[str], exclude: Iterable[str] = (), *, by_content: bool = False) -> None:
        self.globs = tuple(globs)
        self.exclude = tuple(exclude)
        self.by_content = by_content
        self._covers = re.compile("|".join(_translate_glob(glob) for glob in self.globs) or r"(?!)").fullmatch
        self._excludes = re.compile("|".join(_translate_glob(glob) for glob in self.exclude) or r"(?!)").fullmatch
        self._endings = tuple({_get_suffix(glob) for glob in self.globs})

    def __str__(self) -> str:
        """Return the scope in words."""
        globs = f"contracts = [{', '.join(self.globs)}]"
        return "YAML and JSON" if self.by_content else globs

    def covers(self, path: str) -> bool:
        """Whether a path, with `/` between folders and relative to the repository, is in scope."""
        if self.by_content and path.endswith(SUFFIXES):
            return path not in _DCR_FILES and not (self.exclude and self._excludes(path))
        return self.matches_globs(path)

    def matches_globs(self, path: str) -> bool:
        """Whether a path is in scope by its place alone: a file there is meant as a contract."""
        return (
            path.endswith(self._endings)
            and self._covers(path) is not None
            and not (self.exclude and self._excludes(path))
        )

    @property
    def pathspecs(self) -> tuple[str, ...]:
        """Git's words for the files of a scope by content, to search no others; none where any file may be covered."""
        if not self.by_content or not all(glob.endswith(SUFFIXES) for glob in self.globs):
            return ()
        return tuple(f":(top,glob)**/*{ending}" for ending in SUFFIXES)

    def filter_paths(self, paths: Iterable[str]) -> list[str]:
        """Return the paths in scope."""
        endings, covers = self._endings, self._covers
        if self.by_content:
            found = [
                path
                for path in paths
                if (path.endswith(SUFFIXES) and path not in _DCR_FILES) or (path.endswith(endings) and covers(path))
            ]
        else:
            found = [path for path in paths if path.endswith(endings) and covers(path)]
        return [path for path in found if not self._excludes(path)] if self.exclude else found


def _get_suffix(glob: str) -> str:
    """The literal end of a glob, a cheap first test for ten thousand paths."""
    return re.split(r"[*?\]]", glob)[-1]


@lru_cache(maxsize=256)
def _translate_glob(glob: str) -> str:
    out = []
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    for part in parts:
        if part == "**/":
            out.append(r"(?:[^/]+/)*")
        elif part == "**":
            out.append(r"(?s:.*)")
        elif part == "*":
            out.append(r"[^/]*")
        elif part == "?":
            out.append(r"[^/]")
        else:
            out.append(re.escape(part))
    return "".join(out)
