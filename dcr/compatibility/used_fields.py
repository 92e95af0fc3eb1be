"""Looks up the fields and values of a use in a contract.

Files of strangers may have many thousands of fields, so nothing here takes quadratic time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import ANY_TYPE, UNRESOLVED_TYPE, join_path, walk_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.consumers.consumer import DeclaredValue, Use
    from dcr.contract.contract import Contract, Field, Scalar

_OPEN_TYPES = ("json", "map", ANY_TYPE, UNRESOLVED_TYPE)
"""Types that may contain fields which the contract does not list."""

_STEP = re.compile(r"\.|\[\]")

DEPRECATED, ARCHIVED = "deprecated", "archived"


class UnknownValue(NamedTuple):
    """A used value that an enum lacks: the path of the field, the value's number in the use, and the enum."""

    path: str
    number: int
    value: DeclaredValue
    enum: tuple[Scalar, ...]


def list_unknown_fields(use: Use, contract: Contract) -> list[str]:
    """Return the used paths that the contract does not have and that no open field of it may contain."""
    if not contract.fields:
        return []  # a foreign file need not list any
    fields = dict(walk_fields(contract.fields))
    unknown = [path for path in use.used_fields or use.values if path not in fields]
    open_paths = {path for path, field in fields.items() if _is_open(field)} if unknown else set()
    return [path for path in unknown if open_paths.isdisjoint(list_ancestors(path))]


def _is_open(field: Field) -> bool:
    if field.type == "object":
        return not field.fields
    return field.items is None if field.type == "array" else field.type in _OPEN_TYPES


def list_ancestors(path: str) -> Iterator[str]:
    """Yield the paths in which a path is nested."""
    for step in _STEP.finditer(path):
        yield path[: step.start()]


def list_unknown_values(use: Use, contract: Contract) -> Iterator[UnknownValue]:
    """Yield the used values that an enum lacks."""
    fields = dict(walk_fields(contract.fields)) if use.values else {}
    for path, values in use.values.items():
        enum = _find_enum(fields.get(path))
        if enum is None:
            continue
        texts = {member for member in enum if isinstance(member, str)}
        others = {(isinstance(member, bool), member) for member in enum if not isinstance(member, str)}
        for number, value in enumerate(values):  # as in DeclaredValue.equals
            if value.text not in texts and (isinstance(value.value, bool), value.value) not in others:
                texts.add(value.text)  # each value once
                yield UnknownValue(path, number, value, enum)


def _find_enum(field: Field | None) -> tuple[Scalar, ...] | None:
    """Return the enum of a field; the values of an array are those of its elements."""
    while field is not None and field.enum is None:
        field = field.items
    return field.enum if field else None


def list_deprecated_fields(use: Use, contract: Contract) -> Iterator[str]:
    """Yield the deprecated fields that a use concerns; the fields of a deprecated object are not listed again."""
    deprecated = list(_list_deprecated(contract.fields, ""))
    used = None if use.used_fields is None or not deprecated else set(use.used_fields)
    if used is None:
        yield from deprecated
        return
    around = used.union(*map(list_ancestors, used))
    for path in deprecated:
        if path in around or not used.isdisjoint(list_ancestors(path)):
            yield path


def _list_deprecated(fields: tuple[Field, ...], parent: str) -> Iterator[str]:
    for field in fields:
        yield from _list_deprecated_below(field, join_path(parent, field.name))


def _list_deprecated_below(field: Field, path: str) -> Iterator[str]:
    if field.deprecated:
        yield path
        return
    yield from _list_deprecated(field.fields, path)
    if field.items:
        yield from _list_deprecated_below(field.items, f"{path}[]")


def uses_deprecated(use: Use, contract: Contract) -> bool:
    """Return whether the dataset is deprecated or archived, or the use concerns a deprecated field."""
    return contract.status in (DEPRECATED, ARCHIVED) or any(True for _ in list_deprecated_fields(use, contract))
