"""Changes of one Open Data Contract Standard file, and what each of them breaks.

`x(...)` changes the property `x` of the base contract: its keys stand between bars. `edit(...)` replaces a text of
the base. What is expected is `kind` (about the whole dataset) or `kind@field`; `says` is part of a message, `line`
the line of the proposed file that an issue points at.
"""

from __future__ import annotations

from typing import NamedTuple

BASE = """\
apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
status: active
team:
  name: storefront
support:
  - channel: "#storefront"
slaProperties:
  - property: latency
    value: 4
    unit: h
schema:
  - name: orders
    description: one row per order
    properties:
      - name: id
        logicalType: string
        required: true
        primaryKey: true
        primaryKeyPosition: 1
      - name: line
        logicalType: integer
        required: true
      - name: note
        logicalType: string
"""
V2 = """\
apiVersion: v2.2.2
kind: DataContract
uuid: shop
version: 1.0.0
status: current
stakeholders:
  - username: ada
dataset:
  - table: orders
    columns:
      - column: id
        logicalType: string
        isPrimary: true
        isNullable: false
      - column: note
        logicalType: string
        physicalType: varchar(20)
        isNullable: true
"""


class Change(NamedTuple):
    """One change: the texts of both sides, and what dcr has to say about it under a mode."""

    name: str
    previous: str
    proposed: str
    expected: frozenset[str]
    says: str = ""
    line: str = ""
    mode: str = "full"

    def __str__(self) -> str:
        return self.name


def x(name: str, before: str, after: str, *expected: str, **more: str) -> Change:
    """Change the keys of the property `x`, which is not required unless they say so."""
    return Change(name, *(BASE + _property(body) for body in (before, after)), frozenset(expected), **more)


def _property(body: str) -> str:
    return "      - name: x\n" + "".join(f"        {key}\n" for key in body.split(" | ")) if body else ""


def edit(name: str, old: str, new: str, *expected: str, **more: str) -> Change:
    """Replace a text of the base; it has to be there."""
    return of(BASE, name, old, new, *expected, **more)


def of(base: str, name: str, old: str, new: str, *expected: str, **more: str) -> Change:
    """Replace a text of some base; it has to be there."""
    assert old in base, old
    return Change(name, base, base.replace(old, new, 1), frozenset(expected), **more)


def option(word: str, kind: str, before: str, after: str, *expected: str) -> Change:
    """Change one of `logicalTypeOptions`; `-` is one that is not written."""
    sides = ["logicalTypeOptions: {}" if each == "-" else f"logicalTypeOptions: {{{word}: {each}}}"
             for each in (before, after)]  # fmt: skip
    items = " | items: {logicalType: string}" if kind == "array" else ""
    bodies = [f"logicalType: {kind}{items} | {side}" for side in sides]
    named = [f"field_constraint_{each}@x" for each in expected]
    return x(
        f"{word} of a {kind} from {before} to {after}", *bodies, *named,
        says=word if named else "", line=sides[1] if named else "",
    )  # fmt: skip


TYPE = "field_type_changed@x"
STORED = "physical_type_changed@x"
TIGHTER, LOOSER = "field_constraint_tightened@x", "field_constraint_loosened@x"
SHRUNK, EXPANDED = "field_enum_shrunk@x", "field_enum_expanded@x"
UNKNOWN = "value_not_understood"

