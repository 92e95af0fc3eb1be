"""Stored types: the logical type of each vendor's type, and unknown types left unchanged."""

from __future__ import annotations

import pytest

from dcr.formats._foreign.stored_types import LogicalType, format_whole_type, normalize_stored_type, parse_stored_type

TYPE_TEXTS = {
    "string": """
        string | STRING | text | Text | varchar | VARCHAR(20) | varchar2(20 byte) | nvarchar(max) | char(3) | nchar(2)
        | character varying(255) | CHARACTER VARYING | national character varying(10) | bpchar | citext | uuid
        | uniqueidentifier | longtext | mediumtext | clob | nclob | FixedString(16) | LowCardinality(String)
        | Nullable(String) | LowCardinality(Nullable(String)) | enum('a','b') | large_utf8 | utf8
        | string(64) | varchar(20) not null
    """,
    "integer": """
        integer | INT | int2 | int4 | int8 | int64 | INT64 | bigint | BIGINT | smallint | tinyint
        | tinyint(1) | mediumint
        | byteint | long | short | uint8 | UInt64 | bigint unsigned | int(10) unsigned zerofill | bigserial | serial
        | hugeint | number(38,0) | NUMBER(38, 0) | decimal(10) | numeric(18,0) | Nullable(Int32)
    """,
    "number": """
        number | decimal | DECIMAL(10,2) | numeric | numeric(18, 4) | NUMBER(10, 2) | bignumeric | float | float8
        | FLOAT64 | real | double | double precision | DOUBLE PRECISION | money | smallmoney | binary_double | Float32
        | float(53) | decimal(10,2) unsigned
    """,
    "boolean": "boolean | BOOLEAN | bool | bit | Nullable(Bool)",
    "timestamp": """
        timestamp | TIMESTAMP_NTZ | timestamp_ltz(9) | TIMESTAMP_TZ | timestamptz | timestamp(6) with time zone
        | timestamp without time zone | TIMESTAMP WITH LOCAL TIME ZONE | datetime | datetime2(7) | datetimeoffset
        | smalldatetime | DateTime64(3) | DateTime64(3, 'UTC') | timestamp(3)
    """,
    "date": "date | DATE | Date32",
    "time": "time | time(6) | time with time zone | timetz",
    "json": "json | JSONB | variant | VARIANT | super",
    "map": "map<string, bigint> | map(varchar, integer) | map",
    "object": "struct<a: bigint> | STRUCT<a INT64> | row(a bigint, b varchar) | record | struct | object",
    "array": "array<string> | ARRAY<INT64> | array(varchar) | text[] | integer[][] | array | list<int>",
}
CASES = [(type_text.strip(), name) for name, type_texts in TYPE_TEXTS.items() for type_text in type_texts.split("|")]
UNKNOWN_TYPES = (
    "geography",
    "bytea",
    "hllsketch",
    "my_domain",
    "{{ dbt.type_string() }}",
    "interval year to month",
    "",
)


def test_the_table_is_large_enough_and_says_nothing_twice() -> None:
    assert len(CASES) >= 80
    assert len({type_text for type_text, _ in CASES}) == len(CASES)


@pytest.mark.parametrize(("type_text", "name"), CASES, ids=[type_text for type_text, _ in CASES])
def test_a_vendors_type_means_its_logical_type(type_text: str, name: str) -> None:
    found = parse_stored_type(type_text)
    assert found.name == name
    assert found.is_known
    assert parse_stored_type(f"  {type_text.upper()} ").name == name


@pytest.mark.parametrize("type_text", UNKNOWN_TYPES)
def test_an_unknown_type_is_left_as_it_is(type_text: str) -> None:
    found = parse_stored_type(type_text.upper())
    assert (found.name, found.is_known, found.stored) == (type_text.lower(), False, normalize_stored_type(type_text))
    assert found.written_type == found.written_stored_type == type_text.upper()


@pytest.mark.parametrize(
    ("type_text", "members"),
    [
        ("struct<a: bigint, b: string>", [("a", "integer"), ("b", "string")]),
        ("STRUCT<a INT64, b ARRAY<STRING>>", [("a", "integer"), ("b", "array")]),
        ("row(a decimal(10, 2), b timestamp(6) with time zone)", [("a", "number"), ("b", "timestamp")]),
        ("struct<`a b`:int>", [("a b", "integer")]),
        ('row("total" bigint)', [("total", "integer")]),
        ("struct<a:struct<b:int,c:date>,d:boolean>", [("a", "object"), ("d", "boolean")]),
        ("STRUCT<orderId: BIGINT>", [("orderId", "integer")]),
        ("map<string,array<int>>", [("keys", "string"), ("values", "array")]),
        ("map(varchar)", []),
    ],
)
def test_the_members_of_a_struct(type_text: str, members: list[tuple[str, str]]) -> None:
    assert [(name, kind.name) for name, kind in parse_stored_type(type_text).fields] == members


