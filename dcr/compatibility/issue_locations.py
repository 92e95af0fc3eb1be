"""Adds key paths to the locations of issues."""

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
    """Return a function that adds key paths to an issue's locations; it reads each file at most once."""
    known: dict[int, KeysByPosition] = {}

    def find_keys(parsed_file: ParsedFile | None) -> KeysByPosition:
        if parsed_file is None or parsed_file.root is None:
            return {}
        if id(parsed_file) not in known:
            known[id(parsed_file)] = map_key_paths(parsed_file.root)
        return known[id(parsed_file)]

    def add_key(versions: tuple[Mapping[str, ParsedFile], ...], location: Location | None) -> Location | None:
        if location is None or location.commit:  # the text of an older commit is not available
            return location
        parsed_file = next((files[location.path] for files in versions if location.path in files), None)
        return location._replace(key=find_keys(parsed_file).get((location.line, location.column), ""))

    def resolve(issue: Issue) -> Issue:
        return issue._replace(
            location=add_key((proposed, previous), issue.location),
            previous_location=add_key((previous,), issue.previous_location),
        )

    return resolve
