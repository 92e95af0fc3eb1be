"""Random contracts with what only ODCS v3.2 has, maps and vectors, nested in each other and in objects and arrays."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from .documents import ELEMENTS
from .edits import EDITS, Spot, applied
from .generate import NAMES, SCALARS, body, constraints, enum

if TYPE_CHECKING:
    from random import Random

    from .judge import Mapping

ELEMENT_TYPES = ("float16", "float32", "float64", "int8", "uint8", "binary")
DIMENSIONS = (1, 2, 3, 8)
_TYPES = ("map", "map", "map", "vector", "vector", "object", "array", "scalar", "scalar")


def nested_contract(rng: Random) -> Mapping:
    """Return a contract of one to three fields, nested up to three levels deep."""
    fields = [_named(rng, name, 0) for name in rng.sample(NAMES, rng.randint(1, 3))]
    return {"version": "1.0.0", "fields": fields}


def changed(rng: Random, contract: Mapping) -> tuple[Mapping, tuple[str, ...]]:
    """Return the contract after one or two edits, and their names; nothing of its own is shared with the original."""
    drawn, done = applied(rng, contract, rng.randint(1, 2), (*EDITS, *_EDITS, *_EDITS))
    return {**deepcopy(drawn), "version": "2.0.0"}, done


def _named(rng: Random, name: str, depth: int) -> Mapping:
    return {"name": name, **_part(rng, depth), "required": rng.random() < 0.5}


def _part(rng: Random, depth: int) -> Mapping:
    """Return a type with what is nested in it; no name."""
    name = rng.choice(_TYPES) if depth < 3 else "scalar"
    if name == "map":
        return {"type": "map", "keys": _key(rng), "values": {**_part(rng, depth + 1), "required": rng.random() < 0.5}}
    if name == "vector":
        return _vector(rng)
    if name == "object":
        inner = rng.sample(NAMES, rng.randint(1, 2))
        return {"type": "object", "fields": [_named(rng, each, depth + 1) for each in inner]}
    if name == "array":
        elements = {**_part(rng, depth + 1), "required": rng.random() < 0.5}
        return {"type": "array", **constraints(rng, "array"), "items": elements}
    return body(rng, rng.choice(SCALARS), depth, in_array=True)


def _key(rng: Random) -> Mapping:
    if rng.random() < 0.1:
        return {"type": "integer"}
    shape: Mapping = {"type": "string", **constraints(rng, "string")}
    return {**shape, **(enum(rng, shape) if rng.random() < 0.3 else {})}


def _vector(rng: Random) -> Mapping:
    return {"type": "vector", "dimensions": rng.choice(DIMENSIONS), **_elements(rng.choice(ELEMENT_TYPES))}


def _elements(name: str) -> Mapping:
    return {"element_type": name, "items": ELEMENTS[name]}


def change_dimensions(rng: Random, spot: Spot) -> bool:
    if spot.type != "vector":
        return False
    spot.field["dimensions"] = rng.choice([each for each in DIMENSIONS if each != spot.field["dimensions"]])
    return True


def change_element_type(rng: Random, spot: Spot) -> bool:
    if spot.type != "vector":
        return False
    others = [each for each in ELEMENT_TYPES if each != spot.field["element_type"]]
    spot.field.update(_elements(rng.choice(others)))
    return True


def change_key(rng: Random, spot: Spot) -> bool:
    if spot.type != "map":
        return False
    spot.field["keys"] = _key(rng)
    return True


def become_a_map(rng: Random, spot: Spot) -> bool:
    if spot.type in ("map", "vector") or spot.siblings is None:
        return False
    kept = {key: spot.field[key] for key in ("name", "required") if key in spot.field}
    spot.field.clear()
    spot.field.update({**kept, "type": "map", "keys": _key(rng), "values": _part(rng, 3)})
    return True


_EDITS = (change_dimensions, change_dimensions, change_element_type, change_key, change_key, become_a_map)
