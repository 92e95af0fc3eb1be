"""Stored types to logical ones: what `varchar(20)`, `timestamp_tz` or `struct<a: bigint>` mean, vendor by vendor.

Sources: the type pages of PostgreSQL, Snowflake, BigQuery, Databricks/Spark, Trino, SQL Server, Oracle, MySQL,
DuckDB and ClickHouse; Avro and Parquet primitive names. A spelling that none of them has is left as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from dcr.formats._foreign.spark_types import convert_to_sql


class LogicalType(NamedTuple):
    """A logical type; `fields` are a struct's `(name, type)` pairs, `items` an array's element type.

    `is_known` is false when the spelling is no vendor's: the name is then the spelling itself, compared as it is.
    `stored` is the stored type it was read from, without what is nested in it: that has its own. `written_type` and
    `written_stored_type` are the file's own words for the two, letter by letter.
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
        """How many fields it makes: itself, and what is nested in it."""
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
_LOGICAL_NAMES = {spelling: name for name, spellings in _VENDOR_NAMES.items() for spelling in spellings.split()}
_ARRAY_WORDS = ("array", "list", "repeated", "nested")
_STRUCT_WORDS = ("struct", "record", "row", "tuple", "object")
_WRAPPERS = ("nullable", "lowcardinality")
_MAX_DEPTH = 32
_MAX_TYPE_LENGTH = 10_000
_MAX_WORDS = 20


@lru_cache(maxsize=4096)
def fold_blanks(spelling: str) -> str:
    """Return a stored type with its blanks folded; one text for all fields that share it."""
    return " ".join(spelling.split())


@lru_cache(maxsize=4096)
def normalize_stored_type(spelling: str) -> str:
    """Return a stored type in one spelling: lower case, no blanks that mean nothing, no decimals written out as 0."""
    text = re.sub(r"\s*([(),<>:\[\]])\s*", r"\1", " ".join(spelling.strip().lower().split()))
    return re.sub(r"\b(decimal|numeric|dec|number)\((\d+)\)", r"\1(\2,0)", text)


def format_whole_type(kind: LogicalType) -> str:
    """Return a stored type with all that is nested in it, in one spelling; the order of a struct's members is none."""
    if not kind.fields and not kind.items:
        return kind.stored or kind.name
    members = [f"{name}:{format_whole_type(each)}" for name, each in kind.fields]
    inner = [format_whole_type(kind.items)] if kind.items else members if kind.name == "map" else sorted(members)
    return f"{kind.stored}<{','.join(inner)}>"


def parse_stored_type(spelling: str) -> LogicalType:
    """Return what a stored type means; unknown spellings come back as they are, lower case, blanks folded."""
    text = fold_blanks(spelling)
    return (
        _parse_folded(text) if len(text) <= _MAX_TYPE_LENGTH else _build_unknown_type(text)._replace(written_type=text)
    )


@lru_cache(maxsize=8192)
def _parse_folded(text: str) -> LogicalType:
    sql = convert_to_sql(text) if "Type" in text else None
    return (
        _parse_type(text, 0)
        if sql is None
        else _parse_type(sql, 0)._replace(written_type=text, written_stored_type=text)
    )


def _parse_type(text: str, depth: int) -> LogicalType:
    kind = _parse_shape(text, depth)
    own = text
    if kind.fields or kind.items:
        own = kind.name if text.endswith("]") else re.split(r"[<(]", text)[0].strip()
    return kind._replace(stored=normalize_stored_type(own), written_type=own, written_stored_type=own)


def _build_unknown_type(text: str) -> LogicalType:
    return LogicalType(text.lower(), is_known=False)


def _parse_shape(text: str, depth: int) -> LogicalType:  # noqa: PLR0911 (one for each shape of a type)
    if depth > _MAX_DEPTH or not text:
        return _build_unknown_type(text)
    if text.endswith("[]"):
        return LogicalType("array", items=_parse_type(text[:-2].strip(), depth + 1))
    match = re.match(r"[A-Za-z_][A-Za-z0-9_ ]*", text)
    head = match.group().strip().lower() if match else ""
    rest = text[len(match.group()) :].strip() if match else text
    inner = _extract_arguments(rest)
    if head in _WRAPPERS and inner is not None:
        return _parse_type(inner, depth + 1)
    if head in _ARRAY_WORDS:
        return LogicalType("array", items=_parse_type(inner, depth + 1) if inner else None)
    if head in _STRUCT_WORDS:
        return LogicalType("object", fields=_parse_members(inner, depth) if inner else ())
    if head == "map":
        return LogicalType("map", fields=_parse_map_parts(inner, depth))
    # `timestamp(6) with time zone`: the words after the arguments belong to the name.
    tail = re.sub(r"\([^()]*\)", " ", rest).lower()
    words = f"{head} {tail}".split()
    for length in range(len(words) if len(words) <= _MAX_WORDS else 0, 0, -1):
        name = _LOGICAL_NAMES.get("_".join(words[:length]))
        if name is not None and not set(words[length:]) - {"unsigned", "signed", "not", "null", "zerofill", "varying"}:
            return LogicalType(_refine_number(name, words[0], rest))
    return _build_unknown_type(text)


def _refine_number(name: str, word: str, rest: str) -> str:
    """A decimal without decimals holds integers only: `number(38,0)`, `decimal(10)`."""
    if name != "number" or word not in ("number", "numeric", "decimal", "dec"):
        return name
    arguments = re.match(r"\(\s*\d+\s*(?:,\s*(-?\d{1,9})\s*)?\)", rest)
    return "integer" if arguments and int(arguments.group(1) or 0) <= 0 else "number"


def _extract_arguments(rest: str) -> str | None:
    pairs = {"<": ">", "(": ")"}
    if rest and rest[0] in pairs and rest.endswith(pairs[rest[0]]):
        return rest[1:-1].strip()
    return None


def _parse_map_parts(inner: str | None, depth: int) -> tuple[tuple[str, LogicalType], ...]:
    """Return what the keys and the values of a map are, as far as it says so."""
    parts = _split_arguments(inner) if inner else []
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
