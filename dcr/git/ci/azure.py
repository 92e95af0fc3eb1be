"""Azure Pipelines: the target of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.candidate import Candidate, fetch, of_branch

if TYPE_CHECKING:
    from collections.abc import Mapping


def candidate(environment: Mapping[str, str]) -> Candidate | None:
    """Return the branch that the build's variables name."""
    target = environment.get("SYSTEM_PULLREQUEST_TARGETBRANCH")
    fix = f"in the pipeline: checkout with fetchDepth: 0; or {fetch(target or 'main')}"
    return of_branch("SYSTEM_PULLREQUEST_TARGETBRANCH", target, fix) if target else None
