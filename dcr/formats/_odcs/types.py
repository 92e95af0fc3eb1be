"""Derives the type of a property of the Open Data Contract Standard from its logical and its stored type."""

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
"""What an element of a vector is, and its range (schema v3.2, `elementType`; RFC 0042)."""

_ELEMENT_KEYS = dict.fromkeys(("type", "physical_type", "minimum", "maximum"), "elementType")


def derive_type(tree: SourceMapping) -> LogicalType:
    """Return the logical type; a word that is none is looked up as a stored type, and so is a physical type alone.

    What is nested is written out below the property, else in its physical type (`struct<a: bigint>`). An object that
    is stored as a map is one: before v3.2 the standard had no other word for it.
    """
    logical, physical = tree.text("logicalType"), tree.text("physicalType")
    stored = None if physical is None else parse_stored_type(physical)
    kind = _derive_from_words(tree, logical, stored)
    if stored is None or physical is None:
        return kind
    if kind.name == "object" and stored.name == "map" and "properties" not in tree:
        kind = kind._replace(name="map")
    written_out = not {"properties", "items", "map"}.isdisjoint(tree.pairs)
    kind = kind._replace(stored=format_whole_type(stored), written_stored_type=physical)
    return kind if written_out or kind.name != stored.name else kind._replace(fields=stored.fields, items=stored.items)


def _derive_from_words(tree: SourceMapping, logical: str | None, stored: LogicalType | None) -> LogicalType:
    if logical is not None:
        word = logical.strip().lower()
        kind = LogicalType(word) if word in _LOGICAL_TYPES else parse_stored_type(logical)._replace(stored=None)
        return (
            LogicalType("timestamp")
            if word == "date" and _has_time(tree.mapping("logicalTypeOptions"), stored)
            else kind
        )
    if stored is not None:
        return stored
    shapes = {"properties": "object", "items": "array", "map": "map"}
    return next(
        (LogicalType(name) for key, name in shapes.items() if key in tree), LogicalType(ANY_TYPE, is_known=False)
    )


def _has_time(options: SourceMapping | None, stored: LogicalType | None) -> bool:
    """Whether a `date` holds a time of day: v3.0 has no `timestamp`, and says it by the format or the stored type."""
    written = options.text("format") if options else None
    if written is not None:
        letters = re.fullmatch(r"[yYuMLdDHhkKmsSaXxZzTGE'\s:/.,_-]+", written)  # those of Java's date patterns
        return letters is not None and re.search("[Hhks]", written) is not None
    return stored is not None and stored.name == "timestamp"


def build_vector_element(tree: SourceMapping, options: SourceMapping | None) -> Field:
    """Return the elements of a vector: numbers of its `elementType`, `float32` where it names none."""
    written = (options.text("elementType") if options else None) or "float32"
    word = written.strip().lower()
    if word not in _ELEMENT_TYPES and options is not None:
        known = ", ".join(sorted(_ELEMENT_TYPES))
        message = f"elementType '{written}' is not known, and its values are not compared"
        options.note(options.locate("elementType"), message, f"known: {known}")
    name, bounds = _ELEMENT_TYPES.get(word, (ANY_TYPE, None))
    kind = LogicalType(name, stored=word, written_type=written, written_stored_type=written)
    limits = {} if bounds is None else {"minimum": bounds[0], "maximum": bounds[1]}
    place = (options or tree).section(_ELEMENT_KEYS)
    return build_field("", kind, place, required=True, known={"constraints": limits})


def read_dimensions(tree: SourceMapping, options: SourceMapping | None) -> dict[str, int]:
    """Return the length that all vectors of a field have; one that is missing or no length is noted."""
    value = options.number("dimensions") if options else None
    if value is not None and value >= 1 and value == int(value):
        return {"dimensions": int(value)}
    written = options is not None and "dimensions" in options
    if not written:
        tree.note(
            tree.locate("logicalType"), "a vector has no dimensions, and its length is not compared", "add dimensions"
        )
    elif options is not None and value is not None:
        message = f"the value '{value}' of dimensions is not a whole number from 1 on"
        options.note(options.locate("dimensions"), message, "write a whole number from 1 on")
    return {}


def read_embedding(options: SourceMapping | None) -> Embedding | None:
    """Return how vectors are made and compared, as far as the options say."""
    if options is None:
        return None
    said = Embedding(
        options.text("embeddingModel"),
        options.text("embeddingModelVersion"),
        options.text("distanceMetric"),
        bool(options.flag("normalized")),
    )
    return said if said != Embedding() else None
