"""Renders the header of one file in a patch, as git writes it, so that `git apply` can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.git.text_diff import TextDiff

NOTHING = "/dev/null"
_NO_ID = "0000000"
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f",
            "\r": "\\r"}  # fmt: skip


class FilePair(NamedTuple):
    """Both versions of a changed file, as git passes them to a diff program (gitdiffcore, GIT_EXTERNAL_DIFF).

    `path` and `new_path` are its paths in the repository. `old` and `new` are files to read, or /dev/null with mode `.`
    for a missing version. `moved` contains git's lines about a rename or copy.
    """

    path: str
    old: str
    old_mode: str
    new: str
    new_mode: str
    new_path: str
    moved: str = ""


def header(pair: FilePair, diff: TextDiff, *, color: bool) -> str:
    """Return the lines above the hunks (git's diff-generate-patch), with a line for a binary file."""
    bold, plain = ("\x1b[1m", "\x1b[m") if color else ("", "")
    lines = [f"{bold}{line}{plain}" for line in _list_header_lines(pair, diff)]
    if diff.is_binary:
        lines.append(f"Binary files {_get_names(pair)[0]} and {_get_names(pair)[1]} differ")
    return "".join(f"{line}\n" for line in lines)


def _list_header_lines(pair: FilePair, diff: TextDiff) -> Iterator[str]:
    yield f"diff --git {quote_path(f'a/{pair.path}')} {quote_path(f'b/{pair.new_path}')}"
    if pair.old == NOTHING:
        yield f"new file mode {pair.new_mode}"
    elif pair.new == NOTHING:
        yield f"deleted file mode {pair.old_mode}"
    elif pair.old_mode != pair.new_mode:
        yield f"old mode {pair.old_mode}"
        yield f"new mode {pair.new_mode}"
    yield from (line for line in pair.moved.splitlines() if line and not line.startswith("index "))
    if diff.ids:
        old, new = (_NO_ID if file == NOTHING else short for file, short in zip(pair[1:4:2], diff.ids, strict=True))
        yield f"index {old}..{new}" + (f" {pair.new_mode}" if pair.old_mode == pair.new_mode else "")
    if diff.hunks:
        before, after = _get_names(pair)
        yield f"--- {before}{_end_with_tab(before)}"
        yield f"+++ {after}{_end_with_tab(after)}"


def _get_names(pair: FilePair) -> tuple[str, str]:
    return (
        NOTHING if pair.old == NOTHING else quote_path(f"a/{pair.path}"),
        NOTHING if pair.new == NOTHING else quote_path(f"b/{pair.new_path}"),
    )


def _end_with_tab(name: str) -> str:
    """Return a tab for a name with a space. Without it, tools read the rest of the name as a date."""
    return "\t" if " " in name and not name.startswith('"') else ""


def quote_path(path: str) -> str:
    """Return a path as git prints it by default (core.quotePath): not plain ASCII is escaped as in C."""
    if path.isascii() and path.isprintable() and not {'"', "\\"} & set(path):
        return path
    raw = path.encode("utf-8", "surrogateescape").decode("latin-1")
    return '"' + "".join(_ESCAPES.get(character) or _escape_byte(character) for character in raw) + '"'


def _escape_byte(character: str) -> str:
    return character if " " <= character <= "~" else f"\\{ord(character):03o}"
