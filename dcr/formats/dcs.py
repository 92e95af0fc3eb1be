"""Data Contract Specification, 0.9 to 1.2: each entry of `models` is a dataset `<id>/<model>` of `info.version`.

Source: datacontract-specification.com; the lines of docs/formats.md name its sections.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import ANY, UNREAD, Contract, Field, Owner
from dcr.formats._dcs import terms
from dcr.formats._dcs.definitions import Definitions
from dcr.formats._foreign.lifecycle import status_of
from dcr.formats._foreign.mapping import Tree
from dcr.formats._foreign.notes import Notes
from dcr.formats._foreign.stored_types import MAP_PARTS, LogicalType, logical_type, stored_type
from dcr.formats._foreign.translation import (
    constraints_of,
    exclusive_bounds,
    field_of_type,
    listed_values,
    named_once,
    with_map_parts,
)
from dcr.formats.parts import entries_of
from dcr.formats.reading import Listing, Problem, Reading, noted

if TYPE_CHECKING:
    from yaml import MappingNode

    from dcr.parsing.location import Location

NAME = "dcs"
_OPTIONS = {
    "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern", "format": "format",
    "minimum": "minimum", "maximum": "maximum", "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum", "multiple_of": "multipleOf", "unique": "unique",
    "min_items": "minItems", "max_items": "maxItems",
}  # fmt: skip
_WORDS = {**_OPTIONS, "primary_key": "primaryKey", "deprecated": "description", "physical_type": "type"}
_WORDS_OLD = {**_WORDS, "pattern": "regex"}
_FILE_WORDS = {
    "dataset_id": "id", "version": "info.version", "status": "info.status", "owners": "info.owner",
    "freshness_sla": "servicelevels", "service_levels": "servicelevels", "servers": "servers",
}  # fmt: skip


def detect(root: MappingNode) -> bool:
    """Whether the file names the specification."""
    return any(key.value == "dataContractSpecification" for key, _ in root.value)


def claimed(root: MappingNode) -> str | None:
    """Return None: one file holds many datasets."""
    del root
    return None


def list_parts(root: MappingNode) -> Listing | None:
    """Return the models, if each has a name: what they share stands in other parts of the file."""
    found = entries_of(root, "models")
    if found is None or found[0][1].id != "mapping" or not all(key.value for key, _ in found[0][1].value):
        return None
    info = Tree("", root, Notes()).tree("info")
    version = (info.text("version") if info else None) or ""
    return Listing(found[0], version, info.pairs.get("version") if info else None)


def read(path: str, root: MappingNode) -> Reading:
    """Return a contract for each model of the file, and notes on what is not understood."""
    notes = Notes()
    tree = Tree(path, root, notes)
    file_id = tree.text("id")
    if file_id is None:
        problem = Problem(tree.at(), "id is missing", "add id: it is what the contract's history hangs on")
        return Reading(path, NAME, problems=(problem,))
    word = tree.text("dataContractSpecification") or ""
    if not re.match(r"(0\.9|1\.[0-2])(\.|$)", word):
        message = f"version '{word}' is not known, and the file is read as 1.2"
        hint = "known: 0.9 to 1.2; compare by hand what is new"
        notes(tree.at("dataContractSpecification"), message, hint, standing=True)
    definitions = Definitions(tree.tree("definitions"))
    contracts = tuple(
        _contract(tree, f"{file_id}/{name}", model, definitions) for name, model in named_once(tree, "models")
    )
    notes.dataset_id = None
    if not contracts:
        notes(tree.at("models"), "there are no models, so nothing is compared", "add models", standing=True)
    size = (notes.columns, notes.datasets, definitions.followed)
    return Reading(path, NAME, contracts, noted(notes), file_id, tree.at("models"), size=size)


def _contract(tree: Tree, dataset_id: str, written: Tree, definitions: Definitions) -> Contract:
    tree.note.count_dataset(written.at(), dataset_id)
    info = tree.tree("info")
    model, inside = definitions.below(written, ())
    columns = list(named_once(model, "fields"))
    name = dataset_id.rpartition("/")[2]
    at_fields = terms.TermsAtFields(name)
    context = _Context(definitions, at_fields)
    fields = tuple(_field(name, each, context, inside) for name, each in columns)
    if not columns:
        message = "the model has no fields, so nothing of it is compared"
        tree.note(model.at("fields"), message, "write its fields out", standing=True)
    keyed = tuple(name for name, each in columns if each.flag("primaryKey", "primary"))
    owner = info.text("owner") if info else None
    freshness, where = terms.freshness(tree, name)
    return Contract(
        dataset_id=dataset_id,
        version=(info.text("version") if info else None) or "",
        fields=fields,
        description=model.text("description"),
        status=status_of(info) if info else "active",
        primary_key=tuple(model.texts("primaryKey")) or keyed,
        owners=(Owner(owner, _contact(info)),) if owner else (),
        freshness_sla=freshness,
        place=tree.place({**_FILE_WORDS, "freshness_sla": where}),
        body=model.place({"primary_key": "primaryKey"}, None if "primaryKey" in model else _flagged(columns, keyed)),
        format=NAME,
        says_status=info is not None and info.text("status") is not None,
        terms=terms.terms(tree, model, at_fields),
    )


def _flagged(columns: list[tuple[str, Tree]], keyed: tuple[str, ...]) -> dict[str, Location]:
    """Return where flags say of a field whether it is of the key."""
    flags = {}
    for name, each in columns:
        word = next((word for word in ("primaryKey", "primary") if word in each), None)
        if word:
            flags[f"primary_key.{name}"] = each.at(word)
    return flags | {"primary_key": flags[f"primary_key.{keyed[0]}"]} if keyed else flags


def _contact(info: Tree | None) -> str | None:
    contact = info.tree("contact") if info else None
    return contact.text("email", "url", "name") if contact else None


class _Context(NamedTuple):
    """What reading a field needs from around it: the definitions of its file, and what collects the terms at fields."""

    definitions: Definitions
    at_fields: terms.TermsAtFields


def _field(name: str, written: Tree, context: _Context, inside: tuple[str, ...] = ()) -> Field:
    written.note.enter(name)
    field = _read_field(name, written, context, inside)
    written.note.leave()
    return field


def _read_field(name: str, written: Tree, context: _Context, inside: tuple[str, ...]) -> Field:
    tree, inside = context.definitions.below(written, inside)
    context.at_fields.collect(tree)
    kind = _type(tree, context.definitions)
    written.count(name, kind.columns)
    constraints = constraints_of(tree, _OPTIONS, kind.name)
    if "pattern" not in constraints and tree.text("regex"):
        constraints["pattern"] = tree.text("regex")  # its name up to 0.9.2
    constraints = exclusive_bounds(tree, constraints, "exclusiveMinimum", "exclusiveMaximum")
    values = {
        "description": tree.text("description"),
        "deprecated": bool(tree.flag("deprecated")),
        "enum": listed_values(tree.nodes("enum"), kind.name, tree) if tree.nodes("enum") else None,
        "constraints": constraints,
    }
    field = field_of_type(
        name, kind, tree.place(_words(tree, kind)), required=bool(tree.flag("required")), known=values
    )
    if kind.name == "map":  # what its keys and values are is compared, and no row of it is made
        parts = {word: _field(word, each, context, inside) for word in MAP_PARTS if (each := tree.tree(word))}
        return with_map_parts(field, parts)
    if field.type == "object" and "fields" in tree:
        inner = tuple(_field(each, below, context, (*inside, "")) for each, below in named_once(tree, "fields"))
        return replace(field, fields=inner)
    items = tree.tree("items")
    if field.type == "array" and items is not None:
        return replace(field, items=_field("", items, context, (*inside, "")))
    return field


def _words(tree: Tree, kind: LogicalType) -> dict[str, str]:
    words = _WORDS_OLD if "regex" in tree and "pattern" not in tree else _WORDS
    digits = next((each for each in _DIGITS if each in tree), None) if "(" in (kind.stored or "") else None
    if kind.name == UNREAD:
        return {**words, "type": "$ref"}
    return {**words, "physical_type": digits} if digits else words


def _type(tree: Tree, definitions: Definitions) -> LogicalType:
    word = tree.text("type")
    if word is not None:
        kind = _in_own_words(logical_type(word))
        if kind.stored != _DECIMAL or not any(key in tree for key in _DIGITS):
            return kind
        digits = _digits_shown(tree)
        return kind._replace(stored=stored_type(f"{_DECIMAL}{digits}"), stored_written=f"{kind.stored_written}{digits}")
    if "fields" in tree:
        return LogicalType("object")
    if "items" in tree:
        return LogicalType("array")
    reference = tree.text("$ref")
    dangling = reference is not None and definitions.find(reference) is None
    return LogicalType(UNREAD if dangling else ANY, known=False)


def _in_own_words(kind: LogicalType) -> LogicalType:
    """Return a type with the first of its spellings ("Data Types"), and so what is nested in it."""
    name, opening, digits = (kind.stored or "").partition("(")
    stored = f"{_SYNONYMS.get(name, name)}{opening}{digits}"
    return kind._replace(
        name="number" if stored.startswith(f"{_DECIMAL}(") else kind.name,  # with decimals or without, as beside it
        stored=stored,
        fields=tuple((name, _in_own_words(each)) for name, each in kind.fields),
        items=_in_own_words(kind.items) if kind.items else None,
    )


def _digits_shown(tree: Tree) -> str:
    """Return the digits of a decimal as a type holds them that is written in one; the defaults are those of both."""
    precision, scale = (tree.number(key) for key in _DIGITS)
    return f"({38 if precision is None else precision}{'' if scale is None else f',{scale}'})"


_DECIMAL = "decimal"
_DIGITS = ("precision", "scale")
_SYNONYMS = {
    "text": "string", "varchar": "string", "int": "integer", "long": "bigint", "number": "decimal",
    "numeric": "decimal", "timestamp": "timestamp_tz", "object": "struct", "record": "struct",
}  # fmt: skip
