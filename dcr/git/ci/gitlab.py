"""GitLab CI: the target of a merge request, and the default branch or what it was at before a push.

Sources: docs.gitlab.com, "Predefined CI/CD variables reference" (`CI_MERGE_REQUEST_TARGET_BRANCH_SHA` is set in merged
results pipelines only, `CI_COMMIT_BEFORE_SHA` is zeros in merge request, manual and scheduled pipelines) and
"Limit the number of changes fetched during clone"; the refspecs of `Ci::BuildRunnerPresenter`: branches other than
the pipeline's own are fetched with `GIT_DEPTH` 0 only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.base_candidate import BaseCandidate, create_branch_candidate, create_commit_candidate, is_commit_id

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTING = 'in .gitlab-ci.yml: variables: {GIT_DEPTH: "0"}'


def candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return what the pipeline's variables name."""
    if environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        return _get_merge_request_candidate(environment)
    external = environment.get("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME")
    if external:
        found = create_branch_candidate("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", external)
        return _add_fallback_commit(found, environment, "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA")
    default, before = environment.get("CI_DEFAULT_BRANCH", ""), environment.get("CI_COMMIT_BEFORE_SHA", "")
    if is_commit_id(before) and environment.get("CI_COMMIT_BRANCH", default) == default:
        return create_commit_candidate("CI_COMMIT_BEFORE_SHA", before)
    return create_branch_candidate("CI_DEFAULT_BRANCH", default) if default else None


def _get_merge_request_candidate(environment: Mapping[str, str]) -> BaseCandidate:
    """Return what a merge request is compared with.

    A merged result holds the target's commit as a parent; that of a merge train is the result of the request before
    it. A fork's own pipeline has the fork's branches, which may hold the change itself, so the base of GitLab's diff
    is taken there. Elsewhere that base is second to the branch: it goes stale when the target moves.
    """
    merged_with = environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "")
    if is_commit_id(merged_with):
        return create_commit_candidate("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", merged_with)
    name = "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"
    found = create_branch_candidate(name, environment[name])
    here, target = environment.get("CI_PROJECT_PATH"), environment.get("CI_MERGE_REQUEST_PROJECT_PATH")
    if here and target and here != target:
        found = found._replace(refs=())
    return _add_fallback_commit(found, environment, "CI_MERGE_REQUEST_DIFF_BASE_SHA")


def _add_fallback_commit(found: BaseCandidate, environment: Mapping[str, str], name: str) -> BaseCandidate:
    commit = environment.get(name, "")
    return found._replace(commit=commit, commit_source=name) if is_commit_id(commit) else found
