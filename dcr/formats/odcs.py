"""Open Data Contract Standard, v2.2 to v3.1: each object of `schema` is a dataset `<id>/<name>` of the file's version.

Source: bitol.io, Open Data Contract Standard; the lines of docs/formats.md name its sections.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import ANY, Contract, Field
from dcr.contract.foreign import constraints_of, exclusive_bounds, field_of_type, listed_values
from dcr.contract.notes import Notes
from dcr.contract.physical import LogicalType, logical_type, whole_type
from dcr.contract.tree import Tree
from dcr.formats import _odcs_terms as terms
from dcr.formats.reading import Problem, Reading, noted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import MappingNode

    from dcr.contract.location import Location

NAME = "odcs"
_LOGICAL = ("string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean")
_OPTIONS = {
    "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern", "format": "format",
    "minimum": "minimum", "maximum": "maximum", "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum", "multiple_of": "multipleOf", "min_items": "minItems",
    "max_items": "maxItems", "unique_items": "uniqueItems",
}  # fmt: skip
_WORDS = {
    **{key: f"logicalTypeOptions.{word}" for key, word in _OPTIONS.items()},
    "type": "logicalType", "physical_type": "physicalType", "fields": "properties", "items": "items",
    "enum": "quality", "required": "required", "unique": "unique", "primary_key": "primaryKey",
    "deprecated": "customProperties",
}  # fmt: skip
_WORDS_V2 = {
    **{key: f"logicalTypeOptions.{word}" for key, word in _OPTIONS.items()},
    "type": "logicalType", "physical_type": "physicalType", "required": "isNullable", "unique": "isUnique",
    "fields": "columns", "enum": "quality", "deprecated": "description",
}  # fmt: skip
_OBJECT_WORDS = {"dataset": "name", "fields": "properties", "primary_key": "properties"}
_OBJECT_WORDS_V2 = {"dataset": "table", "fields": "columns", "primary_key": "columns"}
_FILE_WORDS = {
    "dataset_id": "id", "owners": "team", "freshness_sla": "slaProperties", "fields": "schema", "version": "version",
    "status": "status",
}  # fmt: skip


def detect(root: MappingNode) -> bool:
    """Whether the file names itself a DataContract, or has the standard's version with a schema."""
    values = {key.value: value for key, value in root.value if isinstance(key.value, str)}
    kind = values.get("kind")
    if kind is not None and kind.value == "DataContract":
        return True
    return "apiVersion" in values and ("schema" in values or "dataset" in values) and kind is None


def claimed(root: MappingNode) -> str | None:
    """Return None: one file holds many datasets."""
    del root
    return None


def read(path: str, root: MappingNode) -> Reading:
    """Return a contract for each object of the file's schema, and notes on what is not understood."""
    notes = Notes()
    tree = Tree(path, root, notes)
    file_id = tree.text("id", "uuid")
    if not file_id:
        problem = Problem(tree.at(), "id is missing", "add id: it is what the contract's history hangs on")
        return Reading(path, NAME, problems=(problem,))
    _note_version(tree)
    old = "dataset" in tree and "schema" not in tree
    owners, status, promises = tuple(terms.owners(tree)), terms.status(tree), terms.promises(tree)
    uri = terms.deprecation_uri(tree)
    objects = list(_objects(tree, old=old))
    contracts: dict[str, Contract] = {}
    for name, each in objects:
        shown = name or each.text("name", "table", "physicalName")
        if shown is None and len(objects) > 1:
            notes(each.at(), "an object of the schema has no name, and is not compared", "add name")
        elif shown in contracts:
            message = f"two objects of the schema are named '{shown}'; the first is compared"
            notes(each.at("name"), message, "rename one")
        else:
            lag, where = terms.freshness(promises, shown or "")
            contract = _contract(tree, f"{file_id}/{shown or 'schema'}", each, old=old, lag_at=where)
            named = shown is not None
            notes.dataset_id = None
            contracts[shown or ""] = replace(
                contract, owners=owners, status=status, freshness_sla=lag, deprecation_uri=uri, named=named
            )
    if not contracts and not notes.found:
        there = "schema" in tree or "dataset" in tree
        what = "the schema has no objects" if there else "the file has no schema"
        notes(tree.at("schema"), f"{what}, so there is nothing to compare", "add schema")
    listed_at = tree.at("schema" if "schema" in tree else "dataset")
    return Reading(path, NAME, tuple(contracts.values()), noted(notes), file_id, listed_at)


