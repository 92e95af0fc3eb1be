"""Sets one key of a mapping: the value it has is replaced, or the key is written below another one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.editing.text.document import content_end, is_alias, meant
from dcr.editing.text.quoting import DOUBLE, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.editing.text.document import EditRefusedError, Pair, Sheet


class Target(NamedTuple):
    """A key and where it belongs: `within` leads to its mapping; a new one is written below one of the keys `after`."""

    within: tuple[str | int, ...]
    key: str
    after: tuple[str, ...]


def put(sheet: Sheet, target: Target, text: str) -> Sheet:
    """Return the sheet with a text as the value of a key.

    A key that is not there is written below the first of the target's others that is. Raises `EditRefusedError`
    where that cannot be done without touching anything else.
    """
    mapping = mapping_of(sheet, target)
    pair = own_pair(sheet, mapping, target.key)
    if pair is None:
        return insert(sheet, target, text, quoted)
    node = pair[1]
    if meant(node) == text:
        return sheet
    refuse_odd(sheet, pair)
    expected = expected_with(sheet, target, text)
    if sheet.source(node) == "":
        start = _value_start(sheet, pair)
        return sheet.with_text(start, start, f" {quoted(text, flow=mapping.flow_style)}", expected, node)
    if "\n" in sheet.source(node) or "\r" in sheet.source(node):
        raise sheet.refused(node, f"the value of {target.key} is written over several lines")
    written = quoted(text, node.style or "", flow=mapping.flow_style)
    return sheet.with_text(node.start_mark.index, node.end_mark.index, written, expected, node)


def mapping_of(sheet: Sheet, target: Target) -> Any:
    """Return the mapping that a key belongs to. Raises `EditRefusedError` when there is none of its own."""
    node = sheet.root
    if node is None or node.id != "mapping":
        raise sheet.refused(node, "the file is no mapping")
    for step in target.within:
        at, inner = (node, node.value[step]) if isinstance(step, int) else own_pair(sheet, node, step) or (node, None)
        if inner is None or inner.id == "scalar":
            raise sheet.refused(at, f"there is no mapping '{step}' to write into")
        if is_alias(inner, at):
            raise _repeated(sheet, (at, inner), str(step))
        node = inner
    if node.id != "mapping":
        raise sheet.refused(node, f"'{target.within[-1]}' is no mapping to write into")
    return node


def own_pair(sheet: Sheet, mapping: Any, key: str) -> Pair | None:
    """Return a key and its value, None when it is not there. Raises for one that comes through a merge key."""
    pair = sheet.pair(mapping, key)
    if pair is not None:
        return pair
    for each, value in mapping.value:
        sources = value.value if value.id == "sequence" else [value]
        if each.value == "<<" and not each.style and any(_has(source, key) for source in sources):
            raise sheet.refused(each, f"{key} comes through a merge key")
    return None


def refuse_odd(sheet: Sheet, pair: Pair) -> None:
    """Raise `EditRefusedError` for a value that stands elsewhere, that others repeat, or that is a block of text."""
    key, node = pair
    if is_alias(node, key):
        raise _repeated(sheet, pair, key.value)
    if sheet.source(node).startswith("&"):
        raise sheet.refused(node, f"the value of {key.value} has an anchor, so other places may repeat it")
    if node.id == "scalar" and node.style in ("|", ">"):
        raise sheet.refused(node, f"the value of {key.value} is a block of text")


def insert(sheet: Sheet, target: Target, value: Any, write: Callable[..., str]) -> Sheet:
    """Return the sheet with a new key; `write(value, like, flow=…)` is its value's text on one line."""
    mapping = mapping_of(sheet, target)
    pair = anchor(sheet, mapping, target)
    expected = expected_with(sheet, target, value)
    if mapping.flow_style:
        like = DOUBLE if pair[0].style == DOUBLE else None  # JSON stays JSON
        text = f"{quoted(target.key, like, flow=True)}: {write(value, like, flow=True)}"
        return _insert_in_flow(sheet, pair, text, expected)
    at = sheet.line_end(content_end(sheet, pair[1]))
    indent = " " * pair[0].start_mark.column
    line = f"{sheet.line_break(at)}{indent}{target.key}: {write(value)}"
    return sheet.with_text(at, at, line, expected, pair[0])


def anchor(sheet: Sheet, mapping: Any, target: Target) -> Pair:
    """Return the key that a new one is written below: the first of the target's others with a value of its own."""
    for key in target.after:
        pair = sheet.pair(mapping, key)
        if pair and pair[1].id == "scalar" and pair[1].style not in ("|", ">") and not is_alias(pair[1], pair[0]):
            return pair
    raise sheet.refused(mapping, f"there is no {' or '.join(target.after)} with a plain value to write below")


def expected_with(sheet: Sheet, target: Target, value: Any) -> Any:
    """Return what the file is to mean with a value in a key's place, and all else as it is."""
    whole = meant(sheet.root)
    inner = whole
    for step in target.within:
        inner = inner[step]
    inner[target.key] = value
    return whole


def _insert_in_flow(sheet: Sheet, pair: Pair, text: str, expected: Any) -> Sheet:
    """Write a key on a line of its own where each key has one, else behind another one."""
    key, node = pair
    end = node.end_mark.index
    indent = sheet.before_on_line(key.start_mark.index)
    rest = sheet.text[end : sheet.line_end(end)]
    if not indent.strip() and re.fullmatch(r"[ \t]*,[ \t]*(?:#.*)?", rest):
        at = sheet.line_end(end)
        return sheet.with_text(at, at, f"{sheet.line_break(at)}{indent}{text},", expected, key)
    return sheet.with_text(end, end, f", {text}", expected, key)


def _value_start(sheet: Sheet, pair: Pair) -> int:
    """Return where the value of a key without one is to be written: behind the colon."""
    end = pair[0].end_mark.index
    found = re.compile(r"[ \t]*:").match(sheet.text, end)
    if found is None:
        raise sheet.refused(pair[0], f"{pair[0].value} has no value to replace")
    return found.end()


def _repeated(sheet: Sheet, pair: Pair, name: str) -> EditRefusedError:
    line = pair[1].start_mark.line + 1
    return sheet.refused(pair[0], f"the value of {name} is an alias for what stands on line {line}")


def _has(source: Any, key: str) -> bool:
    return source.id == "mapping" and any(each.value == key for each, _ in source.value)
