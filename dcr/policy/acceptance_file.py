"""Reads `dcr.accepted.yaml`: decisions that name one break exactly. What is not understood accepts nothing."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from dcr.compatibility.acceptance import Acceptance
from dcr.formats.parsed_file import Problem
from dcr.parsing.location import Location, locate_node
from dcr.parsing.yaml_reader import InvalidYamlError, check_tree, compose
from dcr.policy.issue_adjustment import NEVER_ACCEPTED
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.compatibility.rule import Rule

FILE = "dcr.accepted.yaml"
_KEYS = ("dataset", "version", "kind", "field", "reason", "expires")
_REQUIRED_KEYS = ("dataset", "version", "kind", "reason")


def parse_acceptances(content: bytes, rules: Mapping[str, Rule]) -> tuple[list[Acceptance], list[Problem]]:
    """Return the acceptances of the file and everything in it that cannot be read; never raises."""
    try:
        root = compose(content)
        if root is not None:
            check_tree(root)
    except InvalidYamlError as error:
        return [], [Problem(Location(FILE, error.line, error.column), error.message, error.hint)]
    if root is None:
        return [], []
    entries, problems = _list_entries(root)
    found: list[Acceptance] = []
    for entry in entries:
        read = _parse_entry(entry, rules)
        if isinstance(read, Acceptance):
            found.append(read)
        else:
            problems += read
    return found, problems


def _list_entries(root: Any) -> tuple[list[Any], list[Problem]]:
    place = locate_node(FILE, root)
    if root.id != "mapping":
        return [], [Problem(place, "the file is no mapping", "write accepted: and a list of entries below it")]
    problems = [
        Problem(locate_node(FILE, key), f"unknown key '{key.value}'", format_suggestion(key.value, ("accepted",)))
        for key, _ in root.value
        if key.value != "accepted" and not key.value.startswith("x-")
    ]
    listed = next((value for key, value in root.value if key.value == "accepted"), None)
    if listed is None or (listed.id == "scalar" and not listed.value):
        return [], problems
    if listed.id != "sequence":
        return [], [
            *problems,
            Problem(locate_node(FILE, listed), "accepted is no list", "begin each entry with '- '"),
        ]
    return listed.value, problems


def _parse_entry(node: Any, rules: Mapping[str, Rule]) -> Acceptance | list[Problem]:
    place = locate_node(FILE, node)
    if node.id != "mapping":
        return [Problem(place, "an entry is no mapping", "write dataset, version, kind, field and reason")]
    problems: list[Problem] = []
    values: dict[str, str] = {}
    for key, value in node.value:
        if key.value not in _KEYS:
            problems.append(
                Problem(locate_node(FILE, key), f"unknown key '{key.value}'", format_suggestion(key.value, _KEYS))
            )
        elif value.id != "scalar" or not value.value.strip():
            problems.append(Problem(locate_node(FILE, value), f"{key.value} is empty, expected text"))
        else:
            values[key.value] = value.value
    problems += [
        Problem(place, f"{key} is missing", f"add {key}; every entry names one break exactly")
        for key in _REQUIRED_KEYS
        if key not in {key.value for key, _ in node.value}
    ]
    problems += _check_values(values, node, rules)
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


def _check_values(values: dict[str, str], node: Any, rules: Mapping[str, Rule]) -> list[Problem]:
    places = {key.value: locate_node(FILE, value) for key, value in node.value}
    problems = []
    kind = values.get("kind")
    if kind is not None and (kind not in rules or kind in NEVER_ACCEPTED):
        why = "cannot be accepted" if kind in rules else "is not a kind"
        problems.append(
            Problem(places["kind"], f"kind '{kind}' {why}", format_suggestion(kind, rules) if kind not in rules else "")
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
