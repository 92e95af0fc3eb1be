"""Resolves plain YAML scalars by YAML 1.2 rules, and describes how YAML 1.1 readers differ.

Sources: YAML 1.2.2, section 10.3.2 (core schema tag resolution); YAML 1.1 type repository (bool, int,
float, timestamp, null, merge, value), which PyYAML and many warehouses' loaders still follow.
"""

from __future__ import annotations

import math
import re

_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
_KEYWORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip

_KEYWORDS_1_1 = {
    **_KEYWORDS,
    # `y` and `n` are in the 1.1 specification, but no common loader implements them, and columns have these names.
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF"), False),
}
# Compiled on first use: most files contain nothing that a 1.1 reader reads differently.
_NUMBER_1_1 = r"""(?x)[-+]?0b[01_]+\Z | [-+]?0[0-7_]+\Z | [-+]?(?:0|[1-9][0-9_]*)\Z | [-+]?0x[0-9a-fA-F_]+\Z
      | [-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+\Z
      | [-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?\Z | \.[0-9][0-9_]*(?:[eE][-+][0-9]+)?\Z
      | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*\Z
      | [-+]?\.(?:inf|Inf|INF)\Z | \.(?:nan|NaN|NAN)\Z"""
_TIMESTAMP_1_1 = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?\Z"
)
_NUMBER_1_1_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,12})?\Z").match  # the same in both versions
_MAX_NUMBER_LENGTH = 30
_VALUE_STARTS = frozenset("-+.0123456789~nNtTfFyYoO<=")


class NotFiniteError(ValueError):
    """The scalar is `.nan` or `.inf`, which no contract value may be."""


def resolve_scalar(text: str) -> str | int | float | bool | None:
    """Return the value of a plain scalar by the YAML 1.2 core schema.

    Raise `NotFiniteError` for `.nan`, `.inf` and numbers that are too large for a double.
    """
    if text in _KEYWORDS:
        return _KEYWORDS[text]
    if text[0] not in _VALUE_STARTS:
        return text
    if _INT.match(text) or _OCTAL.match(text) or _HEX.match(text):
        if len(text) > 400:
            raise NotFiniteError(text)
        return int(text, 0 if text[:2] in ("0o", "0x") else 10)
    if _FLOAT.match(text):
        number = float(text)
        if not math.isfinite(number):
            raise NotFiniteError(text)
        return number
    if _NOT_FINITE.match(text):
        raise NotFiniteError(text)
    return text


_misreadings: dict[str, str | None] = {}


def describe_misreading(text: str) -> str | None:
    """Return what a YAML reader reads in a plain scalar that is meant as text, or None if it reads the text.

    For `NO` this is "the boolean false", for `1.10` "the number 1.1", for `12:30` "the number 750".
    """
    if not text or text[0] not in _VALUE_STARTS:
        return None
    if text not in _misreadings:
        if len(_misreadings) > 50_000:
            _misreadings.clear()
        _misreadings[text] = _describe_value(text)
    return _misreadings[text]


def describe_number_misreading(text: str) -> str | None:
    """Return what a YAML 1.1 reader reads in a number of YAML 1.2, or None if it reads the same number."""
    if _NUMBER_1_1_PLAIN(text):
        return None
    number = resolve_scalar(text)
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    if re.match(_NUMBER_1_1, text) is None:
        return "text"
    if _parse_number_1_1(text) == number:
        return None
    return _describe_number_1_1(text) if len(text) <= _MAX_NUMBER_LENGTH else "another number"


def format_number(number: float) -> str:
    """Return a number in a notation that every YAML reader reads as a number: in 1.1 `1e+300` is text."""
    text = str(number)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def _describe_value(text: str) -> str | None:
    if text in _KEYWORDS_1_1:
        value = _KEYWORDS_1_1[text]
        return "null" if value is None else f"the boolean {str(value).lower()}"
    if text in ("<<", "="):
        return "a merge key"
    if re.match(_TIMESTAMP_1_1, text):
        return "a date" if len(text) == 10 else "a timestamp"
    if re.match(_NUMBER_1_1, text) or _FLOAT.match(text) or _OCTAL.match(text):
        return _describe_number_1_1(text)
    return None


def _parse_number_1_1(text: str) -> float:
    plain = text.replace("_", "").lower()
    sign, digits = (-1, plain[1:]) if plain[0] == "-" else (1, plain.lstrip("+"))
    if digits.startswith((".inf", ".nan")):
        return sign * float(digits[1:])
    if ":" in digits:
        value: float = 0
        for part in digits.split(":"):
            value = value * 60 + (int(part) if part.isdecimal() else float(part or 0))
        return sign * value
    for prefix, base in (("0b", 2), ("0x", 16), ("0o", 8)):
        if digits.startswith(prefix):
            return sign * int(digits[2:] or "0", base)
    if re.fullmatch(r"0[0-7]+", digits):
        return sign * int(digits, 8)
    return sign * (int(digits) if digits.isdecimal() else float(digits))


def _describe_number_1_1(text: str) -> str:
    if len(text) > _MAX_NUMBER_LENGTH:
        return "a number"
    number = _parse_number_1_1(text)
    return f"the number {number if isinstance(number, int) or number.is_integer() else f'{number:.15g}'}"
