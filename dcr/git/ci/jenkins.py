"""Jenkins, multibranch: the target of a change request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.candidate import Candidate, fetch, of_branch

if TYPE_CHECKING:
    from collections.abc import Mapping


def candidate(environment: Mapping[str, str]) -> Candidate | None:
    """Return the branch that the build's variables name."""
    target = environment.get("CHANGE_TARGET")
    return of_branch("CHANGE_TARGET", target, fetch(target)) if target else None
