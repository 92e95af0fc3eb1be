"""Derives the type of a property of the Open Data Contract Standard from its logical and its physical type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.contract.contract import ANY_TYPE, Field
from dcr.contract.terms import Embedding
from dcr.formats._foreign.fields import build_field
from dcr.formats._foreign.stored_types import LogicalType, format_whole_type, parse_stored_type

if TYPE_CHECKING:
    from dcr.formats._foreign.mapping import SourceMapping

_LOGICAL_TYPES = (
    "string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean", "map", "vector",
)  # fmt: skip
_ELEMENT_TYPES = {
    **dict.fromkeys(("bfloat16", "float16", "float32", "float64"), ("number", None)),
    "int8": ("integer", (-128, 127)),
    "uint8": ("integer", (0, 255)),
    "binary": ("integer", (0, 1)),
}
"""The type and the range of the elements of a vector (schema v3.2, `elementType`; RFC 0042)."""

_ELEMENT_KEYS = dict.fromkeys(("type", "physical_type", "minimum", "maximum"), "elementType")


def derive_type(mapping: SourceMapping) -> LogicalType:
    """Return the type of a property; an unknown logical type, or a physical type alone, is looked up as a stored type.

    Nested types come from the keys below the property, or else from its physical type (`struct<a: bigint>`). An object
    that is stored as a map is a map: before v3.2 the standard had no other type for it.
    """
    logical, physical = mapping.text("logicalType"), mapping.text("physicalType")
    stored = None if physical is None else parse_stored_type(physical)
    kind = _derive_from_words(mapping, logical, stored)
    if stored is None or physical is None:
        return kind
    if kind.name == "object" and stored.name == "map" and "properties" not in mapping:
        kind = kind._replace(name="map")
    written_out = not {"properties", "items", "map"}.isdisjoint(mapping.pairs)
    kind = kind._replace(stored=format_whole_type(stored), written_stored_type=physical)
    return kind if written_out or kind.name != stored.name else kind._replace(fields=stored.fields, items=stored.items)


def _derive_from_words(mapping: SourceMapping, logical: str | None, stored: LogicalType | None) -> LogicalType:
    if logical is not None:
        word = logical.strip().lower()
        kind = LogicalType(word) if word in _LOGICAL_TYPES else parse_stored_type(logical)._replace(stored=None)
        return (
            LogicalType("timestamp")
            if word == "date" and _has_time(mapping.mapping("logicalTypeOptions"), stored)
            else kind
        )
    if stored is not None:
        return stored
    shapes = {"properties": "object", "items": "array", "map": "map"}
    return next(
        (LogicalType(name) for key, name in shapes.items() if key in mapping), LogicalType(ANY_TYPE, is_known=False)
    )


def _has_time(options: SourceMapping | None, stored: LogicalType | None) -> bool:
    """Return whether a `date` has a time of day, by its format or its stored type: v3.0 has no `timestamp`."""
    format_text = options.text("format") if options else None
    if format_text is not None:
        letters = re.fullmatch(r"[yYuMLdDHhkKmsSaXxZzTGE'\s:/.,_-]+", format_text)  # of Java's date patterns
        return letters is not None and re.search("[Hhks]", format_text) is not None
    return stored is not None and stored.name == "timestamp"


def build_vector_element(mapping: SourceMapping, options: SourceMapping | None) -> Field:
    """Return the element of a vector: a number of its `elementType`, by default `float32`."""
    type_text = (options.text("elementType") if options else None) or "float32"
    type_name = type_text.strip().lower()
    if type_name not in _ELEMENT_TYPES and options is not None:
        known_types = ", ".join(sorted(_ELEMENT_TYPES))
        message = f"unknown elementType '{type_text}', its values are not compared"
        options.notes.add(options.locate("elementType"), message, f"known types: {known_types}")
    name, bounds = _ELEMENT_TYPES.get(type_name, (ANY_TYPE, None))
    kind = LogicalType(name, stored=type_name, written_type=type_text, written_stored_type=type_text)
    limits = {} if bounds is None else {"minimum": bounds[0], "maximum": bounds[1]}
    section = (options or mapping).section(_ELEMENT_KEYS)
    return build_field("", kind, section, required=True, values={"constraints": limits})


def read_dimensions(mapping: SourceMapping, options: SourceMapping | None) -> dict[str, int]:
    """Return the length of all vectors of a field; a missing or invalid length is noted."""
    value = options.number("dimensions") if options else None
    if value is not None and value >= 1 and value == int(value):
        return {"dimensions": int(value)}
    has_dimensions = options is not None and "dimensions" in options
    if not has_dimensions:
        mapping.notes.add(
            mapping.locate("logicalType"),
            "a vector has no dimensions, and its length is not compared",
            "add dimensions",
        )
    elif options is not None and value is not None:
        message = f"dimensions is '{value}', expected a whole number of 1 or more"
        options.notes.add(options.locate("dimensions"), message, "write a whole number of 1 or more")
    return {}


def read_embedding(options: SourceMapping | None) -> Embedding | None:
    """Return how vectors are created and compared, as far as the options declare it."""
    if options is None:
        return None
    embedding = Embedding(
        options.text("embeddingModel"),
        options.text("embeddingModelVersion"),
        options.text("distanceMetric"),
        bool(options.flag("normalized")),
    )
    return embedding if embedding != Embedding() else None
