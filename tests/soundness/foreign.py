"""Contracts of the study in foreign formats: ODCS, Data Contract Specification, dbt.

One meaning has many spellings, and each is drawn: block, flow, JSON, all quoted or nothing quoted that need not be,
merge keys, references, lists and mappings by name, both words for valid values, both spellings of an open bound.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar

import yaml

from .generate import written
from .judge import KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .judge import Mapping

FILE, OBJECT = "sales", "orders"
V3_2 = "v3.2.0"
# Words of the specification for one stored type: another one would be a physical_type_changed of its own.
DCS_TYPES: dict[str, tuple[str, ...]] = {
    "string": ("string", "text", "varchar"),
    "integer": ("integer", "int"),
    "number": ("number", "decimal", "numeric"),
    "timestamp": ("timestamp", "timestamp_tz"),
    "json": ("json",),
    "object": ("object", "record", "struct"),
}
DBT_TYPES: dict[str, tuple[str, ...]] = {
    "string": ("text", "varchar", "string"),
    "integer": ("integer", "bigint"),
    "number": ("numeric", "double precision"),
    "timestamp": ("timestamp", "timestamptz"),
    "json": ("json", "variant"),
}
_SIMPLE = re.compile(r"[a-z_]+\Z")
_ABOUT = ("description", "deprecated")


class _Merge(str):
    """The merge key, which is no text."""

    __slots__ = ()


class _Ordinary(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Quotes what a YAML 1.1 reader would not see as text."""


