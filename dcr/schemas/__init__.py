"""JSON Schemas (draft 2020-12) of everything people write or read: contract, policy, acceptances, report.

They are written for editors as much as for validators: descriptions, examples and messages stand beside the rules.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dcr.schemas.acceptances import acceptances_schema
from dcr.schemas.contract import contract_schema
from dcr.schemas.policy import policy_schema

if TYPE_CHECKING:
    from collections.abc import Callable


def report_schema() -> dict[str, Any]:
    """Return the schema of the JSON report."""
    found: dict[str, Any] = json.loads(files("dcr.rendering.reports").joinpath("report.schema.json").read_text("utf-8"))
    return found


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "contract": contract_schema,
    "policy": policy_schema,
    "acceptances": acceptances_schema,
    "report": report_schema,
}
"""Every schema by the name `dcr schema` knows it by."""
