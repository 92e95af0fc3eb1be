"""The judge that is not dcr: a contract as JSON Schema, and what jsonschema refuses in a row, and why.

It shares nothing with the engine: it knows contracts as plain mappings only. `strict` is a contract's own
word (no other fields), `lenient` is an old reader that ignores fields it does not know.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from fractions import Fraction
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Mapping = dict[str, Any]

CHECKED_FORMATS = ("date", "email", "ipv4", "uuid")
KEYWORDS = {
    "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern", "format": "format",
    "minimum": "minimum", "maximum": "maximum", "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum", "multiple_of": "multipleOf", "min_items": "minItems",
    "max_items": "maxItems",
}  # fmt: skip
KEYS = {keyword: key for key, keyword in KEYWORDS.items()}
_DAY, _HOUR = "[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
_MOMENTS = {
    "timestamp": rf"\A{_DAY}[Tt ]{_HOUR}([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})\Z",
    "date": rf"\A{_DAY}\Z",
    "time": rf"\A{_HOUR}\Z",
}
"""Types that JSON has as texts; the last two only foreign formats have."""
SPELLED_KEYS = {
    "integer": r"\A-?[0-9]+\Z",
    "number": r"\A-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z",
    "boolean": r"\A(true|false)\Z",
}
"""How keys of a map are written in JSON."""
_ANYTHING = ["string", "number", "boolean", "object", "array"]


def _multiple_of(_: Any, step: float, number: Any, schema: Mapping) -> Iterator[ValidationError]:
    """Divide decimals, as they are written; jsonschema divides doubles, to which 0.3 is no multiple of 0.1."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return
    if Fraction(repr(number)) % Fraction(repr(step)):
        yield ValidationError(f"{number} is not a multiple of {step}")


def _ordered(keyword: str, holds: Callable[[Any, Any], bool]) -> Callable[..., Iterator[ValidationError]]:
    """Return a keyword that compares moments where the bound is one, and numbers as JSON Schema does."""

    def compare(validator: Any, bound: Any, value: Any, schema: Mapping) -> Iterator[ValidationError]:
        if not isinstance(bound, str):
            yield from Draft202012Validator.VALIDATORS[keyword](validator, bound, value, schema)
        elif re.match(r"[0-9]{2,4}[-:/]", str(value)):
            one, two = _moment(value), _moment(bound)
            if type(one) is type(two) and not holds(one, two):
                yield ValidationError(f"{value} is out of bounds")

    return compare


