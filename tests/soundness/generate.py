"""Random native contracts, the same for the same seed: plain mappings, and YAML text to read them from.

What is drawn is nearly always valid; whoever draws asks dcr's reader and draws again if it is not.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from random import Random

Mapping = dict[str, Any]

NAMES = (
    "id", "name", "plan", "amount", "created_at", "address", "tags", "lines", "email", "score", "kind",
    "a.b", "x[]", "[]", "straße", "first name", "null", "on", "🙂", "weight",
)  # fmt: skip
SCALARS = ("string", "integer", "number", "boolean", "timestamp", "json")

PATTERNS: dict[str, tuple[str, ...]] = {
    "^[a-z]+$": ("a", "abc", "z"),
    "^[A-Z]{2}$": ("DE", "SE"),
    "[0-9]{3}": ("123", "x000", "12345"),
    "^[0-9]+$": ("0", "12", "12345"),
    "^(red|green|blue)$": ("red", "green", "blue"),
    "^(red|green)$": ("red", "green"),
    "^x?$": ("", "x"),
    "^[^@ ]+@[^@ ]+$": ("a@b", "ab@cd"),
    r"^[\w.]+@[\w.]+\.[a-z]{2,3}$": ("a@b.de", "a.b@example.com"),
    r"\d": ("1", "a1"),
    "^.{2,5}$": ("ab", "12345"),
    r"^\S+$": ("a", "é", "a-b"),
    "é": ("é", "née"),
    "^a.*z$": ("az", "abcz"),
    "(?i)^ab+$": ("ab", "ABB"),
    "^[0-9]{4}-[0-9]{2}$": ("2024-01", "1999-12"),
    r"^\+?[0-9]{1,3}-?[0-9]{4,8}$": ("+49-1234", "11234"),
    r"\A[ab]\Z": ("a", "b"),
    "^(ab|cd){1,2}$": ("ab", "cdab"),
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z": ("2024-01-01", "2023-12-31"),
    "": ("", "a"),
    ".": ("a", "🙂"),
}
"""Patterns with texts that each of them matches."""

SLOW_PATTERNS: dict[str, tuple[str, ...]] = {
    "^(a+)+$": ("a", "aaa"),
    "^(?=.*[0-9])[a-z0-9]{4,8}$": ("abc1", "1234"),
    r"^(\w)\1$": ("aa", "bb"),
}
"""Patterns whose shape dcr may not run, or cannot spell."""

FORMATS: dict[str, tuple[str, ...]] = {
    "date": ("2024-01-01", "2023-12-31", "1999-02-28"),
    "email": ("a@example.com", "a@b.c", "first.last@mail.example.org"),
    "ipv4": ("192.0.2.1", "0.0.0.0", "255.255.255.255"),
    "uuid": ("00000000-0000-4000-8000-000000000000", "123e4567-e89b-12d3-a456-426614174000"),
}
NEAR_MISSES: dict[str, tuple[str, ...]] = {
    "date": ("2024-13-01", "2023-02-29", "2024-1-1", "0000-00-00"),
    "email": ("a@@b", "a b@c", "@"),
    "ipv4": ("999.1.1.1", "1.2.3", "1.2.3.04"),
    "uuid": ("00000000-0000-4000-8000-00000000000g", "00000000000040008000000000000000"),
}
"""Texts that look like a format and are not of it."""
OPAQUE_FORMATS = ("hostname", "duration", "iban")
WORDS = (
    "free", "pro", "enterprise", "NO", "yes", "1.10", "2024-01-01", "12:30", "", " ", "a", "b", "x", "é", "🙂",
    "日本語", "null", "~", "0", "A@b", "192.0.2.1", "a\nb", "red", "DE", "123",
)  # fmt: skip

INTEGER_POINTS = (-100, -10, -3, -2, -1, 0, 1, 2, 3, 5, 7, 10, 100, -1.5, -0.5, 0.5, 2.5, 9.75, 10**6, 2**31)
NUMBER_POINTS = (*INTEGER_POINTS, 0.1, 0.2, 0.25, 0.3, 0.75, 1.1, 99.99, 0.001, -0.1, 1e-6, 1e9, 0.333)
INTEGER_STEPS = (1, 2, 3, 4, 5, 10, 0.5, 1.5, 2.5, 0.1, 100)
NUMBER_STEPS = (*INTEGER_STEPS, 0.25, 0.01, 0.3, 0.75, 0.001, 1e-6)
LENGTHS = (0, 1, 2, 3, 4, 5, 8, 10, 36, 100)
SIZES = (0, 1, 2, 3, 5)


def contract(rng: Random) -> Mapping:
    """Return a contract of one to five fields, nested up to three levels deep."""
    fields = level(rng, 0, rng.randint(1, 5))
    drawn: Mapping = {
        "dataset_id": "sales.orders",
        "version": "1.0.0",
        "status": "active",
        "owners": [{"team": "sales", "contact": "#sales"}, {"team": "finance"}],
        "fields": fields,
    }
    keys = [each["name"] for each in fields if each.get("required", True) and each["type"] in SCALARS]
    if keys and rng.random() < 0.4:
        drawn["primary_key"] = rng.sample(keys, rng.randint(1, min(2, len(keys))))
    return drawn


def narrow_contract(rng: Random) -> Mapping:
    """Return a contract of one constrained text, number or array: what the engine has to be exact about."""
    drawn = contract(rng)
    type_name = rng.choice(("string", "string", "integer", "number", "array"))
    drawn["fields"] = [{"name": "value", **body(rng, type_name, 2)}]
    drawn.pop("primary_key", None)
    return drawn


def either(rng: Random) -> Mapping:
    """Return a contract, or a narrow one more often."""
    return contract(rng) if rng.random() < 0.35 else narrow_contract(rng)


def level(rng: Random, depth: int, count: int, in_array: bool = False) -> list[Mapping]:
    """Return the fields of one level, each with another name."""
    return [field(rng, name, depth, in_array) for name in rng.sample(NAMES, count)]


def field(rng: Random, name: str, depth: int, in_array: bool = False) -> Mapping:
    """Return one field, with what is nested in it."""
    drawn = {"name": name, **body(rng, _type(rng, depth), depth, in_array)}
    required = rng.choice((None, True, False, False))
    return drawn if required is None else {**drawn, "required": required}


def items(rng: Random, depth: int) -> Mapping:
    """Return what the elements of an array are."""
    drawn = body(rng, _type(rng, depth), depth, in_array=True)
    required = rng.choice((None, None, True, False))
    return drawn if required is None else {**drawn, "required": required}


def body(rng: Random, type_name: str, depth: int, in_array: bool = False) -> Mapping:
    """Return a type with its constraints, enum and nested fields: all of a field but its name and required-ness."""
    drawn: Mapping = {"type": type_name}
    if type_name == "object":
        drawn["fields"] = level(rng, depth + 1, rng.randint(1, 3), in_array)
    elif type_name == "array":
        drawn |= constraints(rng, type_name)
        drawn["items"] = items(rng, depth + 1)
    else:
        drawn |= constraints(rng, type_name)
        if rng.random() < 0.3:
            drawn |= enum(rng, drawn)
        if not in_array and type_name != "json" and rng.random() < 0.12:
            drawn["unique"] = True
    if rng.random() < 0.1:
        drawn["description"] = "what it holds"
    return drawn


def constraints(rng: Random, type_name: str) -> Mapping:
    """Return some constraints of a type that leave it values, apart from `unique`."""
    if type_name == "string":
        return _text_constraints(rng)
    if type_name in ("integer", "number"):
        return _number_constraints(rng, type_name)
    if type_name == "array":
        low, high = sorted((rng.choice(SIZES), rng.choice(SIZES)))
        return _some(rng, {"min_items": low, "max_items": max(high, 1)}, 0.4)
    if type_name == "timestamp" and rng.random() < 0.1:
        return {"format": rng.choice(("date-time", "iso8601"))}
    return {}


def enum(rng: Random, shape: Mapping) -> Mapping:
    """Return an enum of values that fit a scalar's type and constraints, or nothing where there cannot be one."""
    type_name = shape["type"]
    if type_name in ("timestamp", "json"):
        return {}
    if type_name == "boolean":
        return {"enum": rng.choice(([True], [False], [True, False], [False, True]))}
    values = [each for each in pool(shape) if fits(each, shape)]
    if type_name == "string" and "pattern" not in shape and rng.random() < 0.3:
        name = shape["format"] if shape.get("format") in FORMATS else rng.choice(list(FORMATS))
        values = [each for each in (*FORMATS[name], *NEAR_MISSES[name]) if fits(each, shape)]
    return {"enum": rng.sample(values, min(len(values), rng.randint(1, 5)))} if values else {}


