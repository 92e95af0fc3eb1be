"""Writes values as JSON that can stand inside a page: one line of ASCII without markup."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from dcr.text.printable import escape_ci_markers, make_printable

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027"})


def dump_json(value: Any) -> str:
    """Return printable values as JSON. Inside an element it ends no element and begins no comment."""
    text = json.dumps(_make_values_printable(value), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return escape_ci_markers(text.translate(_ESCAPES), escape="\\u0023")


def embed(text: str) -> Markup:
    """Return text of `dump_json` as markup for a script element that browsers do not run."""
    return Markup(text)  # noqa: S704 (escaped by dump_json)


def _make_values_printable(value: Any) -> Any:
    if isinstance(value, str):
        return make_printable(value)
    if isinstance(value, dict):
        return {make_printable(str(key)): _make_values_printable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_make_values_printable(each) for each in value]
    return value