@pytest.mark.parametrize(
    ("type_text", "elements"),
    [
        ("array<string>", "string"),
        ("array(row(a bigint))", "object"),
        ("bigint[]", "integer"),
        ("text[][]", "array"),
        ("Array(Nullable(Float64))", "number"),
        ("array<array<date>>", "array"),
    ],
)
def test_the_elements_of_an_array(type_text: str, elements: str) -> None:
    items = parse_stored_type(type_text).items
    assert items is not None
    assert items.name == elements


SPARK = {
    "StringType()": "string", "StringType": "string", "T.LongType()": "bigint", "types.ShortType()": "smallint",
    "pyspark.sql.types.ByteType()": "tinyint", "IntegerType()": "int", "DecimalType(6, 5)": "decimal(6,5)",
    "DecimalType()": "decimal(10,0)", "DecimalType(precision=6, scale=5)": "decimal(6, 5)", "DateType()": "date",
    "TimestampType()": "timestamp", "TimestampNTZType()": "timestamp_ntz", "VarcharType(20)": "varchar(20)",
    "CharType(length=2)": "char(2)", "DoubleType()": "double", "FloatType()": "float", "BooleanType()": "boolean",
    "ArrayType(StringType(), False)": "array<string>", "ArrayType(StringType)": "array<string>",
    "ArrayType(containsNull=True, elementType=ArrayType(DateType()))": "array<array<date>>",
    "MapType(StringType(), IntegerType(), True)": "map<string,int>",
    "MapType(keyType=StringType(), valueType=ArrayType(LongType()))": "map<string, array<bigint>>",
    'StructType([StructField("a", IntegerType(), True)])': "struct<a: int>",
    "StructType([StructField('a', IntegerType(), False), StructField('b c', DateType())])":
        "struct<a: int not null, `b c`: date>",
    "StructType(fields=[StructField(name='a', dataType=StringType(), nullable=True)])": "struct<a: string>",
    "StructType(StructField(a,LongType,true), StructField(b,StringType,false))": "struct<a:bigint,b:string not null>",
    "StructType(List(StructField(a,MapType(StringType,LongType,true),true)))": "struct<a: map<string, bigint>>",
}  # fmt: skip
"""Classes of Spark, and the same types in its SQL."""
NOT_SPARK = (
    "FooType()", "MapType()", "MapType(StringType())", "ArrayType(", "StructType([StringType()])", "VarcharType(x)",
    "StringType() or so", "ArrayType(FooType())", "StructField('a', StringType())", "ArrayType(" * 100, "MyType",
)  # fmt: skip


@pytest.mark.parametrize(("type_text", "sql"), SPARK.items(), ids=list(SPARK))
def test_a_class_of_spark_is_the_type_that_its_sql_names(type_text: str, sql: str) -> None:
    found, wanted = parse_stored_type(type_text), parse_stored_type(sql)
    assert found.is_known
    assert format_whole_type(found) == format_whole_type(wanted)
    assert unwritten(found) == unwritten(wanted)
    assert found.written_type == type_text


def unwritten(kind: LogicalType) -> LogicalType:
    """Return a type without the letters it was written in."""
    fields = tuple((name, unwritten(each)) for name, each in kind.fields)
    items = unwritten(kind.items) if kind.items else None
    return kind._replace(fields=fields, items=items, written_type=None, written_stored_type=None)


@pytest.mark.parametrize("type_text", NOT_SPARK)
def test_what_only_looks_like_a_class_of_spark_is_left_as_it_is(type_text: str) -> None:
    assert not parse_stored_type(type_text).is_known


@pytest.mark.parametrize("type_text", ["array", "struct", "object"])
def test_nested_types_without_an_inside_are_still_nested(type_text: str) -> None:
    kind = parse_stored_type(type_text)
    assert kind.items is None
    assert kind.fields == ()


@pytest.mark.parametrize(
    "type_text", ["array<" * 500 + "int" + ">" * 500, "struct<a:" * 500, "(" * 2000, "int" + "[]" * 3000, "<" * 100]
)
def test_a_type_of_any_depth_ends(type_text: str) -> None:
    assert isinstance(parse_stored_type(type_text), LogicalType)
