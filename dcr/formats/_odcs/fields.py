"""Reads the properties of an object of the Open Data Contract Standard as fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.contract.terms import COLUMN, MEASURE, NO_FIELD_TERMS, FieldTerms
from dcr.formats._foreign.fields import (
    apply_exclusive_flags,
    build_field,
    read_constraints,
    read_enum,
    with_map_parts,
)
from dcr.formats._foreign.mapping import SourceMapping
from dcr.formats._foreign.nodes import format_canonical
from dcr.formats._foreign.stored_types import MAP_PARTS, LogicalType
from dcr.formats._odcs import terms
from dcr.formats._odcs.types import build_vector_element, derive_type, read_dimensions, read_embedding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.contract import Field
    from dcr.parsing.location import Location

OPTION_KEYS = {
    "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern", "format": "format",
    "minimum": "minimum", "maximum": "maximum", "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum", "multiple_of": "multipleOf", "min_items": "minItems",
    "max_items": "maxItems", "unique_items": "uniqueItems", "min_properties": "minProperties",
    "max_properties": "maxProperties", "timezone": "timezone", "default_timezone": "defaultTimezone",
}  # fmt: skip
_ALL_OPTION_KEYS = {
    **OPTION_KEYS, "dimensions": "dimensions", "embedding_model": "embeddingModel",
    "embedding_model_version": "embeddingModelVersion", "distance_metric": "distanceMetric", "normalized": "normalized",
}  # fmt: skip
_TERM_KEYS = {
    "physical_name": "physicalName", "encrypted_name": "encryptedName", "semantic_type": "semanticType",
    "logic": "transformLogic",
}  # fmt: skip
_KEY_NAMES = {
    **{key: f"logicalTypeOptions.{word}" for key, word in _ALL_OPTION_KEYS.items()},
    **_TERM_KEYS,
    "type": "logicalType", "physical_type": "physicalType", "fields": "properties", "items": "items",
    "enum": "enum", "required": "required", "unique": "unique", "primary_key": "primaryKey",
}  # fmt: skip
_KEY_NAMES_V2 = {
    **{key: f"logicalTypeOptions.{word}" for key, word in _ALL_OPTION_KEYS.items()},
    **_TERM_KEYS,
    "type": "logicalType", "physical_type": "physicalType", "required": "isNullable", "unique": "isUnique",
    "fields": "columns", "enum": "quality", "deprecated": "description",
}  # fmt: skip
_ENUM_NOTE_KEYS = ("description", "label", "tags")


class Edition(NamedTuple):
    """How a file writes its properties, and the collector of their terms.

    `uses_columns` is whether they are the columns of v2, `deprecated_key` the key that marks one as deprecated.
    """

    collector: terms.FieldTermCollector
    uses_columns: bool = False
    deprecated_key: str = "customProperties"


def read_fields(
    mapping: SourceMapping, key: str, edition: Edition, *, required: frozenset[str] = frozenset()
) -> tuple[Field, ...]:
    """Return the fields of a list of properties, or of columns in v2, each name once.

    `required` lists the names that the parent object requires.
    """
    fields_by_name: dict[str, Field] = {}
    for name, item in mapping.named_mappings(key, "column" if edition.uses_columns else "name"):
        label = name or item.text("name", "column")
        if not label:
            item.notes.add(item.locate(), "a property has no name, and is not compared", "add name")
            continue
        field = read_field(label, item, edition)
        if label in fields_by_name:
            location = field.section.locate() if field.section else item.locate()
            item.notes.add(location, f"duplicate property '{label}'; only the first is compared", "rename one of them")
            continue
        fields_by_name[label] = replace(field, required=True) if label in required else field
    return tuple(fields_by_name.values())


def read_field(name: str, mapping: SourceMapping, edition: Edition) -> Field:
    """Return a property as a field; the element of an array has no name."""
    mapping.notes.enter_field(name)
    field = _build_field(name, mapping, edition)
    mapping.notes.leave_field()
    return field


def _build_field(name: str, mapping: SourceMapping, edition: Edition) -> Field:
    kind = derive_type(mapping)
    mapping.count_columns(name, kind.column_count)
    options = mapping.mapping("logicalTypeOptions")
    value_rules = list(_list_value_rules(mapping)) if "quality" in mapping else []
    rules = [arguments for _, arguments in value_rules]
    enum, enum_location, enum_key = _read_enum(mapping, options, rules, kind.name)
    pattern_location = pattern_rule = None
    constraints: dict[str, Any] = {}
    if options is not None:
        constraints = read_constraints(options, OPTION_KEYS, kind.name)
        constraints = apply_exclusive_flags(options, constraints, "exclusiveMinimum", "exclusiveMaximum")
    if rules and "pattern" not in constraints and kind.name == "string":
        pattern_rule = next((arguments for arguments in rules if arguments.text("pattern")), None)
        if pattern_rule is not None:
            constraints = {**constraints, "pattern": pattern_rule.text("pattern")}
            pattern_location = pattern_rule.locate("pattern")
    field_rules = [rule for rule, arguments in value_rules if arguments is pattern_rule or "pattern" not in arguments]
    edition.collector.collect(mapping, field_rules)  # a pattern that is not the field's belongs to the rule
    if mapping.flag("unique", "isUnique"):
        constraints["unique"] = True
    if kind.name == "vector":
        constraints.update(read_dimensions(mapping, options))
    # In v2 a column is not nullable by default, but its examples were migrated to v3 as if there was no default.
    required = mapping.flag("isNullable") is False if edition.uses_columns else mapping.flag("required")
    values = {
        "description": mapping.text("description"),
        "deprecated": terms.is_deprecated(mapping),
        "enum": enum,
        "constraints": constraints,
        "terms": _read_terms(mapping, options),
    }
    locations = (
        ("enum", enum_location),
        ("pattern", pattern_location),
        ("deprecated", terms.locate_deprecated(mapping)),
    )
    key_names = _select_key_names(mapping, kind, edition)
    if enum_key == "validValues":
        key_names = {**key_names, "enum": f"quality.{enum_key}"}
    section = mapping.section(key_names, {key: location for key, location in locations if location} or None)
    field = build_field(name, kind, section, required=bool(required), values=values)
    return _with_nested(field, mapping, options, edition._replace(uses_columns=False))


def _select_key_names(mapping: SourceMapping, kind: LogicalType, edition: Edition) -> dict[str, str]:
    """Return the standard's key names; the type, or what is nested in it, may be written in `physicalType`."""
    key_names = _KEY_NAMES_V2 if edition.uses_columns else {**_KEY_NAMES, "deprecated": edition.deprecated_key}
    if "quality" in mapping and "enum" not in mapping:
        key_names = {**key_names, "enum": "quality"}
    has_type_key = "logicalType" in mapping or "physicalType" not in mapping
    if has_type_key and (not kind.fields or "properties" in mapping or "map" in mapping):
        return key_names
    return {**key_names, **({} if has_type_key else {"type": "physicalType"}), "fields": "physicalType"}


