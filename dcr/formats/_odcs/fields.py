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
from dcr.formats._foreign.mapping import SourceMapping, format_canonical
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
    """How a file writes its properties, and what collects the terms at them.

    `uses_columns` is whether they are the columns of v2, `deprecated_key` the key that marks one as deprecated.
    """

    collector: terms.FieldTermCollector
    uses_columns: bool = False
    deprecated_key: str = "customProperties"


def read_fields(
    tree: SourceMapping, key: str, edition: Edition, *, required: frozenset[str] = frozenset()
) -> tuple[Field, ...]:
    """Return the fields that a list of properties, or of columns in v2, holds; each name once.

    `required` are names that the object they are in calls required.
    """
    found: dict[str, Field] = {}
    for name, each in tree.named_mappings(key, "column" if edition.uses_columns else "name"):
        shown = name or each.text("name", "column")
        if not shown:
            each.note(each.locate(), "a property has no name, and is not compared", "add name")
            continue
        field = read_field(shown, each, edition)
        if shown in found:
            place = field.section.locate() if field.section else each.locate()
            each.note(place, f"two properties are named '{shown}'; the first is compared", "rename one")
            continue
        found[shown] = replace(field, required=True) if shown in required else field
    return tuple(found.values())


def read_field(name: str, tree: SourceMapping, edition: Edition) -> Field:
    """Return a property as a field; an array's elements have no name."""
    tree.note.enter_field(name)
    field = _build_field(name, tree, edition)
    tree.note.leave_field()
    return field


def _build_field(name: str, tree: SourceMapping, edition: Edition) -> Field:
    kind = derive_type(tree)
    tree.count_columns(name, kind.column_count)
    options = tree.mapping("logicalTypeOptions")
    ruled_values = list(_list_value_rules(tree)) if "quality" in tree else []
    rules = [arguments for _, arguments in ruled_values]
    enum, enum_at, enum_word = _read_enum(tree, options, rules, kind.name)
    pattern_at = ruled = None
    constraints: dict[str, Any] = {}
    if options is not None:
        constraints = read_constraints(options, OPTION_KEYS, kind.name)
        constraints = apply_exclusive_flags(options, constraints, "exclusiveMinimum", "exclusiveMaximum")
    if rules and "pattern" not in constraints and kind.name == "string":
        ruled = next((each for each in rules if each.text("pattern")), None)
        if ruled is not None:
            constraints, pattern_at = {**constraints, "pattern": ruled.text("pattern")}, ruled.locate("pattern")
    as_values = [rule for rule, each in ruled_values if each is ruled or "pattern" not in each]
    edition.collector.collect(tree, as_values)  # a pattern that is not the field's stays one of the rule
    if tree.flag("unique", "isUnique"):
        constraints["unique"] = True
    if kind.name == "vector":
        constraints.update(read_dimensions(tree, options))
    # v2 says that a column is not nullable by default; its own examples were moved to v3 as if it said nothing.
    required = tree.flag("isNullable") is False if edition.uses_columns else tree.flag("required")
    values = {
        "description": tree.text("description"),
        "deprecated": terms.is_deprecated(tree),
        "enum": enum,
        "constraints": constraints,
        "terms": _read_terms(tree, options),
    }
    places = (("enum", enum_at), ("pattern", pattern_at), ("deprecated", terms.locate_deprecated(tree)))
    words = _select_key_names(tree, kind, edition)
    if enum_word == "validValues":
        words = {**words, "enum": f"quality.{enum_word}"}
    place = tree.section(words, {key: place for key, place in places if place} or None)
    field = build_field(name, kind, place, required=bool(required), known=values)
    return _with_nested(field, tree, options, edition._replace(uses_columns=False))


def _select_key_names(tree: SourceMapping, kind: LogicalType, edition: Edition) -> dict[str, str]:
    """Return the standard's words; a type, or what is nested, may be said in `physicalType`."""
    words = _KEY_NAMES_V2 if edition.uses_columns else {**_KEY_NAMES, "deprecated": edition.deprecated_key}
    if "quality" in tree and "enum" not in tree:
        words = {**words, "enum": "quality"}
    typed = "logicalType" in tree or "physicalType" not in tree
    if typed and (not kind.fields or "properties" in tree or "map" in tree):
        return words
    return {**words, **({} if typed else {"type": "physicalType"}), "fields": "physicalType"}


def _with_nested(field: Field, tree: SourceMapping, options: SourceMapping | None, edition: Edition) -> Field:
    if field.type == "object" and "properties" in tree:
        required = frozenset(options.texts("required")) if options and "required" in options else frozenset()
        return replace(field, fields=read_fields(tree, "properties", edition, required=required))
    if field.type == "map":
        return _with_map_parts(field, tree, edition)
    if field.type == "vector":
        return replace(field, items=build_vector_element(tree, options))
    items = tree.mapping("items")
    if field.type == "array" and items is not None:
        return replace(field, items=read_field("", items, edition))
    return field


