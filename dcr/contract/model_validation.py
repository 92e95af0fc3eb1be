"""The models' verdict on a plain mapping, said in dcr's words: every cause once, with the path that leads to it."""

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

_UNION_BRANCHES = frozenset(("int", "float", "str", "bool", "constrained-float"))  # pydantic's names for what it tried
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
    """Return what keeps a mapping from being a contract: wrong shapes first, then wrong content.

    Every cause once; of more than `MAX_VIOLATIONS`, the first.
    """
    shapes = list(islice(_list_shape_violations(raw), MAX_VIOLATIONS + 1))
    listed = [each for each in shapes if each.path[-2:-1] == ("enum",)]  # whose content says what the type is
    first: dict[tuple[Key, ...], Violation] = {}
    for fault in (*(each for each in shapes if each not in listed), *find_violations(raw), *listed):
        first.setdefault(fault.path, fault)
    if len(first) <= MAX_VIOLATIONS:
        return list(first.values())
    more = Violation(
        (), f"more than {MAX_VIOLATIONS:,} values are at fault; only the first are told", "mend them first"
    )
    return [more, *islice(first.values(), MAX_VIOLATIONS)]


def _list_shape_violations(raw: Mapping[str, Any]) -> Iterator[Violation]:
    try:
        DataContract.model_validate(raw)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False):
            if each["type"] != "contract_fault":
                yield _build_violation(each["type"], tuple(each["loc"]), each["input"])


def _build_violation(kind: str, loc: tuple[Key, ...], value: Any) -> Violation:
    where, expected = loc, _EXPECTED_SHAPES.get(kind, "another type")
    if len(loc) > 1 and loc[-1] in _UNION_BRANCHES and kind not in _KEY_ERROR_TYPES:
        where = loc[:-1]
        expected = "text, a number, true or false" if isinstance(where[-1], int) else "a number"
    names = [step for step in where if isinstance(step, str)]
    key = names[-1] if names else "the file"
    if where and isinstance(where[-1], int):
        key = f"value {where[-1] + 1} of {key}"
    if kind == "missing":
        return Violation(where, f"{key} is missing", f"add {key}")
    if kind == "extra_forbidden":
        return _build_unknown_key_violation(where, names)
    hint = ""
    if kind == "bool_type" and isinstance(value, str) and value.lower() in ("yes", "on", "y", "no", "off", "n"):
        hint = f"write {'true' if value.lower() in ('yes', 'on', 'y') else 'false'}"
    return Violation(where, f"{key} is {describe_value(value)}, expected {expected}", hint)


def _build_unknown_key_violation(where: tuple[Key, ...], names: list[str]) -> Violation:
    key = names[-1]
    if key == "name":
        return Violation(where, "items has a name; the elements of an array have none", "remove it")
    above = names[-2] if len(names) > 1 else None
    hint = format_suggestion(key, _MODELS_BY_KEY.get(above, DataField).model_fields)
    return Violation(where, f"unknown key '{key}'", hint or f"remove it, or name it 'x-{key}' if it is your own")