def _objects(tree: Tree, *, old: bool) -> Iterator[tuple[str | None, Tree]]:
    single = tree.tree("schema")
    if single is not None and "properties" in single:  # one object where the standard has a list of them
        yield single.text("name", "physicalName"), single
    else:
        yield from tree.named("dataset", "table") if old else tree.named("schema", "name")


def _note_version(tree: Tree) -> None:
    version = tree.text("apiVersion")
    if version is not None and not re.match(r"v?(2\.[23]|3\.[01])(\.|$)", version):
        tree.note(tree.at("apiVersion"), f"apiVersion '{version}' is not known, read as v3.1", "known: v2.2 to v3.1")


def _contract(tree: Tree, dataset_id: str, each: Tree, *, old: bool, lag_at: str) -> Contract:
    """Return what is an object's own; what all of a file's objects share is added to it."""
    tree.note.count_dataset(each.at(), dataset_id)
    columns = list(each.named("columns", "column") if old else each.named("properties", "name"))
    fields = []
    for name, column in columns:
        shown = name or column.text("name", "column")
        if shown is None:
            column.note(column.at(), "a property has no name, and is not compared", "add name")
        else:
            fields.append(_field(shown, column, old=old))
    key, key_at = _primary_key(columns)
    return Contract(
        dataset_id=dataset_id,
        version=tree.text("version") or "",
        fields=_unique(fields, each),
        description=each.text("description"),
        primary_key=key,
        place=tree.place({**_FILE_WORDS, "freshness_sla": lag_at}),
        body=each.place(_OBJECT_WORDS_V2 if old else _OBJECT_WORDS, key_at),
        format=NAME,
        says_status=tree.text("status") is not None,
    )


def _unique(fields: list[Field], each: Tree) -> tuple[Field, ...]:
    first: dict[str, Field] = {}
    for field in fields:
        if field.name in first:
            place = field.place.at() if field.place else each.at()
            each.note(place, f"two properties are named '{field.name}'; the first is compared", "rename one")
        first.setdefault(field.name, field)
    return tuple(first.values())


def _field(name: str, tree: Tree, *, old: bool = False) -> Field:
    tree.note.enter(name)
    field = _read_field(name, tree, old=old)
    tree.note.leave()
    return field


def _read_field(name: str, tree: Tree, *, old: bool) -> Field:
    kind = _type(tree)
    tree.count(name, kind.columns)
    options = tree.tree("logicalTypeOptions")
    rules = _rules(tree) if "quality" in tree else []
    enum, enum_at = _enum(tree, options, rules, kind.name)
    pattern_at = None
    constraints: dict[str, Any] = {}
    if options is not None:
        constraints = constraints_of(options, _OPTIONS, kind.name)
        constraints = exclusive_bounds(options, constraints, "exclusiveMinimum", "exclusiveMaximum")
    if rules and "pattern" not in constraints and kind.name == "string":
        ruled = next((each for each in rules if each.text("pattern")), None)
        if ruled is not None:
            constraints, pattern_at = {**constraints, "pattern": ruled.text("pattern")}, ruled.at("pattern")
    if tree.flag("unique", "isUnique"):
        constraints["unique"] = True
    # v2 says that a column is not nullable by default; its own examples were moved to v3 as if it said nothing.
    required = tree.flag("isNullable") is False if old else tree.flag("required")
    values = {
        "description": tree.text("description"),
        "deprecated": terms.is_deprecated(tree),
        "enum": enum,
        "constraints": constraints,
    }
    said = (
        {key: place for key, place in (("enum", enum_at), ("pattern", pattern_at)) if place} if rules or enum else None
    )
    place = tree.place(_words(tree, kind, old=old), said)
    field = field_of_type(name, kind, place, required=bool(required), known=values)
    return _with_nested(field, tree)


def _words(tree: Tree, kind: LogicalType, *, old: bool) -> dict[str, str]:
    """Return the standard's words; a type, or what is nested, may be said in `physicalType`."""
    words = _WORDS_V2 if old else _WORDS
    typed = "logicalType" in tree or "physicalType" not in tree
    if typed and (not kind.fields or "properties" in tree):
        return words
    return {**words, **({} if typed else {"type": "physicalType"}), "fields": "physicalType"}


