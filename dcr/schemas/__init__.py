"""Builds the JSON Schemas (draft 2020-12) of contracts, consumers, policies, acceptances and reports.

They serve editors as well as validators: descriptions, examples and error messages stand next to the rules.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dcr.schemas.acceptances import build_acceptances_schema
from dcr.schemas.consumer import build_consumer_schema
from dcr.schemas.contract import build_contract_schema
from dcr.schemas.policy import build_policy_schema

if TYPE_CHECKING:
    from collections.abc import Callable


def load_report_schema() -> dict[str, Any]:
    """Return the schema of the JSON report."""
    schema: dict[str, Any] = json.loads(
        files("dcr.rendering.reports").joinpath("report.schema.json").read_text("utf-8")
    )
    return schema


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "contract": build_contract_schema,
    "consumer": build_consumer_schema,
    "policy": build_policy_schema,
    "acceptances": build_acceptances_schema,
    "report": load_report_schema,
}
"""Each schema by its name in `dcr schema`."""
