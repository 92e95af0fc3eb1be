"""What the foreign formats share: derived types, constraints and enumerations as dcr's words have them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import ANY_TYPE, Field
from dcr.contract.values.field_values import is_of_type
from dcr.formats._foreign.mapping import SourceMapping, get_scalar_value, parse_flag, resolve_scalar
from dcr.formats._foreign.stored_types import MAP_PARTS, LogicalType
from dcr.formats._foreign.variables import VARIABLE_HINT, describe_variable, is_variable
from dcr.parsing.location import locate_node

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.parsing.location import SourceNode


def read_unique_mappings(tree: SourceMapping, key: str) -> Iterator[tuple[str, SourceMapping]]:
    """Yield the mappings of a key by name, each name once; those without a name and those of a taken one are noted."""
    seen: set[str] = set()
    for name, each in tree.named_mappings(key, "name"):
        if not name:
            each.note(each.locate(), f"an entry of {key} has no name, and is not compared", "add name")
        elif name in seen:
            each.note(each.locate("name"), f"two of {key} are named '{name}'; the first is compared", "rename one")
        else:
            seen.add(name)
            yield name, each


def build_field(
    name: str, kind: LogicalType, place: SourceNode, *, required: bool = False, known: Mapping[str, Any] | None = None
) -> Field:
    """Return a field of a derived type, with what is nested in it; `known` are further values of the field."""
    members = kind.fields
    if kind.name == "map" and not members:
        members = tuple((each, LogicalType(ANY_TYPE, is_known=False)) for each in MAP_PARTS)
    return Field(
        name=name,
        type=kind.name or ANY_TYPE,
        required=required,
        fields=tuple(
            build_field(each, inner, place, required=kind.name == "map" and each == MAP_PARTS[0])
            for each, inner in members
        ),
        items=build_field("", kind.items or LogicalType(ANY_TYPE, is_known=False), place)
        if kind.name == "array"
        else None,
        physical_type=kind.stored,
        section=place,
        written_type=kind.written_type,
        written_physical_type=kind.written_stored_type,
        **(known or {}),
    )


def with_map_parts(field: Field, parts: Mapping[str, Field]) -> Field:
    """Return a map whose keys and values are those that were read; what was not read stays, and no key is ever null."""
    members = (parts.get(each.name, each) for each in field.fields)
    keyed = (replace(each, required=True) if each.name == MAP_PARTS[0] else each for each in members)
    return replace(field, fields=tuple(keyed))


def read_constraints(tree: SourceMapping, words: Mapping[str, str], type_name: str) -> dict[str, Any]:
    """Return the constraints written under the format's words; `words` maps dcr's word to the format's."""
    found: dict[str, Any] = {}
    for key, word in words.items():
        if word not in tree or (key.startswith("exclusive") and _is_flag(tree.pairs[word])):
            continue
        if key in _APPLICABLE_TYPES and type_name in _KNOWN_TYPES and type_name not in _APPLICABLE_TYPES[key]:
            message = f"{word} means nothing on a field of type '{type_name}', and is not compared"
            tree.note(tree.locate(word), message, "remove it, or change the type")
            continue
        text = tree.pairs[word].value
        variable = describe_variable(word, text) if isinstance(text, str) else None
        if variable is not None:
            tree.note(tree.locate(word), *variable)
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
            value = _read_limit(tree, key, word)
        if value is not None:
            found[key] = value
    return found


_MOMENTS = ("date", "time", "timestamp")
_KNOWN_TYPES = ("string", "integer", "number", "boolean", "object", "array", "map", "vector", *_MOMENTS)
_APPLICABLE_TYPES = {
    **dict.fromkeys(("min_length", "max_length"), ("string", *_MOMENTS)),
    **dict.fromkeys(("minimum", "maximum", "exclusive_minimum", "exclusive_maximum"), ("integer", "number", *_MOMENTS)),
    "multiple_of": ("integer", "number"),
    **dict.fromkeys(("min_items", "max_items", "unique_items"), ("array",)),
    **dict.fromkeys(("min_properties", "max_properties"), ("object",)),
    **dict.fromkeys(("timezone", "default_timezone"), _MOMENTS),
}
_COUNT_CONSTRAINTS = ("min_length", "max_length", "min_items", "max_items", "min_properties", "max_properties")


def _read_limit(tree: SourceMapping, key: str, word: str) -> int | float | None:
    """Return a limit as a number; one that no value can be measured by is noted."""
    value = tree.number(word)
    if value is None or not (key in _COUNT_CONSTRAINTS or key == "multiple_of"):
        return value
    if key in _COUNT_CONSTRAINTS and value >= 0 and value == int(value):
        return int(value)
    if key == "multiple_of" and value > 0:
        return value
    wanted = "a whole number from 0 on" if key in _COUNT_CONSTRAINTS else "a number above 0"
    tree.note(tree.locate(word), f"the value '{value}' of {word} is not {wanted}", f"write {wanted}")
    return None


def apply_exclusive_flags(tree: SourceMapping, found: dict[str, Any], low: str, high: str) -> dict[str, Any]:
    """Read `exclusiveMinimum: true` beside `minimum` as JSON Schema draft 4 means it: the bound itself is out."""
    for word, closed, open_ in ((low, "minimum", "exclusive_minimum"), (high, "maximum", "exclusive_maximum")):
        node = tree.pairs.get(word)
        if node is not None and _is_flag(node):
            found.pop(open_, None)
            if resolve_scalar(node.value) is True and closed in found:
                found[open_] = found.pop(closed)
    return found


def _is_flag(node: Any) -> bool:
    return node.id == "scalar" and isinstance(resolve_scalar(node.value), bool)


def read_enum(nodes: list[Any], type_name: str, tree: SourceMapping) -> tuple[Any, ...]:
    """Return the values of an enumeration that the field can hold; nulls are no values, and quotes mean nothing.

    `1.0` and `'1'` are one whole number. What a field cannot hold is noted and left out.
    """
    found: dict[tuple[bool, Any], Any] = {}
    for node in nodes:
        if node.id != "scalar" or get_scalar_value(node, as_text=False) is None:
            continue
        value = _read_enum_value(node, type_name)
        if value is None:
            message = f"the value '{node.value}' is listed, and its field holds {type_name} values only"
            hint = f"write a value of type {type_name}"
            if is_variable(node.value):
                message, hint = f"the listed value {node.value} is a variable, and is not compared", VARIABLE_HINT
            tree.note(locate_node(tree.path, node), message, hint)
        else:
            found.setdefault((isinstance(value, bool), value), value)  # true is not 1
    return tuple(found.values())


def _read_enum_value(node: Any, type_name: str) -> Any:
    if type_name in (ANY_TYPE, "json"):
        return get_scalar_value(node, as_text=False)
    if type_name == "boolean":
        return parse_flag(node.value)
    if type_name not in ("integer", "number"):
        return node.value
    value = resolve_scalar(node.value)
    if type_name == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if is_of_type(value, type_name) else None
