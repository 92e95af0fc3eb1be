"""What stands above the hunks of one file in a patch, in git's own words, so that `git apply` reads it."""

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
    """Both sides of one changed file, as git hands them to a diff program (gitdiffcore, GIT_EXTERNAL_DIFF).

    `path` and `new_path` name it in the repository; `old` and `new` are files to read, /dev/null where that side has
    none; a mode is `.` there. `moved` holds git's lines on a rename or copy.
    """

    path: str
    old: str
    old_mode: str
    new: str
    new_mode: str
    new_path: str
    moved: str = ""


def header(pair: FilePair, diff: TextDiff, *, color: bool) -> str:
    """Return the lines above the hunks (git's diff-generate-patch), and the one that says that a file is binary."""
    bold, plain = ("\x1b[1m", "\x1b[m") if color else ("", "")
    lines = [f"{bold}{line}{plain}" for line in _lines(pair, diff)]
    if diff.is_binary:
        lines.append(f"Binary files {_sides(pair)[0]} and {_sides(pair)[1]} differ")
    return "".join(f"{line}\n" for line in lines)


def _lines(pair: FilePair, diff: TextDiff) -> Iterator[str]:
    yield f"diff --git {quoted(f'a/{pair.path}')} {quoted(f'b/{pair.new_path}')}"
    if pair.old == NOTHING:
        yield f"new file mode {pair.new_mode}"
    elif pair.new == NOTHING:
        yield f"deleted file mode {pair.old_mode}"
    elif pair.old_mode != pair.new_mode:
        yield f"old mode {pair.old_mode}"
        yield f"new mode {pair.new_mode}"
    yield from (line for line in pair.moved.splitlines() if line and not line.startswith("index "))
    if diff.ids:
        old, new = (_NO_ID if side == NOTHING else short for side, short in zip(pair[1:4:2], diff.ids, strict=True))
        yield f"index {old}..{new}" + (f" {pair.new_mode}" if pair.old_mode == pair.new_mode else "")
    if diff.hunks:
        before, after = _sides(pair)
        yield f"--- {before}{_tabbed(before)}"
        yield f"+++ {after}{_tabbed(after)}"


def _sides(pair: FilePair) -> tuple[str, str]:
    return (
        NOTHING if pair.old == NOTHING else quoted(f"a/{pair.path}"),
        NOTHING if pair.new == NOTHING else quoted(f"b/{pair.new_path}"),
    )


def _tabbed(name: str) -> str:
    """A name with a space ends in a tab, lest what reads the patch takes the rest for a date."""
    return "\t" if " " in name and not name.startswith('"') else ""


def quoted(path: str) -> str:
    """Return a path as git writes it by default (core.quotePath): in C's escapes where it is not plain ASCII."""
    if path.isascii() and path.isprintable() and not {'"', "\\"} & set(path):
        return path
    raw = path.encode("utf-8", "surrogateescape").decode("latin-1")
    return '"' + "".join(_ESCAPES.get(each) or _byte(each) for each in raw) + '"'


def _byte(each: str) -> str:
    return each if " " <= each <= "~" else f"\\{ord(each):03o}"
