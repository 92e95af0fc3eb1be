"""Dates, times of day and timestamps as the ordered values they are, read from the texts that files hold."""

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
_ISO_8601 = rf"(?:{_DAY})?(?:(?(year)[Tt ]){_CLOCK}{_ZONE})?"  # compiled when first asked for: few contracts need it


class Moment(NamedTuple):
    """A moment; those of one `kind` are in the order of `ordinal`.

    A timestamp with an offset is an instant, one without is local: which of the two is earlier cannot be told. A time
    of day with an offset is comparable with others of the same offset only, since days begin at different times.
    """

    kind: str
    ordinal: int


def parse_moment(text: object) -> Moment | None:
    """Return the moment a text names in the notation of ISO 8601, or None."""
    found = re.fullmatch(_ISO_8601, text, re.ASCII) if isinstance(text, str) and text else None
    if found is None:
        return None
    day = 0
    if found["year"]:
        from datetime import date  # noqa: PLC0415 (few contracts hold bounds of moments)

        try:
            day = date(int(found["year"]), int(found["month"]), int(found["day"])).toordinal()
        except ValueError:
            return None
        if not found["hour"]:
            return Moment(DATE, day)
    hour, minute, second = (int(found[each] or 0) for each in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 59:
        return None
    clock = (hour * 3600 + minute * 60 + second) * SECOND + int((found["rest"] or "").ljust(9, "0"))
    offset = _parse_offset(found["zone"])
    if not found["year"]:
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
    """Return a moment as a row holds it; None for one that no row can hold, or beyond the years 1 to 9999."""
    from datetime import date  # noqa: PLC0415

    if moment.kind == TIME:
        return _format_clock(moment.ordinal) if 0 <= moment.ordinal < DAY else None
    if moment.kind not in (DATE, INSTANT):
        return None
    day, clock = (moment.ordinal, 0) if moment.kind == DATE else divmod(moment.ordinal, DAY)
    if not 1 <= day <= date.max.toordinal():
        return None
    shown = date.fromordinal(day).isoformat()
    return shown if moment.kind == DATE else f"{shown}T{_format_clock(clock)}Z"


def _format_clock(at: int) -> str:
    seconds, rest = divmod(at, SECOND)
    digits = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{digits}"


def get_step(kind: str) -> int:
    """Return what lies between a moment and the next one that people write: a day or a second."""
    return 1 if kind == DATE else SECOND


def list_neighbours(text: str) -> list[str]:
    """Return the moment that a text names and those next to it, as rows hold them."""
    moment = parse_moment(text)
    if moment is None:
        return []
    step = get_step(moment.kind)
    found = (format_moment(moment._replace(ordinal=moment.ordinal + beside)) for beside in (0, step, -step))
    return [each for each in found if each is not None]


def compare_moments(one: object, two: object) -> int | None:
    """Return -1, 0 or 1 as the first of two texts is earlier, the same or later; None where that cannot be told.

    Texts of another notation are in the order of time only if they are written alike, largest unit first.
    """
    first, second = parse_moment(one), parse_moment(two)
    if first is not None and second is not None:
        return (
            (first.ordinal > second.ordinal) - (first.ordinal < second.ordinal) if first.kind == second.kind else None
        )
    if not (isinstance(one, str) and isinstance(two, str)):
        return None
    if one == two:
        return 0
    shapes = {re.sub(r"[0-9]", "0", each) for each in (one, two)}
    zones = {re.sub(r".*?([+-][0-9]{2}:?[0-9]{2})?\Z", r"\1", each) for each in (one, two)}
    if len(shapes) != 1 or len(zones) != 1 or not shapes.pop().startswith(("0000-00-00", "00:00")):
        return None
    return 1 if one > two else -1
