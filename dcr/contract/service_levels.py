"""Defines the known service levels and compares their values.

Source: the Data QoS table of the Open Data Contract Standard, "Service-Level Agreement", with its two-letter codes; the
Data Contract Specification, "Service Levels".
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from dcr.contract.values.durations import parse_seconds

if TYPE_CHECKING:
    from dcr.contract.terms import ServiceLevel

DURATION, NUMBER, TIME_OF_DAY, DAY, TEXT = "duration", "number", "time of day", "day", "text"

SERVICE_LEVELS: dict[str, tuple[str, int]] = {
    "retention": (DURATION, 1),
    "frequency": (DURATION, -1),
    "availability": (NUMBER, 1),
    "throughput": (NUMBER, 1),
    "errorrate": (NUMBER, -1),
    "timeofavailability": (TIME_OF_DAY, -1),
    "generalavailability": (DAY, -1),
    "timetodetect": (DURATION, -1),
    "timetonotify": (DURATION, -1),
    "timetorepair": (DURATION, -1),
    "responsetime": (DURATION, -1),
    "recoverytime": (DURATION, -1),
    "recoverypoint": (DURATION, -1),
    "backup": (DURATION, -1),
    "supporthours": (TEXT, 0),
}
"""The kind of value of each service level, and whether a greater value is stricter (1) or looser (-1)."""

_ALIASES = {
    "re": "retention", "fy": "frequency", "av": "availability", "th": "throughput", "er": "errorrate",
    "ga": "generalavailability", "td": "timetodetect", "tn": "timetonotify", "tr": "timetorepair",
    "frequencyofupdate": "frequency", "support": "supporthours", "supporttime": "supporthours",
}  # fmt: skip
UNLIMITED = "unlimited"


def normalize_level_name(name: str) -> str:
    """Return the format-neutral name of a service level, whether it is written in words, camel case or as a code."""
    folded = re.sub(r"[\s_-]+", "", name).lower()
    return _ALIASES.get(folded, folded)


def is_looser(previous: ServiceLevel, proposed: ServiceLevel) -> bool | None:
    """Return whether a service level promises less than before; None if the two values cannot be ordered."""
    old, new = _parse_value(previous), _parse_value(proposed)
    if old == new and old is not None:
        return False
    kind, direction = SERVICE_LEVELS.get(previous.name, (TEXT, 0))
    if old is None or new is None or not direction or old[0] != new[0] or kind == TEXT:
        return None
    return new[1] < old[1] if direction > 0 else new[1] > old[1]


def _parse_value(level: ServiceLevel) -> tuple[str, Fraction] | None:
    """Return the unit and the amount of a value; None for a text that cannot be ordered."""
    kind = SERVICE_LEVELS.get(level.name, (TEXT, 0))[0]
    text = level.value.strip()
    if kind == DURATION:
        if text.lower() == UNLIMITED:
            return kind, Fraction(10**18)
        lag = parse_seconds(text, level.unit)
        return None if lag is None else (kind, Fraction(lag))
    if kind == NUMBER:
        return _parse_number(text, level.unit)
    if kind == TIME_OF_DAY:
        return _parse_time_of_day(text)
    match = re.match(r"(\d{4})-(\d{2})-(\d{2})", text) if kind == DAY else None
    return (f"{kind}{text[10:]}", Fraction("".join(match.groups()))) if match else None


def _parse_number(text: str, unit: str | None) -> tuple[str, Fraction] | None:
    match = re.fullmatch(r"([0-9]{1,30}(?:\.[0-9]{1,30})?)\s*([^0-9\s].{0,40})?", text)
    if match is None:
        return None
    unit_text = (match.group(2) or unit or "").strip().lower()
    return {"percent": "%", "pct": "%"}.get(unit_text, unit_text), Fraction(match.group(1))


def _parse_time_of_day(text: str) -> tuple[str, Fraction] | None:
    """Return the offset and the seconds of a time such as `09:00-08:00`; only times of equal offset are compared."""
    match = re.fullmatch(r"([0-2]?[0-9]):([0-5][0-9])(?::([0-5][0-9]))?\s*(.{0,20})", text)
    if match is None:
        return None
    hours, minutes, seconds, zone = match.groups()
    return zone.strip(), Fraction(int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0))
