"""Writes generated contracts as Open Data Contract Standard files; what they say is left to contracts.

The same fields, with the stored type beside the logical one, as the standard's files have them: so that a file costs
what a reader of that format meets.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts import Contract, Field

_OPTIONS = {
    "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern", "format": "format",
    "minimum": "minimum", "maximum": "maximum", "exclusive_minimum": "exclusiveMinimum", "multiple_of": "multipleOf",
    "max_items": "maxItems",
}  # fmt: skip
_STORED = {
    "string": "varchar", "integer": "bigint", "number": "decimal(18,2)", "boolean": "boolean",
    "timestamp": "timestamp_tz", "json": "variant", "array": "array", "object": "struct",
}  # fmt: skip


def render(contracts: Sequence[Contract]) -> str:
    """Return one file that holds each contract as an object of its schema; the first one names the file."""
    first = contracts[0]
    lines = [
        "apiVersion: v3.1.0",
        "kind: DataContract",
        f"id: {first.dataset_id}",
        f"version: {'.'.join(map(str, first.version))}",
        f"status: {first.status}",
        f"team: {{name: {first.team}}}",
        "slaProperties:",
        f"  - {{property: latency, value: {first.max_lag_seconds}, unit: s}}",
        "schema:",
    ]
    for number, each in enumerate(contracts):
        lines += [f"  - name: table_{number}", f"    description: {each.description}", "    properties:"]
        for field in each.fields:
            lines += _listed(_property(field), "      ")
    return "\n".join(lines) + "\n"


def _property(field: Field, name: str | None = None) -> Iterator[str]:
    """Yield the lines of a property, or of an array's elements, without indentation."""
    if name := str(field.get("name", name or "")):
        yield f"name: {name}"
    kind = str(field["type"])
    yield f"logicalType: {'object' if kind == 'json' else kind}"
    yield f"physicalType: {_STORED[kind]}"
    if field.get("required", True):
        yield "required: true"
    if "description" in field:
        yield f"description: {json.dumps(field['description'])}"
    options = {_OPTIONS[key]: value for key, value in field.items() if key in _OPTIONS}
    if options:
        yield "logicalTypeOptions:"
        yield from (f"  {word}: {json.dumps(value)}" for word, value in options.items())
    if "enum" in field:
        yield "quality:"
        yield "  - metric: invalidValues"
        yield "    mustBe: 0"
        yield f"    arguments: {{validValues: {json.dumps(field['enum'])}}}"
    if isinstance(items := field.get("items"), dict):
        yield "items:"
        yield from (f"  {line}" for line in _property(items))
    if isinstance(nested := field.get("fields"), list):
        yield "properties:"
        for each in nested:
            yield from _listed(_property(each), "  ")


def _listed(lines: Iterator[str], margin: str) -> list[str]:
    return [f"{margin}{'- ' if number == 0 else '  '}{line}" for number, line in enumerate(lines)]
