"""The models' verdict on a plain mapping, said in dcr's words: every cause once, with the path that leads to it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from dcr.contract.fault import Fault, shown
from dcr.contract.models import DataContract, DataField, FreshnessSLA, Owner
from dcr.contract.validity import MAX_FAULTS, faults
from dcr.text.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.contract.fault import Key

_UNION_STEPS = frozenset(("int", "float", "str", "bool", "constrained-float"))  # pydantic's names for what it tried
_ABOUT_KEYS = ("missing", "extra_forbidden")
_EXPECTED = {
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
_MODELS: dict[str | None, type[BaseModel]] = {None: DataContract, "owners": Owner, "freshness_sla": FreshnessSLA}


def complaints(raw: Mapping[str, Any]) -> list[Fault]:
    """Return what keeps a mapping from being a contract: wrong shapes first, then wrong content.

    Every cause once; of more than `MAX_FAULTS`, the first.
    """
    shapes = list(islice(_shapes(raw), MAX_FAULTS + 1))
    listed = [each for each in shapes if each.where[-2:-1] == ("enum",)]  # whose content says what the type is
    first: dict[tuple[Key, ...], Fault] = {}
    for fault in (*(each for each in shapes if each not in listed), *faults(raw), *listed):
        first.setdefault(fault.where, fault)
    if len(first) <= MAX_FAULTS:
        return list(first.values())
    more = Fault((), f"more than {MAX_FAULTS:,} values are at fault; only the first are told", "mend them first")
    return [more, *islice(first.values(), MAX_FAULTS)]


def _shapes(raw: Mapping[str, Any]) -> Iterator[Fault]:
    try:
        DataContract.model_validate(raw)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False):
            if each["type"] != "contract_fault":
                yield _spoken(each["type"], tuple(each["loc"]), each["input"])


def _spoken(kind: str, loc: tuple[Key, ...], value: Any) -> Fault:
    where, expected = loc, _EXPECTED.get(kind, "another type")
    if len(loc) > 1 and loc[-1] in _UNION_STEPS and kind not in _ABOUT_KEYS:
        where = loc[:-1]
        expected = "text, a number, true or false" if isinstance(where[-1], int) else "a number"
    names = [step for step in where if isinstance(step, str)]
    key = names[-1] if names else "the file"
    if where and isinstance(where[-1], int):
        key = f"value {where[-1] + 1} of {key}"
    if kind == "missing":
        return Fault(where, f"{key} is missing", f"add {key}")
    if kind == "extra_forbidden":
        return _unknown(where, names)
    hint = ""
    if kind == "bool_type" and isinstance(value, str) and value.lower() in ("yes", "on", "y", "no", "off", "n"):
        hint = f"write {'true' if value.lower() in ('yes', 'on', 'y') else 'false'}"
    return Fault(where, f"{key} is {shown(value)}, expected {expected}", hint)


def _unknown(where: tuple[Key, ...], names: list[str]) -> Fault:
    key = names[-1]
    if key == "name":
        return Fault(where, "items has a name; the elements of an array have none", "remove it")
    above = names[-2] if len(names) > 1 else None
    hint = did_you_mean(key, _MODELS.get(above, DataField).model_fields)
    return Fault(where, f"unknown key '{key}'", hint or f"remove it, or name it 'x-{key}' if it is your own")
