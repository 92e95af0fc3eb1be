"""Writes a generated contract as YAML, as people do; what it says is left to contracts.

Three in four have a key per line, the others a field per line, so that both layouts are measured.
"""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts import Contract, Field

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_. ]*[A-Za-z0-9])?")
_READ_OTHERWISE_BY_YAML_1_1 = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def render(contract: Contract) -> str:
    """Return the contract's YAML."""
    lines = [
        f"dataset_id: {contract.dataset_id}",
        f'version: "{".".join(map(str, contract.version))}"',
        f"description: {_flow(contract.description)}",
        f"status: {contract.status}",
        "primary_key: [row_id, occurred_at]",
        f'owners: [{{team: {contract.team}, contact: "#{contract.team}"}}]',
        f"freshness_sla: {{max_lag_seconds: {contract.max_lag_seconds}, measurement: event_time}}",
    ]
    if contract.status == "deprecated":
        lines.append(f"deprecation_uri: https://example.com/migrations/{contract.dataset_id}")
    lines.append("fields:")
    for field in contract.fields:
        lines.extend([f"  - {_flow(field)}"] if contract.one_line_per_field else _block(field))
    return "\n".join(lines) + "\n"


def _block(field: Field) -> list[str]:
    first, *others = (f"{key}: {_flow(value)}" for key, value in field.items())
    return [f"  - {first}", *(f"    {other}" for other in others)]


def _flow(value: object) -> str:
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value)


@functools.cache
def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _READ_OTHERWISE_BY_YAML_1_1:
        return text
    return json.dumps(text)
