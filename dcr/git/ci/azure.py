"""Reads the target branch of a pull request on Azure Pipelines.

Sources: learn.microsoft.com, "Use predefined variables" (`System.PullRequest.TargetBranch` is `refs/heads/main` for
Azure Repos and `main` for GitHub) and "steps.checkout definition" (`fetchDepth`, 1 in new pipelines).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.base_candidate import BaseCandidate, create_branch_candidate

if TYPE_CHECKING:
    from collections.abc import Mapping

CLONE_SETTING = "in the pipeline: checkout: self with fetchDepth: 0"


def find_base_candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return the base that the build's variables name; None outside a pull request."""
    target = environment.get("SYSTEM_PULLREQUEST_TARGETBRANCH")
    return create_branch_candidate("SYSTEM_PULLREQUEST_TARGETBRANCH", target) if target else None
