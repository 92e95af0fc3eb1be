"""Converts types that Spark writes as classes to its SQL: `ArrayType(LongType(), True)` becomes `array<bigint>`.

Source: spark.apache.org, "Data Types", the columns of Python, Scala and SQL.
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
_WORD = r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]+`|[^,()\[\]]+)"""
_MAX_DEPTH = 32
_NESTED_ARGUMENTS = {"ArrayType": ("elementType",), "MapType": ("keyType", "valueType")}
_LIST_CLASSES = ("Array", "List", "Seq")
_DEFAULT_DECIMAL = "decimal(10,0)"


class _NotSparkError(Exception):
    """Raised for a type that is not one of Spark's classes."""


class _Expression(NamedTuple):
    """A class, a list or a plain word, with the parts in its brackets; None if it has no brackets.

    `key` is the name of the argument, if it is written: `containsNull=True`.
    """

    name: str
    parts: tuple[_Expression, ...] | None
    key: str = ""


def convert_to_sql(text: str) -> str | None:
    """Return a type that Spark writes as a class as SQL, or None for another type.

    Only fields of a struct can be declared as never null in SQL, and so in the result.
    """
    if re.match(rf"\s*{_PACKAGE}\w+Type\b", text) is None:
        return None
    try:
        part, end = _parse_expression(text, 0, 0)
        return _format_sql(part) if not text[end:].strip() else None
    except _NotSparkError:
        return None


def _parse_expression(text: str, position: int, depth: int) -> tuple[_Expression, int]:
    """Return the class with its arguments, the list or the word at a position, and the position after it."""
    if depth > _MAX_DEPTH:
        raise _NotSparkError
    key = re.compile(r"\s*([A-Za-z]\w*)\s*=(?!=)").match(text, position) if depth else None
    if key:
        part, end = _parse_expression(text, key.end(), depth + 1)
        return part._replace(key=key[1]), end
    bracket = re.compile(r"\s*\[").match(text, position)
    if bracket:
        return _parse_arguments("", "]", text, bracket.end(), depth)
    word = re.compile(rf"{_CLASS_NAME}\s*\(").match(text, position)
    if word:
        return _parse_arguments(word[1], ")", text, word.end(), depth)
    token = re.compile(_WORD).match(text, position)
    if token is None:
        raise _NotSparkError
    return _Expression(token[1].strip(), None), token.end()


def _parse_arguments(name: str, closing: str, text: str, position: int, depth: int) -> tuple[_Expression, int]:
    parts: list[_Expression] = []
    while True:
        end = re.compile(rf"\s*,?\s*\{closing}").match(text, position)
        if end:
            return _Expression(name, tuple(parts)), end.end()
        if parts:
            comma = re.compile(r"\s*,").match(text, position)
            if comma is None:
                raise _NotSparkError
            position = comma.end()
        part, position = _parse_expression(text, position, depth + 1)
        parts.append(part)


def _format_sql(part: _Expression) -> str:
    name = re.sub(rf"^{_PACKAGE}", "", part.name)
    parts = part.parts or ()
    if name in ("ArrayType", "MapType"):
        arguments = (_get_argument(part, index, key) for index, key in enumerate(_NESTED_ARGUMENTS[name]))
        return f"{name.removesuffix('Type').lower()}<{','.join(_format_sql(item) for item in arguments)}>"
    if name == "StructType":
        members = parts[0].parts or () if len(parts) == 1 and parts[0].name in ("", *_LIST_CLASSES) else parts
        return f"struct<{','.join(_format_struct_field(item) for item in members)}>"
    sql = _SQL_TYPES.get(name.removesuffix("Type").lower()) if name.endswith("Type") else None
    if sql is None:
        raise _NotSparkError
    numbers = [item.name for item in parts]
    if not all(item.isdecimal() for item in numbers):
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


def _get_argument(part: _Expression, index: int, key: str) -> _Expression:
    """Return an argument by its name, or else by its position."""
    parts = part.parts or ()
    argument = next((candidate for candidate in parts if candidate.key == key), None)
    if argument is None and (index >= len(parts) or parts[index].key):
        raise _NotSparkError
    return argument or parts[index]