def _with_nested(field: Field, tree: Tree) -> Field:
    if field.type == "object" and "properties" in tree:
        inner = []
        for name, each in tree.named("properties", "name"):
            if name:
                inner.append(_field(name, each))
            else:
                each.note(each.at(), "a property has no name, and is not compared", "add name")
        return replace(field, fields=_unique(inner, tree))
    items = tree.tree("items")
    if field.type == "array" and items is not None:
        return replace(field, items=replace(_field("", items), required=bool(items.flag("required"))))
    return field


def _type(tree: Tree) -> LogicalType:
    """The logical type; a word that is none is looked up as a stored type, and so is a physical type alone.

    What is nested is written out below the property, else in its physical type (`struct<a: bigint>`).
    """
    logical, physical = tree.text("logicalType"), tree.text("physicalType")
    stored = None if physical is None else logical_type(physical)
    if logical is not None:
        word = logical.strip().lower()
        kind = LogicalType(word) if word in _LOGICAL else logical_type(logical)._replace(stored=None)
        if word == "date" and _has_time(tree.tree("logicalTypeOptions"), stored):
            kind = LogicalType("timestamp")
    elif stored is not None:
        kind = stored._replace(name="object", fields=()) if stored.name == "map" else stored  # it has no word for a map
    elif "properties" in tree:
        kind = LogicalType("object")
    else:
        kind = LogicalType("array") if "items" in tree else LogicalType(ANY, known=False)
    if stored is None or physical is None:
        return kind
    written_out = "properties" in tree or "items" in tree
    if written_out or kind.name != stored.name:
        return kind._replace(stored=whole_type(stored), stored_written=physical)
    return kind._replace(fields=stored.fields, items=stored.items, stored=whole_type(stored), stored_written=physical)


def _has_time(options: Tree | None, stored: LogicalType | None) -> bool:
    """Whether a `date` holds a time of day: v3.0 has no `timestamp`, and says it by the format or the stored type."""
    written = options.text("format") if options else None
    if written is not None:
        letters = re.fullmatch(r"[yYuMLdDHhkKmsSaXxZzTGE'\s:/.,_-]+", written)  # those of Java's date patterns
        return letters is not None and re.search("[Hhks]", written) is not None
    return stored is not None and stored.name == "timestamp"


def _rules(tree: Tree) -> list[Tree]:
    """Return what says which values are valid, of quality rules that tolerate no other (v3.1 `invalidValues`)."""
    found = []
    for _, rule in tree.named("quality", "name"):
        if rule.text("metric", "rule") in ("invalidValues", "validValues") and _tolerates_nothing(rule):
            arguments = rule.tree("arguments")
            found += [each for each in (arguments, rule) if each and ("validValues" in each or "pattern" in each)][:1]
    return found


def _tolerates_nothing(rule: Tree) -> bool:
    limits = [key for key in rule.pairs if key.startswith("must")]
    return all(key in ("mustBe", "mustBeLessOrEqualTo") and rule.number(key) == 0 for key in limits)


def _enum(
    tree: Tree, options: Tree | None, rules: list[Tree], type_name: str
) -> tuple[tuple[Any, ...] | None, Location | None]:
    """Return the values that every list of valid ones has, and where the first list is."""
    holders = [*rules, *(() if options is None else (options,)), tree]
    found = [(each, word) for each in holders for word in ("validValues", "enum") if word in each and each.nodes(word)]
    if not found:
        return None, None
    lists = [listed_values(each.nodes(word), type_name, tree) for each, word in found]
    first, word = found[0]
    return tuple(value for value in lists[0] if all(value in other for other in lists)), first.at(word)


def _primary_key(columns: list[tuple[str | None, Tree]]) -> tuple[tuple[str, ...], dict[str, Location]]:
    """Return the key's columns, and where flags say of a column whether it is one."""
    keyed, flags = [], {}
    for order, (name, column) in enumerate(columns):
        word = next((each for each in _KEY_FLAGS if column.flag(each) is not None), None)
        if not name or not word:
            continue
        flags[f"primary_key.{name}"] = column.at(word)
        if column.flag(word):
            position = column.number("primaryKeyPosition")
            keyed.append((position if position is not None and position > 0 else 10**6, order, name))
    keyed.sort()
    key = tuple(name for _, _, name in keyed)
    return key, flags | {"primary_key": flags[f"primary_key.{key[0]}"]} if key else flags


_KEY_FLAGS = ("primaryKey", "isPrimaryKey", "isPrimary")
