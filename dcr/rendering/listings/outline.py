"""Renders the contracts of a file as lines, one fact each, so that a text diff shows changes in meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import walk_fields
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.contract import Contract, Field, Scalar
    from dcr.formats.parsed_file import ParsedFile


def outline(reading: ParsedFile) -> list[str]:
    """Return the lines of one file. A file without contracts has none.

    The lines do not depend on the order, layout and comments of the file. The line of a dataset is not indented, so git
    prints it in the head of a hunk.
    """
    fatal = next((problem for problem in reading.problems if problem.is_fatal), None)
    if fatal is not None:
        return [f"dcr cannot read this file: line {fatal.location.line}: {make_printable(fatal.message)}"]
    lines: list[str] = []
    for contract in sorted(reading.contracts, key=lambda contract: contract.dataset_id):
        lines.append(f"dataset {make_printable(contract.dataset_id)}")
        if contract.alias_of:
            lines.append(f"  latest version of the model, same as {make_printable(contract.alias_of)}")
            continue
        lines += [f"  {make_printable(fact)}" for fact in (*_list_facts(contract), *_list_fields(contract))]
    return lines


def _list_facts(contract: Contract) -> Iterator[str]:
    yield f"version {contract.version}"
    if contract.has_status:
        yield f"status {contract.status}"
    if contract.description:
        yield f"description {contract.description}"
    if contract.primary_key:
        yield f"primary key {', '.join(contract.primary_key)}"
    for owner in sorted(contract.owners, key=lambda owner: (owner.team, owner.contact or "")):
        yield f"owner {owner.team}" + (f", {owner.contact}" if owner.contact else "")
    sla = contract.freshness_sla
    if sla is not None:
        lag = sla.written if sla.max_lag_seconds is None else f"{sla.max_lag_seconds} seconds"
        yield f"freshness {lag}" + (f", measured by {sla.measurement}" if sla.measurement else "")
    for name in ("access", "latest", "deprecation_uri"):
        value = getattr(contract, name)
        if value:
            yield f"{name} {value}"


def _list_fields(contract: Contract) -> Iterator[str]:
    for path, field in sorted(walk_fields(contract.fields), key=lambda entry: entry[0]):
        yield f"field {path}: {', '.join(_describe_field(field))}"
        if field.description:
            yield f"field {path} description {field.description}"


def _describe_field(field: Field) -> Iterator[str]:
    yield f"{field.type} ({field.physical_type})" if field.physical_type else field.type
    yield "required" if field.required else "optional"
    if field.deprecated:
        yield "deprecated"
    if field.enum is not None:
        yield f"one of {' | '.join(sorted(map(_format_value, field.enum))) or 'no values'}"
    for name, value in sorted(field.constraints.items()):
        yield name if value is True else f"{name} {_format_value(value)}"


def _format_value(value: Scalar) -> str:
    """Return a value as text, the same for 1 and 1.0."""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
