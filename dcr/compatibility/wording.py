"""How values are written in messages, the same in every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.compatibility.history import DeprecationPeriod
    from dcr.compatibility.pairs import FieldPair
    from dcr.contract.contract import Contract, Field
    from dcr.formats.parsed_file import Problem
    from dcr.parsing.location import Location

MAX_LISTED = 8
MAX_TYPE = 80
_SHORT = 10


def format_value(value: Any) -> str:
    """Return a value as a contract writes it: text in quotes, none for nothing."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def format_type(field: Field) -> str:
    """Return a type in the file's own words, with what dcr takes them for where that is another word."""
    written = field.written_type
    if written is None or written.lower() == field.type:
        return f"'{shorten(written or field.type)}'"
    return f"'{shorten(written)}' ({field.type})"


def format_physical_type(field: Field) -> str:
    """Return a stored type in the file's own words."""
    return f"'{shorten(field.written_physical_type or field.physical_type or '')}'"


def shorten(text: str) -> str:
    """Return a text, or the beginning of a long one."""
    return text if len(text) <= MAX_TYPE else f"{text[:MAX_TYPE]}…"


def format_lag(seconds: int, contract: Contract) -> str:
    """Return a lag as dcr's own format says it, in seconds, and for others in the largest unit without rest."""
    units = () if contract.format == "native" else ((86_400, "day"), (3600, "hour"), (60, "minute"))
    size, unit = next(((size, unit) for size, unit in units if seconds % size == 0), (1, "second"))
    return f"{seconds // size:d} {unit}{'' if seconds == size else 's'}"


def format_required(word: str, *, required: bool) -> str:
    """Return how a format says that a field is required or is not, by its word for that."""
    if word == "isNullable":
        return f"'isNullable: {str(not required).lower()}'"
    if word == "not_null":
        return "'not_null'" if required else "no 'not_null'"
    return f"'{word}: {str(required).lower()}'"


def get_enum_words(field: Field) -> tuple[str, str]:
    """Return what a field's file calls the list of the values it allows, and one of the values."""
    word = field.section.get_key_name("enum") if field.section else "enum"
    return ("list of validValues", "valid value") if word == "validValues" else ("enum", "enum value")


def get_physical_type_word(pair: FieldPair) -> str:
    """Return what a format calls a stored type; where its key stands for every type, what is meant by it."""
    word = pair.get_key_name("physical_type")
    return word if word in ("physicalType", "data_type") else "physical type"


def format_list(values: Sequence[Any]) -> str:
    """Return some values with commas between, the rest counted."""
    text = ", ".join(format_value(value) for value in values[:MAX_LISTED])
    rest = len(values) - MAX_LISTED
    return f"{text} and {rest} more" if rest > 0 else text


def format_version(version: str | None, place: Location | None) -> str:
    """Return what an older version is called: its number, or its commit in a format that has none."""
    if version:
        return f"'{version}'"
    return f"commit {place.commit[:_SHORT]}" if place and place.commit else "an older version"


def describe_deprecation(word: str) -> tuple[str, str]:
    """Return how a field is kept while it is deprecated, and how it is marked, by a format's word for the mark.

    Where a format has no such mark, the description is all there is.
    """
    if word == "deprecated":
        return "with 'deprecated: true' for a release", "mark it 'deprecated: true'"
    if word == "description":
        return "and say in its description when it goes", "mark it 'deprecated: true'"
    return f"for a release, marked as deprecated in its {word}", f"mark it as deprecated in its {word}"


def describe_early_removal(deprecation: DeprecationPeriod, path: str | None, how: str) -> tuple[str, str]:
    """Return what a message and a hint say of a field, or a contract, that goes before its time."""
    since = deprecation.contract_date if path is None else deprecation.field_dates.get(path)
    allowed = deprecation.get_removal_date(since)
    if since is None and path is not None and not deprecation.supports_field_marks:
        return (
            " and cannot be marked as deprecated in this format",
            "accept its removal once its readers moved: dcr accept",
        )
    if since is None:
        return (
            " without having been deprecated on the base",
            f"{how} first; released today, it may be removed from {allowed} on",
        )
    return (
        f" after {max((deprecation.today - since).days, 0)} of {deprecation.min_days} days of deprecation",
        f"deprecated since {since}, it may be removed from {allowed} on",
    )


def number_problems(problems: Sequence[Problem]) -> Iterator[tuple[Problem, str]]:
    """Yield each problem with what tells it apart in a fingerprint: its message, counted where it comes again."""
    seen: dict[tuple[str | None, str], int] = {}
    for problem in problems:
        key = (problem.field, problem.message)
        times = seen[key] = seen.get(key, 0) + 1
        yield problem, problem.message if times == 1 else f"{problem.message} #{times}"
