"""Gives the places of issues the names that their files have for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.parsing.key_paths import map_key_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dcr.compatibility.issue import Issue
    from dcr.formats.parsed_file import ParsedFile
    from dcr.parsing.location import Location

KeysByPosition = dict[tuple[int, int], str]


def create_location_resolver(
    previous: Mapping[str, ParsedFile], proposed: Mapping[str, ParsedFile]
) -> Callable[[Issue], Issue]:
    """Return what names the places of an issue; each file is looked through when it first has one."""
    known: dict[int, KeysByPosition] = {}

    def keys(reading: ParsedFile | None) -> KeysByPosition:
        if reading is None or reading.root is None:
            return {}
        if id(reading) not in known:
            known[id(reading)] = map_key_paths(reading.root)
        return known[id(reading)]

    def place_in(sides: tuple[Mapping[str, ParsedFile], ...], place: Location | None) -> Location | None:
        if place is None or place.commit:  # an older text is no longer at hand
            return place
        reading = next((side[place.path] for side in sides if place.path in side), None)
        return place._replace(key=keys(reading).get((place.line, place.column), ""))

    def named(issue: Issue) -> Issue:
        return issue._replace(
            location=place_in((proposed, previous), issue.location),
            previous_location=place_in((previous,), issue.previous_location),
        )

    return named