def pool(shape: Mapping) -> list[Any]:
    """Return values worth listing for a text or a number."""
    if shape["type"] == "string":
        return list(dict.fromkeys([*PATTERNS.get(shape.get("pattern", ""), ()), *WORDS]))
    points = NUMBER_POINTS if shape["type"] == "number" else INTEGER_POINTS
    steps = [each for n in (-2, 0, 1, 3) if (each := plain(exact(shape.get("multiple_of", 1)) * n)) not in points]
    return [each for each in (*points, *steps) if shape["type"] == "number" or isinstance(each, int)]


def fits(value: Any, shape: Mapping) -> bool:
    """Whether a text or number meets the constraints of its field; formats are taken to be met."""
    if isinstance(value, str):
        long_enough = shape.get("min_length", 0) <= len(value) <= shape.get("max_length", len(value))
        return long_enough and re.search(shape.get("pattern", ""), value) is not None
    number = exact(value)
    return (
        ("minimum" not in shape or number >= exact(shape["minimum"]))
        and ("maximum" not in shape or number <= exact(shape["maximum"]))
        and ("exclusive_minimum" not in shape or number > exact(shape["exclusive_minimum"]))
        and ("exclusive_maximum" not in shape or number < exact(shape["exclusive_maximum"]))
        and ("multiple_of" not in shape or number % exact(shape["multiple_of"]) == 0)
    )


