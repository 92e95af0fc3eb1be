"""Fields that only foreign formats have, or let pass: dates, untyped ones, limits against each other or the type.

Native contracts are refused for most of it, so the study never meets it; a reader that lets it through has to be
as sound there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

    from .judge import Mapping

_BOUNDS = ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum")
_MOMENTS = {
    "date": ("2023-12-31", "2024-01-01", "2024-02-29", "2025-06-30", "12/31/2023", "01/01/2024", "06/15/2030"),
    "time": ("00:00:00", "08:30:00", "23:59:59", "23:59:59.5"),
    "timestamp": (
        "2024-01-01T00:00:00Z", "2024-06-01T00:00:00Z", "2024-01-01T00:00:00+02:00", "2023-12-31T23:30:00-01:00",
        "2030-01-01T00:00:00Z",
    ),
}  # fmt: skip
_LISTED: dict[str, tuple[Any, ...]] = {
    "date": ("2024-01-01", "2023-12-31", "2024-02-29", "today"),
    "time": ("00:00:00", "12:30:00", "noon"),
    "timestamp": ("2024-01-01T00:00:00Z", "1999-12-31t23:59:59z", "now"),
    "any": (1, 2, 1.5, "a", "b", "NO", "1"),
    "json": (1, 2, 1.5, "a", "b", "NO", "1"),
    "integer": (1, 2.0, 3, "4", -5, 7.5, True, "many"),
    "number": (1, 1.0, 2.5, "4", -5, True, "many"),
    "string": ("a", "abc", "NO", "1.10", "", "a@b.c", "true"),
    "boolean": (True, False, "true"),
}
_LIMITS: Mapping = {
    "min_length": (0, 1, 3, 5), "max_length": (0, 1, 2, 4), "pattern": ("^[a-z]+$", "^a", r"\A[0-9.]+\Z"),
    "format": ("email", "date", "hostname"), "minimum": (-5, 0, 2, 3), "maximum": (0, 1, 3, 7),
    "exclusive_minimum": (-1, 2), "exclusive_maximum": (2, 3), "multiple_of": (1, 2, 0.5), "min_items": (0, 1, 2),
    "max_items": (0, 1, 3),
}  # fmt: skip


def loose_contract(rng: Random) -> Mapping:
    """Return a contract of one to three such fields."""
    names = rng.sample(("one", "two", "three", "NO", "a.b"), rng.randint(1, 3))
    return {
        "version": "1.0.0",
        "fields": [{"name": name, **_field(rng, rng.choice((*_LISTED, "array")))} for name in names],
    }


def redrawn(rng: Random, contract: Mapping) -> tuple[Mapping, tuple[str, ...]]:
    """Return the contract with parts of one or all of its fields drawn anew."""
    chosen = rng.sample(contract["fields"], rng.choice((1, len(contract["fields"]))))
    fields = [_mixed(rng, each) if each in chosen else each for each in contract["fields"]]
    return {**contract, "version": "2.0.0", "fields": fields}, ("redrawn",)


def _field(rng: Random, type_name: str) -> Mapping:
    drawn: Mapping = {"type": type_name, "required": rng.random() < 0.5}
    if type_name in _MOMENTS:
        drawn |= {key: rng.choice(_MOMENTS[type_name]) for key in _BOUNDS if rng.random() < 0.25}
    others = [key for key in _LIMITS if type_name not in _MOMENTS or key not in (*_BOUNDS, "multiple_of")]
    drawn |= {key: rng.choice(_LIMITS[key]) for key in others if rng.random() < 0.12}
    if rng.random() < 0.15:
        drawn["unique"] = True
    if type_name == "array" and rng.random() < 0.7:
        drawn["items"] = _field(rng, rng.choice((*_LISTED,)))
    if type_name in _LISTED and rng.random() < 0.4:
        drawn["enum"] = rng.sample(_LISTED[type_name], rng.randint(1, 3))
    return drawn


def _mixed(rng: Random, field: Mapping) -> Mapping:
    fresh = _field(rng, field["type"])
    sides = [rng.choice((field, field, fresh)) for _ in _LIMITS | fresh | field]
    keys = [key for key in (*field, *fresh) if key not in ("name", "type")]
    mixed = {key: side[key] for key, side in zip(dict.fromkeys(keys), sides, strict=False) if key in side}
    return {**({"name": field["name"]} if "name" in field else {}), "type": field["type"], **mixed}