def _with_nested(field: Field, mapping: SourceMapping, options: SourceMapping | None, edition: Edition) -> Field:
    if field.type == "object" and "properties" in mapping:
        required = frozenset(options.texts("required")) if options and "required" in options else frozenset()
        return replace(field, fields=read_fields(mapping, "properties", edition, required=required))
    if field.type == "map":
        return _with_map_parts(field, mapping, edition)
    if field.type == "vector":
        return replace(field, items=build_vector_element(mapping, options))
    items = mapping.mapping("items")
    if field.type == "array" and items is not None:
        return replace(field, items=read_field("", items, edition))
    return field


def _with_map_parts(field: Field, mapping: SourceMapping, edition: Edition) -> Field:
    """Return a map field with its keys and values."""
    parts = mapping.mapping("map")
    if parts is None:
        if "map" in mapping or field.physical_type is None:
            mapping.notes.add(
                mapping.locate("map"), "a map does not define its keys and values, which are not compared", "add map"
            )
        return field
    fields_by_name = {}
    for name, key in zip(MAP_PARTS, ("key", "value"), strict=True):
        part = parts.mapping(key)
        if part is not None:
            fields_by_name[name] = read_field(name, part, edition)
        else:
            message = f"the map has no {key}, which is compared as any type"
            parts.notes.add(parts.locate(key), message, f"add {key}")
    return with_map_parts(field, fields_by_name)


