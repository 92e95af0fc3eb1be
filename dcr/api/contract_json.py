"""Converts contracts of any format to the JSON of the native format, with the keys that the seed's API has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dcr.contract.contract import Contract, Field


def contract_to_json(contract: Contract) -> dict[str, Any]:
    """Return a contract as a JSON object. The keys of the native format are all present, empty ones as null.

    `format` and `physical_type` appear only for contracts of other formats.
    """
    sla = contract.freshness_sla
    document: dict[str, Any] = {
        "dataset_id": contract.dataset_id,
        "version": contract.version,
        "description": contract.description,
        "status": contract.status,
        "primary_key": list(contract.primary_key),
        "owners": [{"team": each.team, "contact": each.contact} for each in contract.owners],
        "freshness_sla": {"max_lag_seconds": sla.max_lag_seconds, "measurement": sla.measurement} if sla else None,
        "deprecation_uri": contract.deprecation_uri,
        "fields": [_named_field_to_json(each) for each in contract.fields],
    }
    if contract.format != "native":
        document["format"] = contract.format
    return document


def _named_field_to_json(field: Field) -> dict[str, Any]:
    return {"name": field.name, **_field_to_json(field)}


def _field_to_json(field: Field) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": field.type,
        "required": field.required,
        "description": field.description,
        "deprecated": field.deprecated,
        "enum": None if field.enum is None else list(field.enum),
        **field.constraints,
    }
    if field.physical_type is not None:
        document["physical_type"] = field.physical_type
    if field.fields:
        document["fields"] = [_named_field_to_json(each) for each in field.fields]
    if field.items is not None:
        document["items"] = _field_to_json(field.items)
    return document
