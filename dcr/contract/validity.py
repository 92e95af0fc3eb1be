"""What makes a contract's content valid beyond the shapes of its values; every fault at once, with its place.

Works on plain mappings so that one set of rules serves the models, the readers and Python callers. Parts
whose shape is wrong are passed over here: the models report those.
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
    """Return what is wrong with the content of a contract, in the order of its keys; `MAX_VIOLATIONS` and one at most."""
    parts = (
        _check_header,
        _check_fields,
        check_enums_against_patterns,
        _check_primary_key,
        _check_owners_and_freshness,
    )
    return list(islice(chain.from_iterable(part(contract) for part in parts), MAX_VIOLATIONS + 1))


def find_violations_outside_fields(contract: Mapping[str, Any], *, lists_texts: bool) -> list[Violation]:
    """Return what is wrong with a contract whose topmost fields, each for itself, are known to be faultless.

    `lists_texts` is whether any field at all may have both an enum and a pattern.
    """
    parts = (
        _check_header,
        _check_field_names,
        *((check_enums_against_patterns,) if lists_texts else ()),
        _check_primary_key,
        _check_owners_and_freshness,
    )
    return list(chain.from_iterable(part(contract) for part in parts))


def find_field_violations(field: Mapping[str, Any]) -> list[Violation]:
    """Return what is wrong with one topmost field, whatever contract it stands in."""
    return list(islice(_check_field(field, ("fields", 0), in_array=False), MAX_VIOLATIONS + 1))


def find_part_violations(part: Mapping[str, Any], above: tuple[Key, ...]) -> list[Violation]:
    """Return what is wrong with a part of a contract, whatever contract it stands in; its keys come first in a place.

    `above` is where such a part stands: `owners` and 0, `freshness_sla`, `fields` and 0, or that and `items`.
    """
    inner: Any = part
    for key in reversed(above):
        inner = [inner] if isinstance(key, int) else {"type": "array", key: inner}  # what has items is an array
    found = chain(_check_fields(inner), check_enums_against_patterns(inner), _check_owners_and_freshness(inner))
    return [each._replace(path=each.path[len(above) :]) for each in islice(found, MAX_VIOLATIONS + 1)]


def _check_header(contract: Mapping[str, Any]) -> Iterator[Violation]:
    dataset_id = contract.get("dataset_id")
    if isinstance(dataset_id, str):
        yield from _check_name(dataset_id, ("dataset_id",), "dataset_id")
        if len(dataset_id) > MAX_ID_LENGTH:
            yield Violation(
                ("dataset_id",),
                f"dataset_id has {len(dataset_id)} characters; 1 to {MAX_ID_LENGTH} are allowed",
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
    fitted = ".".join(str(int(number)) for number in [*numbers, "0", "0"][:3])
    return f'write version: "{fitted}"'


def _check_name(name: str, where: tuple[Key, ...], what: str) -> Iterator[Violation]:
    if not name.strip():
        yield Violation(where, f"{what} is blank", "give the field a name" if what == "name" else "name the dataset")
    elif not name.isprintable() and any(not each.isprintable() and not each.isspace() for each in name):
        yield Violation(where, f"{what} '{name}' holds a character that cannot be seen", "remove the character")
    elif not name.isprintable() and re.search(r"[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029]", name):
        yield Violation(where, f"{what} '{name}' holds a line break or tab", "keep names on one line")
    elif name != name.strip():
        yield Violation(where, f"{what} '{name}' begins or ends with white space", f"write '{name.strip()}'")


def _check_fields(contract: Mapping[str, Any]) -> Iterator[Violation]:
    fields = contract.get("fields")
    if isinstance(fields, list | tuple):
        yield from _check_field_list(fields, ("fields",))


def _check_field_names(contract: Mapping[str, Any]) -> Iterator[Violation]:
    yield from _check_field_list(contract["fields"], ("fields",), into=False)


def _check_field_list(
    fields: Any, where: tuple[Key, ...], *, in_array: bool = False, into: bool = True
) -> Iterator[Violation]:
    if not fields:
        yield Violation(where, "fields is empty, expected at least one field", "add a field: {name: …, type: string}")
    seen: dict[str, int] = {}
    for index, field in enumerate(fields):
        if not isinstance(field, dict):
            continue
        name = field.get("name")
        if isinstance(name, str):
            if name in seen:
                yield Violation(
                    (*where, index, "name"), f"two fields are named '{name}'", "rename or remove one of them"
                )
            seen[name] = index
            if not (name.isprintable() and name.strip() == name != ""):
                yield from _check_name(name, (*where, index, "name"), "name")
        if into:
            yield from _check_field(field, (*where, index), in_array=in_array)


def _check_field(field: Mapping[str, Any], where: tuple[Key, ...], *, in_array: bool) -> Iterator[Violation]:
    type_name = field.get("type")
    if not isinstance(type_name, str):
        return
    if type_name not in TYPES:
        hint = f"did you mean '{_TYPE_SYNONYMS[type_name.lower()]}'?" if type_name.lower() in _TYPE_SYNONYMS else ""
        yield Violation(
            (*where, "type"),
            f"type is '{type_name}', expected one of {', '.join(TYPES)}",
            hint or format_suggestion(type_name, TYPES),
        )
        return
    if type_name in ("object", "array") or not _COMMON_FIELD_KEYS.issuperset(field):
        if in_array and field.get("unique"):
            yield Violation((*where, "unique"), "unique is for fields outside arrays", "remove it")
        yield from _check_nesting(field, type_name, where, in_array=in_array)
        yield from _check_constraints(field, type_name, where)
        yield from check_enum(field, type_name, where)


def _check_nesting(
    field: Mapping[str, Any], type_name: str, where: tuple[Key, ...], *, in_array: bool
) -> Iterator[Violation]:
    for key, owner in (("fields", "object"), ("items", "array")):
        value = field.get(key)
        if value is None and type_name == owner:
            yield Violation((*where, "type"), f"type is '{owner}' and {key} is missing", f"add {key}, or use type json")
        elif value is not None and type_name != owner:
            yield Violation((*where, key), f"{key} is for type {owner}, and this field is '{type_name}'", "remove it")
    if type_name == "object" and isinstance(field.get("fields"), list | tuple):
        yield from _check_field_list(field["fields"], (*where, "fields"), in_array=in_array)
    if type_name == "array" and isinstance(field.get("items"), dict):
        yield from _check_field(field["items"], (*where, "items"), in_array=True)


def _check_constraints(field: Mapping[str, Any], type_name: str, where: tuple[Key, ...]) -> Iterator[Violation]:
    written = {key: field[key] for key in CONSTRAINTS if field.get(key) is not None}
    for key, value in written.items():
        if type_name not in CONSTRAINTS[key]:
            allowed = " and ".join(CONSTRAINTS[key])
            yield Violation((*where, key), f"{key} is for {allowed} fields, and this one is '{type_name}'", "remove it")
        elif key in ("min_length", "max_length", "min_items") and is_number(value) and value < 0:
            yield Violation((*where, key), f"{key} is {value}, expected 0 or more")
        elif key == "max_items" and is_number(value) and value < 1:
            yield Violation((*where, key), f"max_items is {value}, expected 1 or more")
        elif key == "multiple_of" and is_number(value) and value <= 0:
            yield Violation((*where, key), f"multiple_of is {value}, expected more than 0")
        elif key == "pattern" and isinstance(value, str) and patterns.find_pattern_error(value):
            yield Violation((*where, key), f"pattern {patterns.find_pattern_error(value)}")
        elif key == "format" and isinstance(value, str) and not value.strip():
            yield Violation((*where, key), "format is blank")
        elif key == "format" and type_name == "timestamp" and isinstance(value, str) and value in TEXT_FORMATS:
            yield Violation((*where, key), f"format '{value}' is for texts, and leaves no valid timestamp", "remove it")
    yield from _check_contradictions(written, type_name, where)


def _check_contradictions(written: Mapping[str, Any], type_name: str, where: tuple[Key, ...]) -> Iterator[Violation]:
    for low, high in (("min_length", "max_length"), ("min_items", "max_items")):
        if is_number(written.get(low)) and is_number(written.get(high)) and written[low] > written[high]:
            yield Violation(
                (*where, low), f"{low} {written[low]} is greater than {high} {written[high]}: nothing can be valid"
            )
    if type_name in ("integer", "number") and all(
        is_number(value) for key, value in written.items() if type_name in CONSTRAINTS[key] and key != "unique"
    ):
        numeric = [key for key in written if "number" in CONSTRAINTS[key] and key != "unique"]
        if numeric and written.get("multiple_of", 1) > 0 and _allows_no_number(written, type_name):
            yield Violation((*where, numeric[0]), f"{', '.join(numeric)} together leave no valid {type_name}")


def _allows_no_number(written: Mapping[str, Any], type_name: str) -> bool:
    from dcr.contract.values.numbers import build_number_set  # noqa: PLC0415 (fractions cost 5 ms; few fields need them)

    return build_number_set(type_name, written).is_empty


def _check_primary_key(contract: Mapping[str, Any]) -> Iterator[Violation]:
    key, fields = contract.get("primary_key"), contract.get("fields")
    if not key or not isinstance(key, list | tuple) or not isinstance(fields, list | tuple):
        return
    declared = {each["name"]: each for each in fields if isinstance(each, dict) and isinstance(each.get("name"), str)}
    near = declared if len(key) * len(declared) <= MAX_COMPARISONS else {}
    seen: set[str] = set()
    for index, name in enumerate(key):
        if not isinstance(name, str):
            continue
        where = ("primary_key", index)
        if name in seen:
            yield Violation(where, f"primary_key names '{name}' twice", "keep one of them")
        elif name not in declared:
            yield Violation(where, f"primary_key names '{name}', which is not a field", format_suggestion(name, near))
        elif declared[name].get("required") is False:
            yield Violation(where, f"primary_key names '{name}', which is not required", "make the field required")
        seen.add(name)


def _check_owners_and_freshness(contract: Mapping[str, Any]) -> Iterator[Violation]:
    owners = contract.get("owners")
    for index, owner in enumerate(owners if isinstance(owners, list | tuple) else ()):
        if isinstance(owner, dict) and isinstance(owner.get("team"), str) and not owner["team"].strip():
            yield Violation(("owners", index, "team"), "team is blank", "name the team that answers for the dataset")
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
            yield Violation(("freshness_sla", "measurement"), "measurement is blank", "remove it, or say event_time")
