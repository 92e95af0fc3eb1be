"""Builds fields of foreign formats from derived types, constraints and enums."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import ANY_TYPE, Field
from dcr.contract.values.field_values import is_of_type
from dcr.formats._foreign.nodes import get_scalar_value, parse_flag, resolve_scalar_leniently
from dcr.formats._foreign.stored_types import MAP_PARTS, LogicalType
from dcr.formats._foreign.variables import VARIABLE_HINT, describe_variable, is_variable
from dcr.parsing.location import locate_node

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.formats._foreign.mapping import SourceMapping
    from dcr.parsing.location import SourceNode


def read_unique_mappings(mapping: SourceMapping, key: str) -> Iterator[tuple[str, SourceMapping]]:
    """Yield the mappings of a key by name; those without a name or with a duplicate one are noted and skipped."""
    names: set[str] = set()
    for name, item in mapping.named_mappings(key, "name"):
        if not name:
            item.notes.add(item.locate(), f"an entry of {key} has no name, and is not compared", "add name")
        elif name in names:
            item.notes.add(
                item.locate("name"),
                f"duplicate name '{name}' in {key}; only the first is compared",
                "rename one of them",
            )
        else:
            names.add(name)
            yield name, item


def build_field(
    name: str,
    kind: LogicalType,
    section: SourceNode,
    *,
    required: bool = False,
    values: Mapping[str, Any] | None = None,
) -> Field:
    """Return a field of a derived type with its nested fields; `values` holds further values of the field."""
    members = kind.fields
    if kind.name == "map" and not members:
        members = tuple((member, LogicalType(ANY_TYPE, is_known=False)) for member in MAP_PARTS)
    return Field(
        name=name,
        type=kind.name or ANY_TYPE,
        required=required,
        fields=tuple(
            build_field(member, nested_kind, section, required=kind.name == "map" and member == MAP_PARTS[0])
            for member, nested_kind in members
        ),
        items=build_field("", kind.items or LogicalType(ANY_TYPE, is_known=False), section)
        if kind.name == "array"
        else None,
        physical_type=kind.stored,
        section=section,
        written_type=kind.written_type,
        written_physical_type=kind.written_stored_type,
        **(values or {}),
    )


def with_map_parts(field: Field, parts: Mapping[str, Field]) -> Field:
    """Return a map with the keys and values that were read in place of the derived ones; a key is always required."""
    members = (parts.get(member.name, member) for member in field.fields)
    parts_with_required_key = (
        replace(member, required=True) if member.name == MAP_PARTS[0] else member for member in members
    )
    return replace(field, fields=tuple(parts_with_required_key))


def read_constraints(mapping: SourceMapping, key_names: Mapping[str, str], type_name: str) -> dict[str, Any]:
    """Return the constraints of a mapping; `key_names` maps the name of each constraint to the format's key."""
    constraints: dict[str, Any] = {}
    for name, key in key_names.items():
        if key not in mapping or (name.startswith("exclusive") and _is_flag(mapping.pairs[key])):
            continue
        if name in _APPLICABLE_TYPES and type_name in _KNOWN_TYPES and type_name not in _APPLICABLE_TYPES[name]:
            message = f"{key} does not apply to a field of type '{type_name}', and is not compared"
            mapping.notes.add(mapping.locate(key), message, "remove it, or change the type")
            continue
        text = mapping.pairs[key].value
        variable = describe_variable(key, text) if isinstance(text, str) else None
        if variable is not None:
            mapping.notes.add(mapping.locate(key), *variable)
            continue
        if name in ("pattern", "format", "check", "default_timezone"):
            value: Any = mapping.text(key)
        elif name == "timezone":
            flag = mapping.flag(key)
            value = None if flag is None else str(flag).lower()
        elif type_name in ("date", "time", "timestamp") and "um" in name:
            value = mapping.text(key)
        elif name in ("unique", "unique_items"):
            value = mapping.flag(key) or None
        else:
            value = _read_limit(mapping, name, key)
        if value is not None:
            constraints[name] = value
    return constraints


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


def _read_limit(mapping: SourceMapping, name: str, key: str) -> int | float | None:
    """Return a limit as a number, or None after a note if no value can be compared with it."""
    value = mapping.number(key)
    if value is None or not (name in _COUNT_CONSTRAINTS or name == "multiple_of"):
        return value
    if name in _COUNT_CONSTRAINTS and value >= 0 and value == int(value):
        return int(value)
    if name == "multiple_of" and value > 0:
        return value
    expected = "a whole number of 0 or more" if name in _COUNT_CONSTRAINTS else "a number greater than 0"
    mapping.notes.add(mapping.locate(key), f"{key} is '{value}', expected {expected}", f"write {expected}")
    return None


def apply_exclusive_flags(mapping: SourceMapping, constraints: dict[str, Any], low: str, high: str) -> dict[str, Any]:
    """Return constraints with the boolean `exclusiveMinimum` of JSON Schema draft 4 applied: it excludes the bound."""
    for key, closed, open_ in ((low, "minimum", "exclusive_minimum"), (high, "maximum", "exclusive_maximum")):
        node = mapping.pairs.get(key)
        if node is not None and _is_flag(node):
            constraints.pop(open_, None)
            if resolve_scalar_leniently(node.value) is True and closed in constraints:
                constraints[open_] = constraints.pop(closed)
    return constraints


def _is_flag(node: Any) -> bool:
    return node.id == "scalar" and isinstance(resolve_scalar_leniently(node.value), bool)


def read_enum(nodes: list[Any], type_name: str, mapping: SourceMapping) -> tuple[Any, ...]:
    """Return the values of an enum that the field can have, without nulls and regardless of quotes.

    `1.0` and `'1'` are the same integer. A value of another type is noted and left out.
    """
    values: dict[tuple[bool, Any], Any] = {}
    for node in nodes:
        if node.id != "scalar" or get_scalar_value(node, as_text=False) is None:
            continue
        value = _read_enum_value(node, type_name)
        if value is None:
            message = f"enum value '{node.value}' is not of type '{type_name}', and is not compared"
            hint = f"write a value of type {type_name}"
            if is_variable(node.value):
                message, hint = f"enum value {node.value} is a variable, and is not compared", VARIABLE_HINT
            mapping.notes.add(locate_node(mapping.path, node), message, hint)
        else:
            values.setdefault((isinstance(value, bool), value), value)  # true is not 1
    return tuple(values.values())


def _read_enum_value(node: Any, type_name: str) -> Any:
    if type_name in (ANY_TYPE, "json"):
        return get_scalar_value(node, as_text=False)
    if type_name == "boolean":
        return parse_flag(node.value)
    if type_name not in ("integer", "number"):
        return node.value
    value = resolve_scalar_leniently(node.value)
    if type_name == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if is_of_type(value, type_name) else None
