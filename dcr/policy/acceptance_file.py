"""Reads acceptances from `dcr.accepted.yaml`; an entry that cannot be read accepts nothing."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from dcr.compatibility.acceptance import Acceptance
from dcr.formats.parsed_file import Problem
from dcr.parsing.location import Location, locate_node
from dcr.parsing.yaml_reader import InvalidYamlError, check_tree, compose
from dcr.policy.policy_application import NEVER_ACCEPTED
from dcr.policy.scope import ACCEPTANCE_FILE
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.compatibility.rule import Rule

FILE = ACCEPTANCE_FILE
_KEYS = ("dataset", "version", "kind", "field", "reason", "expires")
_REQUIRED_KEYS = ("dataset", "version", "kind", "reason")


def parse_acceptances(
    content: bytes, rules: Mapping[str, Rule], path: str = FILE
) -> tuple[list[Acceptance], list[Problem]]:
    """Return the acceptances of a file and its problems. Never raise.

    Messages of problems are part of fingerprints.
    """
    try:
        root = compose(content)
        if root is not None:
            check_tree(root)
    except InvalidYamlError as error:
        return [], [Problem(Location(path, error.line, error.column), error.message, error.hint)]
    if root is None:
        return [], []
    nodes, problems = _list_entries(root, path)
    acceptances: list[Acceptance] = []
    for node in nodes:
        entry = _parse_entry(node, rules, path)
        if isinstance(entry, Acceptance):
            acceptances.append(entry)
        else:
            problems += entry
    return acceptances, problems


def _list_entries(root: Any, path: str) -> tuple[list[Any], list[Problem]]:
    location = locate_node(path, root)
    if root.id != "mapping":
        return [], [Problem(location, "the file is no mapping", "write accepted: and a list of entries below it")]
    problems = [
        Problem(locate_node(path, key), f"unknown key '{key.value}'", format_suggestion(key.value, ("accepted",)))
        for key, _ in root.value
        if key.value != "accepted" and not key.value.startswith("x-")
    ]
    entries = next((value for key, value in root.value if key.value == "accepted"), None)
    if entries is None or (entries.id == "scalar" and not entries.value):
        return [], problems
    if entries.id != "sequence":
        return [], [
            *problems,
            Problem(locate_node(path, entries), "accepted is no list", "begin each entry with '- '"),
        ]
    return entries.value, problems


def _parse_entry(node: Any, rules: Mapping[str, Rule], path: str) -> Acceptance | list[Problem]:
    location = locate_node(path, node)
    if node.id != "mapping":
        return [Problem(location, "an entry is no mapping", "write dataset, version, kind, field and reason")]
    problems: list[Problem] = []
    values: dict[str, str] = {}
    for key, value in node.value:
        if key.value not in _KEYS:
            problems.append(
                Problem(locate_node(path, key), f"unknown key '{key.value}'", format_suggestion(key.value, _KEYS))
            )
        elif value.id != "scalar" or not value.value.strip():
            problems.append(Problem(locate_node(path, value), f"{key.value} is empty, expected text"))
        else:
            values[key.value] = value.value
    problems += [
        Problem(location, f"{key} is missing", f"add {key}: an entry accepts exactly one break")
        for key in _REQUIRED_KEYS
        if key not in {key.value for key, _ in node.value}
    ]
    problems += _check_values(values, node, rules, path)
    if problems:
        return problems
    return Acceptance(
        values["dataset"],
        values["version"],
        values["kind"],
        values.get("field"),
        values["reason"],
        values.get("expires"),
        location,
    )


def _check_values(values: dict[str, str], node: Any, rules: Mapping[str, Rule], path: str) -> list[Problem]:
    locations = {key.value: locate_node(path, value) for key, value in node.value}
    problems = []
    kind = values.get("kind")
    if kind is not None and (kind not in rules or kind in NEVER_ACCEPTED):
        why = "cannot be accepted" if kind in rules else "is not a kind"
        problems.append(
            Problem(
                locations["kind"], f"kind '{kind}' {why}", format_suggestion(kind, rules) if kind not in rules else ""
            )
        )
    if kind in rules and kind is not None and rules[kind].about == "field" and "field" not in values:
        problems.append(Problem(locations["kind"], f"'{kind}' is about a field, and none is named", "add field"))
    expires = values.get("expires")
    if expires is not None and not _is_date(expires):
        problems.append(
            Problem(locations["expires"], f"expires is '{expires}', expected a date", "write it as 2027-01-31")
        )
    problems += [
        Problem(locations[key], f"{key} holds a wildcard", "name exactly one break, as in the report")
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
