"""Validates the content of a contract beyond the shapes of its values.

The functions take plain mappings, so that the models, the formats and Python callers share one set of rules. They
skip parts of the wrong shape, which the models report.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import CONSTRAINTS, STATUSES, TYPES
from dcr.contract.values import patterns
from dcr.contract.values.enums import check_enum, check_enums_against_patterns
from dcr.contract.values.field_values import TEXT_FORMATS
from dcr.contract.violation import Violation, is_number
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.contract.violation import Key

MAX_ID_LENGTH = 128
MAX_VERSION_DIGITS = 19
MAX_VIOLATIONS = 1_000
MAX_COMPARISONS = 10_000
_VERSION = re.compile(r"(?:0|[1-9][0-9]{0,18})(?:\.(?:0|[1-9][0-9]{0,18})){2}\Z")
_TYPE_SYNONYMS = {
    "str": "string", "text": "string", "varchar": "string", "char": "string", "uuid": "string",
    "int": "integer", "bigint": "integer", "long": "integer", "smallint": "integer",
    "float": "number", "double": "number", "decimal": "number", "numeric": "number",
    "bool": "boolean", "date": "timestamp", "datetime": "timestamp", "time": "timestamp",
    "dict": "object", "map": "object", "struct": "object", "record": "object", "list": "array",
}  # fmt: skip
_COMMON_FIELD_KEYS = frozenset(("name", "type", "required", "description", "deprecated"))


def find_violations(contract: Mapping[str, Any]) -> list[Violation]:
    """Return the violations in a contract's content, in the order of its keys.

    The list ends after one more than `MAX_VIOLATIONS`.
    """
    parts = (
        _check_header,
        _check_fields,
        check_enums_against_patterns,
        _check_primary_key,
        _check_owners_and_freshness,
    )
    return list(islice(chain.from_iterable(part(contract) for part in parts), MAX_VIOLATIONS + 1))


def is_valid_outside_fields(contract: Mapping[str, Any], *, has_enum_and_pattern: bool) -> bool:
    """Return whether a contract is valid. Its values must have the right types, and each field must be valid by itself.

    `has_enum_and_pattern` is whether any field may have both an enum and a pattern.
    """
    fields, primary_key = contract["fields"], contract.get("primary_key", ())
    names = {field["name"] for field in fields}
    if not fields or len(names) < len(fields):
        return False
    optional = {field["name"] for field in fields if field.get("required") is False}
    if len(set(primary_key)) < len(primary_key) or not (names - optional).issuperset(primary_key):
        return False
    parts = (
        _check_header,
        _check_owners_and_freshness,
        *((check_enums_against_patterns,) if has_enum_and_pattern else ()),
    )
    return not any(True for part in parts for _ in part(contract))


def find_field_violations(field: Mapping[str, Any]) -> list[Violation]:
    """Return the violations of one top-level field and its name, independent of its contract."""
    return list(islice(_check_field_list([field], ("fields",)), MAX_VIOLATIONS + 1))


def find_part_violations(part: Mapping[str, Any], parent_path: tuple[Key, ...]) -> list[Violation]:
    """Return the violations of a part of a contract, with paths relative to the part.

    `parent_path` is the path of such a part in a contract: `owners` and 0, `freshness_sla`, `fields` and 0, or that and
    `items`.
    """
    nested: Any = part
    for key in reversed(parent_path):
        nested = [nested] if isinstance(key, int) else {"type": "array", key: nested}  # only an array has items
    violations = chain(_check_fields(nested), check_enums_against_patterns(nested), _check_owners_and_freshness(nested))
    return [
        violation._replace(path=violation.path[len(parent_path) :])
        for violation in islice(violations, MAX_VIOLATIONS + 1)
    ]


def _check_header(contract: Mapping[str, Any]) -> Iterator[Violation]:
    dataset_id = contract.get("dataset_id")
    if isinstance(dataset_id, str):
        yield from _check_name(dataset_id, ("dataset_id",), "dataset_id")
        if len(dataset_id) > MAX_ID_LENGTH:
            yield Violation(
                ("dataset_id",),
                f"dataset_id has {len(dataset_id)} characters, expected 1 to {MAX_ID_LENGTH}",
                "shorten it",
            )
    version = contract.get("version")
    if isinstance(version, str) and not _VERSION.match(version):
        yield Violation(
            ("version",), f"version is '{version[:64]}', expected MAJOR.MINOR.PATCH", _suggest_version(version)
        )
    status = contract.get("status")
    if isinstance(status, str) and status not in STATUSES:
        yield Violation(
            ("status",),
            f"status is '{status}', expected one of {', '.join(STATUSES)}",
            format_suggestion(status, STATUSES),
        )
    if status == "deprecated" and not contract.get("deprecation_uri"):
        yield Violation(
            ("status",),
            "status is 'deprecated' and deprecation_uri is missing",
            "add deprecation_uri: the address of the migration plan",
        )
    uri = contract.get("deprecation_uri")
    if isinstance(uri, str) and not uri.strip():
        yield Violation(("deprecation_uri",), "deprecation_uri is blank", "write the address of the migration plan")


def _suggest_version(version: str) -> str:
    if not re.fullmatch(r"[vV]?\d+(?:\.\d+){0,2}", version):
        return 'write three numbers, as in version: "1.0.0"'
    numbers = re.findall(r"\d+", version)
    if any(len(number) > MAX_VERSION_DIGITS for number in numbers):
        return f"write numbers of at most {MAX_VERSION_DIGITS} digits"
    suggestion = ".".join(str(int(number)) for number in [*numbers, "0", "0"][:3])
    return f'write version: "{suggestion}"'


def _check_name(name: str, path: tuple[Key, ...], label: str) -> Iterator[Violation]:
    if not name.strip():
        yield Violation(path, f"{label} is blank", "give the field a name" if label == "name" else "name the dataset")
    elif not name.isprintable() and any(not character.isprintable() and not character.isspace() for character in name):
        yield Violation(path, f"{label} '{name}' contains an invisible character", "remove the character")
    elif not name.isprintable() and re.search(r"[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029]", name):
        yield Violation(path, f"{label} '{name}' contains a line break or tab", "write the name on one line")
    elif name != name.strip():
        yield Violation(path, f"{label} '{name}' begins or ends with whitespace", f"write '{name.strip()}'")


def _check_fields(contract: Mapping[str, Any]) -> Iterator[Violation]:
    fields = contract.get("fields")
    if isinstance(fields, list | tuple):
        yield from _check_field_list(fields, ("fields",))


def _check_field_list(fields: Any, path: tuple[Key, ...], *, in_array: bool = False) -> Iterator[Violation]:
    if not fields:
        yield Violation(path, "fields is empty, expected at least one field", "add a field: {name: …, type: string}")
    names: dict[str, int] = {}
    for index, field in enumerate(fields):
        if not isinstance(field, dict):
            continue
        name = field.get("name")
        if isinstance(name, str):
            if name in names:
                yield Violation((*path, index, "name"), f"duplicate field '{name}'", "rename or remove one of them")
            names[name] = index
            if not (name.isprintable() and name.strip() == name != ""):
                yield from _check_name(name, (*path, index, "name"), "name")
        yield from _check_field(field, (*path, index), in_array=in_array)


def _check_field(field: Mapping[str, Any], path: tuple[Key, ...], *, in_array: bool) -> Iterator[Violation]:
    type_name = field.get("type")
    if not isinstance(type_name, str):
        return
    if type_name not in TYPES:
        hint = f"did you mean '{_TYPE_SYNONYMS[type_name.lower()]}'?" if type_name.lower() in _TYPE_SYNONYMS else ""
        yield Violation(
            (*path, "type"),
            f"type is '{type_name}', expected one of {', '.join(TYPES)}",
            hint or format_suggestion(type_name, TYPES),
        )
        return
    if type_name in ("object", "array") or not _COMMON_FIELD_KEYS.issuperset(field):
        if in_array and field.get("unique"):
            yield Violation((*path, "unique"), "unique is not allowed inside an array", "remove it")
        yield from _check_nesting(field, type_name, path, in_array=in_array)
        yield from _check_constraints(field, type_name, path)
        yield from check_enum(field, type_name, path)


def _check_nesting(
    field: Mapping[str, Any], type_name: str, path: tuple[Key, ...], *, in_array: bool
) -> Iterator[Violation]:
    for key, owner in (("fields", "object"), ("items", "array")):
        value = field.get(key)
        if value is None and type_name == owner:
            yield Violation((*path, "type"), f"type is '{owner}' and {key} is missing", f"add {key}, or use type json")
        elif value is not None and type_name != owner:
            yield _only_for(owner, key, type_name, path)
    if type_name == "object" and isinstance(field.get("fields"), list | tuple):
        yield from _check_field_list(field["fields"], (*path, "fields"), in_array=in_array)
    if type_name == "array" and isinstance(field.get("items"), dict):
        yield from _check_field(field["items"], (*path, "items"), in_array=True)


def _check_constraints(field: Mapping[str, Any], type_name: str, path: tuple[Key, ...]) -> Iterator[Violation]:
    if CONSTRAINTS.keys().isdisjoint(field):
        return
    constraints = {key: field[key] for key in CONSTRAINTS if field.get(key) is not None}
    for key, value in constraints.items():
        if type_name not in CONSTRAINTS[key]:
            yield _only_for(" and ".join(CONSTRAINTS[key]), key, type_name, path)
        elif key in ("min_length", "max_length", "min_items") and is_number(value) and value < 0:
            yield Violation((*path, key), f"{key} is {value}, expected 0 or more")
        elif key == "max_items" and is_number(value) and value < 1:
            yield Violation((*path, key), f"max_items is {value}, expected 1 or more")
        elif key == "multiple_of" and is_number(value) and value <= 0:
            yield Violation((*path, key), f"multiple_of is {value}, expected more than 0")
        elif key == "pattern" and isinstance(value, str) and patterns.find_pattern_error(value):
            yield Violation((*path, key), f"pattern {patterns.find_pattern_error(value)}")
        elif key == "format" and isinstance(value, str) and not value.strip():
            yield Violation((*path, key), "format is blank")
        elif key == "format" and type_name == "timestamp" and isinstance(value, str) and value in TEXT_FORMATS:
            message = f"format '{value}' is only for string fields: no timestamp matches it"
            yield Violation((*path, key), message, "remove it")
    yield from _check_contradictions(constraints, type_name, path)


def _only_for(types: str, key: str, type_name: str, path: tuple[Key, ...]) -> Violation:
    return Violation((*path, key), f"{key} is only for {types} fields, and this one is '{type_name}'", "remove it")


def _check_contradictions(constraints: Mapping[str, Any], type_name: str, path: tuple[Key, ...]) -> Iterator[Violation]:
    for low_key, high_key in (("min_length", "max_length"), ("min_items", "max_items")):
        low: Any = constraints.get(low_key)
        high: Any = constraints.get(high_key)
        if is_number(low) and is_number(high) and low > high:
            message = f"{low_key} {low} is greater than {high_key} {high}: no value can be valid"
            yield Violation((*path, low_key), message)
    if type_name in ("integer", "number") and all(
        is_number(value) for key, value in constraints.items() if type_name in CONSTRAINTS[key] and key != "unique"
    ):
        numeric = [key for key in constraints if "number" in CONSTRAINTS[key] and key != "unique"]
        if numeric and constraints.get("multiple_of", 1) > 0 and _allows_no_number(constraints, type_name):
            yield Violation((*path, numeric[0]), f"{', '.join(numeric)} together allow no {type_name}")


def _allows_no_number(constraints: Mapping[str, Any], type_name: str) -> bool:
    keys = constraints.keys()
    if not (keys & {"minimum", "exclusive_minimum"} and keys & {"maximum", "exclusive_maximum"}):
        return False
    from dcr.contract.values.numbers import build_number_set  # noqa: PLC0415 (it takes 5 ms, and few fields need it)

    return build_number_set(type_name, constraints).is_empty


def _check_primary_key(contract: Mapping[str, Any]) -> Iterator[Violation]:
    key, fields = contract.get("primary_key"), contract.get("fields")
    if not key or not isinstance(key, list | tuple) or not isinstance(fields, list | tuple):
        return
    by_name = {
        field["name"]: field for field in fields if isinstance(field, dict) and isinstance(field.get("name"), str)
    }
    candidates = by_name if len(key) * len(by_name) <= MAX_COMPARISONS else {}
    seen: set[str] = set()
    for index, name in enumerate(key):
        if not isinstance(name, str):
            continue
        path = ("primary_key", index)
        if name in seen:
            yield Violation(path, f"duplicate primary_key entry '{name}'", "keep one of them")
        elif name not in by_name:
            yield Violation(
                path, f"primary_key lists '{name}', which is not a field", format_suggestion(name, candidates)
            )
        elif by_name[name].get("required") is False:
            yield Violation(path, f"primary_key lists '{name}', which is not required", "make the field required")
        seen.add(name)


def _check_owners_and_freshness(contract: Mapping[str, Any]) -> Iterator[Violation]:
    owners = contract.get("owners")
    for index, owner in enumerate(owners if isinstance(owners, list | tuple) else ()):
        if isinstance(owner, dict) and isinstance(owner.get("team"), str) and not owner["team"].strip():
            yield Violation(("owners", index, "team"), "team is blank", "name the team that owns the dataset")
        if isinstance(owner, dict) and isinstance(owner.get("contact"), str) and not owner["contact"].strip():
            yield Violation(
                ("owners", index, "contact"), "contact is blank", "write how to reach the team, or remove it"
            )
    sla = contract.get("freshness_sla")
    if isinstance(sla, dict):
        lag = sla.get("max_lag_seconds")
        if isinstance(lag, int) and lag <= 0:
            yield Violation(("freshness_sla", "max_lag_seconds"), f"max_lag_seconds is {lag}, expected more than 0")
        if isinstance(sla.get("measurement"), str) and not sla["measurement"].strip():
            yield Violation(("freshness_sla", "measurement"), "measurement is blank", "remove it, or write event_time")
