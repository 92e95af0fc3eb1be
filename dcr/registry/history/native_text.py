"""Splits the text of a native file into its top-level fields and the rest, so that equal texts are parsed once.

The parser reads a text from left to right. At the start of a line that is indented no deeper than the entry of a block
list, it is in the same state after any entry that is complete by itself. So an entry means the same in a file as alone
below `fields:`. Texts that are not clearly of this form are not split.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from yaml import MappingNode

from dcr.formats import detect_format, native
from dcr.parsing.plain_tree import is_plain
from dcr.parsing.yaml_reader import InvalidYamlError, compose

if TYPE_CHECKING:
    from yaml import Node

MAX_LENGTH = 100_000
"""The maximum length of a text that is split. No shorter text can exceed the limits of the parser as a whole."""

_KEY = "\nfields:\n"
_EMPTY_LIST = "fields: []\n"
_MARKS = ("\r", "<<<<<<< ", ">>>>>>> ")
"""A line break that the split does not know, and marks of a conflict."""

_ENTRY = re.compile(r" *- ")
_REST = re.compile(r"^[^ \n-]|^-(?! )", re.MULTILINE)
"""Matches the first line at the left margin that is no entry."""


class SplitText(NamedTuple):
    """The text before the fields, the text of each field, and the text after them."""

    head: str
    fields: list[str]
    tail: str


def split_text(text: str) -> SplitText | None:
    """Return the parts of a text whose top-level key `fields` has a block list; None if it may be read otherwise."""
    start = text.find(_KEY)
    if start < 0 or len(text) > MAX_LENGTH or any(mark in text for mark in _MARKS) or ("&" in text and "*" in text):
        return None
    head, body = text[: start + 1], text[start + len(_KEY) :]
    entry = _ENTRY.match(body)
    if entry is None or text[0] == "%":
        return None
    rest = _REST.search(body)
    tail = body[rest.start() :] if rest else ""
    if tail and not (tail[0].isalpha() and tail[0].isascii()):
        return None
    if any(mark in part for part in (head, f"\n{tail}") for mark in ("\n---", "\n...")):
        return None
    marker = f"\n{entry[0]}"
    entries = (body[: rest.start()] if rest else body).split(marker)
    fields = [f"{entries[0]}\n", *(f"{entry[0]}{each}\n" for each in entries[1:])]
    fields[-1] = fields[-1][:-1]
    return SplitText(head, fields, tail)


def read_values_without_fields(parts: SplitText) -> tuple[dict[str, Any], MappingNode] | None:
    """Return the values and tree of a native file with an empty list of fields; None if it is not plainly valid."""
    root = _compose(f"{parts.head}{_EMPTY_LIST}{parts.tail}")
    if root is None or detect_format(root) is not native or not is_plain(root):
        return None
    lines = [key.start_mark.line for key, _ in root.value if key.value == "fields"]
    if lines != [parts.head.count("\n")]:  # the key is part of a text
        return None
    values = native.read_plain_values(root)
    return None if values is None else (values, root)


def compose_field(text: str) -> Node | None:
    """Return the tree of one field's text, or None if it is not exactly one plain entry of the list."""
    deeper = " " * (text.index("-") + 1)
    lines = text.split("\n")[1:]
    if not all(line.startswith(deeper) or not line.strip(" ") for line in lines):
        return None
    root = _compose(f"fields:\n{text}")
    if root is None or not is_plain(root):
        return None
    entries: list[Node] = root.value[0][1].value
    return entries[0] if len(root.value) == len(entries) == 1 else None


def _compose(text: str) -> MappingNode | None:
    try:
        root = compose(text.encode())
    except InvalidYamlError:
        return None
    return root if isinstance(root, MappingNode) else None
