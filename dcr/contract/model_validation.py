"""Validates a plain mapping with the pydantic models and translates their errors into violations."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from dcr.contract.models import DataContract, DataField, FreshnessSLA, Owner
from dcr.contract.validity import MAX_VIOLATIONS, find_violations
from dcr.contract.violation import Violation, describe_value
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.contract.violation import Key

# pydantic's names for the branches of a union, the last step of an error's location
_UNION_BRANCHES = frozenset(("int", "float", "str", "bool", "constrained-float"))
_KEY_ERROR_TYPES = ("missing", "extra_forbidden")
_EXPECTED_SHAPES = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "list_type": "a list",
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_MODELS_BY_KEY: dict[str | None, type[BaseModel]] = {None: DataContract, "owners": Owner, "freshness_sla": FreshnessSLA}


def validate_mapping(raw: Mapping[str, Any]) -> list[Violation]:
    """Return every violation of a mapping: wrong shapes first, then wrong content.

    Each path is listed once. Beyond `MAX_VIOLATIONS`, only the first are returned.
    """
    shapes = list(islice(_list_shape_violations(raw), MAX_VIOLATIONS + 1))
    # The content check comes first for these: it names the type that is expected.
    enum_values = [violation for violation in shapes if violation.path[-2:-1] == ("enum",)]
    by_path: dict[tuple[Key, ...], Violation] = {}
    for violation in (
        *(violation for violation in shapes if violation not in enum_values),
        *find_violations(raw),
        *enum_values,
    ):
        by_path.setdefault(violation.path, violation)
    if len(by_path) <= MAX_VIOLATIONS:
        return list(by_path.values())
    summary = Violation(
        (), f"more than {MAX_VIOLATIONS:,} values are invalid; only the first are listed", "correct them first"
    )
    return [summary, *islice(by_path.values(), MAX_VIOLATIONS)]


def _list_shape_violations(raw: Mapping[str, Any]) -> Iterator[Violation]:
    try:
        DataContract.model_validate(raw)
    except ValidationError as error:
        for details in error.errors(include_url=False, include_context=False):
            if details["type"] != "contract_fault":
                yield _build_violation(details["type"], tuple(details["loc"]), details["input"])


def _build_violation(kind: str, loc: tuple[Key, ...], value: Any) -> Violation:
    path, expected = loc, _EXPECTED_SHAPES.get(kind, "another type")
    if len(loc) > 1 and loc[-1] in _UNION_BRANCHES and kind not in _KEY_ERROR_TYPES:
        path = loc[:-1]
        expected = "text, a number, true or false" if isinstance(path[-1], int) else "a number"
    names = [step for step in path if isinstance(step, str)]
    key = names[-1] if names else "the file"
    if path and isinstance(path[-1], int):
        key = f"value {path[-1] + 1} of {key}"
    if kind == "missing":
        return Violation(path, f"{key} is missing", f"add {key}")
    if kind == "extra_forbidden":
        return _build_unknown_key_violation(path, names)
    hint = ""
    if kind == "bool_type" and isinstance(value, str) and value.lower() in ("yes", "on", "y", "no", "off", "n"):
        hint = f"write {'true' if value.lower() in ('yes', 'on', 'y') else 'false'}"
    return Violation(path, f"{key} is {describe_value(value)}, expected {expected}", hint)


def _build_unknown_key_violation(path: tuple[Key, ...], names: list[str]) -> Violation:
    key = names[-1]
    if key == "name":
        return Violation(path, "items has a name; the elements of an array have none", "remove it")
    parent_key = names[-2] if len(names) > 1 else None
    hint = format_suggestion(key, _MODELS_BY_KEY.get(parent_key, DataField).model_fields)
    return Violation(path, f"unknown key '{key}'", hint or f"remove it, or name it 'x-{key}' if it is your own")