PROPERTIES = [
    x("optional property removed", "logicalType: string", "", "field_removed@x", line="properties:"),
    x("required property removed", "logicalType: string | required: true", "",
      "field_removed@x", "field_required_removed@x"),
    x("optional property added", "", "logicalType: string"),
    x("required property added", "", "logicalType: string | required: true", "field_required_added@x"),
    x("required property added, backward only", "", "logicalType: string | required: true", "field_required_added@x",
      mode="backward"),
    x("property made required", "logicalType: string", "logicalType: string | required: true",
      "field_required_added@x", line="required: true"),
    x("property made optional", "logicalType: string | required: true", "logicalType: string | required: false",
      "field_required_removed@x", line="required: false"),
    x("property made optional, backward only", "logicalType: string | required: true", "logicalType: string",
      mode="backward"),
    edit("property renamed", "name: note", "name: remark", "field_removed@note"),
    edit("properties in another order", "- name: id\n        logicalType: string",
         "- logicalType: string\n        name: id"),
    x("nested property removed", "logicalType: object | properties: [{name: a, logicalType: string}, {name: b}]",
      "logicalType: object | properties: [{name: b}]", "field_removed@x.a",
      line="properties: [{name: b}]"),
    x("nested property added", "logicalType: object | properties: [{name: a}]",
      "logicalType: object | properties: [{name: a}, {name: b}]"),
    x("nested property made required", "logicalType: object | properties: [{name: a, logicalType: string}]",
      "logicalType: object | properties: [{name: a, logicalType: string, required: true}]",
      "field_required_added@x.a"),
    x("type of a property two levels down",
      "logicalType: object | properties: [{name: a, properties: [{name: b, logicalType: string}]}]",
      "logicalType: object | properties: [{name: a, properties: [{name: b, logicalType: date}]}]",
      "field_type_changed@x.a.b"),
    x("type of the items", "logicalType: array | items: {logicalType: string}",
      "logicalType: array | items: {logicalType: integer}", "field_type_changed@x[]",
      line="items: {logicalType: integer}"),
    x("option of the items", "logicalType: array | items: {logicalType: string}",
      "logicalType: array | items: {logicalType: string, logicalTypeOptions: {maxLength: 3}}",
      "field_constraint_tightened@x[]", says="maxLength"),
    x("property of the items removed",
      "logicalType: array | items: {logicalType: object, properties: [{name: a}, {name: b}]}",
      "logicalType: array | items: {logicalType: object, properties: [{name: a}]}", "field_removed@x[].b"),
    x("properties as a mapping by name", "logicalType: object | properties: {a: {logicalType: string}, b: }",
      "logicalType: object | properties: {a: {logicalType: integer}, b: }", "field_type_changed@x.a"),
    x("properties say it is an object", "properties: [{name: a}]", "logicalType: object | properties: [{name: a}]"),
    x("items say it is an array", "items: {logicalType: string}", "logicalType: array | items: {logicalType: string}"),
    x("property deprecated", "logicalType: string", "logicalType: string | deprecated: true"),
    x("two properties of one name", "logicalType: object | properties: [{name: a}]",
      "logicalType: object | properties: [{name: a}, {name: a}]", UNKNOWN, says="two properties are named 'a'"),
]  # fmt: skip

