"""Reads `dcr.accepted.yaml`: decisions that name one break exactly. What is not understood accepts nothing."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from dcr.compatibility.acceptance import Acceptance
from dcr.formats.reading import Problem
from dcr.parsing.location import Location, mark_location
from dcr.parsing.reader import YamlRefusedError, check_tree, compose
from dcr.policy.application import NEVER_ACCEPTED
from dcr.text.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.compatibility.rule import Rule

FILE = "dcr.accepted.yaml"
_KEYS = ("dataset", "version", "kind", "field", "reason", "expires")
_NEEDED = ("dataset", "version", "kind", "reason")


def parse_acceptances(content: bytes, rules: Mapping[str, Rule]) -> tuple[list[Acceptance], list[Problem]]:
    """Return the acceptances of the file and everything in it that cannot be read; never raises."""
    try:
        root = compose(content)
        if root is not None:
            check_tree(root)
    except YamlRefusedError as error:
        return [], [Problem(Location(FILE, error.line, error.column), error.message, error.hint)]
    if root is None:
        return [], []
    entries, problems = _entries(root)
    found: list[Acceptance] = []
    for entry in entries:
        read = _entry(entry, rules)
        if isinstance(read, Acceptance):
            found.append(read)
        else:
            problems += read
    return found, problems


def _entries(root: Any) -> tuple[list[Any], list[Problem]]:
    place = mark_location(FILE, root)
    if root.id != "mapping":
        return [], [Problem(place, "the file is no mapping", "write accepted: and a list of entries below it")]
    problems = [
        Problem(mark_location(FILE, key), f"unknown key '{key.value}'", did_you_mean(key.value, ("accepted",)))
        for key, _ in root.value
        if key.value != "accepted" and not key.value.startswith("x-")
    ]
    listed = next((value for key, value in root.value if key.value == "accepted"), None)
    if listed is None or (listed.id == "scalar" and not listed.value):
        return [], problems
    if listed.id != "sequence":
        return [], [
            *problems,
            Problem(mark_location(FILE, listed), "accepted is no list", "begin each entry with '- '"),
        ]
    return listed.value, problems


def _entry(node: Any, rules: Mapping[str, Rule]) -> Acceptance | list[Problem]:
    place = mark_location(FILE, node)
    if node.id != "mapping":
        return [Problem(place, "an entry is no mapping", "write dataset, version, kind, field and reason")]
    problems: list[Problem] = []
    values: dict[str, str] = {}
    for key, value in node.value:
        if key.value not in _KEYS:
            problems.append(
                Problem(mark_location(FILE, key), f"unknown key '{key.value}'", did_you_mean(key.value, _KEYS))
            )
        elif value.id != "scalar" or not value.value.strip():
            problems.append(Problem(mark_location(FILE, value), f"{key.value} is empty, expected text"))
        else:
            values[key.value] = value.value
    problems += [
        Problem(place, f"{key} is missing", f"add {key}; every entry names one break exactly")
        for key in _NEEDED
        if key not in {key.value for key, _ in node.value}
    ]
    problems += _checked(values, node, rules)
    if problems:
        return problems
    return Acceptance(
        values["dataset"],
        values["version"],
        values["kind"],
        values.get("field"),
        values["reason"],
        values.get("expires"),
        place,
    )


def _checked(values: dict[str, str], node: Any, rules: Mapping[str, Rule]) -> list[Problem]:
    places = {key.value: mark_location(FILE, value) for key, value in node.value}
    problems = []
    kind = values.get("kind")
    if kind is not None and (kind not in rules or kind in NEVER_ACCEPTED):
        why = "cannot be accepted" if kind in rules else "is not a kind"
        problems.append(
            Problem(places["kind"], f"kind '{kind}' {why}", did_you_mean(kind, rules) if kind not in rules else "")
        )
    if kind in rules and kind is not None and rules[kind].about == "field" and "field" not in values:
        problems.append(Problem(places["kind"], f"'{kind}' is about a field, and none is named", "add field"))
    expires = values.get("expires")
    if expires is not None and not _is_date(expires):
        problems.append(
            Problem(places["expires"], f"expires is '{expires}', expected a date", "write it as 2027-01-31")
        )
    problems += [
        Problem(places[key], f"{key} holds a wildcard", "name one break exactly; copy it from the report")
        for key in ("dataset", "field")
        if "*" in values.get(key, "")
    ]
    return problems


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
