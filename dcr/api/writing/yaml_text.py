"""Renders values of a native contract as YAML text, in the layout that the documentation uses."""

from __future__ import annotations

import json
import math
from typing import Any

from dcr.editing.text.quoting import quote

_BLOCK_KEYS = ("owners", "fields")
_NESTED_KEYS = ("fields", "items")


def render_document(values: dict[str, Any]) -> str:
    """Return a whole contract as the text of a file."""
    return "".join(render_entry(key, value, "", "\n") + "\n" for key, value in values.items())


def render_entry(key: str, value: Any, indent: str, line_break: str) -> str:
    """Return `key: value` without the line break at its end; lists of mappings have a line for each item."""
    if key in _BLOCK_KEYS and value:
        items = [f"{indent}  - {render_item(each, indent + '    ', line_break)}" for each in value]
        return line_break.join([f"{indent}{key}:", *items])
    if key == "items" and _is_nested(value):
        return line_break.join([f"{indent}{key}:", *render_block(value, indent + "  ", line_break)])
    return f"{indent}{key}: {render_flow(value, key=key)}"


def render_item(value: dict[str, Any], indent: str, line_break: str) -> str:
    """Return an item of a list: one line in braces, or a block if fields are nested in it."""
    if not _is_nested(value):
        return render_flow(value)
    return line_break.join(render_block(value, indent, line_break))[len(indent) :]


def render_block(value: dict[str, Any], indent: str, line_break: str) -> list[str]:
    """Return the lines of a mapping, one key after another."""
    return [render_entry(key, each, indent, line_break) for key, each in value.items()]


def render_flow(value: Any, *, key: str = "", flow: bool = False) -> str:
    """Return a value on one line. Versions are always quoted, so that no reader takes one for a number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value) if key == "version" and value.isascii() else quote(value, flow=flow)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _render_float(value)
    if isinstance(value, list):
        return "[{}]".format(", ".join(render_flow(each, flow=True) for each in value))
    inner = (f"{name}: {render_flow(each, key=name, flow=True)}" for name, each in value.items())
    return "{{{}}}".format(", ".join(inner))


def _render_float(value: float) -> str:
    text = repr(value)
    if math.isfinite(value) and "e" in text:
        mantissa, _, exponent = text.partition("e")
        mantissa = mantissa if "." in mantissa else f"{mantissa}.0"
        return f"{mantissa}e{exponent if exponent[0] in '+-' else '+' + exponent}"
    return text


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict) and any(key in value for key in _NESTED_KEYS)
