"""Compatibility modes: which side has to be able to read what.

The words are Confluent Schema Registry's, read for the rows of a dataset.
"""

from __future__ import annotations

BACKWARD = "backward"
FORWARD = "forward"

DIRECTIONS: dict[str, tuple[str, ...]] = {
    "backward": (BACKWARD,),
    "forward": (FORWARD,),
    "full": (BACKWARD, FORWARD),
    "none": (),
}
"""Every mode, and the directions it asks for."""

MODES = tuple(DIRECTIONS)


def stricter(first: str, second: str) -> str:
    """Return the mode that asks for everything that either of two modes asks for."""
    wanted = {*DIRECTIONS[first], *DIRECTIONS[second]}
    return next(mode for mode, directions in DIRECTIONS.items() if set(directions) == wanted)
