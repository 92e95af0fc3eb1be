"""Splits the text of a native file into its top-level keys and fields, so that equal texts are parsed once.

The parser reads a text from left to right. In a block mapping at the left margin, a line that begins with a letter
begins a key, if the key before is complete by itself. So a key means the same in a file as alone, except for anchors,
which belong to the whole file. The same is true of an entry of the block list below `fields:`, at the start of a line
that is indented no deeper. Texts that are not clearly of this form are not split.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from yaml import MappingNode

from dcr.parsing.plain_tree import is_plain
from dcr.parsing.yaml_reader import InvalidYamlError, compose

if TYPE_CHECKING:
    from yaml import Node, ScalarNode

MAX_LENGTH = 100_000
"""The maximum length of a text that is split. A shorter one cannot exceed the limits that `check_tree` has."""

_FIELDS_LINE = "\nfields:\n"
_MARKS = ("\r", "<<<<<<< ", ">>>>>>> ")
"""A line break that the split does not know, and marks of a conflict."""

_KEY_START = re.compile(r"\n(?=[A-Za-z])")
_ENTRY = re.compile(r" *- ")
_REST = re.compile(r"\n(?:[^ \n-]|-(?! ))")
"""Matches the line break before the first line at the left margin that is no entry."""


class SplitText(NamedTuple):
    """The text of each top-level key except `fields`, and that of each field.

    Comments and the mark of a document before the first key are part of its text.
    """

    keys: list[str]
    fields: list[str]


def split_text(text: str) -> SplitText | None:
    """Return the parts of a text whose top-level key `fields` has a block list; None if it may have another form."""
    start = text.find(_FIELDS_LINE)
    if start < 0 or len(text) > MAX_LENGTH or any(mark in text for mark in _MARKS):
        return None
    if "&" in text and ("*" in text or text.count("&") > 1):  # an alias, or two anchors of one name
        return None
    first = start + len(_FIELDS_LINE)
    entry = _ENTRY.match(text, first)
    if entry is None or text[0] == "%":
        return None
    rest = _REST.search(text, first - 1)
    end = rest.end() - 1 if rest else len(text)
    head, body, tail = text[: start + 1], text[first:end], text[end:]
    if tail and not (tail[0].isalpha() and tail[0].isascii()):
        return None
    if any(mark in part for part in (head, f"\n{tail}") for mark in ("\n---", "\n...")):
        return None
    keys = [*_split_keys(head), *(_split_keys(tail) if tail else ())]
    entries = body.split(f"\n{entry[0]}")
    fields = [f"{entries[0]}\n", *[f"{entry[0]}{each}\n" for each in entries[1:]]]
    fields[-1] = fields[-1][:-1]
    return SplitText(keys, fields)


def _split_keys(text: str) -> list[str]:
    keys = _KEY_START.split(text)
    keys[:-1] = [f"{key}\n" for key in keys[:-1]]  # the split removes the line break before each key
    if len(keys) > 1 and not keys[0][0].isalpha():
        keys[:2] = [keys[0] + keys[1]]
    return keys


def compose_key(text: str) -> tuple[ScalarNode, Node] | None:
    """Return the name and the value of one key's text, or None if it is not exactly one plain key at the margin."""
    root = _compose(text)
    if root is None or root.flow_style or not is_plain(root) or len(root.value) != 1:
        return None
    name, value = root.value[0]
    return None if name.start_mark.column else (name, value)


def compose_field(text: str) -> Node | None:
    """Return the tree of one field's text, or None if it is not exactly one plain entry of the list."""
    deeper = " " * (text.index("-") + 1)
    lines = text.split("\n")[1:]
    if not all(line.startswith(deeper) or not line.strip(" ") for line in lines):
        return None
    found = compose_key(f"fields:\n{text}")
    entries: list[Node] = found[1].value if found else []
    return entries[0] if len(entries) == 1 else None


def _compose(text: str) -> MappingNode | None:
    try:
        root = compose(text.encode())
    except InvalidYamlError:
        return None
    return root if isinstance(root, MappingNode) else None