TYPES = [
    x("logicalType from string to integer", "logicalType: string", "logicalType: integer", TYPE,
      says="from 'string' to 'integer'", line="logicalType: integer"),
    x("logicalType from date to timestamp", "logicalType: date", "logicalType: timestamp", TYPE),
    x("logicalType from time to string", "logicalType: time", "logicalType: string", TYPE),
    x("logicalType in capitals", "logicalType: string", "logicalType: STRING"),
    x("logicalType in a vendor's word", "logicalType: number", "logicalType: decimal"),
    x("logicalType wins over physicalType", "logicalType: string | physicalType: bigint",
      "logicalType: integer | physicalType: bigint", TYPE),
    x("logicalType the same, physicalType not", "logicalType: string | physicalType: varchar(20)",
      "logicalType: string | physicalType: varchar(40)", STORED, line="physicalType: varchar(40)"),
    x("physicalType written where none was", "logicalType: string", "logicalType: string | physicalType: text"),
    x("physicalType alone made wider", "physicalType: varchar(20)", "physicalType: varchar(40)", STORED,
      says="from 'varchar(20)' to 'varchar(40)'"),
    x("physicalType alone of another meaning", "physicalType: varchar(40)", "physicalType: bigint", TYPE,
      says="from 'string' to 'integer'", line="physicalType: bigint"),
    x("logicalType written that physicalType meant", "physicalType: bigint",
      "logicalType: integer | physicalType: bigint"),
    x("decimal with another precision", "physicalType: decimal(10,2)", "physicalType: decimal(12,2)", STORED),
    x("decimal without decimals", "physicalType: decimal(10,2)", "physicalType: decimal(10,0)", TYPE),
    x("timestamp_tz to timestamp_ntz", "physicalType: timestamp_tz", "physicalType: timestamp_ntz", STORED),
    x("timestamp_tz to date", "physicalType: timestamp_tz", "physicalType: date", TYPE),
    x("struct loses a member", 'physicalType: "struct<a: bigint, b: string>"', 'physicalType: "struct<a: bigint>"',
      "field_removed@x.b"),
    x("struct gains a member", 'physicalType: "struct<a: bigint>"', 'physicalType: "struct<a: bigint, b: string>"'),
    x("member of a struct changes type", 'physicalType: "struct<a: bigint>"', 'physicalType: "struct<a: string>"',
      "field_type_changed@x.a"),
    x("member of a struct stored otherwise", 'physicalType: "struct<a: bigint>"', 'physicalType: "struct<a: int>"',
      "physical_type_changed@x.a", says="field 'x.a' changed physical type from 'bigint' to 'int'"),
    x("struct called record", 'physicalType: "struct<a: bigint>"', 'physicalType: "record<a: bigint>"', STORED),
    x("an object whose members are in its physicalType",
      'logicalType: object\n        physicalType: "struct<a: int, b: int>"',
      'logicalType: object\n        physicalType: "struct<a: int>"', "field_removed@x.b"),
    x("a struct whose properties stay as they are",
      'physicalType: "struct<a: int>"\n        properties: [{name: a, logicalType: integer}]',
      'physicalType: "struct<a: bigint>"\n        properties: [{name: a, logicalType: integer}]', STORED),
    x("a struct told by its properties",
      'physicalType: "struct<a: int>"\n        properties: [{name: a, logicalType: integer}]',
      'physicalType: "struct<a: string>"\n        properties: [{name: a, logicalType: string}]',
      "field_type_changed@x.a"),
    x("array of another type", "physicalType: array<string>", "physicalType: array<int>", "field_type_changed@x[]"),
    x("array of texts of another length", "physicalType: array<varchar(9)>", "physicalType: array<varchar(8)>",
      "physical_type_changed@x[]"),
    x("uniqueItems", "logicalType: array\n        logicalTypeOptions: {maxItems: 9}",
      "logicalType: array\n        logicalTypeOptions: {maxItems: 9, uniqueItems: true}",
      "field_constraint_tightened@x", says="tightened uniqueItems from none to true"),
    x("no uniqueItems", "logicalType: array\n        logicalTypeOptions: {uniqueItems: true}",
      "logicalType: array\n        logicalTypeOptions: {uniqueItems: false, maxItems: 9}",
      "field_constraint_loosened@x", "field_constraint_tightened@x"),
    x("physicalType in other case and blanks", 'physicalType: "decimal(10,2)"', 'physicalType: "DECIMAL ( 10, 2 )"'),
    x("unknown type the same", "physicalType: geography(point)", "physicalType: GEOGRAPHY(point)"),
    x("unknown type compared as it is", "physicalType: geography(point)", "physicalType: hllsketch", TYPE,
      says="to 'hllsketch'"),
    x("type in a template", "logicalType: \"{{ env_var('T') }}\"", "logicalType: \"{{ env_var('U') }}\"", TYPE),
    x("type in the same template", "logicalType: \"{{ env_var('T') }}\"", "logicalType: '{{ env_var(''T'') }}'"),
]  # fmt: skip

