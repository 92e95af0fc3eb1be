"""Defines the compatibility modes.

The names are those of Confluent Schema Registry, applied to the rows of a dataset.
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
"""Every mode, and the directions that it checks."""

MODES = tuple(DIRECTIONS)

_TRANSITIVE = "_transitive"


def combine_modes(first: str, second: str) -> str:
    """Return the mildest mode that checks everything that either of two modes checks."""
    combined = {*DIRECTIONS[first], *DIRECTIONS[second]}
    transitive = is_transitive(first) or is_transitive(second)
    return next(
        mode
        for mode, directions in DIRECTIONS.items()
        if set(directions) == combined and is_transitive(mode) is transitive
    )


def is_transitive(mode: str) -> bool:
    """Return whether a mode compares with every released version, not only with the last one."""
    return mode.endswith(_TRANSITIVE)


def get_direct_mode(mode: str) -> str:
    """Return the mode that checks the same directions between two versions only."""
    return mode.removesuffix(_TRANSITIVE)
