"""Jenkins: the target of a change request, and what the primary branch was last built from.

Sources: the "Global Variable Reference" of a Jenkins (`CHANGE_TARGET`, `BRANCH_IS_PRIMARY`, set in multibranch
projects where the branch source says so); the Git plugin, "Environment Variables" (`GIT_PREVIOUS_SUCCESSFUL_COMMIT`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.base_candidate import BaseCandidate, create_branch_candidate, create_commit_candidate, is_commit_id

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTING = 'in the branch source: behaviour "Specify ref specs" with +refs/heads/*:refs/remotes/@{remote}/*'


def candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return what the build's variables name.

    A fork's change request comes with the remote `upstream` where the branch source calls the fork `origin`. The last
    successful build counts on the primary branch and in jobs that are not multibranch: on any other branch it is one
    of the change's own commits.
    """
    target = environment.get("CHANGE_TARGET")
    if target:
        found = create_branch_candidate("CHANGE_TARGET", target)
        return found._replace(refs=(f"refs/remotes/upstream/{found.value}", *found.refs))
    previous = environment.get("GIT_PREVIOUS_SUCCESSFUL_COMMIT", "")
    if is_commit_id(previous) and (environment.get("BRANCH_IS_PRIMARY") == "true" or "BRANCH_NAME" not in environment):
        return create_commit_candidate("GIT_PREVIOUS_SUCCESSFUL_COMMIT", previous)
    return None