OPTIONS = [
    option("minLength", "string", "1", "2", "tightened"),
    option("minLength", "string", "2", "-", "loosened")._replace(line="logicalTypeOptions: {}"),
    option("minLength", "string", "-", "0"),
    option("maxLength", "string", "9", "8", "tightened"),
    option("maxLength", "string", "8", "9", "loosened"),
    option("pattern", "string", "^a$", "^b$", "tightened", "loosened"),
    option("pattern", "string", "-", "^a$", "tightened"),
    option("format", "string", "-", "uuid", "tightened"),
    option("format", "string", "email", "-", "loosened")._replace(line="logicalTypeOptions: {}"),
    option("format", "date", "yyyy-MM-dd", "dd.MM.yyyy", "tightened", "loosened"),
    option("minimum", "integer", "1", "2", "tightened"),
    option("minimum", "number", "1.5", "1.25", "loosened"),
    option("minimum", "date", '"2020-01-01"', '"2021-01-01"', "tightened"),
    option("minimum", "date", "2021-01-01", "2020-01-01", "loosened"),
    option("maximum", "integer", "9", "8", "tightened"),
    option("maximum", "number", "8", "8.0"),
    option("exclusiveMinimum", "number", "-", "0", "tightened"),
    option("exclusiveMinimum", "number", "0", "1", "tightened"),
    option("exclusiveMaximum", "integer", "10", "9", "tightened"),
    option("exclusiveMinimum", "integer", "-", "false"),
    option("multipleOf", "integer", "2", "4", "tightened"),
    option("multipleOf", "number", "0.1", "0.01", "loosened"),
    option("minItems", "array", "1", "2", "tightened"),
    option("maxItems", "array", "1", "2", "loosened"),
    option("uppercase", "string", "-", "true"),
    x("minimum and exclusiveMinimum: true", "logicalType: number | logicalTypeOptions: {minimum: 0}",
      "logicalType: number | logicalTypeOptions: {minimum: 0, exclusiveMinimum: true}", TIGHTER),
    x("maximum and exclusiveMaximum: false", "logicalType: number | logicalTypeOptions: {maximum: 9}",
      "logicalType: number | logicalTypeOptions: {maximum: 9, exclusiveMaximum: false}"),
    x("exclusiveMaximum as a boolean, then as a number",
      "logicalType: number | logicalTypeOptions: {maximum: 9, exclusiveMaximum: true}",
      "logicalType: number | logicalTypeOptions: {exclusiveMaximum: 9}"),
    x("a bound of an integer said in another way", "logicalType: integer | logicalTypeOptions: {exclusiveMinimum: 0}",
      "logicalType: integer | logicalTypeOptions: {minimum: 1}"),
    x("an option that is no number", "logicalType: string | logicalTypeOptions: {maxLength: 9}",
      'logicalType: string | logicalTypeOptions: {maxLength: "{{ n }}"}', LOOSER, UNKNOWN, says="maxLength is"),
    x("a length that is no whole number", "logicalType: string",
      "logicalType: string | logicalTypeOptions: {minLength: 1.5}", UNKNOWN, says="'1.5' of minLength",
      line="logicalTypeOptions: {minLength: 1.5}"),
    x("a negative length", "logicalType: string", "logicalType: string | logicalTypeOptions: {maxLength: -1}", UNKNOWN),
    x("multiples of nothing", "logicalType: number", "logicalType: number | logicalTypeOptions: {multipleOf: 0}",
      UNKNOWN, says="'0' of multipleOf"),
    x("half an item", "logicalType: array", "logicalType: array | logicalTypeOptions: {minItems: 0.5}", UNKNOWN),
    x("a length written as 9.0", "logicalType: string | logicalTypeOptions: {maxLength: 9}",
      "logicalType: string | logicalTypeOptions: {maxLength: 9.0}"),
    x("unique written", "logicalType: string", "logicalType: string | unique: true", TIGHTER, line="unique: true"),
    x("unique taken back", "logicalType: string | unique: true", "logicalType: string | unique: false", LOOSER),
]  # fmt: skip

