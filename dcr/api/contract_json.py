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


def contract_to_native(contract: Contract) -> dict[str, Any]:
    """Return a native contract as the mapping that its file contains: no key has its default value."""
    sla = contract.freshness_sla
    return _without_defaults(
        {
            "dataset_id": contract.dataset_id,
            "version": contract.version,
            "description": contract.description,
            "status": contract.status if contract.status != "draft" else None,
            "deprecation_uri": contract.deprecation_uri,
            "primary_key": list(contract.primary_key) or None,
            "owners": [_without_defaults(each._asdict()) for each in contract.owners] or None,
            "freshness_sla": _without_defaults({"max_lag_seconds": sla.max_lag_seconds, "measurement": sla.measurement})
            if sla
            else None,
            "fields": [_field_to_native(each) for each in contract.fields],
        }
    )


def _field_to_native(field: Field) -> dict[str, Any]:
    return _without_defaults(
        {
            "name": field.name or None,
            "type": field.type,
            "required": None if field.required else False,
            "description": field.description,
            "deprecated": field.deprecated or None,
            "enum": None if field.enum is None else list(field.enum),
            **field.constraints,
            "fields": [_field_to_native(each) for each in field.fields] or None,
            "items": _field_to_native(field.items) if field.items else None,
        }
    )


def _without_defaults(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
