"""Makes changed copies of a contract, to judge a change that no file has yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import CONSTRAINTS, TYPES, Contract, Field, Scalar, join_path, walk_fields
from dcr.contract.values.field_values import find_failed_constraint, is_of_type
from dcr.contract.values.moments import MOMENT_TYPES
from dcr.errors import UsageError
from dcr.parsing.scalars import NotFiniteError, resolve_scalar
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def get_field(contract: Contract, path: str) -> Field:
    """Return a field, nested ones as in `address.city` and `items[].sku`. Raise `UsageError` if it does not exist."""
    fields = dict(walk_fields(contract.fields))
    if path not in fields:
        hint = format_suggestion(path, fields) or f"it has {', '.join(list(fields)[:8])}"
        raise UsageError(f"dataset '{contract.dataset_id}' has no field '{path}'", hint)
    return fields[path]


def get_enum_field(contract: Contract, path: str) -> tuple[str, Field]:
    """Return a field that has an enum, or the elements of an array that have one, and its path. Raise `UsageError`."""
    field = get_field(contract, path)
    if field.enum is None and field.items is not None:
        path, field = f"{path}[]", field.items
    if field.enum is None:
        raise UsageError(f"field '{path}' has no enum: it allows any value", "name a field that has an enum")
    return path, field


def replace_field(contract: Contract, path: str, change: Callable[[Field], Field | None]) -> Contract:
    """Return the contract with a field changed, or removed if the change returns None."""
    return replace(contract, fields=tuple(_replace_in_level(contract.fields, "", path, change)))


def remove_field(contract: Contract, path: str) -> Contract:
    """Return the contract without a field, also in the primary key. Raise `UsageError` for the elements of an array."""
    if path.endswith("[]"):
        raise UsageError(f"'{path}' stands for the elements of an array", f"name the array: {path[:-2]}")
    changed = replace_field(contract, path, lambda _: None)
    return replace(changed, primary_key=tuple(name for name in contract.primary_key if name != path))


def rename_field(contract: Contract, path: str, name: str) -> Contract:
    """Return the contract with a field of another name. Raise `UsageError` if its level has that name already."""
    if path.endswith("[]"):
        raise UsageError(f"'{path}' stands for the elements of an array", f"name the array: {path[:-2]}")
    field = get_field(contract, path)
    new_path = join_path(path.removesuffix(join_path("", field.name)).rstrip("."), name)
    if any(other == new_path for other, _ in walk_fields(contract.fields)):
        raise UsageError(f"dataset '{contract.dataset_id}' has a field '{new_path}' already", "choose another name")
    changed = replace_field(contract, path, lambda field: replace(field, name=name))
    return replace(changed, primary_key=tuple(name if key == path else key for key in contract.primary_key))


def retype_field(contract: Contract, path: str, type_name: str) -> Contract:
    """Return the contract with a field of another type, without the constraints that are not for it."""
    known = dict.fromkeys((*TYPES, *_list_foreign_types(contract)))
    if type_name not in known:
        hint = format_suggestion(type_name, known) or f"choose one of: {', '.join(known)}"
        raise UsageError(f"type '{type_name}' does not exist", hint)
    if get_field(contract, path).type == type_name:
        raise UsageError(f"field '{path}' has the type '{type_name}' already", "choose another type")

    def change(field: Field) -> Field:
        enum = field.enum if field.enum and all(is_of_type(value, type_name) for value in field.enum) else None
        constraints = {
            key: value for key, value in field.constraints.items() if type_name in CONSTRAINTS.get(key, (type_name,))
        }
        return replace(
            field, type=type_name, enum=enum, constraints=constraints, fields=(), items=None,
            physical_type=None, written_type=None, written_physical_type=None,
        )  # fmt: skip

    return replace_field(contract, path, change)


def require_field(contract: Contract, path: str, *, required: bool) -> Contract:
    """Return the contract with a field that is required, or optional. Raise `UsageError` if it is so already."""
    if get_field(contract, path).required is required:
        raise UsageError(f"field '{path}' is {'required' if required else 'optional'} already", "choose another change")
    return replace_field(contract, path, lambda field: replace(field, required=required))


def change_enum(contract: Contract, path: str, removed: Sequence[str], added: Sequence[str]) -> Contract:
    """Return the contract with enum values of a field removed and added, which are given as text.

    Raise `UsageError` for a removed value that the enum lacks, an added one that it has or that the field refuses, and
    if no value is left.
    """
    path, field = get_enum_field(contract, path)
    removed_members = [get_member(field, path, text) for text in removed]
    enum = tuple(member for member in field.enum or () if not any(member is value for value in removed_members))
    if not enum and not added:
        raise UsageError(f"an enum without values allows nothing in '{path}'", "keep a value, or --remove the field")
    values = tuple(_parse_new_member(field, path, text) for text in added)
    return replace_field(contract, path, lambda field: replace(field, enum=(*enum, *values)))


def _replace_in_level(
    fields: Sequence[Field], parent: str, path: str, change: Callable[[Field], Field | None]
) -> Iterator[Field]:
    for field in fields:
        own_path = join_path(parent, field.name)
        changed: Field | None = field
        if own_path == path:
            changed = change(field)
        elif path.startswith((f"{own_path}.", f"{own_path}[]")):
            changed = _replace_inside(field, own_path, path, change)
        if changed is not None:
            yield changed


def _replace_inside(field: Field, own_path: str, path: str, change: Callable[[Field], Field | None]) -> Field:
    """Return a field in which a nested one is changed."""
    element = f"{own_path}[]"
    if field.items is None or not path.startswith(element):
        return replace(field, fields=tuple(_replace_in_level(field.fields, own_path, path, change)))
    if path == element:
        return replace(field, items=change(field.items))
    return replace(field, items=_replace_inside(field.items, element, path, change))


def _list_foreign_types(contract: Contract) -> list[str]:
    if contract.format == "native":
        return []
    return [*MOMENT_TYPES, *(field.type for _, field in walk_fields(contract.fields))]


def get_member(field: Field, path: str, text: str) -> Scalar:
    """Return the enum value that a text stands for. Raise `UsageError` if there is none."""
    for member in field.enum or ():
        if is_member(member, text):
            return member
    members = [str(member) for member in field.enum or ()]
    hint = format_suggestion(text, members) or f"its values are {', '.join(members[:8])}"
    raise UsageError(f"field '{path}' has no enum value '{text}'", hint)


def is_member(member: Scalar, text: str) -> bool:
    """Return whether a text stands for an enum value. Booleans are not integers."""
    value = _resolve(text)
    if isinstance(member, str):
        return text == member
    return isinstance(value, bool) is isinstance(member, bool) and value == member


def _parse_new_member(field: Field, path: str, text: str) -> Scalar:
    value: Any = text if field.type == "string" else _resolve(text)
    if value is None or not is_of_type(value, field.type):
        raise UsageError(f"enum value '{text}' is not of type '{field.type}'", f"choose a {field.type} for '{path}'")
    failed = find_failed_constraint(value, field.type, field.constraints)
    if failed:
        raise UsageError(f"enum value '{text}' does not satisfy the {failed} of '{path}'", "choose another value")
    if any(is_member(member, text) for member in field.enum or ()):
        raise UsageError(f"field '{path}' has the enum value '{text}' already", "choose another value")
    added: Scalar = value
    return added


def _resolve(text: str) -> Scalar | None:
    try:
        return resolve_scalar(text) if text else text
    except NotFiniteError:
        return None
