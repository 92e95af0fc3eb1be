"""Provides the fragments that several schemas share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_SCHEMA_DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT_SHAPE: dict[str, Any] = {"type": "string", "minLength": 1, "pattern": r"\S"}
EXTENSION_KEYS: dict[str, Any] = {"^x-": {"description": "Your own key; dcr ignores it."}}
"""The `patternProperties` of a schema that allows keys starting with `x-`."""


def build_header(name: str, title: str, description: str) -> dict[str, Any]:
    """Return the first keys of a schema."""
    return {"$schema": JSON_SCHEMA_DRAFT, "$id": f"urn:dcr:schema:{name}:1", "title": title, "description": description}


def build_enum(meanings: Mapping[str, str]) -> dict[str, Any]:
    """Return an enum with a description of each value (`enumDescriptions`, a key of VS Code's schemas)."""
    return {"enum": list(meanings), "enumDescriptions": list(meanings.values())}
