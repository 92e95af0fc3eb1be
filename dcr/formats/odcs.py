"""Open Data Contract Standard, v2.2 to v3.1: each object of `schema` is a dataset `<id>/<name>` of the file's version.

Source: bitol.io, Open Data Contract Standard; the lines of docs/formats.md name its sections.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import Contract, Field, FreshnessSLA, Owner
from dcr.contract.foreign import (
    ANY,
    constraints_of,
    exclusive_bounds,
    field_of_type,
    listed_values,
    seconds,
    status_of,
)
from dcr.contract.physical import LogicalType, logical_type, stored_type
from dcr.contract.tree import Tree
from dcr.formats.reading import Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import MappingNode

    from dcr.contract.location import Location

NAME = "odcs"
DEPRECATION = "deprecationUri"
"""The custom property that holds the address of a migration plan; the standard itself has no place for it."""

_LOGICAL = ("string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean")
_OPTIONS = {
    "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern", "format": "format",
    "minimum": "minimum", "maximum": "maximum", "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum", "multiple_of": "multipleOf", "min_items": "minItems",
    "max_items": "maxItems",
}  # fmt: skip
_WORDS = {
    **{key: f"logicalTypeOptions.{word}" for key, word in _OPTIONS.items()},
    "type": "logicalType", "physical_type": "physicalType", "fields": "properties", "items": "items",
    "enum": "quality", "required": "required", "unique": "unique", "primary_key": "primaryKey",
}  # fmt: skip
_WORDS_V2 = {
    "type": "logicalType", "physical_type": "physicalType", "required": "isNullable", "unique": "isUnique",
    "fields": "columns", "enum": "quality",
}  # fmt: skip
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
    notes: list[Problem] = []

    def note(place: Location, message: str, hint: str) -> None:
        notes.append(Problem(place, message, hint, fatal=False, understood=False))

    tree = Tree(path, root, note)
    file_id = tree.text("id", "uuid")
    if not file_id:
        problem = Problem(tree.at(), "id is missing", "add id: it is what the contract's history hangs on")
        return Reading(path, NAME, problems=(problem,))
    _note_version(tree)
    old = "dataset" in tree and "schema" not in tree
    objects: Iterator[tuple[str | None, Tree]]
    single = tree.tree("schema")
    if single is not None and "properties" in single:  # one object where the standard has a list of them
        objects = iter([(single.text("name", "physicalName") or "schema", single)])
    else:
        objects = tree.named("dataset", "table") if old else tree.named("schema", "name")
    contracts = []
    names: set[str] = set()
    for name, each in objects:
        shown = name or each.text("name", "table", "physicalName")
        if shown is None:
            note(each.at(), "an object of the schema has no name, and is not compared", "add name")
        elif shown in names:
            note(each.at("name"), f"two objects of the schema are named '{shown}'; the first is compared", "rename one")
        else:
            names.add(shown)
            contracts.append(_contract(tree, f"{file_id}/{shown}", each, old=old))
    if not contracts and not notes:
        note(tree.at("schema"), "the schema has no objects, so there is nothing to compare", "add schema")
    return Reading(path, NAME, tuple(contracts), tuple(notes), file_id)


def _note_version(tree: Tree) -> None:
    version = tree.text("apiVersion")
    if version is not None and not re.match(r"v?(2\.[23]|3\.[01])(\.|$)", version):
        tree.note(tree.at("apiVersion"), f"apiVersion '{version}' is not known, read as v3.1", "known: v2.2 to v3.1")


def _contract(tree: Tree, dataset_id: str, each: Tree, *, old: bool) -> Contract:
    columns = list(each.named("columns", "column") if old else each.named("properties", "name"))
    fields = []
    for name, column in columns:
        shown = name or column.text("name", "column")
        if shown is None:
            column.note(column.at(), "a property has no name, and is not compared", "add name")
        else:
            fields.append(_field(shown, column, old=old))
    return Contract(
        dataset_id=dataset_id,
        version=tree.text("version") or "",
        fields=_unique(fields, each),
        description=each.text("description"),
        status=status_of(tree),
        primary_key=_primary_key(columns),
        owners=tuple(_owners(tree)),
        freshness_sla=_freshness(tree, dataset_id.rpartition("/")[2]),
        deprecation_uri=_deprecation_uri(tree),
        place=tree.place(_FILE_WORDS),
        body=each.place({"fields": "columns" if old else "properties", "primary_key": "name"}),
        format=NAME,
    )


def _deprecation_uri(tree: Tree) -> str | None:
    properties = (each for name, each in tree.named("customProperties", "property") if name == DEPRECATION)
    return next((each.text("value") for each in properties), None)


def _unique(fields: list[Field], each: Tree) -> tuple[Field, ...]:
    first: dict[str, Field] = {}
    for field in fields:
        if field.name in first:
            place = field.place.at() if field.place else each.at()
            each.note(place, f"two properties are named '{field.name}'; the first is compared", "rename one")
        first.setdefault(field.name, field)
    return tuple(first.values())


def _field(name: str, tree: Tree, *, old: bool = False) -> Field:
    physical = tree.text("physicalType")
    kind = _type(tree, physical)
    options = tree.tree("logicalTypeOptions")
    words = _WORDS_V2 if old else _WORDS
    place = tree.place(words if "logicalType" in tree else {**words, "type": "physicalType"})
    constraints: dict[str, Any] = {}
    if options is not None:
        constraints = constraints_of(options, _OPTIONS, kind.name)
        constraints = exclusive_bounds(options, constraints, "exclusiveMinimum", "exclusiveMaximum")
    if tree.flag("unique", "isUnique"):
        constraints["unique"] = True
    nullable = tree.flag("isNullable") if old else None
    required = tree.flag("required") if not old else (None if nullable is None else not nullable)
    values = {
        "description": tree.text("description"),
        "deprecated": bool(tree.flag("deprecated")),
        "enum": _enum(tree, options, kind.name),
        "constraints": constraints,
        "physical_type": None if physical is None else stored_type(physical),
    }
    field = field_of_type(name, kind, place, required=bool(required), known=values)
    return _with_nested(field, tree)


def _with_nested(field: Field, tree: Tree) -> Field:
    from dataclasses import replace  # noqa: PLC0415

    if field.type == "object" and "properties" in tree:
        inner = [_field(name, each) for name, each in tree.named("properties", "name") if name]
        return replace(field, fields=_unique(inner, tree))
    items = tree.tree("items")
    if field.type == "array" and items is not None:
        return replace(field, items=replace(_field("", items), required=bool(items.flag("required"))))
    return field


def _type(tree: Tree, physical: str | None) -> LogicalType:
    """The logical type; a word that is none is looked up as a stored type, and so is a physical type alone."""
    logical = tree.text("logicalType")
    if logical is not None:
        word = logical.strip().lower()
        return LogicalType(word) if word in _LOGICAL else logical_type(logical)
    if physical is not None:
        return logical_type(physical)
    if "properties" in tree:
        return LogicalType("object")
    return LogicalType("array") if "items" in tree else LogicalType(ANY, known=False)


def _enum(tree: Tree, options: Tree | None, type_name: str) -> tuple[Any, ...] | None:
    """Values that a quality rule allows without exception (v3.1 `invalidValues`, v3.0 `validValues`)."""
    for _, rule in tree.named("quality", "name"):
        word = rule.text("metric", "rule")
        if word not in ("invalidValues", "validValues"):
            continue
        arguments = rule.tree("arguments")
        nodes = (arguments.nodes("validValues") if arguments else []) or rule.nodes("validValues")
        strict = rule.number("mustBe") == 0 if "mustBe" in rule else not any("mustBe" in key for key in rule.pairs)
        if nodes and strict:
            return listed_values(nodes, type_name)
    for holder in (options, tree):
        if holder is not None and (nodes := holder.nodes("validValues") or holder.nodes("enum")):
            return listed_values(nodes, type_name)
    return None


def _primary_key(columns: list[tuple[str | None, Tree]]) -> tuple[str, ...]:
    keyed = []
    for order, (name, column) in enumerate(columns):
        if name and column.flag("primaryKey", "isPrimaryKey", "isPrimary"):
            position = column.number("primaryKeyPosition")
            keyed.append((position if position is not None and position > 0 else 10**6, order, name))
    return tuple(name for _, _, name in sorted(keyed))


def _owners(tree: Tree) -> Iterator[Owner]:
    """The team, else the stakeholders (v2), else the support channels, else roles that say they own."""
    contact = next((each.text("url", "channel") for _, each in tree.named("support", "channel")), None)
    team = tree.tree("team")
    if team is not None and team.text("name"):
        yield Owner(team.text("name") or "", contact)
        return
    members = list(team.named("members", "username")) if team else []
    members = members or list(tree.named("team", "username")) or list(tree.named("stakeholders", "username"))
    current = [each for _, each in members if each.text("dateOut") is None]
    found = [Owner(each.text("name", "username", "role") or "", each.text("username")) for each in current]
    found = [owner for owner in found if owner.team]
    if not found:
        found = [Owner(name, each.text("url")) for name, each in tree.named("support", "channel") if name]
    if not found:
        found = [Owner(name, None) for name, _ in tree.named("roles", "role") if name and "owner" in name.lower()]
    if not found and tree.text("productDl", "productSlackChannel"):
        found = [Owner(tree.text("productDl", "productSlackChannel") or "", tree.text("productSlackChannel"))]
    yield from found


def _freshness(tree: Tree, object_name: str) -> FreshnessSLA | None:
    """The strictest `latency` or `freshness` promise that is about this object, or about none in particular."""
    found = []
    for word, each in tree.named("slaProperties", "property"):
        if (word or "").lower() not in ("latency", "freshness", "ly", "fy"):
            continue
        element = each.text("element", "column") or tree.text("slaDefaultElement", "slaDefaultColumn")
        if element is not None and "." in element and element.split(".")[0] != object_name:
            continue
        value = each.text("value") or ""
        lag = seconds(value, each.text("unit"))
        if lag is None:
            each.note(
                each.at("value"), f"{word} of '{value}' '{each.text('unit')}' is no duration", "write value and unit"
            )
        else:
            found.append(FreshnessSLA(lag, element))
    return min(found, default=None, key=lambda sla: sla.max_lag_seconds)
