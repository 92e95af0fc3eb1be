"""Spells the types that Spark writes as classes the way its SQL does: `ArrayType(LongType(), True)` is `array<bigint>`.

Source: spark.apache.org, "Data Types", the columns of Python and Scala beside that of SQL.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SQL_TYPES = {
    "string": "string", "binary": "binary", "boolean": "boolean", "byte": "tinyint", "short": "smallint",
    "integer": "int", "long": "bigint", "float": "float", "double": "double", "decimal": "decimal", "date": "date",
    "timestamp": "timestamp", "timestampntz": "timestamp_ntz", "varchar": "varchar", "char": "char", "null": "void",
    "variant": "variant",
}  # fmt: skip
_PACKAGE = r"(?:(?:pyspark\.sql\.|org\.apache\.spark\.sql\.)?(?:types|T)\.)?"
_CLASS_NAME = rf"\s*{_PACKAGE}([A-Za-z_]\w*)"
_TOKEN = r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]+`|[^,()\[\]]+)"""
_MAX_DEPTH = 32
_NESTED_ARGUMENTS = {"ArrayType": ("elementType",), "MapType": ("keyType", "valueType")}
_LIST_CLASSES = ("Array", "List", "Seq")
_DEFAULT_DECIMAL = "decimal(10,0)"


class _NotSparkError(Exception):
    """A spelling is none of Spark's classes."""


class _Expression(NamedTuple):
    """A class, a list or a plain word, with what stands in its brackets; None where it has none.

    `key` is the name of the argument that it is, where one is written: `containsNull=True`.
    """

    name: str
    parts: tuple[_Expression, ...] | None
    key: str = ""


def convert_to_sql(text: str) -> str | None:
    """Return the SQL spelling of a type that Spark writes as a class, or None for another spelling.

    SQL says of the fields of a struct alone that they are never null, and so does what is returned.
    """
    if re.match(rf"\s*{_PACKAGE}\w+Type\b", text) is None:
        return None
    try:
        part, end = _parse_expression(text, 0, 0)
        return _format_sql(part) if not text[end:].strip() else None
    except _NotSparkError:
        return None


def _parse_expression(text: str, at: int, depth: int) -> tuple[_Expression, int]:
    """Read one class with its arguments, a list, or a word."""
    if depth > _MAX_DEPTH:
        raise _NotSparkError
    key = re.compile(r"\s*([A-Za-z]\w*)\s*=(?!=)").match(text, at) if depth else None
    if key:
        part, end = _parse_expression(text, key.end(), depth + 1)
        return part._replace(key=key[1]), end
    opening = re.compile(r"\s*\[").match(text, at)
    if opening:
        return _parse_arguments("", "]", text, opening.end(), depth)
    word = re.compile(rf"{_CLASS_NAME}\s*\(").match(text, at)
    if word:
        return _parse_arguments(word[1], ")", text, word.end(), depth)
    token = re.compile(_TOKEN).match(text, at)
    if token is None:
        raise _NotSparkError
    return _Expression(token[1].strip(), None), token.end()


def _parse_arguments(name: str, closing: str, text: str, at: int, depth: int) -> tuple[_Expression, int]:
    parts: list[_Expression] = []
    while True:
        end = re.compile(rf"\s*,?\s*\{closing}").match(text, at)
        if end:
            return _Expression(name, tuple(parts)), end.end()
        if parts:
            comma = re.compile(r"\s*,").match(text, at)
            if comma is None:
                raise _NotSparkError
            at = comma.end()
        part, at = _parse_expression(text, at, depth + 1)
        parts.append(part)


def _format_sql(part: _Expression) -> str:
    name = re.sub(rf"^{_PACKAGE}", "", part.name)
    parts = part.parts or ()
    if name in ("ArrayType", "MapType"):
        nested = (_get_argument(part, at, key) for at, key in enumerate(_NESTED_ARGUMENTS[name]))
        return f"{name.removesuffix('Type').lower()}<{','.join(_format_sql(each) for each in nested)}>"
    if name == "StructType":
        listed = parts[0].parts or () if len(parts) == 1 and parts[0].name in ("", *_LIST_CLASSES) else parts
        return f"struct<{','.join(_format_struct_field(each) for each in listed)}>"
    sql = _SQL_TYPES.get(name.removesuffix("Type").lower()) if name.endswith("Type") else None
    if sql is None:
        raise _NotSparkError
    numbers = [each.name for each in parts]
    if not all(each.isdecimal() for each in numbers):
        raise _NotSparkError
    if not numbers:
        return _DEFAULT_DECIMAL if sql == "decimal" else sql
    return f"{sql}({','.join([*numbers, '0'] if sql == 'decimal' and len(numbers) == 1 else numbers)})"


def _format_struct_field(part: _Expression) -> str:
    if re.sub(rf"^{_PACKAGE}", "", part.name) != "StructField":
        raise _NotSparkError
    bare = _get_argument(part, 0, "name").name.strip("\"'`")
    if not bare or "`" in bare:
        raise _NotSparkError
    has_flag = len(part.parts or ()) > 2
    never_null = has_flag and _get_argument(part, 2, "nullable").name.lower() == "false"
    return f"`{bare}`:{_format_sql(_get_argument(part, 1, 'dataType'))}{' not null' if never_null else ''}"


def _get_argument(part: _Expression, at: int, key: str) -> _Expression:
    """Return an argument by its name, else by its place."""
    parts = part.parts or ()
    named = next((each for each in parts if each.key == key), None)
    if named is None and (at >= len(parts) or parts[at].key):
        raise _NotSparkError
    return named or parts[at]