def _read_terms(mapping: SourceMapping, options: SourceMapping | None) -> FieldTerms | None:
    """Return the terms of a property; its logic counts only if it is a measure."""
    semantic_type = (mapping.text("semanticType") or COLUMN).strip().lower()
    field_terms = FieldTerms(
        physical_name=mapping.text("physicalName"),
        encrypted_name=mapping.text("encryptedName"),
        semantic_type=semantic_type,
        logic=" ".join((mapping.text("transformLogic") or "").split()) or None if semantic_type == MEASURE else None,
        embedding=read_embedding(options),
        enum_notes=_read_enum_notes(mapping) if "enum" in mapping else "",
    )
    return field_terms if field_terms != NO_FIELD_TERMS else None


def _list_value_rules(mapping: SourceMapping) -> Iterator[tuple[SourceMapping, SourceMapping]]:
    for _, rule in mapping.named_mappings("quality", "name"):
        if rule.text("metric", "rule") in ("invalidValues", "validValues") and _allows_no_exception(rule):
            for holder in (rule.mapping("arguments"), rule):
                if holder and ("validValues" in holder or "pattern" in holder):
                    yield rule, holder
                    break


def _allows_no_exception(rule: SourceMapping) -> bool:
    limits = [key for key in rule.pairs if key.startswith("must")]
    return all(key in ("mustBe", "mustBeLessOrEqualTo") and rule.number(key) == 0 for key in limits)


def _read_enum(
    mapping: SourceMapping, options: SourceMapping | None, rules: list[SourceMapping], type_name: str
) -> tuple[tuple[Any, ...] | None, Location | None, str | None]:
    """Return the values that all lists of valid values share, and the location and key of the first list."""
    holders = [*rules, *(() if options is None else (options,)), mapping]
    candidates = [
        (holder, key) for holder in holders for key in ("validValues", "enum") if holder.pairs.get(key) is not None
    ]
    lists = [(holder, key, _list_value_nodes(holder, key)) for holder, key in candidates]
    lists = [(holder, key, nodes) for holder, key, nodes in lists if nodes]
    if not lists:
        return None, None, None
    values = [read_enum(nodes, type_name, mapping) for _, _, nodes in lists]
    first_holder, key, _ = lists[0]
    shared = tuple(value for value in values[0] if all(value in listed for listed in values))
    if not shared and all(values):
        message = "the lists of valid values have no value in common, so no value is valid"
        mapping.notes.add(first_holder.locate(key), message, "keep one list, or write the same values in each")
    return shared, first_holder.locate(key), key


def _list_value_nodes(mapping: SourceMapping, key: str) -> list[Any]:
    """Return the nodes of allowed values, both of plain values and of entries with a value (v3.2, RFC 0033)."""
    node = mapping.pairs[key]
    if node.id != "sequence" or all(item.id == "scalar" for item in node.value):
        return mapping.nodes(key)
    values: dict[str, Any] = {}
    for item in node.value:
        entry = SourceMapping(mapping.path, item, mapping.notes) if item.id == "mapping" else None
        value = entry.pairs.get("value") if entry else item
        if value is None or value.id != "scalar":
            location = entry.locate("value") if entry else mapping.locate(key)
            mapping.notes.add(
                location, f"an entry of {key} has no value, and is not compared", "write value: and a single value"
            )
        elif value.value in values and entry is not None:
            mapping.notes.add(entry.locate("value"), f"duplicate value '{value.value}' in {key}", "remove one of them")
        else:
            values[value.value] = value
    return list(values.values())


def _read_enum_notes(mapping: SourceMapping) -> str:
    """Return the descriptions of the values, sorted by value: they are for people, and no row depends on them."""
    notes = {}
    for node in mapping.pairs["enum"].value if mapping.pairs["enum"].id == "sequence" else ():
        if node.id != "mapping":
            continue
        entry = SourceMapping(mapping.path, node, mapping.notes)
        texts = {key: format_canonical(entry.pairs[key]) for key in _ENUM_NOTE_KEYS if key in entry}
        if texts:
            notes[entry.text("value") or ""] = "; ".join(f"{key}: {text}" for key, text in texts.items())
    return "\n".join(f"{value}: {text}" for value, text in sorted(notes.items()))
