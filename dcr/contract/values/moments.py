"""Parses, compares and formats dates, times of day and timestamps."""

from __future__ import annotations

import re
from typing import NamedTuple

DATE, TIME, LOCAL, INSTANT = "date", "time", "local", "instant"
SECOND = 10**9
"""Moments with a time count nanoseconds, dates count days."""
DAY = 24 * 3600 * SECOND

MOMENT_TYPES = ("date", "time", "timestamp")
"""The types whose values are moments."""

_DAY = r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
_CLOCK = r"(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<rest>\d{1,9}))?)?"
_ZONE = r"(?: ?(?P<zone>[Zz]|[+-]\d{2}:?\d{2}))?"
_ISO_8601 = rf"(?:{_DAY})?(?:(?(year)[Tt ]){_CLOCK}{_ZONE})?"  # compiled on first use: few contracts need it


class Moment(NamedTuple):
    """A date, time or timestamp; those of one `kind` are ordered by `ordinal`.

    A timestamp with an offset is an instant, one without is local: the two cannot be ordered. A time of day with an
    offset is comparable only with times of the same offset, since days begin at different times.
    """

    kind: str
    ordinal: int


def parse_moment(text: object) -> Moment | None:
    """Return the moment that a text in ISO 8601 notation denotes, or None."""
    match = re.fullmatch(_ISO_8601, text, re.ASCII) if isinstance(text, str) and text else None
    if match is None:
        return None
    day = 0
    if match["year"]:
        from datetime import date  # noqa: PLC0415 (few contracts have bounds of moments)

        try:
            day = date(int(match["year"]), int(match["month"]), int(match["day"])).toordinal()
        except ValueError:
            return None
        if not match["hour"]:
            return Moment(DATE, day)
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 59:
        return None
    clock = (hour * 3600 + minute * 60 + second) * SECOND + int((match["rest"] or "").ljust(9, "0"))
    offset = _parse_offset(match["zone"])
    if not match["year"]:
        return Moment(TIME if offset is None else f"{TIME} at {offset}", clock)
    return Moment(LOCAL, day * DAY + clock) if offset is None else Moment(INSTANT, day * DAY + clock - offset)


def _parse_offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone in "Zz":
        return 0
    size = (int(zone[1:3]) * 60 + int(zone[-2:])) * 60 * SECOND
    return -size if zone[0] == "-" else size


def format_moment(moment: Moment) -> str | None:
    """Return a moment as text for a row; None if a row cannot hold it, or outside the years 1 to 9999."""
    from datetime import date  # noqa: PLC0415

    if moment.kind == TIME:
        return _format_clock(moment.ordinal) if 0 <= moment.ordinal < DAY else None
    if moment.kind not in (DATE, INSTANT):
        return None
    day, clock = (moment.ordinal, 0) if moment.kind == DATE else divmod(moment.ordinal, DAY)
    if not 1 <= day <= date.max.toordinal():
        return None
    date_text = date.fromordinal(day).isoformat()
    return date_text if moment.kind == DATE else f"{date_text}T{_format_clock(clock)}Z"


def _format_clock(ordinal: int) -> str:
    seconds, fraction = divmod(ordinal, SECOND)
    digits = f".{fraction:09d}".rstrip("0") if fraction else ""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{digits}"


def get_step(kind: str) -> int:
    """Return the difference between two neighbouring moments: a day or a second."""
    return 1 if kind == DATE else SECOND


def list_neighbours(text: str) -> list[str]:
    """Return the moment that a text denotes, followed by the next and the previous one, as texts for a row."""
    moment = parse_moment(text)
    if moment is None:
        return []
    step = get_step(moment.kind)
    texts = (format_moment(moment._replace(ordinal=moment.ordinal + offset)) for offset in (0, step, -step))
    return [text for text in texts if text is not None]


def compare_moments(first: object, second: object) -> int | None:
    """Return -1, 0 or 1 if the first text is earlier, the same or later; None if they cannot be ordered.

    Texts in another notation are ordered by time only if they have the same shape, largest unit first.
    """
    left, right = parse_moment(first), parse_moment(second)
    if left is not None and right is not None:
        return (left.ordinal > right.ordinal) - (left.ordinal < right.ordinal) if left.kind == right.kind else None
    if not (isinstance(first, str) and isinstance(second, str)):
        return None
    if first == second:
        return 0
    shapes = {re.sub(r"[0-9]", "0", text) for text in (first, second)}
    zones = {re.sub(r".*?([+-][0-9]{2}:?[0-9]{2})?\Z", r"\1", text) for text in (first, second)}
    if len(shapes) != 1 or len(zones) != 1 or not shapes.pop().startswith(("0000-00-00", "00:00")):
        return None
    return 1 if first > second else -1
