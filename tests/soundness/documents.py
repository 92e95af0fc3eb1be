"""Parses foreign documents into the plain mappings that the judge reads, without dcr.

Written from the formats' own pages, for the documents that foreign.py writes. Nothing of dcr is used here: the
readers under test are held against this.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, Any

import yaml

from .judge import KEYWORDS

if TYPE_CHECKING:
    from .judge import Mapping

_TYPES = {
    "string": "string text varchar", "integer": "integer int long bigint", "boolean": "boolean",
    "number": "number decimal numeric float double", "timestamp": "timestamp timestamp_tz timestamp_ntz",
    "json": "json variant", "object": "object record struct", "array": "array", "date": "date", "time": "time",
    "map": "map", "vector": "vector",
}  # fmt: skip
_TYPE_OF = {word: name for name, words in _TYPES.items() for word in words.split()}
_MOMENTS = ("date", "time", "timestamp")
_NUMBER = re.compile(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?")
_FLAGS = {"true": True, "false": False}


class Bare(str):
    """A scalar without quotes, which may be more than its text."""

    __slots__ = ()


def parse_document(text: bytes) -> Mapping:
    """Return the one contract of an ODCS or Data Contract Specification document."""
    document = _composed(text)
    if "dataContractSpecification" in document:
        (model,) = document["models"].values()
        fields = _dcs_fields(model["fields"], document.get("definitions", {}))
        key = model.get("primaryKey") or [name for name, each in model["fields"].items() if _flag(each, "primaryKey")]
        return {"version": document["info"]["version"], "fields": fields, "primary_key": key}
    (found,) = document["schema"]
    columns = _named(found["properties"])
    keyed = [each for each in columns if _flag(each, "primaryKey")]
    key = [each["name"] for each in sorted(keyed, key=lambda each: int(each["primaryKeyPosition"]))]
    return {"version": document["version"], "fields": [_odcs_field(each) for each in columns], "primary_key": key}


def _composed(text: bytes) -> Any:
    return _value(yaml.compose(text.decode(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _value(node: Any) -> Any:
    """Return a node as mappings, lists and source texts; None for a bare null."""
    if node.id == "scalar":
        null = not node.style and node.value in ("", "~", "null", "Null", "NULL")
        return None if null else node.value if node.style else Bare(node.value)
    if node.id == "sequence":
        return [_value(each) for each in node.value]
    own = {key.value: _value(value) for key, value in node.value if key.value != "<<" or key.style}
    merged = [_value(value) for key, value in node.value if key.value == "<<" and not key.style]
    return reduce(lambda mapping, below: {**below, **mapping}, merged, own)


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"[-+]?[0-9]+", text) else float(text)


def _flag(mapping: Mapping, key: str) -> bool:
    return _FLAGS[mapping[key]] if key in mapping else False


def _limits(mapping: Mapping, type_name: str) -> Mapping:
    found: Mapping = {}
    for key, word in KEYWORDS.items():
        if word not in mapping or mapping[word] in _FLAGS:
            continue
        as_text = key in ("pattern", "format") or (type_name in _MOMENTS and key.endswith("mum"))
        found[key] = mapping[word] if as_text else _number(mapping[word])
    for closed, open_ in (("minimum", "exclusive_minimum"), ("maximum", "exclusive_maximum")):
        if mapping.get(KEYWORDS[open_]) == "true":
            found[open_] = found.pop(closed)
    return found


def _listed(values: list[str], type_name: str) -> list[Any]:
    """Return the values of a list that its field can hold: a whole number may have a decimal point."""
    if type_name == "boolean":
        return [_FLAGS[each] for each in values if each in _FLAGS]
    if type_name in ("json", "any"):
        return [_number(each) if isinstance(each, Bare) and _NUMBER.fullmatch(each) else str(each) for each in values]
    if type_name not in ("integer", "number"):
        return [str(each) for each in values]
    numbers = [_number(each) for each in values if _NUMBER.fullmatch(each)]
    whole = [int(each) if each == int(each) else each for each in numbers]
    return [each for each in whole if type_name == "number" or isinstance(each, int)]


def _common(mapping: Mapping, type_name: str, limits: Mapping, lists: list[list[str]]) -> Mapping:
    field: Mapping = {"type": type_name, "required": _flag(mapping, "required"), **_limits(limits, type_name)}
    if _flag(mapping, "unique"):
        field["unique"] = True
    if type_name == "array":
        field["items"] = {"type": "any", "required": False}
    if lists:
        kept = [each for each in lists[0] if all(each in other for other in lists)]
        field["enum"] = _listed(kept, type_name)
    return field


def _odcs_field(mapping: Mapping) -> Mapping:
    type_name = (
        _TYPE_OF[mapping.get("logicalType") or mapping["physicalType"]] if len(mapping.keys() & _TYPED) else "any"
    )
    options = mapping.get("logicalTypeOptions", {})
    lists = [each for each in map(_promised, mapping.get("quality", ())) if each]
    if "enum" in mapping:
        lists.append([each["value"] if isinstance(each, dict) else each for each in mapping["enum"]])
    field = _common(mapping, type_name, options, lists)
    if "name" in mapping:
        field["name"] = mapping["name"]
    if "properties" in mapping:
        field["fields"] = [_odcs_field(each) for each in _named(mapping["properties"])]
    if "items" in mapping:
        field["items"] = _odcs_field(mapping["items"])
    if type_name == "map":
        field |= {"keys": {**_odcs_field(mapping["map"]["key"]), "required": True}}
        field |= {"values": _odcs_field(mapping["map"]["value"])}
    if type_name == "vector":
        field |= {"dimensions": int(options["dimensions"]), "items": ELEMENTS[options.get("elementType", "float32")]}
    return field


_TYPED = {"logicalType", "physicalType"}
ELEMENTS: dict[str, Mapping] = {
    **{word: {"type": "number", "required": True} for word in ("bfloat16", "float16", "float32", "float64")},
    "int8": {"type": "integer", "required": True, "minimum": -128, "maximum": 127},
    "uint8": {"type": "integer", "required": True, "minimum": 0, "maximum": 255},
    "binary": {"type": "integer", "required": True, "minimum": 0, "maximum": 1},
}
"""What the elements of a vector are (v3.2, `elementType`)."""


def _named(properties: Any) -> list[Mapping]:
    return [{"name": name, **each} for name, each in properties.items()] if isinstance(properties, dict) else properties


def _promised(rule: Mapping) -> list[str] | None:
    """Return the values that a rule allows in every row; None for a rule that tolerates others, or is another."""
    if any(key.startswith("mustBe") and rule[key] != "0" for key in rule):
        return None
    if rule.get("metric") == "invalidValues" and rule.get("mustBe") == "0":
        return list(rule["arguments"]["validValues"])
    return list(rule["validValues"]) if rule.get("rule") == "validValues" else None


def _dcs_fields(fields: Mapping, definitions: Mapping) -> list[Mapping]:
    return [{"name": name, **_dcs_field(each, definitions)} for name, each in fields.items()]


def _dcs_field(mapping: Mapping, definitions: Mapping) -> Mapping:
    while "$ref" in mapping:
        name = mapping["$ref"].removeprefix("#/definitions/").replace("~1", "/").replace("~0", "~")
        mapping = {**definitions[name], **{key: value for key, value in mapping.items() if key != "$ref"}}
    type_name = _TYPE_OF[mapping["type"]] if "type" in mapping else "any"
    field = _common(mapping, type_name, mapping, [mapping["enum"]] if "enum" in mapping else [])
    if "fields" in mapping:
        field["fields"] = _dcs_fields(mapping["fields"], definitions)
    if "items" in mapping:
        field["items"] = _dcs_field(mapping["items"], definitions)
    return field