class _Bare(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Quotes only nulls and what is no plain scalar at all: `NO`, `1.10` and `2024-01-01` stay bare."""

    yaml_implicit_resolvers: ClassVar[Mapping] = {}


_Bare.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""])
_Bare.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"<<\Z"), ["<"])
for _dumper in (_Ordinary, _Bare):
    _dumper.add_representer(_Merge, lambda dumper, key: dumper.represent_scalar("tag:yaml.org,2002:merge", str(key)))
for _type in (int, float, bool):
    _Bare.add_representer(_type, lambda dumper, one: dumper.represent_str(json.dumps(one)))

STYLES: dict[str, Callable[[Mapping], str]] = {
    "block": lambda drawn: _dumped(drawn, _Ordinary),
    "flow": lambda drawn: _dumped(drawn, _Ordinary, default_flow_style=True, allow_unicode=False),
    "bare": lambda drawn: _dumped(drawn, _Bare),
    "bare flow": lambda drawn: _dumped(drawn, _Bare, default_flow_style=True),
    "quoted": lambda drawn: _dumped(drawn, _Bare, default_style='"'),
    "json": lambda drawn: json.dumps(drawn, ensure_ascii=False, indent=1),
}
_WITH_MERGES = ("block", "flow", "bare", "bare flow")


def _dumped(drawn: Mapping, dumper: Any, **options: Any) -> str:
    return yaml.dump(drawn, Dumper=dumper, **{"sort_keys": False, "allow_unicode": True, "width": 4096, **options})


@dataclass
class Writer:
    """Writes one document: what is drawn on the way, and the definitions that fields refer to."""

    rng: Random
    edition: str = ""
    tolerant_rules: bool = True
    definitions: Mapping = field(default_factory=dict)
    mappings: list[Mapping] = field(default_factory=list)

    def by_chance(self, share: float) -> bool:
        """Whether something is done this time."""
        return self.rng.random() < share

    def text(self, drawn: Mapping) -> bytes:
        """Return the document in one of the styles, at times with parts of it merged in from elsewhere."""
        style = self.rng.choice(list(STYLES))
        if style in _WITH_MERGES and self.mappings and self.by_chance(0.4):
            mergeable = [each for each in self.mappings if "<<" not in each]
            shared = [self._shared(each) for each in self.rng.sample(mergeable, min(2, len(mergeable)))]
            drawn = {"x-shared": shared, **drawn}
        return STYLES[style](drawn).encode()

    def _shared(self, mapping: Mapping) -> Mapping:
        keys = [key for key in mapping if key not in ("name", _Merge("<<"))]
        base = {key: mapping.pop(key) for key in self.rng.sample(keys, self.rng.randint(0, len(keys)))}
        mapping[_Merge("<<")] = base
        if base and self.by_chance(0.3):  # own keys of a mapping override merged ones
            key = self.rng.choice(list(base))
            mapping[key] = base[key]
            base[key] = "not this" if isinstance(base[key], str) else ["not this"]
        return base

    def limits(self, drawn: Mapping) -> Mapping:
        """Return constraints under the words that all foreign formats share, open bounds in either form."""
        mapping: Mapping = {word: drawn[key] for key, word in KEYWORDS.items() if key in drawn}
        for closed, open_ in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if open_ in mapping and closed not in mapping and self.by_chance(0.4):
                mapping[closed], mapping[open_] = mapping[open_], True
            elif closed in mapping and open_ not in mapping and self.by_chance(0.15):
                mapping[open_] = False
        return mapping

    def about(self, drawn: Mapping) -> Mapping:
        """Return the keys that all formats share: required (false by default), unique, descriptions."""
        mapping = {key: drawn[key] for key in _ABOUT if key in drawn}
        if drawn.get("required", True) or self.by_chance(0.3):
            mapping["required"] = drawn.get("required", True)
        if "unique" in drawn:
            mapping["unique"] = drawn["unique"]
        return mapping


def as_native(contract: Mapping, rng: Random) -> bytes:
    """Return the contract in dcr's own format, under the id that the other formats give it."""
    return written({**contract, "dataset_id": f"{FILE}/{OBJECT}", "owners": [{"team": "sales"}]}, rng)


def as_odcs(contract: Mapping, rng: Random, *, tolerant_rules: bool = True) -> bytes:
    """Return the contract as an Open Data Contract Standard document, v3.0 or v3.1."""
    return _odcs(contract, Writer(rng, rng.choice(("v3.0.0", "v3.0.2", "v3.1.0")), tolerant_rules))


def as_odcs_3_2(contract: Mapping, rng: Random) -> bytes:
    """Return the contract as a document of v3.2, with its maps, vectors and enum objects."""
    return _odcs(contract, Writer(rng, V3_2))


def _odcs(contract: Mapping, writer: Writer) -> bytes:
    properties = [{"name": each["name"], **_property(writer, each)} for each in contract["fields"]]
    key = contract.get("primary_key", ())
    for each in properties:
        if each["name"] in key:
            each |= {"primaryKey": True, "primaryKeyPosition": key.index(each["name"]) + 1}
    found = {"name": OBJECT, "properties": _by_name(writer, properties)}
    drawn = {
        "kind": "DataContract", "apiVersion": writer.edition, "id": FILE,
        "version": contract["version"], "status": "active", "team": {"name": "sales"}, "schema": [found],
    }  # fmt: skip
    return writer.text(drawn)


def _by_name(writer: Writer, properties: list[Mapping]) -> Any:
    """Return properties as the list they are in the standard, or now and then as the mapping people also write."""
    writer.mappings += properties
    if not writer.by_chance(0.15):
        return properties
    named = {each.pop("name"): each for each in properties}
    writer.mappings.append(named)
    return named


def _property(writer: Writer, drawn: Mapping) -> Mapping:
    mapping: Mapping = writer.about(drawn)
    if drawn["type"] == "json":
        mapping["physicalType"] = "json"
    elif drawn["type"] != "any":
        mapping["logicalType"] = drawn["type"]
    options = writer.limits(drawn)
    if drawn["type"] == "vector":
        options = {"dimensions": drawn["dimensions"], **_elements(writer, drawn["element_type"])}
    if options:
        mapping["logicalTypeOptions"] = options
    rules = _tolerant_rules(drawn) if writer.tolerant_rules else []
    if "enum" in drawn:
        mapping |= _allowed_values(writer, drawn["enum"])
    if rules:
        mapping["quality"] = [*rules, *mapping.get("quality", ())]
    if drawn["type"] == "map":
        key = {name: each for name, each in drawn["keys"].items() if name != "required"}
        mapping["map"] = {"key": _property(writer, key), "value": _property(writer, drawn["values"])}
    if "fields" in drawn:
        inner = [{"name": each["name"], **_property(writer, each)} for each in drawn["fields"]]
        mapping["properties"] = _by_name(writer, inner)
    if "items" in drawn and drawn["type"] == "array":
        mapping["items"] = _property(writer, drawn["items"])
    return mapping


def _elements(writer: Writer, element_type: str) -> Mapping:
    """Return what a vector is made of, and words that change no row."""
    mapping = {} if element_type == "float32" and writer.by_chance(0.5) else {"elementType": element_type}
    return {**mapping, "embeddingModel": "text-small"} if writer.by_chance(0.3) else mapping


def _allowed_values(writer: Writer, values: list[Any]) -> Mapping:
    """Return a rule, or in v3.2 mostly the values themselves: objects, or plain as older files have them."""
    if writer.edition != V3_2 or writer.by_chance(0.2):
        return {"quality": _rules(writer, values)}
    if writer.by_chance(0.2):
        return {"enum": values}
    return {"enum": [{"value": each, **({"label": f"No. {n}"} if n % 3 == 1 else {})} for n, each in enumerate(values)]}


def _tolerant_rules(drawn: Mapping) -> list[Mapping]:
    """Return rules that promise nothing about every row, the same for a field on both sides."""
    rng = Random(str(drawn.get("name")))
    null_values = {"metric": "nullValues", "mustBeLessThan": 5, "unit": "percent"}
    invalid_values = {"metric": "invalidValues", "mustBeLessThan": 5, "arguments": {"validValues": [4321]}}
    return [rule for rule in (null_values, invalid_values) if "name" in drawn and rng.random() < 0.15]


def _rules(writer: Writer, values: list[Any]) -> list[Mapping]:
    """Return rules that allow some values: v3.1's or v3.0's."""
    rules: list[Mapping] = []
    if writer.by_chance(0.2):  # two promises: what both allow
        more = [each for each in ("spare", 4321, True) if each not in values and type(each) is type(values[0])]
        rules.append({"metric": "invalidValues", "mustBe": 0, "arguments": {"validValues": [*more, *values]}})
    modern = {"metric": "invalidValues", "mustBe": 0, "arguments": {"validValues": values}}
    older = {"rule": "validValues", "validValues": values, **({"mustBe": 0} if writer.by_chance(0.5) else {})}
    return [*rules, modern if writer.by_chance(0.6) else older]


def as_dcs(contract: Mapping, rng: Random) -> bytes:
    """Return the contract as a Data Contract Specification document, parts of it as definitions."""
    writer = Writer(rng)
    fields = {each["name"]: _dcs_field(writer, each) for each in contract["fields"]}
    model: Mapping = {"fields": fields}
    key = list(contract.get("primary_key", ()))
    if key and (key != [name for name in fields if name in key] or writer.by_chance(0.5)):
        model["primaryKey"] = key
    else:
        for name in key:
            fields[name]["primaryKey"] = True
    # What is merged in comes first, and the fields' own order would be the key's.
    writer.mappings += [*fields.values(), *([fields] if len(key) < 2 or "primaryKey" in model else [])]
    drawn = {
        "dataContractSpecification": rng.choice(("0.9.3", "1.1.0", "1.2.1")), "id": FILE,
        "info": {"version": contract["version"], "status": "active", "owner": "sales"}, "models": {OBJECT: model},
    }  # fmt: skip
    return writer.text({**drawn, **({"definitions": writer.definitions} if writer.definitions else {})})


def _dcs_field(writer: Writer, drawn: Mapping) -> Mapping:
    mapping: Mapping = {**writer.about(drawn), **writer.limits(drawn)}
    if drawn["type"] != "any":
        mapping["type"] = writer.rng.choice(DCS_TYPES.get(drawn["type"], (drawn["type"],)))
    if "enum" in drawn:
        mapping["enum"] = drawn["enum"]
    if "fields" in drawn:
        mapping["fields"] = {each["name"]: _dcs_field(writer, each) for each in drawn["fields"]}
        writer.mappings.append(mapping["fields"])
    if "items" in drawn:
        mapping["items"] = _dcs_field(writer, drawn["items"])
    return _defined(writer, mapping) if writer.by_chance(0.2) else mapping


def _defined(writer: Writer, mapping: Mapping) -> Mapping:
    """Return a reference to a definition of a field, with some keys of the field itself."""
    kept = {key: mapping.pop(key) for key in list(mapping) if writer.by_chance(0.3)}
    for key in kept.keys() & {"maxLength", "required", "minimum"}:
        mapping[key] = {"maxLength": 7, "required": not kept[key], "minimum": -7}[key]  # overridden by the field
    if writer.by_chance(0.2):
        mapping = _defined(writer, mapping)
    name = f"part {len(writer.definitions)}/~" if writer.by_chance(0.5) else f"part_{len(writer.definitions)}"
    writer.definitions[name] = mapping
    return {"$ref": f"#/definitions/{name.replace('~', '~0').replace('/', '~1')}", **kept}


def reduce_to_dbt(contract: Mapping) -> Mapping:
    """Return as much of a contract as dbt supports: names, types, which are required, unique, and the key."""
    fields = []
    for each in contract["fields"]:
        unique = {"unique": True} if each.get("unique") else {}
        fields.append({**_typed(each), "required": each.get("required", True), **unique})
    return {**{key: each for key, each in contract.items() if key != "fields"}, "fields": fields}


def _typed(drawn: Mapping) -> Mapping:
    kept: Mapping = {key: drawn[key] for key in ("name", "type") if key in drawn}
    if drawn["type"] == "object":
        named = [_typed({**each, "required": False}) for each in drawn["fields"] if _SIMPLE.match(each["name"])]
        return {**kept, "required": False, "fields": named or [{"name": "none", "type": "json", "required": False}]}
    if drawn["type"] == "array":
        return {**kept, "required": False, "items": _typed(drawn["items"])}
    return {**kept, "required": False}


def as_dbt(contract: Mapping, rng: Random) -> bytes:
    """Return a contract as a dbt model with an enforced contract."""
    writer = Writer(rng)
    rules: list[Mapping] = []
    columns = []
    key = contract.get("primary_key", ())
    in_order = list(key) == [each["name"] for each in contract["fields"] if each["name"] in key]
    of_columns = in_order and writer.by_chance(0.5)
    for each in contract["fields"]:
        name = each["name"]
        words = [] if not each["required"] or name in key else ["not_null"]
        words += ["unique"] if each.get("unique") else []
        words += ["primary_key"] if of_columns and name in key else []
        here = [word for word in words if word == "primary_key" or writer.by_chance(0.7)]
        rules += [{"type": word, "columns": [name]} for word in words if word not in here]
        columns.append({"name": name, "data_type": _dbt_type(writer, each), "constraints": [{"type": w} for w in here]})
    if key and not of_columns:
        rules.append({"type": "primary_key", "columns": list(key)})
    config = {"contract": {"enforced": True}, "group": "sales"}
    writer.mappings += columns
    return writer.text({"models": [{"name": OBJECT, "config": config, "constraints": rules, "columns": columns}]})


def _dbt_type(writer: Writer, drawn: Mapping) -> str:
    if drawn["type"] == "object":
        inner = ", ".join(f"{each['name']}: {_dbt_type(writer, each)}" for each in drawn["fields"])
        return f"struct<{inner}>"
    if drawn["type"] == "array":
        return f"array<{_dbt_type(writer, drawn['items'])}>"
    return writer.rng.choice(DBT_TYPES.get(drawn["type"], (drawn["type"],)))