_LIST = "logicalType: string | quality: [{metric: invalidValues, %sarguments: {validValues: [%s]}}]"
_LIST_30 = "logicalType: string | quality: [{rule: validValues, %svalidValues: [%s]}]"
VALUES = [
    x("value no longer valid", _LIST % ("mustBe: 0, ", "a, b"), _LIST % ("mustBe: 0, ", "a"), SHRUNK, says="'b'",
      line=(_LIST % ("mustBe: 0, ", "a")).split(" | ")[1]),
    x("further value valid", _LIST % ("mustBe: 0, ", "a"), _LIST % ("mustBe: 0, ", "a, b"), EXPANDED),
    x("valid values where there were none", "logicalType: string", _LIST % ("mustBe: 0, ", "a"), SHRUNK),
    x("valid values gone", _LIST % ("mustBe: 0, ", "a"), "logicalType: string", EXPANDED),
    x("valid values in another order", _LIST % ("mustBe: 0, ", "a, b"), _LIST % ("mustBe: 0, ", "b, a")),
    x("a tolerated count is no enum", _LIST % ("mustBeLessThan: 5, ", "a, b"), _LIST % ("mustBeLessThan: 5, ", "a")),
    x("a tolerated exact count is no enum", _LIST % ("mustBe: 5, ", "a, b"), _LIST % ("mustBe: 5, ", "a")),
    x("a tolerated share is no enum", _LIST % ("mustBeLessOrEqualTo: 5, unit: percent, ", "a, b"),
      _LIST % ("mustBeLessOrEqualTo: 5, unit: percent, ", "a")),
    x("a tolerance given up", _LIST % ("mustBeLessThan: 5, ", "a"), _LIST % ("mustBe: 0, ", "a"), SHRUNK),
    x("value no longer valid in v3.0", _LIST_30 % ("", "a, b"), _LIST_30 % ("", "a"), SHRUNK),
    x("v3.0 with a tolerance is no enum", _LIST_30 % ("mustBeGreaterThan: 95, ", "a, b"),
      _LIST_30 % ("mustBeGreaterThan: 95, ", "a")),
    x("from v3.0 to v3.1", _LIST_30 % ("", "a"), _LIST % ("mustBe: 0, ", "a")),
    x("null is no valid value", _LIST % ("mustBe: 0, ", "a, null, ~"), _LIST % ("mustBe: 0, ", "a")),
    x("a quoted null is one", _LIST % ("mustBe: 0, ", 'a, "null"'), _LIST % ("mustBe: 0, ", "a"), SHRUNK),
    x("words of YAML 1.1 are texts", _LIST % ("mustBe: 0, ", "NO"), _LIST % ("mustBe: 0, ", '"NO"')),
    x("values of a number", (_LIST % ("mustBe: 0, ", "1, 2")).replace("string", "integer"),
      (_LIST % ("mustBe: 0, ", "1")).replace("string", "integer"), SHRUNK),
    x("other quality rules", "logicalType: string | quality: [{metric: nullValues, mustBe: 0}]",
      "logicalType: string | quality: [{type: sql, query: select 1, mustBe: 0}]"),
]  # fmt: skip

_LINE = "- name: line\n        logicalType: integer\n        required: true\n"
_KEYED = BASE.replace(_LINE, f"{_LINE}        primaryKey: true\n        primaryKeyPosition: 2\n")
KEYS = [
    edit("second key column", _LINE, f"{_LINE}        primaryKey: true\n", "primary_key_changed",
         says="from [id] to [id, line]"),
    of(_KEYED, "key columns swapped", "primaryKeyPosition: 1", "primaryKeyPosition: 3", "primary_key_changed",
       says="from [id, line] to [line, id]"),
    of(_KEYED, "positions counted otherwise", "primaryKeyPosition: 2", "primaryKeyPosition: 20"),
    of(_KEYED, "position given up", "        primaryKeyPosition: 2\n", ""),
    edit("key given up", "primaryKey: true", "primaryKey: false", "primary_key_changed", says="to none"),
    edit("position -1 stands for none", "primaryKeyPosition: 1", "primaryKeyPosition: -1"),
    edit("isPrimary for primaryKey", "primaryKey: true", "isPrimary: true"),
]  # fmt: skip

