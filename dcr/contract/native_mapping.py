"""Builds the mapping that the file of a native contract contains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dcr.contract.contract import Contract, Field


def build_native_mapping(contract: Contract) -> dict[str, Any]:
    """Return a contract as the mapping that a native file of it contains: no key has its default value.

    What only other formats have, such as physical types, is left out.
    """
    sla = contract.freshness_sla
    return _without_defaults(
        {
            "dataset_id": contract.dataset_id,
            "version": contract.version,
            "description": contract.description,
            "status": contract.status if contract.status != "draft" else None,
            "deprecation_uri": contract.deprecation_uri,
            "primary_key": list(contract.primary_key) or None,
            "owners": [_without_defaults(owner._asdict()) for owner in contract.owners] or None,
            "freshness_sla": _without_defaults({"max_lag_seconds": sla.max_lag_seconds, "measurement": sla.measurement})
            if sla
            else None,
            "fields": _fields_to_mappings(contract.fields),
        }
    )


def _fields_to_mappings(fields: tuple[Field, ...]) -> list[dict[str, Any]]:
    return [{"name": field.name, **_field_to_mapping(field)} for field in fields]


def _field_to_mapping(field: Field) -> dict[str, Any]:
    return _without_defaults(
        {
            "type": field.type,
            "required": None if field.required else False,
            "description": field.description,
            "deprecated": field.deprecated or None,
            "enum": None if field.enum is None else list(field.enum),
            **field.constraints,
            "fields": _fields_to_mappings(field.fields) or None,
            "items": _field_to_mapping(field.items) if field.items else None,
        }
    )


def _without_defaults(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
