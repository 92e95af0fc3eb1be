"""Print a JSON Schema for editors and programs: of a contract, a consumer, the policy, acceptances or the report."""

import json
from typing import Annotated

import typer

from dcr.cli.options import complete_with
from dcr.errors import UsageError
from dcr.schemas import SCHEMAS
from dcr.text.suggestions import format_suggestion

EXAMPLE = "Example: dcr schema contract > contract.schema.json"


def schema(
    name: Annotated[
        str,
        typer.Argument(help=f"One of: {', '.join(SCHEMAS)}.", metavar="NAME", autocompletion=complete_with(*SCHEMAS)),
    ] = "contract",
) -> None:
    """Print the schema to stdout."""
    if name not in SCHEMAS:
        hint = format_suggestion(name, SCHEMAS) or f"choose one of: {', '.join(SCHEMAS)}"
        raise UsageError(f"schema '{name}' does not exist", hint)
    print(json.dumps(SCHEMAS[name](), indent=2))
