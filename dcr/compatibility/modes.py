"""Compatibility modes: which side has to be able to read what, and whether of every released version.

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
    "backward_transitive": (BACKWARD,),
    "forward_transitive": (FORWARD,),
    "full_transitive": (BACKWARD, FORWARD),
}
"""Every mode, and the directions it asks for."""

MODES = tuple(DIRECTIONS)

_TRANSITIVE = "_transitive"


def combine_modes(first: str, second: str) -> str:
    """Return the mildest mode that asks for everything that either of two modes asks for."""
    wanted = {*DIRECTIONS[first], *DIRECTIONS[second]}
    transitive = is_transitive(first) or is_transitive(second)
    return next(
        mode
        for mode, directions in DIRECTIONS.items()
        if set(directions) == wanted and is_transitive(mode) is transitive
    )


def is_transitive(mode: str) -> bool:
    """Whether a mode asks for its directions against every released version, not only the last one."""
    return mode.endswith(_TRANSITIVE)


def get_direct_mode(mode: str) -> str:
    """Return the mode that asks for the same directions between two versions."""
    return mode.removesuffix(_TRANSITIVE)
