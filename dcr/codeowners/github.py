"""Reads CODEOWNERS as GitHub does.

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
Patterns are those of gitignore, except that `docs/*` does not match files in subfolders, and that `!`, `[ ]` and an
escaped `#` do not work. A matcher for gitignore files would therefore assign files to other owners than GitHub does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.codeowners.rules import CodeOwners, IgnoredLine, Rule, is_owner, split_words

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "GitHub"
PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for the file; the first one counts."""

MAX_BYTES = 3 * 1024 * 1024
"""GitHub does not load a file of this size or more."""


def parse(text: str) -> CodeOwners:
    """Return the rules of a file. GitHub ignores lines that it cannot read."""
    rules: list[Rule] = []
    ignored: list[IgnoredLine] = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = split_words(line)
        if not words or words[0].startswith("#"):
            continue
        comment = next((index for index, word in enumerate(words) if word.startswith("#")), len(words))
        pattern, *owners = words[:comment]
        invalid = next((owner for owner in owners if not is_owner(owner)), None)
        reason = _find_unsupported(pattern)
        if reason is None and invalid is not None:
            reason = f"'{invalid}' is not an owner: expected @USER, @ORG/TEAM or an e-mail address"
        if reason is not None:
            ignored.append(IgnoredLine(number, reason))
        else:
            rules.append(Rule(number, pattern, compile_pattern(pattern), tuple(owners)))
    return CodeOwners((tuple(rules),), tuple(ignored))


def _find_unsupported(pattern: str) -> str | None:
    if pattern.startswith("!"):
        return f"pattern '{pattern}' begins with '!', which GitHub does not support"
    if pattern.startswith("\\#"):
        return f"pattern '{pattern}' begins with an escaped '#', which GitHub does not support"
    if "[" in pattern:
        return f"pattern '{pattern}' has a character range, which GitHub does not support"
    return None


def compile_pattern(pattern: str) -> Callable[[str], object]:
    """Return a function that matches the paths of a pattern.

    A pattern with a slash before its end is relative to the root of the repository, any other one to every folder. It
    matches a folder with everything in it, unless its last segment is `*`.
    """
    body = pattern.strip("/")
    is_rooted = "/" in pattern.rstrip("/")
    segments = body.split("/")
    expression = "" if is_rooted else "(?:.*/)?"
    for index, segment in enumerate(segments):
        is_last = index == len(segments) - 1
        if segment == "**":
            expression += ".+" if is_last else "(?:.*/)?"
        else:
            expression += _translate_segment(segment) + ("" if is_last else "/")
    if pattern.endswith("/"):
        expression += "/.+"
    elif segments[-1] not in ("*", "**"):
        expression += "(?:/.+)?"
    return re.compile(expression, re.DOTALL).fullmatch


def _translate_segment(segment: str) -> str:
    """Return the expression of one segment, in which no wildcard matches a slash."""
    if segment == "*":
        return "[^/]+"
    parts = []
    for escaped, character in re.findall(r"\\(.)|(.)", segment, re.DOTALL):
        wildcard = {"*": "[^/]*", "?": "[^/]"}.get(character)
        parts.append(wildcard or re.escape(escaped or character))
    return "".join(parts)