def _with_map_parts(field: Field, tree: SourceMapping, edition: Edition) -> Field:
    """Read what the keys and the values of a map are."""
    parts = tree.mapping("map")
    if parts is None:
        if "map" in tree or field.physical_type is None:
            tree.note(
                tree.locate("map"), "a map says nothing of its keys and values, which are not compared", "add map"
            )
        return field
    found = {}
    for name, word in zip(MAP_PARTS, ("key", "value"), strict=True):
        part = parts.mapping(word)
        if part is not None:
            found[name] = read_field(name, part, edition)
        else:
            message = f"the map has no {word}, and is compared as if it could be anything"
            parts.note(parts.locate(word), message, f"add {word}")
    return with_map_parts(field, found)


def _read_terms(tree: SourceMapping, options: SourceMapping | None) -> FieldTerms | None:
    """Return what a property has beside its type and constraints; the logic counts where it is what is read."""
    semantic = (tree.text("semanticType") or COLUMN).strip().lower()
    found = FieldTerms(
        physical_name=tree.text("physicalName"),
        encrypted_name=tree.text("encryptedName"),
        semantic_type=semantic,
        logic=" ".join((tree.text("transformLogic") or "").split()) or None if semantic == MEASURE else None,
        embedding=read_embedding(options),
        enum_notes=_read_enum_notes(tree) if "enum" in tree else "",
    )
    return found if found != NO_FIELD_TERMS else None


def _list_value_rules(tree: SourceMapping) -> Iterator[tuple[SourceMapping, SourceMapping]]:
    for _, rule in tree.named_mappings("quality", "name"):
        if rule.text("metric", "rule") in ("invalidValues", "validValues") and _allows_no_exception(rule):
            for each in (rule.mapping("arguments"), rule):
                if each and ("validValues" in each or "pattern" in each):
                    yield rule, each
                    break


def _allows_no_exception(rule: SourceMapping) -> bool:
    limits = [key for key in rule.pairs if key.startswith("must")]
    return all(key in ("mustBe", "mustBeLessOrEqualTo") and rule.number(key) == 0 for key in limits)


def _read_enum(
    tree: SourceMapping, options: SourceMapping | None, rules: list[SourceMapping], type_name: str
) -> tuple[tuple[Any, ...] | None, Location | None, str | None]:
    """Return the values that every list of valid ones has, where the first list is, and its key."""
    holders = [*rules, *(() if options is None else (options,)), tree]
    found = [(each, word) for each in holders for word in ("validValues", "enum") if each.pairs.get(word) is not None]
    lists = [(each, word, _list_value_nodes(each, word)) for each, word in found]
    lists = [each for each in lists if each[2]]
    if not lists:
        return None, None, None
    values = [read_enum(nodes, type_name, tree) for _, _, nodes in lists]
    first, word, _ = lists[0]
    shared = tuple(value for value in values[0] if all(value in other for other in values))
    if not shared and all(values):
        message = "the lists of valid values have no value in common, and together allow none"
        tree.note(first.locate(word), message, "keep one list, or write the same values in each")
    return shared, first.locate(word), word


def _list_value_nodes(tree: SourceMapping, word: str) -> list[Any]:
    """Return the nodes of allowed values, of entries that are values and of those that hold one (v3.2, RFC 0033)."""
    node = tree.pairs[word]
    if node.id != "sequence" or all(each.id == "scalar" for each in node.value):
        return tree.nodes(word)
    found: dict[str, Any] = {}
    for each in node.value:
        entry = SourceMapping(tree.path, each, tree.note) if each.id == "mapping" else None
        value = entry.pairs.get("value") if entry else each
        if value is None or value.id != "scalar":
            place = entry.locate("value") if entry else tree.locate(word)
            tree.note(place, f"an entry of {word} has no value, and is not compared", "write value: and a single value")
        elif value.value in found and entry is not None:
            tree.note(entry.locate("value"), f"{word} holds the value '{value.value}' twice", "remove one of them")
        else:
            found[value.value] = value
    return list(found.values())


def _read_enum_notes(tree: SourceMapping) -> str:
    """Return what is written about the values, in the order of the values: people read it, and no row depends on it."""
    notes = {}
    for node in tree.pairs["enum"].value if tree.pairs["enum"].id == "sequence" else ():
        if node.id != "mapping":
            continue
        entry = SourceMapping(tree.path, node, tree.note)
        said = {key: format_canonical(entry.pairs[key]) for key in _ENUM_NOTE_KEYS if key in entry}
        if said:
            notes[entry.text("value") or ""] = "; ".join(f"{key}: {text}" for key, text in said.items())
    return "\n".join(f"{value}: {text}" for value, text in sorted(notes.items()))
