"""How values are written in messages, the same in every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.compatibility.past import Deprecation
    from dcr.contract.location import Location
    from dcr.formats.reading import Problem

MAX_LISTED = 8
_SHORT = 10


def shown(value: Any) -> str:
    """Return a value as a contract writes it: text in quotes, none for nothing."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def listed(values: Sequence[Any]) -> str:
    """Return some values with commas between, the rest counted."""
    text = ", ".join(shown(value) for value in values[:MAX_LISTED])
    rest = len(values) - MAX_LISTED
    return f"{text} and {rest} more" if rest > 0 else text


def version_named(version: str | None, place: Location | None) -> str:
    """Return what an older version is called: its number, or its commit in a format that has none."""
    if version:
        return f"'{version}'"
    return f"commit {place.commit[:_SHORT]}" if place and place.commit else "an older version"


def waiting(deprecation: Deprecation, path: str | None, how: str) -> tuple[str, str]:
    """Return what a message and a hint say of a field, or a contract, that goes before its time."""
    since = deprecation.contract if path is None else deprecation.fields.get(path)
    allowed = deprecation.allowed_from(since)
    if since is None and path is not None and not deprecation.marks:
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


def numbered(problems: Sequence[Problem]) -> Iterator[tuple[Problem, str]]:
    """Yield each problem with what tells it apart in a fingerprint: its message, counted where it comes again."""
    seen: dict[str, int] = {}
    for problem in problems:
        times = seen[problem.message] = seen.get(problem.message, 0) + 1
        yield problem, problem.message if times == 1 else f"{problem.message} #{times}"
