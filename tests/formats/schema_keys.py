"""Reads the JSON schema of a format in step with dcr's vocabulary: which keys it has in each kind of mapping."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.formats._keys.vocabulary import Vocabulary

PACKAGED = {
    "odcs": ("open_data_contract_standard", "schema.json"),
    "dcs": ("datacontract_specification", "schema.json"),
    "dbt": ("dbt.jsonschemas", "resources/latest.json"),
}
"""The package that carries each format's own schema, and where."""

ALTERNATIVES = ("allOf", "anyOf", "oneOf")
CONDITIONS = ("then", "else")


def packaged_schema(name: str) -> dict[str, Any]:
    package, path = PACKAGED[name]
    schema: dict[str, Any] = json.loads((files(package) / path).read_text(encoding="utf-8"))
    return schema


def keys_by_kind(schema: dict[str, Any], vocabulary: Vocabulary) -> dict[str, set[str]]:
    """Return the keys that the schema has in each kind of mapping, as far as the vocabulary leads into it."""
    found: dict[str, set[str]] = {}
    seen: set[tuple[str, int]] = set()
    waiting = [("file", schema)]
    while waiting:
        kind, part = waiting.pop()
        if (kind, id(part)) in seen:
            continue
        seen.add((kind, id(part)))
        for each in variants(schema, part):
            for name, inner in each.get("properties", {}).items():
                found.setdefault(kind, set()).add(name)
                below = vocabulary.kinds[kind].nested.get(name)
                for value in variants(schema, inner) if below else ():
                    if below and below.one:
                        waiting.append((below.one, value))
                    if below and below.many:
                        entries = [value.get("items"), value.get("additionalProperties")]
                        waiting += [(below.many, entry) for entry in entries if isinstance(entry, dict)]
    return found


def variants(schema: dict[str, Any], part: Any) -> Iterator[dict[str, Any]]:
    """Yield a part of a schema and everything that it refers to, is made of, or may be."""
    if not isinstance(part, dict):
        return  # true: anything may stand there
    yield part
    reference = part.get("$ref")
    if reference:
        target: Any = schema
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
        yield from variants(schema, target)
    for word in ALTERNATIVES:
        for each in part.get(word, ()):
            yield from variants(schema, each)
    for word in CONDITIONS:
        if isinstance(part.get(word), dict):
            yield from variants(schema, part[word])
