"""Converts contracts of any format to the public models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from dcr.contract.models import DataContract
from dcr.errors import DcrError, quote_for_shell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.contract.contract import Contract, Field


class NotExpressibleError(DcrError):
    """A contract in another format has content that the public models cannot represent."""


def build_model(contract: Contract) -> DataContract:
    """Return a contract as a public model, without physical types.

    Raise `NotExpressibleError` if the contract has other content that the models cannot represent.
    """
    try:
        return DataContract.model_validate(_contract_to_dict(contract))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        key = ".".join(str(step) for step in first["loc"]) or "content"
        raise NotExpressibleError(
            f"the Python models cannot represent {key} of '{contract.dataset_id}' version '{contract.version}', "
            f"which is in the {contract.format} format: {first['msg']}",
            f"print all of it: dcr show {quote_for_shell(f'{contract.dataset_id}@{contract.version}')} --format json",
        ) from error


def _contract_to_dict(contract: Contract) -> dict[str, Any]:
    sla = contract.freshness_sla
    values: dict[str, Any] = {
        "dataset_id": contract.dataset_id,
        "version": contract.version,
        "description": contract.description,
        "status": contract.status,
        "primary_key": list(contract.primary_key) or None,
        "owners": [_without_empty(owner._asdict()) for owner in contract.owners] or None,
        "freshness_sla": _without_empty(sla._asdict()) if sla else None,
        "deprecation_uri": contract.deprecation_uri,
        "fields": _fields_to_dicts(contract.fields),
    }
    return _without_empty(values)


def _fields_to_dicts(fields: Iterable[Field]) -> list[dict[str, Any]]:
    return [{"name": field.name, **_field_to_dict(field)} for field in fields]


def _field_to_dict(field: Field) -> dict[str, Any]:
    return _without_empty(
        {
            "type": field.type,
            "required": None if field.required else False,
            "description": field.description,
            "deprecated": field.deprecated or None,
            "enum": None if field.enum is None else list(field.enum),
            **field.constraints,
            "fields": _fields_to_dicts(field.fields) or None,
            "items": _field_to_dict(field.items) if field.items else None,
        }
    )


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Return the keys that have a value. The JSON of a model contains no others."""
    return {key: value for key, value in values.items() if value is not None}
