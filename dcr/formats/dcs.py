"""Data Contract Specification, 0.9 to 1.2: each entry of `models` is a dataset `<id>/<model>` of `info.version`.

Source: datacontract-specification.com; the lines of docs/formats.md name its sections.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import ANY_TYPE, UNRESOLVED_TYPE, Contract, Field, Owner
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
    """Whether the file names the specification."""
    return any(key.value == "dataContractSpecification" for key, _ in root.value)


def find_dataset_id(root: MappingNode) -> str | None:
    """Return None: one file holds many datasets."""
    del root
    return None


def list_parts(root: MappingNode) -> DatasetList | None:
    """Return the models, if each has a name: what they share stands in other parts of the file."""
    found = find_dataset_entries(root, "models")
    if found is None or found[0][1].id != "mapping" or not all(key.value for key, _ in found[0][1].value):
        return None
    info = SourceMapping("", root, Notes()).mapping("info")
    version = (info.text("version") if info else None) or ""
    return DatasetList(found[0], version, info.pairs.get("version") if info else None)


def read(path: str, root: MappingNode) -> ParsedFile:
    """Return a contract for each model of the file, and notes on what is not understood."""
    notes = Notes()
    tree = SourceMapping(path, root, notes)
    file_id = tree.text("id")
    if file_id is None:
        problem = Problem(tree.locate(), "id is missing", "add id: it is what the contract's history hangs on")
        return ParsedFile(path, NAME, problems=(problem,))
    word = tree.text("dataContractSpecification") or ""
    if not re.match(r"(0\.9|1\.[0-2])(\.|$)", word):
        message = f"version '{word}' is not known, and the file is read as 1.2"
        hint = "known: 0.9 to 1.2; compare by hand what is new"
        notes(tree.locate("dataContractSpecification"), message, hint, standing=True)
    definitions = Definitions(tree.mapping("definitions"))
    contracts = tuple(
        _build_contract(tree, f"{file_id}/{name}", model, definitions)
        for name, model in read_unique_mappings(tree, "models")
    )
    notes.dataset_id = None
    if not contracts:
        notes(tree.locate("models"), "there are no models, so nothing is compared", "add models", standing=True)
    size = (notes.columns, notes.datasets, definitions.followed_count)
    return ParsedFile(path, NAME, contracts, convert_notes(notes), file_id, tree.locate("models"), size=size)


def _build_contract(tree: SourceMapping, dataset_id: str, written: SourceMapping, definitions: Definitions) -> Contract:
    tree.note.count_dataset(written.locate(), dataset_id)
    info = tree.mapping("info")
    model, inside = definitions.resolve(written, ())
    columns = list(read_unique_mappings(model, "fields"))
    name = dataset_id.rpartition("/")[2]
    at_fields = terms.FieldTermCollector(name)
    context = _FieldContext(definitions, at_fields)
    fields = tuple(_read_named_field(name, each, context, inside) for name, each in columns)
    if not columns:
        message = "the model has no fields, so nothing of it is compared"
        tree.note(model.locate("fields"), message, "write its fields out", standing=True)
    keyed = tuple(name for name, each in columns if each.flag("primaryKey", "primary"))
    owner = info.text("owner") if info else None
    freshness, where = terms.read_freshness(tree, name)
    return Contract(
        dataset_id=dataset_id,
        version=(info.text("version") if info else None) or "",
        fields=fields,
        description=model.text("description"),
        status=read_status_word(info) if info else "active",
        primary_key=tuple(model.texts("primaryKey")) or keyed,
        owners=(Owner(owner, _read_contact(info)),) if owner else (),
        freshness_sla=freshness,
        section=tree.section({**_FILE_KEYS, "freshness_sla": where}),
        dataset_section=model.section(
            {"primary_key": "primaryKey"}, None if "primaryKey" in model else _locate_key_flags(columns, keyed)
        ),
        format=NAME,
        has_status=info is not None and info.text("status") is not None,
        terms=terms.read_terms(tree, model, at_fields),
    )


def _locate_key_flags(columns: list[tuple[str, SourceMapping]], keyed: tuple[str, ...]) -> dict[str, Location]:
    """Return where flags say of a field whether it is of the key."""
    flags = {}
    for name, each in columns:
        word = next((word for word in ("primaryKey", "primary") if word in each), None)
        if word:
            flags[f"primary_key.{name}"] = each.locate(word)
    return flags | {"primary_key": flags[f"primary_key.{keyed[0]}"]} if keyed else flags


def _read_contact(info: SourceMapping | None) -> str | None:
    contact = info.mapping("contact") if info else None
    return contact.text("email", "url", "name") if contact else None


class _FieldContext(NamedTuple):
    """What reading a field needs from around it: the definitions of its file, and what collects the terms at fields."""

    definitions: Definitions
    collector: terms.FieldTermCollector


def _read_named_field(name: str, written: SourceMapping, context: _FieldContext, inside: tuple[str, ...] = ()) -> Field:
    written.note.enter_field(name)
    field = _build_field(name, written, context, inside)
    written.note.leave_field()
    return field


def _build_field(name: str, written: SourceMapping, context: _FieldContext, inside: tuple[str, ...]) -> Field:
    tree, inside = context.definitions.resolve(written, inside)
    context.collector.collect(tree)
    kind = _derive_type(tree, context.definitions)
    written.count_columns(name, kind.column_count)
    constraints = read_constraints(tree, _CONSTRAINT_KEYS, kind.name)
    if "pattern" not in constraints and tree.text("regex"):
        constraints["pattern"] = tree.text("regex")  # its name up to 0.9.2
    constraints = apply_exclusive_flags(tree, constraints, "exclusiveMinimum", "exclusiveMaximum")
    values = {
        "description": tree.text("description"),
        "deprecated": bool(tree.flag("deprecated")),
        "enum": read_enum(tree.nodes("enum"), kind.name, tree) if tree.nodes("enum") else None,
        "constraints": constraints,
    }
    field = build_field(
        name, kind, tree.section(_select_key_names(tree, kind)), required=bool(tree.flag("required")), known=values
    )
    if kind.name == "map":  # what its keys and values are is compared, and no row of it is made
        parts = {
            word: _read_named_field(word, each, context, inside) for word in MAP_PARTS if (each := tree.mapping(word))
        }
        return with_map_parts(field, parts)
    if field.type == "object" and "fields" in tree:
        inner = tuple(
            _read_named_field(each, below, context, (*inside, ""))
            for each, below in read_unique_mappings(tree, "fields")
        )
        return replace(field, fields=inner)
    items = tree.mapping("items")
    if field.type == "array" and items is not None:
        return replace(field, items=_read_named_field("", items, context, (*inside, "")))
    return field


def _select_key_names(tree: SourceMapping, kind: LogicalType) -> dict[str, str]:
    words = _FIELD_KEYS_OLD if "regex" in tree and "pattern" not in tree else _FIELD_KEYS
    digits = next((each for each in _DIGIT_KEYS if each in tree), None) if "(" in (kind.stored or "") else None
    if kind.name == UNRESOLVED_TYPE:
        return {**words, "type": "$ref"}
    return {**words, "physical_type": digits} if digits else words


def _derive_type(tree: SourceMapping, definitions: Definitions) -> LogicalType:
    word = tree.text("type")
    if word is not None:
        kind = _normalize_type(parse_stored_type(word))
        if kind.stored != _DECIMAL or not any(key in tree for key in _DIGIT_KEYS):
            return kind
        digits = _format_digits(tree)
        return kind._replace(
            stored=normalize_stored_type(f"{_DECIMAL}{digits}"),
            written_stored_type=f"{kind.written_stored_type}{digits}",
        )
    if "fields" in tree:
        return LogicalType("object")
    if "items" in tree:
        return LogicalType("array")
    reference = tree.text("$ref")
    dangling = reference is not None and definitions.find(reference) is None
    return LogicalType(UNRESOLVED_TYPE if dangling else ANY_TYPE, is_known=False)


def _normalize_type(kind: LogicalType) -> LogicalType:
    """Return a type with the first of its spellings ("Data Types"), and so what is nested in it."""
    name, opening, digits = (kind.stored or "").partition("(")
    stored = f"{_SYNONYMS.get(name, name)}{opening}{digits}"
    return kind._replace(
        name="number" if stored.startswith(f"{_DECIMAL}(") else kind.name,  # with decimals or without, as beside it
        stored=stored,
        fields=tuple((name, _normalize_type(each)) for name, each in kind.fields),
        items=_normalize_type(kind.items) if kind.items else None,
    )


def _format_digits(tree: SourceMapping) -> str:
    """Return the digits of a decimal as a type holds them that is written in one; the defaults are those of both."""
    precision, scale = (tree.number(key) for key in _DIGIT_KEYS)
    return f"({38 if precision is None else precision}{'' if scale is None else f',{scale}'})"


_DECIMAL = "decimal"
_DIGIT_KEYS = ("precision", "scale")
_SYNONYMS = {
    "text": "string", "varchar": "string", "int": "integer", "long": "bigint", "number": "decimal",
    "numeric": "decimal", "timestamp": "timestamp_tz", "object": "struct", "record": "struct",
}  # fmt: skip
