"""The ways to places in a file: each key once, in the file's own words."""

from __future__ import annotations

import pytest

from dcr.parsing.key_paths import map_key_paths
from dcr.parsing.yaml_reader import compose

TEXT = """\
id: shop
schema:
  - name: orders
    properties:
      - {name: id, logicalType: string}
      - name: line items
        logicalType: number
"a.b": {"c d": 1, '"': [x, [y]]}
the team:
  name: x
"""
PLACES = {
    (1, 1): "id",
    (2, 1): "schema",
    (3, 5): "schema[0]",
    (4, 5): "schema[0].properties",
    (5, 9): "schema[0].properties[0]",
    (5, 10): "schema[0].properties[0].name",
    (5, 20): "schema[0].properties[0].logicalType",
    (6, 9): "schema[0].properties[1]",
    (7, 9): "schema[0].properties[1].logicalType",
    (10, 3): '["the team"].name',
    (8, 1): '["a.b"]',
    (8, 9): '["a.b"]["c d"]',
    (8, 19): '["a.b"]["\\""]',
    (8, 29): '["a.b"]["\\""][1][0]',
}


@pytest.mark.parametrize(("place", "way"), PLACES.items())
def test_a_place_is_named_by_the_way_to_it(place: tuple[int, int], way: str) -> None:
    assert map_key_paths(compose(TEXT.encode()))[place] == way


def test_what_an_anchor_repeats_is_named_once_and_where_it_stands() -> None:
    found = map_key_paths(compose(b"one: &a\n  x: 1\ntwo: *a\n"))
    assert found[2, 3] == "one.x"
    assert found[3, 1] == "two"


def test_a_way_has_an_end() -> None:
    text = "".join(f"{' ' * depth}{'k' * 400}:\n" for depth in range(6))
    assert [len(way) for way in map_key_paths(compose(text.encode())).values()] == [400, 801, 1_202]