_TEAM = 'team:\n  name: storefront\nsupport:\n  - channel: "#storefront"\n'
FUNDAMENTALS = [
    edit("status deprecated", "status: active", "status: deprecated"),
    edit("status retired", "status: active", "status: retired"),
    edit("status active, said as production", "status: active", "status: production"),
    edit("status back to draft", "status: active", "status: draft", "status_regressed", line="status: draft"),
    edit("status back to proposed", "status: active", "status: proposed", "status_regressed"),
    of(BASE.replace("status: active", "status: retired"), "status back from retired", "retired", "active",
       "status_regressed", says="'archived' to 'active'"),
    edit("unknown status", "status: active", "status: cooking", UNKNOWN, says="'cooking'", line="status: cooking"),
    edit("no status", "status: active\n", ""),
    edit("apiVersion without v", "v3.1.0", "3.1.0"),
    edit("apiVersion of two numbers", "v3.1.0", "3.1"),
    edit("apiVersion v3.0.2", "v3.1.0", "v3.0.2"),
    edit("apiVersion unknown", "v3.1.0", "v9.0.0", UNKNOWN, says="v9.0.0", line="apiVersion: v9.0.0"),
    edit("no apiVersion", "apiVersion: v3.1.0\n", ""),
    edit("no kind", "kind: DataContract\n", ""),
    edit("version no semver", "version: 1.0.0", "version: 2024-05", "version_not_semver", line="version: 2024-05"),
    edit("no version", "version: 1.0.0\n", "", "version_not_semver"),
    edit("unknown keys", "kind: DataContract", "kind: DataContract\nx-owner: {a: [1]}\ntenant: t\nservers: {a: 1}"),
    edit("comments only", "schema:", "# the tables\nschema: # below"),
    edit("description", "one row per order", "a row for each order"),
    edit("business name", "- name: note", "- name: note\n        businessName: Note\n        tags: [a]"),
    edit("team as a list", _TEAM, "team:\n  - username: ada\n    role: owner\n"),
    edit("team with members only", "name: storefront", "members: [{username: ada}]"),
    edit("support alone", "team:\n  name: storefront\n", ""),
    edit("a role that owns", _TEAM, "roles:\n  - role: data owner\n"),
    edit("a role that only reads", _TEAM, "roles:\n  - role: reader\n", "owner_missing"),
    edit("a team that left", _TEAM, 'team:\n  - username: ada\n    dateOut: "2020-01-01"\n', "owner_missing",
         line="team:"),
    edit("nobody", _TEAM, "", "owner_missing"),
    edit("template in a value", "status: active", "status: active\ndomain: \"{{ env_var('D') }}\"\ntenant: ${T}"),
]  # fmt: skip

