"""What a file's contracts say, one fact a line: the lines that differ are what changed in meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import walk_fields
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.contract import Contract, Field, Scalar
    from dcr.formats.parsed_file import ParsedFile


def outline(reading: ParsedFile) -> list[str]:
    """Return the lines about one file; none for a file that is no contract.

    Order, layout and comments of the file do not show in them. A dataset's line begins where a line begins, so that
    git names the dataset at the head of a hunk.
    """
    fatal = next((each for each in reading.problems if each.is_fatal), None)
    if fatal is not None:
        return [f"not read by dcr: line {fatal.location.line}: {make_printable(fatal.message)}"]
    lines: list[str] = []
    for contract in sorted(reading.contracts, key=lambda each: each.dataset_id):
        lines.append(f"dataset {make_printable(contract.dataset_id)}, as dcr reads it")
        if contract.alias_of:
            lines.append(f"  what {make_printable(contract.alias_of)} is, for those who name no version")
            continue
        lines += [f"  {make_printable(fact)}" for fact in (*_facts(contract), *_fields(contract))]
    return lines


def _facts(contract: Contract) -> Iterator[str]:
    yield f"version {contract.version}"
    if contract.has_status:
        yield f"status {contract.status}"
    if contract.description:
        yield f"description {contract.description}"
    if contract.primary_key:
        yield f"primary key {', '.join(contract.primary_key)}"
    for owner in sorted(contract.owners, key=lambda each: (each.team, each.contact or "")):
        yield f"owner {owner.team}" + (f", {owner.contact}" if owner.contact else "")
    sla = contract.freshness_sla
    if sla is not None:
        lag = sla.written if sla.max_lag_seconds is None else f"{sla.max_lag_seconds} seconds"
        yield f"freshness {lag}" + (f", measured by {sla.measurement}" if sla.measurement else "")
    for name in ("access", "latest", "deprecation_uri"):
        value = getattr(contract, name)
        if value:
            yield f"{name} {value}"


def _fields(contract: Contract) -> Iterator[str]:
    for path, field in sorted(walk_fields(contract.fields), key=lambda each: each[0]):
        yield f"field {path}: {', '.join(_words(field))}"
        if field.description:
            yield f"field {path} is described as {field.description}"


def _words(field: Field) -> Iterator[str]:
    yield f"{field.type} ({field.physical_type})" if field.physical_type else field.type
    yield "required" if field.required else "optional"
    if field.deprecated:
        yield "deprecated"
    if field.enum is not None:
        yield f"one of {' | '.join(sorted(map(_value, field.enum))) or 'no values'}"
    for name, value in sorted(field.constraints.items()):
        yield name if value is True else f"{name} {_value(value)}"


def _value(value: Scalar) -> str:
    """Return a value so that equal ones look alike, whether 1 or 1.0 was written."""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
