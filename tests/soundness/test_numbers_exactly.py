"""Numbers are compared exactly: on a fine grid, a field breaks another if and only if one number shows it.

No row and no schema is needed here: what a field allows is counted out from the definitions alone.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from dcr.compatibility.constraints import find_stricter_constraints
from dcr.compatibility.counterexamples.constraints import find_enum_counterexample
from dcr.compatibility.counterexamples.rows import ABSENT
from dcr.contract.contract import Field

from .generate import exact, fits, plain
from .study import SEED

if TYPE_CHECKING:
    from collections.abc import Callable

GRID = [Fraction(n, 48) for n in range(-12 * 48, 12 * 48 + 1)]
"""Fine enough to hold a member between any two bounds below, wide enough to hold one beyond them all."""
POINTS = (-3, -2, -1.5, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3)
STEPS = (1, 2, 3, 0.5, 1.5, 0.75, 0.25, 2.5)
SHAPES, READERS = 160, 12


def shape(rng: Random, type_name: str) -> tuple[Field, frozenset[Fraction]] | None:
    """Return a field and every number of the grid that it allows, or None when that is none."""
    keys = [key for key in ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum") if rng.random() < 0.3]
    written: dict[str, Any] = {key: rng.choice(POINTS) for key in keys}
    if rng.random() < 0.5:
        written["multiple_of"] = rng.choice(STEPS)
    members = [each for each in GRID if (type_name == "number" or each.denominator == 1) and fits(each, written)]
    if not members:
        return None
    enum = None
    if rng.random() < 0.3:
        near = [each for each in members if abs(each) <= 4 and exact(plain(each)) == each]
        members = rng.sample(near, min(len(near), rng.randint(1, 12)))
        enum = tuple(plain(each) for each in members)
    return (Field("f", type_name, enum=enum, constraints=written), frozenset(members)) if members else None


def allowed(value: float, field: Field) -> bool:
    """Whether a number is a value of a field, by its definition."""
    whole = field.type == "number" or exact(value).denominator == 1
    return whole and (field.enum is None or value in field.enum) and fits(value, dict(field.constraints))


@pytest.mark.parametrize("type_name", ["integer", "number"])
def test_a_number_is_refused_if_and_only_if_dcr_says_so(type_name: str, record: Callable[[str, object], None]) -> None:
    rng = Random(f"{SEED} {type_name}")
    shapes = [drawn for drawn in (shape(rng, type_name) for _ in range(SHAPES)) if drawn]
    pairs = [(writer, reader) for writer in shapes for reader in rng.sample(shapes, READERS)]
    compatible = 0
    for (writer, written), (reader, read) in pairs:
        values = [value for _, value in find_stricter_constraints(writer, reader)]
        outside = find_enum_counterexample(writer, reader)
        values += [] if outside is ABSENT else [outside]
        assert bool(values) is not (written <= read), f"{writer} read as {reader}: {sorted(written - read)[:3]}"
        for value in values:
            assert allowed(value, writer), f"{value} is no value of {writer}"
            assert not allowed(value, reader), f"{value} is a value of {reader}"
        compatible += not values
    record(f"{type_name} fields compared exactly", f"{len(pairs):,} pairs, {compatible:,} compatible")
    assert compatible >= 100
    assert len(pairs) - compatible >= 500