LATER, NEVER = "freshness_sla_loosened", "freshness_sla_removed"
SLA = [
    edit("latency longer", "value: 4", "value: 5", LATER, line="value: 5"),
    edit("latency shorter", "value: 4", "value: 3"),
    edit("latency in minutes", "value: 4\n    unit: h", "value: 240\n    unit: m"),
    edit("latency in days", "unit: h", "unit: d", LATER, says="from 14400 to 345600"),
    edit("unit in words", "unit: h", "unit: Hours"),
    edit("unit in the value", "value: 4\n    unit: h", "value: 4h"),
    edit("ISO 8601", "value: 4\n    unit: h", "value: PT4H"),
    edit("unknown unit", "unit: h", "unit: fortnights", UNKNOWN, line="value: 4"),
    edit("no unit", "    unit: h\n", "", UNKNOWN),
    edit("support over", "slaProperties:",
         "slaProperties:\n  - {property: endOfSupport, value: 2020-01-31T09:30:10-08:00}"),
    edit("support to end one day", "slaProperties:", "slaProperties:\n  - {property: endOfSupport, value: 2999-01-31}"),
    edit("life over", "slaProperties:", "slaProperties:\n  - {property: endOfLife, value: 2020-01-31}"),
    edit("the end of life is no date", "slaProperties:", "slaProperties:\n  - {property: endOfLife, value: soon}",
         UNKNOWN, says="endOfLife 'soon' is no date", line="- {property: endOfLife, value: soon}"),
    edit("freshness for latency", "property: latency", "property: freshness"),
    edit("latency gone", "property: latency", "property: retention", NEVER),
    edit("latency of another table", "unit: h", "unit: h\n    element: refunds.at", NEVER),
    edit("a second, longer promise", "unit: h", "unit: h\n  - {property: latency, value: 9, unit: d}"),
    edit("as a mapping by name", "  - property: latency\n    value: 4\n    unit: h", "  latency: {value: 4, unit: h}"),
]  # fmt: skip

SPELLINGS = [
    edit("schema as a mapping by name", "  - name: orders\n", "  orders:\n"),
    edit("schema as a single object", "  - name: orders", "    name: orders"),
    edit("merge keys", "      - name: note\n        logicalType: string\n",
         "      - name: note\n        <<: &text {logicalType: string}\n"),
    edit("merge keys that change the type", "      - name: note\n        logicalType: string\n",
         "      - name: note\n        <<: {logicalType: date}\n", "field_type_changed@note",
         line="<<: {logicalType: date}"),
    edit("a key of its own wins over a merged one", "      - name: note\n        logicalType: string\n",
         "      - name: note\n        <<: {logicalType: date}\n        logicalType: string\n"),
    Change("CRLF", BASE, BASE.replace("\n", "\r\n"), frozenset()),
    Change("CRLF and a change", BASE, BASE.replace("logicalType: integer", "logicalType: date").replace("\n", "\r\n"),
           frozenset({"field_type_changed@line"}), line="logicalType: date"),
    Change("CRLF given up", BASE.replace("\n", "\r\n"), BASE, frozenset()),
    of(V2, "v2: column removed", V2[V2.index("      - column: note"):], "", "field_removed@note", line="columns:"),
    of(V2, "v2: isNullable taken back", "isNullable: true", "isNullable: false", "field_required_added@note",
       line="isNullable: false"),
    of(V2, "v2: isNullable", "isNullable: false", "isNullable: true", "field_required_removed@id",
       line="isNullable: true"),
    of(V2, "v2: isPrimaryKey for isPrimary", "isPrimary:", "isPrimaryKey:"),
    of(V2, "v2: key given up", "isPrimary: true", "isPrimary: false", "primary_key_changed"),
    of(V2, "v2: stored type", "varchar(20)", "varchar(9)", "physical_type_changed@note",
       line="physicalType: varchar(9)"),
    of(V2, "v2: id for uuid", "uuid: shop", "id: shop"),
    of(V2, "v2: unique", "isNullable: true", "isNullable: true\n        isUnique: true",
       "field_constraint_tightened@note", line="isUnique: true"),
    Change("from v2.2 to v3.1", V2, V2.replace("v2.2.2", "v3.1.0").replace("dataset:", "schema:")
           .replace("table:", "name:").replace("columns:", "properties:").replace("column:", "name:")
           .replace("isNullable: false", "required: true").replace("isNullable: true", "required: false")
           .replace("isPrimary:", "primaryKey:").replace("stakeholders:", "team:"), frozenset()),
]  # fmt: skip

CHANGES = [
    *PROPERTIES, *TYPES, *OPTIONS, *VALUES, *KEYS, *FUNDAMENTALS, *SLA, *SPELLINGS,
]  # fmt: skip
