"""Which paths a policy's globs cover: `*` within a folder, `**/` any number of folders."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Scope:
    """The files that are contracts by their place: covered by a glob and by no exclusion."""

    def __init__(self, globs: Iterable[str], exclude: Iterable[str] = ()) -> None:
        self.globs = tuple(globs)
        self.exclude = tuple(exclude)
        self._covers = re.compile("|".join(_pattern(glob) for glob in self.globs) or r"(?!)").fullmatch
        self._excludes = re.compile("|".join(_pattern(glob) for glob in self.exclude) or r"(?!)").fullmatch
        self._endings = tuple({_ending(glob) for glob in self.globs})

    def covers(self, path: str) -> bool:
        """Whether a path, with `/` between folders and relative to the repository, is in scope."""
        return (
            path.endswith(self._endings)
            and self._covers(path) is not None
            and not (self.exclude and self._excludes(path))
        )

    def covered(self, paths: Iterable[str]) -> list[str]:
        """Return the paths in scope."""
        endings, covers = self._endings, self._covers
        found = [path for path in paths if path.endswith(endings) and covers(path)]
        return [path for path in found if not self._excludes(path)] if self.exclude else found


def _ending(glob: str) -> str:
    """The literal end of a glob, a cheap first test for ten thousand paths."""
    return re.split(r"[*?\]]", glob)[-1]


@lru_cache(maxsize=256)
def _pattern(glob: str) -> str:
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
