"""Random edits of a contract: what people change, and what only looks like a change."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .generate import (
    FORMATS,
    NAMES,
    NEAR_MISSES,
    PATTERNS,
    SCALARS,
    body,
    constraints,
    enum,
    exact,
    field,
    fits,
    plain,
    pool,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from .generate import Mapping

BOUNDS = ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum")
COUNTS = ("min_length", "max_length", "min_items", "max_items")
CONSTRAINTS: dict[str, tuple[str, ...]] = {
    "string": ("min_length", "max_length", "pattern", "format", "unique"),
    "integer": (*BOUNDS, "multiple_of", "unique"),
    "number": (*BOUNDS, "multiple_of", "unique"),
    "boolean": ("unique",),
    "timestamp": ("format", "unique"),
    "array": ("min_items", "max_items"),
}


@dataclass(frozen=True)
class Spot:
    """A field where an edit may happen: itself, its sibling fields (none for an array's elements)."""

    field: Mapping
    siblings: list[Mapping] | None
    depth: int
    in_array: bool
    key: bool

    @property
    def type(self) -> str:
        """Return the field's type."""
        return str(self.field["type"])


def edited(rng: Random, contract: Mapping, count: int) -> tuple[Mapping, tuple[str, ...]]:
    """Return the contract after some edits, and their names; it may not be valid."""
    return applied(rng, contract, count, EDITS)


def retuned(rng: Random, contract: Mapping, count: int) -> tuple[Mapping, tuple[str, ...]]:
    """Return the contract with other constraints and enums; its fields and their types stay."""
    return applied(rng, contract, count, TUNINGS)


def shuffled(rng: Random, contract: Mapping) -> Mapping:
    """Return the same contract with keys, fields, enum values and owners in another order, defaults written out."""
    drawn = deepcopy(contract)
    rng.shuffle(drawn["fields"])
    rng.shuffle(drawn["owners"])
    for spot in spots(drawn):
        here = spot.field
        for key in ("fields", "enum"):
            if key in here:
                rng.shuffle(here[key])
        if rng.random() < 0.3:
            here.setdefault("required", True)
            here.setdefault("deprecated", False)
        keys = rng.sample(list(here), len(here))
        ordered = {key: here[key] for key in keys}
        here.clear()
        here.update(ordered)
    return {key: drawn[key] for key in rng.sample(list(drawn), len(drawn))}


def spots(contract: Mapping) -> list[Spot]:
    """Return every field of a contract, elements of arrays included."""
    return list(_level(contract["fields"], 0, frozenset(contract.get("primary_key", ())), in_array=False))


def _level(fields: list[Mapping], depth: int, key: frozenset[str], *, in_array: bool) -> Iterator[Spot]:
    for each in fields:
        yield from _below(Spot(each, fields, depth, in_array, depth == 0 and each["name"] in key))


def _below(spot: Spot) -> Iterator[Spot]:
    yield spot
    if spot.type == "object":
        yield from _level(spot.field["fields"], spot.depth + 1, frozenset(), in_array=spot.in_array)
    if spot.type == "map":
        for part in ("keys", "values"):
            yield from _below(Spot(spot.field[part], None, spot.depth + 1, in_array=True, key=part == "keys"))
    if spot.type == "array":
        yield from _below(Spot(spot.field["items"], None, spot.depth + 1, in_array=True, key=False))


def applied(
    rng: Random, contract: Mapping, count: int, edits: tuple[Callable[[Random, Spot], bool], ...]
) -> tuple[Mapping, tuple[str, ...]]:
    drawn, done = deepcopy(contract), []
    for _ in range(count * 20):
        edit, spot = rng.choice(edits), rng.choice(spots(drawn))
        if edit(rng, spot):
            done.append(edit.__name__)
        if len(done) == count:
            break
    return drawn, tuple(done)


def remove_field(rng: Random, spot: Spot) -> bool:
    if spot.siblings is None or len(spot.siblings) == 1 or spot.key:
        return False
    spot.siblings.remove(spot.field)
    return True


def add_field(rng: Random, spot: Spot) -> bool:
    name = _unused(rng, spot)
    if name is None or spot.siblings is None:
        return False
    spot.siblings.insert(rng.randint(0, len(spot.siblings)), field(rng, name, spot.depth, spot.in_array))
    return True


def rename_field(rng: Random, spot: Spot) -> bool:
    name = _unused(rng, spot)
    if name is None or spot.key:
        return False
    spot.field["name"] = name
    return True


def retype(rng: Random, spot: Spot) -> bool:
    other = rng.choice([each for each in (*SCALARS, "object", "array") if each != spot.type])
    _replace_body(spot, body(rng, other, spot.depth, spot.in_array))
    return True


def reroll(rng: Random, spot: Spot) -> bool:
    """Give the field other constraints of its type."""
    if spot.type in ("object", "array", "map", "vector", "json"):
        return False
    _replace_body(spot, body(rng, spot.type, spot.depth, spot.in_array))
    return True


def toggle_required(rng: Random, spot: Spot) -> bool:
    if spot.key:
        return False
    spot.field["required"] = not spot.field.get("required", True)
    return True


def add_enum_value(rng: Random, spot: Spot) -> bool:
    if "enum" not in spot.field or spot.type == "boolean":
        return False
    new = [each for each in pool(spot.field) if each not in spot.field["enum"] and fits(each, spot.field)]
    if not new:
        return False
    spot.field["enum"] = [*spot.field["enum"], rng.choice(new)]
    return True


def remove_enum_value(rng: Random, spot: Spot) -> bool:
    if len(spot.field.get("enum", ())) < 2:
        return False
    removed = rng.choice(spot.field["enum"])
    spot.field["enum"] = [each for each in spot.field["enum"] if each is not removed]
    return True


def drop_enum(rng: Random, spot: Spot) -> bool:
    return spot.field.pop("enum", None) is not None


def make_enum(rng: Random, spot: Spot) -> bool:
    """Put an enum on a field that had none: some values, or now and then all there are."""
    if "enum" in spot.field or spot.type not in SCALARS:
        return False
    new = all_values(spot.field) if rng.random() < 0.4 else None
    spot.field.update({"enum": new} if new else enum(rng, spot.field))
    return "enum" in spot.field


def drop_constraint(rng: Random, spot: Spot) -> bool:
    written = [key for key in CONSTRAINTS.get(spot.type, ()) if key in spot.field]
    if not written:
        return False
    del spot.field[rng.choice(written)]
    return True


def add_constraint(rng: Random, spot: Spot) -> bool:
    fresh = {**constraints(rng, spot.type), **_related(rng, spot.field)}
    if spot.type in SCALARS and spot.type != "json" and not spot.in_array and rng.random() < 0.15:
        fresh["unique"] = True
    keys = [key for key in fresh if key not in spot.field]
    if not keys:
        return False
    key = rng.choice(keys)
    spot.field[key] = fresh[key]
    return True


def shift_constraint(rng: Random, spot: Spot) -> bool:
    written = [key for key in CONSTRAINTS.get(spot.type, ()) if key in spot.field and key != "unique"]
    if not written:
        return False
    key = rng.choice(written)
    value = spot.field[key]
    if key == "pattern":
        spot.field[key] = rng.choice([each for each in PATTERNS if each != value])
    elif key == "format":
        spot.field[key] = rng.choice([each for each in FORMATS if each != value])
    elif key in COUNTS:
        spot.field[key] = max(value + rng.choice((-3, -1, 1, 2)), int(key == "max_items"))
    elif key == "multiple_of":
        spot.field[key] = plain(exact(value) * exact(rng.choice((2, 3, 0.5, 1.5))))
    else:
        steps = (-10, -1, 1, 10, 0.5, -0.5) + ((0.1, -0.01) if spot.type == "number" else ())
        spot.field[key] = plain(exact(value) + exact(rng.choice(steps)))
    return True


def open_or_close(rng: Random, spot: Spot) -> bool:
    """Make a bound exclusive, or an exclusive bound inclusive."""
    other = dict(zip(BOUNDS, ("exclusive_minimum", "exclusive_maximum", "minimum", "maximum"), strict=True))
    keys = [key for key in BOUNDS if key in spot.field and other[key] not in spot.field]
    if not keys:
        return False
    key = rng.choice(keys)
    spot.field[other[key]] = spot.field.pop(key)
    return True


def describe(rng: Random, spot: Spot) -> bool:
    spot.field.update(
        rng.choice(({"description": "another text"}, {"deprecated": not spot.field.get("deprecated", False)}))
    )
    return True


TUNINGS = (
    reroll, reroll, add_enum_value, add_enum_value, remove_enum_value, remove_enum_value, drop_enum, make_enum,
    make_enum, drop_constraint, drop_constraint, add_constraint, add_constraint, add_constraint, shift_constraint,
    shift_constraint, shift_constraint, open_or_close,
)  # fmt: skip
EDITS = (
    *TUNINGS, remove_field, add_field, rename_field, retype, toggle_required, toggle_required, describe,
)  # fmt: skip


def _related(rng: Random, shape: Mapping) -> Mapping:
    """Return constraints close to those of the field: a step twice its bound, its values' format."""
    bounds = [shape[key] for key in BOUNDS if shape.get(key)]
    if bounds and rng.random() < 0.5:
        return {"multiple_of": plain(abs(exact(rng.choice(bounds))) * rng.choice((1, 2)))}
    if "multiple_of" in shape and rng.random() < 0.5:
        half = exact(shape["multiple_of"]) / 2
        return {rng.choice(BOUNDS): plain(half * rng.choice((-2, -1, 1, 2, 3)))}
    texts = shape.get("enum", ()) if shape["type"] == "string" else ()
    names = [name for name in FORMATS if {*FORMATS[name], *NEAR_MISSES[name]} & set(texts)]
    return {"format": names[0]} if names and rng.random() < 0.5 else {}


def _unused(rng: Random, spot: Spot) -> str | None:
    if spot.siblings is None:
        return None
    return rng.choice([name for name in NAMES if all(each["name"] != name for each in spot.siblings)])


def _replace_body(spot: Spot, fresh: Mapping) -> None:
    kept = {key: spot.field[key] for key in ("name", "required") if key in spot.field}
    spot.field.clear()
    spot.field.update({**kept, **fresh})


def all_values(shape: Mapping) -> list[Any] | None:
    """Return every value of a boolean, or of a number field that has at most twelve; None for any other."""
    if shape["type"] == "boolean":
        return [True, False]
    low, high = shape.get("minimum"), shape.get("maximum")
    if shape["type"] not in ("integer", "number") or low is None or high is None:
        return None
    step = exact(shape.get("multiple_of", 1))
    if shape["type"] == "integer":
        step = exact(step.numerator)
    elif "multiple_of" not in shape:
        return [low] if low == high else None
    first = -(-exact(low) // step)
    count = int(exact(high) // step - first) + 1
    values = [plain((first + n) * step) for n in range(count)] if 0 < count <= 12 else []
    return [each for each in values if fits(each, shape)] or None
