"""Reads CODEOWNERS as GitLab does.

https://docs.gitlab.com/user/project/codeowners/reference/ and https://docs.gitlab.com/user/project/codeowners/advanced/
Patterns are those of Ruby's `File.fnmatch` with `FNM_PATHNAME` and `FNM_DOTMATCH`, and not those of gitignore: `docs`
matches no file below a folder `docs`, and `/docs/**` only files directly in it. `/docs/` matches all of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.codeowners.rules import CodeOwners, IgnoredLine, Rule, is_owner, split_words

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "GitLab"
PATHS = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where GitLab looks for the file; the first one counts."""

_HEADER = re.compile(r"\^?\[(?P<name>[^\]]*)\](?:\[\d*\])?(?P<owners>\s+[@\w.\-/\s+]*)?")


def parse(text: str) -> CodeOwners:
    """Return the rules of a file, by section. Sections of the same name are one section; case does not matter."""
    sections: dict[str, list[Rule]] = {"": []}
    current = sections[""]
    defaults: tuple[str, ...] = ()
    ignored: list[IgnoredLine] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        header = _HEADER.match(line)
        if header is not None:
            current = sections.setdefault(f"[{header['name'].casefold()}", [])
            defaults = _select_owners((header["owners"] or "").split())
            continue
        pattern, *words = split_words(line)
        is_exclusion = pattern.startswith("!")
        owners = () if is_exclusion else _select_owners(words) if words else defaults
        if not owners and not is_exclusion:
            ignored.append(IgnoredLine(number, f"pattern '{pattern}' has no owner"))
        matches = compile_pattern(pattern.removeprefix("!"))
        current.append(Rule(number, pattern, matches, owners, is_exclusion=is_exclusion))
    return CodeOwners(tuple(map(tuple, sections.values())), tuple(ignored))


def has_sections(text: str) -> bool:
    """Return whether a file has a section, which GitHub does not know."""
    return any(_HEADER.match(line.strip()) for line in text.split("\n"))


def _select_owners(words: list[str]) -> tuple[str, ...]:
    return tuple(word for word in words if is_owner(word))


def compile_pattern(pattern: str) -> Callable[[str], object]:
    """Return a function that matches the paths of a pattern."""
    if pattern == "*":
        return lambda _: True
    rooted = pattern if pattern.startswith("/") else f"/**/{pattern}"
    expression = _translate(f"{rooted}**/*" if rooted.endswith("/") else rooted)
    compiled = re.compile(expression, re.DOTALL)
    return lambda path: compiled.fullmatch(f"/{path}")


_TOKEN = re.compile(
    r"(?P<folders>(?<=/)(?:\*\*/)+)|(?P<many>\*+)|(?P<one>\?)|\[(?P<range>[!^]?\]?[^\]/]*)\]|\\(?P<escaped>.)|(?P<plain>.)",
    re.DOTALL,
)


def _translate(glob: str) -> str:
    """Return the regular expression of a glob, in which only `**/` matches a slash."""
    parts = []
    for token in _TOKEN.finditer(glob):
        if token["folders"]:
            parts.append("(?:[^/]+/)*")
        elif token["many"]:
            parts.append("[^/]*")
        elif token["one"]:
            parts.append("[^/]")
        elif token["range"] is not None:
            parts.append(_translate_range(token["range"]))
        else:
            parts.append(re.escape(token["escaped"] or token["plain"]))
    return "".join(parts)


def _translate_range(text: str) -> str:
    """Return the expression of the characters between brackets."""
    is_negated = text.startswith(("!", "^"))
    members = re.sub(r"([\\\[\]^&~|])", r"\\\1", text[1:] if is_negated else text)
    try:
        re.compile(f"[{members}]")
    except re.error:
        return "(?!)"  # a range such as z-a matches nothing
    return f"(?!/)[{'^' if is_negated else ''}{members}]"
