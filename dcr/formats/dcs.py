"""Reads the Data Contract Specification, 0.9 to 1.2: each entry of `models` is a dataset `<id>/<model>`.

Source: datacontract-specification.com; docs/formats.md names the sections.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import ANY_TYPE, COMPLETENESS_KEY, UNRESOLVED_TYPE, Contract, Field, Owner
from dcr.formats._dcs import terms
from dcr.formats._dcs.definitions import Definitions
from dcr.formats._foreign.fields import (
    apply_exclusive_flags,
    build_field,
    read_constraints,
    read_enum,
    read_unique_mappings,
    with_map_parts,
)
from dcr.formats._foreign.lifecycle import read_status_word
from dcr.formats._foreign.mapping import SourceMapping
from dcr.formats._foreign.notes import Notes
from dcr.formats._foreign.stored_types import MAP_PARTS, LogicalType, normalize_stored_type, parse_stored_type
from dcr.formats.completeness import has_completeness_mark
from dcr.formats.parsed_file import DatasetList, ParsedFile, Problem, convert_notes
from dcr.formats.parts import find_dataset_entries

if TYPE_CHECKING:
    from yaml import MappingNode

    from dcr.parsing.location import Location

NAME = "dcs"
_CONSTRAINT_KEYS = {
    "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern", "format": "format",
    "minimum": "minimum", "maximum": "maximum", "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum", "multiple_of": "multipleOf", "unique": "unique",
    "min_items": "minItems", "max_items": "maxItems",
}  # fmt: skip
_FIELD_KEYS = {**_CONSTRAINT_KEYS, "primary_key": "primaryKey", "deprecated": "description", "physical_type": "type"}
_FIELD_KEYS_OLD = {**_FIELD_KEYS, "pattern": "regex"}
_FILE_KEYS = {
    "dataset_id": "id", "version": "info.version", "status": "info.status", "owners": "info.owner",
    "freshness_sla": "servicelevels", "service_levels": "servicelevels", "servers": "servers",
}  # fmt: skip


def detect(root: MappingNode) -> bool:
    """Return whether the file has the version of the specification."""
    return any(key.value == "dataContractSpecification" for key, _ in root.value)


def find_dataset_id(root: MappingNode) -> str | None:
    """Return None: one file has many datasets."""
    del root
    return None


def list_parts(root: MappingNode) -> DatasetList | None:
    """Return the models if each has a name: what they share is in other parts of the file."""
    entries = find_dataset_entries(root, "models")
    if entries is None or entries[0][1].id != "mapping" or not all(key.value for key, _ in entries[0][1].value):
        return None
    info = SourceMapping("", root, Notes()).mapping("info")
    version = (info.text("version") if info else None) or ""
    return DatasetList(entries[0], version, info.pairs.get("version") if info else None)


def read(path: str, root: MappingNode) -> ParsedFile:
    """Return a contract for each model of the file, and notes on what is not understood."""
    notes = Notes()
    root_mapping = SourceMapping(path, root, notes)
    file_id = root_mapping.text("id")
    if file_id is None:
        problem = Problem(root_mapping.locate(), "id is missing", "add id: it identifies the contract in its history")
        return ParsedFile(path, NAME, problems=(problem,))
    version = root_mapping.text("dataContractSpecification") or ""
    if not re.match(r"(0\.9|1\.[0-2])(\.|$)", version):
        message = f"unknown dataContractSpecification '{version}', read as 1.2"
        hint = "known versions: 0.9 to 1.2; compare new keys by hand"
        notes.add(root_mapping.locate("dataContractSpecification"), message, hint, is_persistent=True)
    definitions = Definitions(root_mapping.mapping("definitions"))
    contracts = tuple(
        _build_contract(root_mapping, f"{file_id}/{name}", model, definitions)
        for name, model in read_unique_mappings(root_mapping, "models")
    )
    notes.dataset_id = None
    if not contracts:
        notes.add(
            root_mapping.locate("models"),
            "the file has no models, so nothing is compared",
            "add models",
            is_persistent=True,
        )
    size = (notes.columns, notes.datasets, definitions.followed_count)
    return ParsedFile(path, NAME, contracts, convert_notes(notes), file_id, root_mapping.locate("models"), size=size)


def _build_contract(
    root_mapping: SourceMapping, dataset_id: str, model_mapping: SourceMapping, definitions: Definitions
) -> Contract:
    root_mapping.notes.count_dataset(model_mapping.locate(), dataset_id)
    info = root_mapping.mapping("info")
    model, enclosing = definitions.resolve(model_mapping, ())
    columns = list(read_unique_mappings(model, "fields"))
    name = dataset_id.rpartition("/")[2]
    collector = terms.FieldTermCollector(name)
    context = _FieldContext(definitions, collector)
    fields = tuple(_read_named_field(name, column, context, enclosing) for name, column in columns)
    if not columns:
        message = "the model has no fields, so nothing of it is compared"
        root_mapping.notes.add(model.locate("fields"), message, "list its fields", is_persistent=True)
    key_columns = tuple(name for name, column in columns if column.flag("primaryKey", "primary"))
    owner = info.text("owner") if info else None
    freshness, freshness_key = terms.read_freshness(root_mapping, name)
    return Contract(
        dataset_id=dataset_id,
        version=(info.text("version") if info else None) or "",
        fields=fields,
        description=model.text("description"),
        status=read_status_word(info) if info else "active",
        primary_key=tuple(model.texts("primaryKey")) or key_columns,
        owners=(Owner(owner, _read_contact(info)),) if owner else (),
        freshness_sla=freshness,
        section=root_mapping.section({**_FILE_KEYS, "freshness_sla": freshness_key}),
        dataset_section=model.section(
            {"primary_key": "primaryKey"}, None if "primaryKey" in model else _locate_key_flags(columns, key_columns)
        ),
        format=NAME,
        has_status=info is not None and info.text("status") is not None,
        terms=terms.read_terms(root_mapping, model, collector),
        consumers_complete=any(has_completeness_mark(part, COMPLETENESS_KEY) for part in (root_mapping, model_mapping)),
    )


def _locate_key_flags(columns: list[tuple[str, SourceMapping]], key_columns: tuple[str, ...]) -> dict[str, Location]:
    """Return the locations of the flags that make fields part of the primary key."""
    flags = {}
    for name, column in columns:
        flag = next((flag for flag in ("primaryKey", "primary") if flag in column), None)
        if flag:
            flags[f"primary_key.{name}"] = column.locate(flag)
    return flags | {"primary_key": flags[f"primary_key.{key_columns[0]}"]} if key_columns else flags


def _read_contact(info: SourceMapping | None) -> str | None:
    contact = info.mapping("contact") if info else None
    return contact.text("email", "url", "name") if contact else None


class _FieldContext(NamedTuple):
    """What reading a field needs from its file: the definitions, and the collector of the terms of fields."""

    definitions: Definitions
    collector: terms.FieldTermCollector


def _read_named_field(
    name: str, mapping: SourceMapping, context: _FieldContext, enclosing: tuple[str, ...] = ()
) -> Field:
    mapping.notes.enter_field(name)
    field = _build_field(name, mapping, context, enclosing)
    mapping.notes.leave_field()
    return field


def _build_field(name: str, field_mapping: SourceMapping, context: _FieldContext, enclosing: tuple[str, ...]) -> Field:
    mapping, enclosing = context.definitions.resolve(field_mapping, enclosing)
    context.collector.collect(mapping)
    kind = _derive_type(mapping, context.definitions)
    field_mapping.count_columns(name, kind.column_count)
    constraints = read_constraints(mapping, _CONSTRAINT_KEYS, kind.name)
    if "pattern" not in constraints and mapping.text("regex"):
        constraints["pattern"] = mapping.text("regex")  # the name of the key up to 0.9.2
    constraints = apply_exclusive_flags(mapping, constraints, "exclusiveMinimum", "exclusiveMaximum")
    values = {
        "description": mapping.text("description"),
        "deprecated": bool(mapping.flag("deprecated")),
        "enum": read_enum(mapping.nodes("enum"), kind.name, mapping) if mapping.nodes("enum") else None,
        "constraints": constraints,
    }
    field = build_field(
        name,
        kind,
        mapping.section(_select_key_names(mapping, kind)),
        required=bool(mapping.flag("required")),
        values=values,
    )
    if kind.name == "map":  # its keys and values are compared, and no rows are generated for it
        parts = {
            part: _read_named_field(part, entry, context, enclosing)
            for part in MAP_PARTS
            if (entry := mapping.mapping(part))
        }
        return with_map_parts(field, parts)
    if field.type == "object" and "fields" in mapping:
        nested = tuple(
            _read_named_field(nested_name, nested_mapping, context, (*enclosing, ""))
            for nested_name, nested_mapping in read_unique_mappings(mapping, "fields")
        )
        return replace(field, fields=nested)
    items = mapping.mapping("items")
    if field.type == "array" and items is not None:
        return replace(field, items=_read_named_field("", items, context, (*enclosing, "")))
    return field


def _select_key_names(mapping: SourceMapping, kind: LogicalType) -> dict[str, str]:
    key_names = _FIELD_KEYS_OLD if "regex" in mapping and "pattern" not in mapping else _FIELD_KEYS
    digits = next((key for key in _DIGIT_KEYS if key in mapping), None) if "(" in (kind.stored or "") else None
    if kind.name == UNRESOLVED_TYPE:
        return {**key_names, "type": "$ref"}
    return {**key_names, "physical_type": digits} if digits else key_names


def _derive_type(mapping: SourceMapping, definitions: Definitions) -> LogicalType:
    type_text = mapping.text("type")
    if type_text is not None:
        kind = _normalize_type(parse_stored_type(type_text))
        if kind.stored != _DECIMAL or not any(key in mapping for key in _DIGIT_KEYS):
            return kind
        digits = _format_digits(mapping)
        return kind._replace(
            stored=normalize_stored_type(f"{_DECIMAL}{digits}"),
            written_stored_type=f"{kind.written_stored_type}{digits}",
        )
    if "fields" in mapping:
        return LogicalType("object")
    if "items" in mapping:
        return LogicalType("array")
    reference = mapping.text("$ref")
    dangling = reference is not None and definitions.find(reference) is None
    return LogicalType(UNRESOLVED_TYPE if dangling else ANY_TYPE, is_known=False)


def _normalize_type(kind: LogicalType) -> LogicalType:
    """Return a type with the first of its synonyms ("Data Types"), including nested types."""
    name, opening, digits = (kind.stored or "").partition("(")
    stored = f"{_SYNONYMS.get(name, name)}{opening}{digits}"
    return kind._replace(
        # A decimal with digits is a number even if its scale is 0, as with the keys `precision` and `scale`.
        name="number" if stored.startswith(f"{_DECIMAL}(") else kind.name,
        stored=stored,
        fields=tuple((name, _normalize_type(nested)) for name, nested in kind.fields),
        items=_normalize_type(kind.items) if kind.items else None,
    )


def _format_digits(mapping: SourceMapping) -> str:
    """Return the digits of a decimal as written in its type; the defaults are the same for both."""
    precision, scale = (mapping.number(key) for key in _DIGIT_KEYS)
    return f"({38 if precision is None else precision}{'' if scale is None else f',{scale}'})"


_DECIMAL = "decimal"
_DIGIT_KEYS = ("precision", "scale")
_SYNONYMS = {
    "text": "string", "varchar": "string", "int": "integer", "long": "bigint", "number": "decimal",
    "numeric": "decimal", "timestamp": "timestamp_tz", "object": "struct", "record": "struct",
}  # fmt: skip
