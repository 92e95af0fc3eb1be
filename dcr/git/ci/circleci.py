"""CircleCI: none of its variables names a base, so the next step of the order decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.git.ci.candidate import Candidate


def candidate(environment: Mapping[str, str]) -> Candidate | None:  # noqa: ARG001 (as the other services)
    """Return None: `CIRCLE_PULL_REQUEST` is a pull request's address, and where it goes is not said."""
    return None
