"""Reads the base of a change request or branch build on Jenkins.

Sources: the "Global Variable Reference" of a Jenkins (`CHANGE_TARGET`, `BRANCH_IS_PRIMARY`, set in multibranch
projects where the branch source sets them); the Git plugin, "Environment Variables" (`GIT_PREVIOUS_SUCCESSFUL_COMMIT`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.base_candidate import BaseCandidate, create_branch_candidate, create_commit_candidate, is_commit_id

if TYPE_CHECKING:
    from collections.abc import Mapping

CLONE_SETTING = 'in the branch source: behaviour "Specify ref specs" with +refs/heads/*:refs/remotes/@{remote}/*'


def find_base_candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return the base that the build's variables name.

    For a fork's change request the target's remote is `upstream` if the branch source calls the fork `origin`. The last
    successful build is used on the primary branch and in jobs that are not multibranch; on any other branch it is one
    of the change's own commits.
    """
    target = environment.get("CHANGE_TARGET")
    if target:
        candidate = create_branch_candidate("CHANGE_TARGET", target)
        return candidate._replace(refs=(f"refs/remotes/upstream/{candidate.value}", *candidate.refs))
    previous = environment.get("GIT_PREVIOUS_SUCCESSFUL_COMMIT", "")
    if is_commit_id(previous) and (environment.get("BRANCH_IS_PRIMARY") == "true" or "BRANCH_NAME" not in environment):
        return create_commit_candidate("GIT_PREVIOUS_SUCCESSFUL_COMMIT", previous)
    return None
