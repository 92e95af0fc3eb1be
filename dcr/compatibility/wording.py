"""Formats values for messages, the same way in every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.compatibility.history import DeprecationPeriod
    from dcr.compatibility.pairs import FieldPair
    from dcr.contract.contract import Contract, Field, Owner
    from dcr.formats.parsed_file import Problem
    from dcr.parsing.location import Location

MAX_LISTED = 8
MAX_TYPE = 80
_SHORT = 10


def format_value(value: Any) -> str:
    """Return a value as messages show it: text in quotes, `none` for no value."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def format_type(field: Field) -> str:
    """Return a type as the file has it, followed by dcr's type in brackets if that is another word."""
    written = field.written_type
    if written is None or written.lower() == field.type:
        return f"'{shorten(written or field.type)}'"
    return f"'{shorten(written)}' ({field.type})"


def format_physical_type(field: Field) -> str:
    """Return a physical type as the file has it."""
    return f"'{shorten(field.written_physical_type or field.physical_type or '')}'"


def shorten(text: str) -> str:
    """Return a text, cut off after `MAX_TYPE` characters."""
    return text if len(text) <= MAX_TYPE else f"{text[:MAX_TYPE]}…"


def format_lag(seconds: int, contract: Contract) -> str:
    """Return a lag in seconds for the native format, and in the largest whole unit for the others."""
    units = () if contract.format == "native" else ((86_400, "day"), (3600, "hour"), (60, "minute"))
    size, unit = next(((size, unit) for size, unit in units if seconds % size == 0), (1, "second"))
    return f"{seconds // size:d} {unit}{'' if seconds == size else 's'}"


def format_required(key: str, *, required: bool) -> str:
    """Return how a format with this key marks a field as required or optional."""
    if key == "isNullable":
        return f"'isNullable: {str(not required).lower()}'"
    if key == "not_null":
        return "'not_null'" if required else "no 'not_null'"
    return f"'{key}: {str(required).lower()}'"


def get_enum_words(field: Field) -> tuple[str, str]:
    """Return the words for a list of allowed values and for one such value in the format of a field."""
    key = field.section.get_key_name("enum") if field.section else "enum"
    return ("list of validValues", "valid value") if key == "validValues" else ("enum", "enum value")


def get_physical_type_word(pair: FieldPair) -> str:
    """Return a format's key for physical types, or `physical type` if the key is not only for these."""
    key = pair.get_key_name("physical_type")
    return key if key in ("physicalType", "data_type") else "physical type"


def format_list(values: Sequence[Any]) -> str:
    """Return the first values separated by commas, and the number of the others."""
    text = ", ".join(format_value(value) for value in values[:MAX_LISTED])
    rest = len(values) - MAX_LISTED
    return f"{text} and {rest} more" if rest > 0 else text


def format_short_list(values: Sequence[Any]) -> str:
    """Return a list as `format_list` does, with long texts cut off."""
    first = [shorten(value) if isinstance(value, str) else value for value in values[:MAX_LISTED]]
    rest = len(values) - MAX_LISTED
    return format_list(first) + (f" and {rest} more" if rest > 0 else "")


def format_owners(owners: Sequence[Owner]) -> str:
    """Return the first teams, each with how to reach it."""
    teams = [f"{shorten(owner.team)}{f' ({shorten(owner.contact)})' if owner.contact else ''}" for owner in owners]
    rest = len(teams) - MAX_LISTED
    return ", ".join(teams[:MAX_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def format_version(version: str | None, location: Location | None) -> str:
    """Return an older version's number, or its commit if the format has no versions."""
    if version:
        return f"'{version}'"
    return f"commit {location.commit[:_SHORT]}" if location and location.commit else "an older version"


def describe_deprecation(key: str) -> tuple[str, str]:
    """Return how to keep a deprecated field and how to mark it, by a format's key for deprecation.

    In a format without such a key, `key` is `description`.
    """
    if key == "deprecated":
        return "with 'deprecated: true' for one release", "mark it 'deprecated: true'"
    if key == "description":
        return "for one release and announce the removal in its description", "mark it 'deprecated: true'"
    return f"for one release, marked as deprecated in its {key}", f"mark it as deprecated in its {key}"


def describe_early_removal(deprecation: DeprecationPeriod, path: str | None, first_step: str) -> tuple[str, str]:
    """Return the end of a message and a hint for a field, or a contract, that is removed too early."""
    since = deprecation.contract_date if path is None else deprecation.field_dates.get(path)
    removal_date = deprecation.get_removal_date(since)
    if since is None and path is not None and not deprecation.supports_field_marks:
        return (
            " and cannot be marked as deprecated in this format",
            "accept the removal once its readers have migrated: dcr accept",
        )
    if since is None:
        return (
            " without having been deprecated on the base",
            f"{first_step} first; if released today, it may be removed on or after {removal_date}",
        )
    return (
        f" after {max((deprecation.today - since).days, 0)} of {deprecation.min_days} days of deprecation",
        f"deprecated since {since}, it may be removed on or after {removal_date}",
    )


def number_problems(problems: Sequence[Problem]) -> Iterator[tuple[Problem, str]]:
    """Yield each problem with its detail for the fingerprint: its message, numbered if it is repeated."""
    seen: dict[tuple[str | None, str], int] = {}
    for problem in problems:
        key = (problem.field, problem.message)
        number = seen[key] = seen.get(key, 0) + 1
        yield problem, problem.message if number == 1 else f"{problem.message} #{number}"
