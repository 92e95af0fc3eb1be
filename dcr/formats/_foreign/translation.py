"""What the foreign formats share: derived types, constraints and enumerations as dcr's words have them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import ANY, Field
from dcr.contract.values.field_values import fits_type
from dcr.formats._foreign.mapping import Tree, flag_of, resolved, scalar_value
from dcr.formats._foreign.stored_types import MAP_PARTS, LogicalType
from dcr.formats._foreign.variables import VARIABLE_HINT, is_variable, variable_note
from dcr.parsing.location import mark_location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.parsing.location import Place


def named_once(tree: Tree, key: str) -> Iterator[tuple[str, Tree]]:
    """Yield the mappings of a key by name, each name once; those without a name and those of a taken one are noted."""
    seen: set[str] = set()
    for name, each in tree.named(key, "name"):
        if not name:
            each.note(each.at(), f"an entry of {key} has no name, and is not compared", "add name")
        elif name in seen:
            each.note(each.at("name"), f"two of {key} are named '{name}'; the first is compared", "rename one")
        else:
            seen.add(name)
            yield name, each


def field_of_type(
    name: str, kind: LogicalType, place: Place, *, required: bool = False, known: Mapping[str, Any] | None = None
) -> Field:
    """Return a field of a derived type, with what is nested in it; `known` are further values of the field."""
    members = kind.fields
    if kind.name == "map" and not members:
        members = tuple((each, LogicalType(ANY, known=False)) for each in MAP_PARTS)
    return Field(
        name=name,
        type=kind.name or ANY,
        required=required,
        fields=tuple(
            field_of_type(each, inner, place, required=kind.name == "map" and each == MAP_PARTS[0])
            for each, inner in members
        ),
        items=field_of_type("", kind.items or LogicalType(ANY, known=False), place) if kind.name == "array" else None,
        physical_type=kind.stored,
        place=place,
        type_as=kind.written,
        physical_as=kind.stored_written,
        **(known or {}),
    )


def with_map_parts(field: Field, parts: Mapping[str, Field]) -> Field:
    """Return a map whose keys and values are those that were read; what was not read stays, and no key is ever null."""
    members = (parts.get(each.name, each) for each in field.fields)
    keyed = (replace(each, required=True) if each.name == MAP_PARTS[0] else each for each in members)
    return replace(field, fields=tuple(keyed))


def constraints_of(tree: Tree, words: Mapping[str, str], type_name: str) -> dict[str, Any]:
    """Return the constraints written under the format's words; `words` maps dcr's word to the format's."""
    found: dict[str, Any] = {}
    for key, word in words.items():
        if word not in tree or (key.startswith("exclusive") and _is_flag(tree.pairs[word])):
            continue
        if key in _MEANT_FOR and type_name in _KNOWN and type_name not in _MEANT_FOR[key]:
            message = f"{word} means nothing on a field of type '{type_name}', and is not compared"
            tree.note(tree.at(word), message, "remove it, or change the type")
            continue
        text = tree.pairs[word].value
        variable = variable_note(word, text) if isinstance(text, str) else None
        if variable is not None:
            tree.note(tree.at(word), *variable)
            continue
        if key in ("pattern", "format", "check", "default_timezone"):
            value: Any = tree.text(word)
        elif key == "timezone":
            flag = tree.flag(word)
            value = None if flag is None else str(flag).lower()
        elif type_name in ("date", "time", "timestamp") and "um" in key:
            value = tree.text(word)
        elif key in ("unique", "unique_items"):
            value = tree.flag(word) or None
        else:
            value = _bound(tree, key, word)
        if value is not None:
            found[key] = value
    return found


_MOMENTS = ("date", "time", "timestamp")
_KNOWN = ("string", "integer", "number", "boolean", "object", "array", "map", "vector", *_MOMENTS)
_MEANT_FOR = {
    **dict.fromkeys(("min_length", "max_length"), ("string", *_MOMENTS)),
    **dict.fromkeys(("minimum", "maximum", "exclusive_minimum", "exclusive_maximum"), ("integer", "number", *_MOMENTS)),
    "multiple_of": ("integer", "number"),
    **dict.fromkeys(("min_items", "max_items", "unique_items"), ("array",)),
    **dict.fromkeys(("min_properties", "max_properties"), ("object",)),
    **dict.fromkeys(("timezone", "default_timezone"), _MOMENTS),
}
_COUNTS = ("min_length", "max_length", "min_items", "max_items", "min_properties", "max_properties")


def _bound(tree: Tree, key: str, word: str) -> int | float | None:
    """Return a limit as a number; one that no value can be measured by is noted."""
    value = tree.number(word)
    if value is None or not (key in _COUNTS or key == "multiple_of"):
        return value
    if key in _COUNTS and value >= 0 and value == int(value):
        return int(value)
    if key == "multiple_of" and value > 0:
        return value
    wanted = "a whole number from 0 on" if key in _COUNTS else "a number above 0"
    tree.note(tree.at(word), f"the value '{value}' of {word} is not {wanted}", f"write {wanted}")
    return None


def exclusive_bounds(tree: Tree, found: dict[str, Any], low: str, high: str) -> dict[str, Any]:
    """Read `exclusiveMinimum: true` beside `minimum` as JSON Schema draft 4 means it: the bound itself is out."""
    for word, closed, open_ in ((low, "minimum", "exclusive_minimum"), (high, "maximum", "exclusive_maximum")):
        node = tree.pairs.get(word)
        if node is not None and _is_flag(node):
            found.pop(open_, None)
            if resolved(node.value) is True and closed in found:
                found[open_] = found.pop(closed)
    return found


def _is_flag(node: Any) -> bool:
    return node.id == "scalar" and isinstance(resolved(node.value), bool)


def listed_values(nodes: list[Any], type_name: str, tree: Tree) -> tuple[Any, ...]:
    """Return the values of an enumeration that the field can hold; nulls are no values, and quotes mean nothing.

    `1.0` and `'1'` are one whole number. What a field cannot hold is noted and left out.
    """
    found: dict[tuple[bool, Any], Any] = {}
    for node in nodes:
        if node.id != "scalar" or scalar_value(node, as_text=False) is None:
            continue
        value = _listed_value(node, type_name)
        if value is None:
            message = f"the value '{node.value}' is listed, and its field holds {type_name} values only"
            hint = f"write a value of type {type_name}"
            if is_variable(node.value):
                message, hint = f"the listed value {node.value} is a variable, and is not compared", VARIABLE_HINT
            tree.note(mark_location(tree.path, node), message, hint)
        else:
            found.setdefault((isinstance(value, bool), value), value)  # true is not 1
    return tuple(found.values())


def _listed_value(node: Any, type_name: str) -> Any:
    if type_name in (ANY, "json"):
        return scalar_value(node, as_text=False)
    if type_name == "boolean":
        return flag_of(node.value)
    if type_name not in ("integer", "number"):
        return node.value
    value = resolved(node.value)
    if type_name == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if fits_type(value, type_name) else None
