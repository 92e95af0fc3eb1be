"""Derives logical types from the stored types of many vendors, such as `varchar(20)` or `struct<a: bigint>`.

Sources: the type pages of PostgreSQL, Snowflake, BigQuery, Databricks/Spark, Trino, SQL Server, Oracle, MySQL, DuckDB
and ClickHouse; Avro and Parquet primitive names. An unknown type is left unchanged.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from dcr.formats._foreign.spark_types import convert_to_sql


class LogicalType(NamedTuple):
    """A logical type; `fields` are the `(name, type)` pairs of a struct, `items` the element type of an array.

    `is_known` is false if no vendor has the type: `name` is then the type as written, and compared as such. `stored` is
    the stored type that it was derived from, without nested types, which have their own. `written_type` and
    `written_stored_type` are the exact texts of the file.
    """

    name: str
    fields: tuple[tuple[str, LogicalType], ...] = ()
    items: LogicalType | None = None
    is_known: bool = True
    stored: str | None = None
    written_type: str | None = None
    written_stored_type: str | None = None

    @property
    def column_count(self) -> int:
        """The number of fields that it makes, including nested ones."""
        nested = sum(each.column_count for _, each in self.fields)
        return 1 + nested + (self.items.column_count if self.items else 0)


_VENDOR_NAMES = {
    "string": "string varchar char character nvarchar nchar varchar2 nvarchar2 bpchar text tinytext mediumtext longtext"
    " ntext clob nclob fixedstring character_varying national_character_varying uuid uniqueidentifier citext"
    " enum keyword utf8 large_utf8 str",
    "integer": "integer int int2 int4 int8 int16 int32 int64 int128 int256 tinyint smallint mediumint bigint long short"
    " byte byteint uint8 uint16 uint32 uint64 uinteger ubigint usmallint utinyint hugeint serial bigserial smallserial",
    "number": "number numeric decimal dec bignumeric bigdecimal float float4 float8 float16 float32 float64 real double"
    " double_precision binary_float binary_double money smallmoney decfloat",
    "boolean": "boolean bool bit",
    "timestamp": "timestamp timestamptz timestamp_tz timestamp_ntz timestamp_ltz timestamp_with_time_zone"
    " timestamp_without_time_zone timestamp_with_local_time_zone datetime datetime2 smalldatetime datetimeoffset"
    " datetime64 timestamp_s timestamp_ms timestamp_us timestamp_ns timestamp_millis timestamp_micros instant",
    "date": "date date32 date64",
    "time": "time timetz time_with_time_zone time_without_time_zone time_millis time_micros",
    "json": "json jsonb variant super",
}
_LOGICAL_NAMES = {vendor_name: name for name, names in _VENDOR_NAMES.items() for vendor_name in names.split()}
_ARRAY_WORDS = ("array", "list", "repeated", "nested")
_STRUCT_WORDS = ("struct", "record", "row", "tuple", "object")
_WRAPPERS = ("nullable", "lowcardinality")
_MAX_DEPTH = 32
_MAX_TYPE_LENGTH = 10_000
_MAX_WORDS = 20


@lru_cache(maxsize=4096)
def fold_blanks(text: str) -> str:
    """Return a stored type with its blanks folded; the text is shared by all fields that have it."""
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def normalize_stored_type(text: str) -> str:
    """Return a stored type in canonical form: lower case, no irrelevant blanks, a scale of 0 for no decimals."""
    normalized = re.sub(r"\s*([(),<>:\[\]])\s*", r"\1", " ".join(text.strip().lower().split()))
    return re.sub(r"\b(decimal|numeric|dec|number)\((\d+)\)", r"\1(\2,0)", normalized)


def format_whole_type(kind: LogicalType) -> str:
    """Return a stored type with all its nested types in canonical form; the order of struct members is ignored."""
    if not kind.fields and not kind.items:
        return kind.stored or kind.name
    members = [f"{name}:{format_whole_type(nested)}" for name, nested in kind.fields]
    arguments = [format_whole_type(kind.items)] if kind.items else members if kind.name == "map" else sorted(members)
    return f"{kind.stored}<{','.join(arguments)}>"


def parse_stored_type(text: str) -> LogicalType:
    """Return the logical type of a stored type; an unknown type is returned in lower case with its blanks folded."""
    folded = fold_blanks(text)
    if len(folded) > _MAX_TYPE_LENGTH:
        return _build_unknown_type(folded)._replace(written_type=folded)
    return _parse_folded(folded)


@lru_cache(maxsize=8192)
def _parse_folded(text: str) -> LogicalType:
    sql = convert_to_sql(text) if "Type" in text else None
    if sql is None:
        return _parse_type(text, 0)
    return _parse_type(sql, 0)._replace(written_type=text, written_stored_type=text)


def _parse_type(text: str, depth: int) -> LogicalType:
    kind = _parse_shape(text, depth)
    base = text
    if kind.fields or kind.items:
        base = kind.name if text.endswith("]") else re.split(r"[<(]", text)[0].strip()
    return kind._replace(stored=normalize_stored_type(base), written_type=base, written_stored_type=base)


def _build_unknown_type(text: str) -> LogicalType:
    return LogicalType(text.lower(), is_known=False)


def _parse_shape(text: str, depth: int) -> LogicalType:  # noqa: PLR0911 (one for each shape of a type)
    if depth > _MAX_DEPTH or not text:
        return _build_unknown_type(text)
    if text.endswith("[]"):
        return LogicalType("array", items=_parse_type(text[:-2].strip(), depth + 1))
    match = re.match(r"[A-Za-z_][A-Za-z0-9_ ]*", text)
    head = match.group().strip().lower() if match else ""
    suffix = text[len(match.group()) :].strip() if match else text
    arguments = _extract_arguments(suffix)
    if head in _WRAPPERS and arguments is not None:
        return _parse_type(arguments, depth + 1)
    if head in _ARRAY_WORDS:
        return LogicalType("array", items=_parse_type(arguments, depth + 1) if arguments else None)
    if head in _STRUCT_WORDS:
        return LogicalType("object", fields=_parse_members(arguments, depth) if arguments else ())
    if head == "map":
        return LogicalType("map", fields=_parse_map_parts(arguments, depth))
    # In `timestamp(6) with time zone`, the words after the arguments belong to the name.
    tail = re.sub(r"\([^()]*\)", " ", suffix).lower()
    name_words = f"{head} {tail}".split()
    for length in range(len(name_words) if len(name_words) <= _MAX_WORDS else 0, 0, -1):
        name = _LOGICAL_NAMES.get("_".join(name_words[:length]))
        if name is not None and not set(name_words[length:]) - {
            "unsigned",
            "signed",
            "not",
            "null",
            "zerofill",
            "varying",
        }:
            return LogicalType(_refine_number(name, name_words[0], suffix))
    return _build_unknown_type(text)


def _refine_number(name: str, first_word: str, suffix: str) -> str:
    """Return `integer` for a decimal without decimal places, such as `number(38,0)` or `decimal(10)`."""
    if name != "number" or first_word not in ("number", "numeric", "decimal", "dec"):
        return name
    arguments = re.match(r"\(\s*\d+\s*(?:,\s*(-?\d{1,9})\s*)?\)", suffix)
    return "integer" if arguments and int(arguments.group(1) or 0) <= 0 else "number"


def _extract_arguments(suffix: str) -> str | None:
    pairs = {"<": ">", "(": ")"}
    if suffix and suffix[0] in pairs and suffix.endswith(pairs[suffix[0]]):
        return suffix[1:-1].strip()
    return None


def _parse_map_parts(arguments: str | None, depth: int) -> tuple[tuple[str, LogicalType], ...]:
    """Return the types of the keys and values of a map, if it declares both."""
    parts = _split_arguments(arguments) if arguments else []
    return (
        tuple(zip(MAP_PARTS, (_parse_type(part, depth + 1) for part in parts), strict=True)) if len(parts) == 2 else ()
    )


MAP_PARTS = ("keys", "values")


def _parse_members(text: str, depth: int) -> tuple[tuple[str, LogicalType], ...]:
    members = []
    for part in _split_arguments(text):
        match = re.match(r"(?:`([^`]+)`|\"([^\"]+)\"|([^`\":<>(),\s]+))\s*:?\s*(.+)", part, re.DOTALL)
        if match:
            name = match.group(1) or match.group(2) or match.group(3)
            members.append((name, _parse_type(match.group(4).strip(), depth + 1)))
    return tuple(members)


def _split_arguments(text: str) -> list[str]:
    parts, level, start = [], 0, 0
    for index, character in enumerate(text):
        if character in "<(":
            level += 1
        elif character in ">)":
            level -= 1
        elif character == "," and level == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [*parts, text[start:].strip()]