def _moment(text: str) -> datetime | time:
    """Return what a date, a time of day or a timestamp stands for; a date alone begins its day in UTC."""
    if re.match(r"[0-9]{2}:", text):
        return time.fromisoformat(text)
    if "/" in text:
        return datetime.strptime(text, "%m/%d/%Y").replace(tzinfo=UTC)
    moment = datetime.fromisoformat(text.upper().replace(":60", ":59"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_COMPARED = {"minimum": ge, "maximum": le, "exclusiveMinimum": gt, "exclusiveMaximum": lt}
Validator = extend(
    Draft202012Validator,
    {"multipleOf": _multiple_of, **{keyword: _ordered(keyword, holds) for keyword, holds in _COMPARED.items()}},
)
_CHECKER = FormatChecker(formats=CHECKED_FORMATS)


@_CHECKER.checks("email")
def _is_email(value: object) -> bool:
    """Ask for one `@` between two parts without white space; to jsonschema any `@` will do."""
    if not isinstance(value, str):
        return True
    local, at, domain = value.partition("@")
    return bool(local and at and domain) and "@" not in domain and not any(each.isspace() for each in value)


@dataclass(frozen=True)
class Refusal:
    """What a schema refuses in a row: the field, and `removed`, `required`, `type`, `enum` or a constraint."""

    path: str
    cause: str


class Judge:
    """One contract's schemas, built once."""

    def __init__(self, contract: Mapping) -> None:
        self.contract = contract
        self.strict = validator(object_schema(contract["fields"], closed=True))
        self.lenient = validator(object_schema(contract["fields"], closed=False))


def validator(schema: Mapping) -> Any:
    """Return jsonschema's validator of a schema; formats are asserted where the standard library can record."""
    return Validator(schema, format_checker=_CHECKER)


@lru_cache(maxsize=50_000)
def _validator_of(text: str) -> Any:
    return validator(json.loads(text))


def field_validator(field: Mapping) -> Any:
    """Return the validator of one field's values that are present and not null."""
    return _validator_of(json.dumps(field_schema({**field, "required": True}, closed=True)))


def object_schema(fields: Iterable[Mapping], *, closed: bool) -> Mapping:
    """Return the schema of an object: required fields are present and not null, optional ones may be either."""
    fields = list(fields)
    schema: Mapping = {
        "type": "object",
        "properties": {each["name"]: field_schema(each, closed=closed) for each in fields},
    }
    required = [each["name"] for each in fields if each.get("required", True)]
    if required:
        schema["required"] = required
    if closed:
        schema["additionalProperties"] = False
    return schema


def field_schema(field: Mapping, *, closed: bool) -> Mapping:
    """Return the schema of a field's value; an optional one's may be null."""
    type_name, required = field["type"], field.get("required", True)
    schema: Mapping = {keyword: field[key] for key, keyword in KEYWORDS.items() if key in field}
    if type_name == "object":
        schema |= object_schema(field["fields"], closed=closed)
    elif type_name == "array":
        schema |= {"type": "array", "items": field_schema(field["items"], closed=closed)}
    elif type_name == "map":
        schema |= {"type": "object", "additionalProperties": field_schema(field["values"], closed=closed)}
        schema["propertyNames"] = _key_schema(field["keys"], closed=closed)
    elif type_name == "vector":
        elements = field_schema(field["items"], closed=closed)
        length = field["dimensions"]
        schema |= {"title": "vector", "type": "array", "items": elements, "minItems": length, "maxItems": length}
    elif type_name in _MOMENTS:
        own = {"allOf": [{"pattern": field["pattern"]}]} if "pattern" in field else {}
        schema |= {"type": "string", "pattern": _MOMENTS[type_name], **own}
    elif type_name in ("json", "any"):
        schema["type"] = _ANYTHING
    else:
        schema["type"] = type_name
    if "enum" in field:
        schema["enum"] = list(field["enum"])
    if not required:
        schema["type"] = [*([schema["type"]] if isinstance(schema["type"], str) else schema["type"]), "null"]
        if "enum" in schema:
            schema["enum"].append(None)
    return schema


def _key_schema(field: Mapping, *, closed: bool) -> Mapping:
    """Return the schema of a map's keys: a row in JSON spells them as texts, whatever they are elsewhere."""
    if field["type"] == "string" or field["type"] in _MOMENTS:
        return field_schema({**field, "required": True}, closed=closed)
    return {"pattern": SPELLED_KEYS[field["type"]]} if field["type"] in SPELLED_KEYS else {}


def refusals(schema: Any, row: Any) -> set[Refusal]:
    """Return every field that a schema refuses in a row, and why."""
    return {each for error in schema.iter_errors(row) for each in _told(error)}


def table_refused(field: Mapping, values: list[Any]) -> bool:
    """Whether a field refuses its values over a table of rows: a unique one refuses two that are equal."""
    schema = {"type": "array", "uniqueItems": bool(field.get("unique"))}
    return not validator(schema).is_valid([each for each in values if each is not None])


def _told(error: ValidationError) -> Iterator[Refusal]:
    path = path_of(error.absolute_schema_path)
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        yield from (Refusal(below(path, name), "required") for name in missing)
    elif error.validator == "additionalProperties":
        unknown = error.instance.keys() - error.schema["properties"].keys()
        yield from (Refusal(below(path, name), "removed") for name in unknown)
    elif error.instance is None:
        yield Refusal(path, "required")
    elif error.validator in ("type", "enum"):
        yield Refusal(path, error.validator)
    elif error.validator == "pattern" and error.schema["pattern"] in (*_MOMENTS.values(), *SPELLED_KEYS.values()):
        yield Refusal(path, "type")
    elif error.schema.get("title") == "vector":
        yield Refusal(path, "dimensions")
    else:
        yield Refusal(path, KEYS[error.validator])


def path_of(steps: Iterable[str | int]) -> str:
    """Return which field a part of a schema is about, as dcr names it: `lines[].sku`, `prices.values`."""
    path, rest = "", list(steps)
    while rest:
        step = rest.pop(0)
        if step == "properties":
            path = below(path, str(rest.pop(0)))
        elif step == "items":
            path = f"{path}[]"
        elif step == "propertyNames" or (step == "additionalProperties" and rest):
            path = below(path, "keys" if step == "propertyNames" else "values")
    return path


def below(path: str, name: str) -> str:
    """Return the path of a field in the object at `path`; a name with a dot, brackets or a quote is quoted."""
    odd = "." in name or "[]" in name or '"' in name
    shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' if odd else name
    return f"{path}.{shown}" if path else shown


def field_at(contract: Mapping, path: str) -> Mapping | None:
    """Return the field that a path names, or None."""
    return dict(fields_of(contract)).get(path)


def fields_of(contract: Mapping) -> Iterator[tuple[str, Mapping]]:
    """Yield every field of a contract with its path."""
    yield from _fields("", contract["fields"])


def _fields(parent: str, fields: Iterable[Mapping]) -> Iterator[tuple[str, Mapping]]:
    for each in fields:
        yield from _field(below(parent, each["name"]), each)


def _field(path: str, field: Mapping) -> Iterator[tuple[str, Mapping]]:
    yield path, field
    if field["type"] == "object":
        yield from _fields(path, field["fields"])
    if field["type"] == "map":
        yield from _fields(path, [{**field[part], "name": part} for part in ("keys", "values")])
    if field["type"] in ("array", "vector") and "items" in field:
        yield from _field(f"{path}[]", field["items"])
