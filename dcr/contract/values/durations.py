"""Parses durations as service levels write them: `25h`, a number with a unit, ISO 8601."""

from __future__ import annotations

import math
import re

_UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "d": 86_400, "day": 86_400, "days": 86_400, "w": 604_800, "wk": 604_800, "week": 604_800, "weeks": 604_800,
    "mo": 2_628_000, "month": 2_628_000, "months": 2_628_000,
    "y": 31_536_000, "yr": 31_536_000, "yrs": 31_536_000, "year": 31_536_000, "years": 31_536_000,
}  # fmt: skip


def parse_seconds(value: str, unit: str | None = None) -> int | None:
    """Return a duration in seconds: `25h`, `4` with unit `d`, ISO 8601 `PT25H`; None if it is none of these."""
    text = value.strip()
    iso = re.fullmatch(
        r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?",
        text,
        re.IGNORECASE,
    )
    if iso and any(iso.groups()):
        sizes = (31_536_000, 2_628_000, 604_800, 86_400, 3600, 60, 1)
        return _to_whole_seconds(sum(float(part or 0) * size for part, size in zip(iso.groups(), sizes, strict=True)))
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-zA-Z]*)", text)
    if match is None:
        return None
    size = _UNITS.get((match.group(2) or unit or "").strip().lower())
    return _to_whole_seconds(float(match.group(1)) * size) if size else None


def _to_whole_seconds(duration: float) -> int | None:
    return int(duration) if 1 <= duration < math.inf else None
