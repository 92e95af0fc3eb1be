"""Detects contracts by the content of files.

The first checks use bytes without a YAML parser, because every run of a hook checks unchanged files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from dcr.formats.parsed_file import ParsedFile

SEARCH_STRINGS = (
    b"dataset_id",
    b"DataContract",
    b"dataContractSpecification",
    b"apiVersion",
    b"models",
    b"primary_key",
)
"""Strings of which every contract contains one, unless its keys are written with escapes."""

ESCAPE_PREFIXES = (b"\\x", b"\\u", b"\\U")
"""Prefixes of YAML escapes, with which a key may be written."""

UNCLEAR = "unclear"
"""The result of `guess_format` for a text that has to be parsed."""

_ESCAPE = re.compile(rb"\\[xuU\r\n]")
_NATIVE_WORDS = (b"version", b"fields", b"owners", b"primary_key", b"freshness_sla", b"deprecation_uri")
_NATIVE_KEYS = frozenset(word.decode() for word in _NATIVE_WORDS)
_MIN_NATIVE_KEYS = 3
"""How many native keys, including `fields`, a native contract without a `dataset_id` has at least."""

_KEY = re.compile(
    rb"""^(?:\xef\xbb\xbf)?["']?([A-Za-z_][\w-]*)["']?[ \t]*:(?:[ \t]+["']?(\w*)|[ \t]*\r?$)""", re.MULTILINE
)
_ENFORCED_CONTRACT = re.compile(
    rb"""\bcontract["']?[ \t]*:[\s{"']*enforced["']?[ \t]*:[ \t]*(?!false|no\b|off\b|0)""", re.IGNORECASE
)
_TEMPLATE_STARTS = (b"{{", b"{%")
_JSON_KEY = re.compile(rb'"(dataset_id|fields)"\s*:')


def may_be_contract(content: bytes) -> bool:
    """Return whether a text may be a contract; never False for a contract."""
    if b"dataset_id" in content or b"DataContract" in content or b"dataContractSpecification" in content:
        return True
    if b"apiVersion" in content and (b"schema" in content or b"dataset" in content):
        return True
    if b"models" in content and b"contract" in content:
        return True
    if b"fields" in content and sum(word in content for word in _NATIVE_WORDS) >= _MIN_NATIVE_KEYS:
        return True
    return _ESCAPE.search(content) is not None


def is_probable_contract(content: bytes) -> bool:
    """Return whether an unreadable text is probably a contract, by its top-level keys."""
    return guess_format(content) not in (None, UNCLEAR) or {match[1] for match in _JSON_KEY.finditer(content)} == {
        b"dataset_id",
        b"fields",
    }


def guess_format(content: bytes) -> str | None:
    """Return the format of a text by the keys at the start of its lines, None for no contract, or `UNCLEAR`."""
    if not may_be_contract(content):
        return None
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:2]
    if start.startswith(b"{") and start not in _TEMPLATE_STARTS:
        return _guess_json(content)
    keys = {match[1].decode(): (match[2] or b"").decode("utf-8", "replace") for match in _KEY.finditer(content)}
    if not keys:
        return UNCLEAR
    return _guess_by_keys(keys, keys.get("kind"), content)


def is_contract(reading: ParsedFile, content: bytes | str | None) -> bool:
    """Return whether a parsed file is a contract, if contracts are detected by content.

    An invalid file is a contract if it has a `dataset_id` and another key of a contract, or several such keys. A file
    that cannot be parsed, such as a template, is none.
    """
    if reading.format is None or reading.contracts:
        return reading.format is not None
    if reading.format == "native" and reading.root is not None:
        return _is_native({key.value for key, _ in reading.root.value if isinstance(key.value, str)})
    if reading.format in ("native", "unknown"):
        return isinstance(content, bytes) and is_probable_contract(content)
    return True


def _is_native(keys: Collection[str]) -> bool:
    native = _NATIVE_KEYS.intersection(keys)
    return ("dataset_id" in keys and bool(native)) or ("fields" in keys and len(native) >= _MIN_NATIVE_KEYS)


def _guess_by_keys(keys: Collection[str], kind: object, content: bytes) -> str | None:
    if "dataContractSpecification" in keys:
        return "dcs"
    if "models" in keys and "dataset_id" not in keys:
        return "dbt" if _ENFORCED_CONTRACT.search(content) else None
    if kind == "DataContract" or (kind is None and "apiVersion" in keys and ("schema" in keys or "dataset" in keys)):
        return "odcs"
    has_foreign_keys = not {"kind", "apiVersion"}.isdisjoint(keys)
    return "native" if _is_native(keys) and ("dataset_id" in keys or not has_foreign_keys) else None


def _guess_json(content: bytes) -> str | None:
    import json  # noqa: PLC0415 (few contracts are JSON)

    try:
        root = json.loads(content)
    except (ValueError, RecursionError):
        return UNCLEAR
    return _guess_by_keys(root, root.get("kind"), content) if isinstance(root, dict) else None