def exact(number: float) -> Fraction:
    """Return the decimal that is written, exactly."""
    return Fraction(str(number))


def plain(number: Fraction) -> int | float:
    """Return a fraction as an integer where it is one, or where no double is as large."""
    return int(number) if number.denominator == 1 or abs(number) > 10**300 else float(number)


@lru_cache(maxsize=4096)
def generate_match(pattern: str, length: int) -> str | None:
    """Return a text of a length that a pattern matches: one of its examples, stretched or repeated, or None."""
    for example in (*PATTERNS.get(pattern, ()), *SLOW_PATTERNS.get(pattern, ())):
        missing = length - len(example)
        for at in range(len(example)):
            text = example[:at] + example[at] * max(missing, 0) + example[at:]
            if len(text) == length and re.search(pattern, text):
                return text
    return None


def written(drawn: Mapping, rng: Random | None = None) -> bytes:
    """Return a contract as YAML text; with `rng`, in one of several styles that mean the same."""
    style = rng.randrange(4) if rng else 0
    if style == 1:
        return json.dumps(drawn, ensure_ascii=False, indent=1).encode()
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    options: Mapping = {"sort_keys": False, "allow_unicode": style != 2, "width": 4096}
    if style == 3:
        options |= {"default_style": None, "default_flow_style": True}
    text = yaml.dump(drawn, Dumper=dumper, **options)
    return (("# written by hand\n" if style == 2 else "") + text).encode()


def _type(rng: Random, depth: int) -> str:
    nested = ("object", "array", "array") if depth < 3 else ()
    return rng.choice(("string", "string", "string", "integer", "integer", "number", "number", *SCALARS, *nested))


def _some(rng: Random, wanted: Mapping, share: float) -> Mapping:
    return {key: value for key, value in wanted.items() if rng.random() < share}


def _text_constraints(rng: Random) -> Mapping:
    chance = rng.random()
    if chance < 0.3:
        return {}
    if chance < 0.65:
        return _lengths(rng, "a" * rng.choice(LENGTHS))
    if chance < 0.85:
        slow = rng.random() < 0.06
        pattern = rng.choice(list(SLOW_PATTERNS if slow else PATTERNS))
        text = rng.choice((SLOW_PATTERNS if slow else PATTERNS)[pattern])
        text = generate_match(pattern, rng.choice((len(text), 3, 6, 12, 30))) or text
        return {"pattern": pattern, **(_lengths(rng, text) if rng.random() < 0.4 else {})}
    if chance < 0.97:
        name = rng.choice(list(FORMATS))
        return {"format": name, **(_lengths(rng, FORMATS[name][0]) if rng.random() < 0.3 else {})}
    return {"format": rng.choice(OPAQUE_FORMATS)}


def _lengths(rng: Random, text: str) -> Mapping:
    low = max(len(text) - rng.choice((0, 0, 1, 2, 5)), 0)
    return _some(rng, {"min_length": low, "max_length": len(text) + rng.choice((0, 0, 1, 2, 5))}, 0.6)


def _number_constraints(rng: Random, type_name: str) -> Mapping:
    points: tuple[float, ...] = NUMBER_POINTS if type_name == "number" else INTEGER_POINTS
    step = rng.choice(NUMBER_STEPS if type_name == "number" else INTEGER_STEPS)
    if rng.random() < 0.5:  # bounds that are multiples of the step, or half-way between two
        points = tuple(plain(exact(step) * n / 2) for n in (-4, -3, -1, 0, 1, 2, 3, 4, 7))
    low, high = sorted((rng.choice(points), rng.choice(points)))
    drawn: Mapping = {}
    if rng.random() < 0.45:
        drawn[rng.choice(("minimum", "exclusive_minimum"))] = low
    if rng.random() < 0.45:
        drawn[rng.choice(("maximum", "exclusive_maximum"))] = high
    if rng.random() < 0.35:
        drawn["multiple_of"] = step
    if rng.random() < 0.05:
        drawn["exclusive_minimum"] = low
    return drawn
