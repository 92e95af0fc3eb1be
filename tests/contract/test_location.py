"""Where a key stands in the user's file."""

from __future__ import annotations

import pytest

from dcr.parsing.location import Location, SourceNode, locate_paths
from dcr.parsing.yaml_reader import compose

NODE = compose(b"kind: x\nname:\n  - {logicalType: string, enum: [a]}\n")


@pytest.mark.parametrize(("key", "line"), [("kind", 1), ("name", 2), ("missing", 1), (None, 1)])
def test_a_key_is_found_where_it_is_written_and_else_its_whole_part(key: str | None, line: int) -> None:
    assert SourceNode("a.yaml", NODE).locate(key) == Location("a.yaml", line, 1)


def test_a_key_is_found_under_the_word_of_its_format() -> None:
    part = NODE.value[1][1].value[0] if NODE else None
    assert SourceNode("a.yaml", part, {"type": "logicalType"}).locate("type") == Location("a.yaml", 3, 6)
    assert SourceNode("a.yaml", part).locate("type") == Location("a.yaml", 3, 5)


def test_what_was_not_read_from_a_file_stands_at_its_beginning() -> None:
    assert SourceNode("a.yaml", None).locate("name") == Location("a.yaml", 1, 1)


def test_a_path_leads_to_the_deepest_part_that_is_written() -> None:
    paths: dict[tuple[str | int, ...], tuple[int, int]] = {
        (): (1, 1),
        ("kind",): (1, 1),
        ("kind", "further"): (1, 1),
        ("name",): (2, 1),
        ("name", 0): (3, 5),
        ("name", 0, "enum"): (3, 27),
        ("name", 0, "enum", 0): (3, 34),
        ("name", 0, "enum", 1): (3, 27),
        ("name", 0, "missing", 3): (3, 5),
        ("name", 1): (2, 1),
        ("missing",): (1, 1),
    }
    assert locate_paths("a.yaml", NODE, paths) == [Location("a.yaml", *place) for place in paths.values()]


def test_places_are_ordered_as_they_are_read() -> None:
    places = [Location("b", 1, 1), Location("a", 10, 1), Location("a", 2, 7), Location("a", 2, 3)]
    assert sorted(places) == [Location("a", 2, 3), Location("a", 2, 7), Location("a", 10, 1), Location("b", 1, 1)]
