"""Rewrites of a contract: other words and other constraints for the very same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .edits import BOUNDS, CONSTRAINTS, all_values, applied
from .generate import FORMATS, SLOW_PATTERNS, exact, plain

if TYPE_CHECKING:
    from random import Random

    from .edits import Spot
    from .generate import Mapping


def rewritten(rng: Random, contract: Mapping, count: int) -> tuple[Mapping, tuple[str, ...]]:
    """Return an equivalent contract: the same rows, another text and other constraints."""
    return applied(rng, contract, count, REWRITES)


def restate_integer_bound(rng: Random, spot: Spot) -> bool:
    """Write `minimum: 0` as `exclusive_minimum: -1`, or as `minimum: -0.5`: the same integers."""
    here = spot.field
    key, other, step = rng.choice((("minimum", "exclusive_minimum", 1), ("maximum", "exclusive_maximum", -1)))
    if spot.type != "integer" or not isinstance(here.get(key), int) or other in here:
        return False
    if rng.random() < 0.5:
        here[other] = here.pop(key) - step
    else:
        here[key] = here[key] - step / 2
    return True


def restate_integer_step(rng: Random, spot: Spot) -> bool:
    """Write a redundant constraint of integers, `multiple_of: 1` or `0.5`, or an odd step as its half."""
    here = spot.field
    if spot.type != "integer":
        return False
    if "multiple_of" not in here:
        here["multiple_of"] = rng.choice((1, 0.5, 0.1, 0.25))
        return True
    step = exact(here["multiple_of"])
    if step.denominator > 1:
        here["multiple_of"] = step.numerator
    elif step % 2:
        here["multiple_of"] = plain(step / 2)
    else:
        return False
    return True


def restate_number(rng: Random, spot: Spot) -> bool:
    """Write an integer as a float: `5` and `5.0` are one number."""
    keys = [key for key in (*BOUNDS, "multiple_of") if isinstance(spot.field.get(key), int)]
    if spot.type not in ("integer", "number") or not keys:
        return False
    key = rng.choice(keys)
    spot.field[key] = float(spot.field[key])
    return True


def move_bound_to_step(rng: Random, spot: Spot) -> bool:
    """Move a bound to the outermost multiple inside it."""
    here = spot.field
    if spot.type not in ("integer", "number") or "multiple_of" not in here:
        return False
    step = exact(here["multiple_of"])
    if spot.type == "integer":
        step = exact(step.numerator)
    key = rng.choice(("minimum", "maximum"))
    if key not in here:
        return False
    steps = exact(here[key]) / step
    here[key] = plain((-(-steps // 1) if key == "minimum" else steps // 1) * step)
    return True


def add_weaker_bound(rng: Random, spot: Spot) -> bool:
    """Add a bound that another one makes meaningless."""
    here = spot.field
    key, other, sign = rng.choice((("minimum", "exclusive_minimum", -1), ("maximum", "exclusive_maximum", 1)))
    if key not in here or other in here:
        return False
    weaker = exact(here[key]) + sign * exact(rng.choice((1, 0.5, 10)))
    if exact(plain(weaker)) != weaker:
        return False  # a double cannot record it from the bound
    here[other] = plain(weaker)
    return True


def list_all_values(rng: Random, spot: Spot) -> bool:
    """List every value of a small finite field, or drop a redundant list."""
    here = spot.field
    every = all_values({key: value for key, value in here.items() if key != "enum"})
    if every is None:
        return False
    if "enum" not in here:
        here["enum"] = every
    elif len(here["enum"]) == len(every):
        del here["enum"]
    else:
        return False
    return True


def constrain_enum(rng: Random, spot: Spot) -> bool:
    """Add constraints that every listed value meets, or drop those of a listed field."""
    here = spot.field
    if "enum" not in here or spot.type == "boolean":
        return False
    kept = {"unique"}
    kept |= {"format"} if here.get("format", "date") not in FORMATS else set()
    kept |= {"pattern"} if here.get("pattern") in SLOW_PATTERNS else set()
    written = [key for key in CONSTRAINTS[spot.type] if key in here and key not in kept]
    if written and rng.random() < 0.5:
        del here[rng.choice(written)]
    elif spot.type == "string" and "max_length" not in here:
        here["max_length"] = max(len(each) for each in here["enum"]) + rng.choice((0, 1))
    elif spot.type != "string" and "minimum" not in here:
        here["minimum"] = min(here["enum"])
    else:
        return False
    return True


def write_empty_constraint(rng: Random, spot: Spot) -> bool:
    """Write a constraint that constrains nothing, or leave it out."""
    keys = {"string": ("min_length", 0), "array": ("min_items", 0), "boolean": ("unique", False)}
    if spot.type not in keys:
        return False
    key, value = keys[spot.type]
    if spot.in_array and key == "unique":
        return False
    if key not in spot.field:
        spot.field[key] = value
    elif spot.field[key] == value:
        del spot.field[key]
    else:
        return False
    return True


def bound_format(rng: Random, spot: Spot) -> bool:
    """Write the lengths that a text format has anyway."""
    known = {"uuid": (36, 36), "date": (10, 10), "ipv4": (7, 15), "email": (3, None)}
    low, high = known.get(spot.field.get("format", ""), (None, None))
    if low is None or spot.type != "string" or "pattern" in spot.field:
        return False
    key, value = rng.choice((("min_length", low), ("max_length", high)))
    if key in spot.field or value is None:
        return False
    spot.field[key] = value
    return True


def bound_pattern(rng: Random, spot: Spot) -> bool:
    """Write the lengths that a pattern has anyway (`$` also matches before a final line break)."""
    known = {"^[A-Z]{2}$": (2, 3), "^.{2,5}$": (2, 6), "^[0-9]{4}-[0-9]{2}$": (7, 8), r"\A[ab]\Z": (1, 1)}
    low, high = known.get(spot.field.get("pattern", ""), (None, None))
    if low is None:
        return False
    key, value = rng.choice((("min_length", low), ("max_length", high)))
    if key in spot.field:
        return False
    spot.field[key] = value
    return True


REWRITES = (
    restate_integer_bound, restate_integer_step, restate_number, move_bound_to_step, add_weaker_bound,
    list_all_values, constrain_enum, write_empty_constraint, bound_format, bound_pattern,
)  # fmt: skip
