"""Data Contract Specification, 0.9 to 1.2: each entry of `models` is a dataset `<id>/<model>` of `info.version`.

Source: datacontract-specification.com; the lines of docs/formats.md name its sections.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dcr.contract.contract import ANY, UNREAD, Contract, Field, FreshnessSLA, Owner
from dcr.contract.durations import seconds
from dcr.contract.foreign import (
    constraints_of,
    exclusive_bounds,
    field_of_type,
    listed_values,
    named_once,
)
from dcr.contract.lifecycle import status_of
from dcr.contract.notes import Notes
from dcr.contract.physical import MAP_PARTS, LogicalType, logical_type
from dcr.contract.spelling import did_you_mean
from dcr.contract.tree import Tree
from dcr.formats.reading import Problem, Reading, noted

if TYPE_CHECKING:
    from yaml import MappingNode

    from dcr.contract.location import Location

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
    "freshness_sla": "servicelevels",
}  # fmt: skip
_MAX_REFERENCES = 10_000
_MAX_INSIDE = 60  # references and levels, of what is unfolded
_KEYS_OF_A_FIELD = 20


def detect(root: MappingNode) -> bool:
    """Whether the file names the specification."""
    return any(key.value == "dataContractSpecification" for key, _ in root.value)


def claimed(root: MappingNode) -> str | None:
    """Return None: one file holds many datasets."""
    del root
    return None


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
        notes(tree.at("dataContractSpecification"), f"version '{word}' is not known, read as 1.2", "known: 0.9 to 1.2")
    definitions = _Definitions(tree.tree("definitions"))
    contracts = tuple(
        _contract(tree, f"{file_id}/{name}", model, definitions) for name, model in named_once(tree, "models")
    )
    if not contracts:
        notes(tree.at("models"), "there are no models, so there is nothing to compare", "add models")
    return Reading(path, NAME, contracts, noted(notes), file_id, tree.at("models"))


def _contract(tree: Tree, dataset_id: str, written: Tree, definitions: _Definitions) -> Contract:
    tree.note.count_dataset(written.at(), dataset_id)
    info = tree.tree("info")
    model, inside = definitions.below(written, ())
    columns = list(named_once(model, "fields"))
    keyed = tuple(name for name, each in columns if each.flag("primaryKey", "primary"))
    owner = info.text("owner") if info else None
    freshness, where = _freshness(tree, dataset_id.rpartition("/")[2])
    return Contract(
        dataset_id=dataset_id,
        version=(info.text("version") if info else None) or "",
        fields=tuple(_field(name, each, definitions, inside) for name, each in columns),
        description=model.text("description"),
        status=status_of(info) if info else "active",
        primary_key=tuple(model.texts("primaryKey")) or keyed,
        owners=(Owner(owner, _contact(info)),) if owner else (),
        freshness_sla=freshness,
        place=tree.place({**_FILE_WORDS, "freshness_sla": where}),
        body=model.place({"primary_key": "primaryKey"}, None if "primaryKey" in model else _flagged(columns, keyed)),
        format=NAME,
        says_status=info is not None and info.text("status") is not None,
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


def _field(name: str, written: Tree, definitions: _Definitions, inside: tuple[str, ...] = ()) -> Field:
    written.note.enter(name)
    field = _read_field(name, written, definitions, inside)
    written.note.leave()
    return field


def _read_field(name: str, written: Tree, definitions: _Definitions, inside: tuple[str, ...]) -> Field:
    tree, inside = definitions.below(written, inside)
    kind = _type(tree, definitions)
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
        parts = {word: _field(word, each, definitions, inside) for word in MAP_PARTS if (each := tree.tree(word))}
        return replace(field, fields=tuple(parts.get(each.name, each) for each in field.fields))
    if field.type == "object" and "fields" in tree:
        inner = tuple(_field(each, below, definitions, (*inside, "")) for each, below in named_once(tree, "fields"))
        return replace(field, fields=inner)
    items = tree.tree("items")
    if field.type == "array" and items is not None:
        return replace(field, items=_field("", items, definitions, (*inside, "")))
    return field


def _words(tree: Tree, kind: LogicalType) -> dict[str, str]:
    words = _WORDS_OLD if "regex" in tree and "pattern" not in tree else _WORDS
    digits = next((each for each in _DIGITS if each in tree), None) if "(" in (kind.stored or "") else None
    if kind.name == UNREAD:
        return {**words, "type": "$ref"}
    return {**words, "physical_type": digits} if digits else words


def _type(tree: Tree, definitions: _Definitions) -> LogicalType:
    word = tree.text("type")
    if word is not None:
        kind = logical_type(word)
        stored = _SYNONYMS.get(kind.stored or "", kind.stored)  # the first of its spellings ("Data Types")
        digits = [str(tree.number(key)) for key in _DIGITS if key in tree] if stored == "decimal" else []
        shown = f"({','.join(digits)})" if digits else ""
        return kind._replace(stored=f"{stored}{shown}", stored_written=f"{kind.stored_written}{shown}")
    if "fields" in tree:
        return LogicalType("object")
    if "items" in tree:
        return LogicalType("array")
    reference = tree.text("$ref")
    dangling = reference is not None and definitions.find(reference) is None
    return LogicalType(UNREAD if dangling else ANY, known=False)


_DIGITS = ("precision", "scale")
_SYNONYMS = {
    "text": "string", "varchar": "string", "int": "integer", "long": "bigint", "number": "decimal",
    "numeric": "decimal", "timestamp": "timestamp_tz", "object": "struct", "record": "struct",
}  # fmt: skip


class _Definitions:
    """What `$ref` may refer to. Only so many references are followed: each may hold further ones."""

    def __init__(self, tree: Tree | None) -> None:
        self.tree, self.left = tree, _MAX_REFERENCES
        self.found: dict[str, Tree | None] = {}

    def below(self, tree: Tree, inside: tuple[str, ...]) -> tuple[Tree, tuple[str, ...]]:
        """Return a field with what its `$ref` defines below what it says itself, and the references it is inside of."""
        merged, reference = tree, tree.text("$ref")
        while reference is not None:
            self.left -= 1
            found = self.find(reference)
            problem = (
                f"'{reference}' is not in this file" if found is None
                else f"'{reference}' refers to itself, so what is below it is not compared" if reference in inside
                else f"'{reference}' is not followed: it is {_MAX_INSIDE} levels deep" if len(inside) >= _MAX_INSIDE
                else f"'{reference}' is not followed: more than {_MAX_REFERENCES} references" if self.left < 0
                else None
            )  # fmt: skip
            if found is None or problem is not None:
                near = self._near(reference) if found is None else ""
                tree.note(tree.at("$ref"), problem or "", near or "write the field out")
                break
            tree.count(reference, len(found.pairs) // _KEYS_OF_A_FIELD)
            merged, inside = merged.over(found), (*inside, reference)
            reference = found.text("$ref")
        return merged, inside

    def _near(self, reference: str) -> str:
        """Return a hint at a definition of the same name elsewhere, or of a name like it."""
        known = [f"#/definitions/{name}" for name in (self.tree.pairs if self.tree else ())]
        last = reference.rpartition("/")[2]
        alike = next((each for each in known if each.rpartition("/")[2] == last), None)
        return f"did you mean '{alike}'?" if alike else did_you_mean(reference, known)

    def find(self, reference: str) -> Tree | None:
        """Return what is named; `checkout/order_id` may be one key, as in the specification's own examples."""
        if reference not in self.found:
            self.found[reference] = self._find(reference)
        return self.found[reference]

    def _find(self, reference: str) -> Tree | None:
        if self.tree is None or not reference.startswith("#/definitions/"):
            return None
        name = reference.removeprefix("#/definitions/")
        return self.tree.tree(name) or _at(
            self.tree, [step.replace("~1", "/").replace("~0", "~") for step in name.split("/")]
        )


def _at(tree: Tree | None, steps: list[str]) -> Tree | None:
    for step in steps:
        tree = tree.tree(step) if tree else None
    return tree


def _freshness(tree: Tree, model: str) -> tuple[FreshnessSLA | None, str]:
    """The promise of freshness, else of latency, that is about this model or about none, and its place."""
    levels = tree.tree("servicelevels")
    for word in ("freshness", "latency"):
        level = levels.tree(word) if levels else None
        threshold = level.text("threshold") if level else None
        if level is None or threshold is None:
            continue
        measured = level.text("timestampField", "sourceTimestampField")
        if measured and "." in measured and measured.split(".")[0] != model:
            continue
        lag = seconds(threshold)
        if lag is None:
            message = f"{word} threshold '{threshold}' is no duration"
            level.note(level.at("threshold"), message, "write it as 25h or PT25H")
        return FreshnessSLA(lag, measured, f"'{threshold}'" if lag is None else None), f"servicelevels.{word}.threshold"
    return None, "servicelevels"
