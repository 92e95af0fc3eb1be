"""Converts contracts of any format to the public models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from dcr.contract.models import DataContract
from dcr.contract.native_mapping import build_native_mapping
from dcr.errors import DcrError, quote_for_shell

if TYPE_CHECKING:
    from dcr.contract.contract import Contract


class NotExpressibleError(DcrError):
    """A contract in another format has content that the public models cannot represent."""


def build_model(contract: Contract) -> DataContract:
    """Return a contract as a public model, without physical types.

    Raise `NotExpressibleError` if the contract has other content that the models cannot represent.
    """
    try:
        # The JSON of a model has only the keys that were set; the status is always one of them.
        return DataContract.model_validate({**build_native_mapping(contract), "status": contract.status})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        key = ".".join(str(step) for step in first["loc"]) or "content"
        raise NotExpressibleError(
            f"the Python models cannot represent {key} of '{contract.dataset_id}' version '{contract.version}', "
            f"which is in the {contract.format} format: {first['msg']}",
            f"print all of it: dcr show {quote_for_shell(f'{contract.dataset_id}@{contract.version}')} --format json",
        ) from error
