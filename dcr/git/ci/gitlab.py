"""Reads the base of a merge request or push on GitLab CI.

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

CLONE_SETTING = 'in .gitlab-ci.yml: variables: {GIT_DEPTH: "0"}'


def find_base_candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return the base that the pipeline's variables name."""
    if environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        return _get_merge_request_candidate(environment)
    external = environment.get("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME")
    if external:
        candidate = create_branch_candidate("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", external)
        return _add_fallback_commit(candidate, environment, "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA")
    default, before = environment.get("CI_DEFAULT_BRANCH", ""), environment.get("CI_COMMIT_BEFORE_SHA", "")
    if is_commit_id(before) and environment.get("CI_COMMIT_BRANCH", default) == default:
        return create_commit_candidate("CI_COMMIT_BEFORE_SHA", before)
    return create_branch_candidate("CI_DEFAULT_BRANCH", default) if default else None


def _get_merge_request_candidate(environment: Mapping[str, str]) -> BaseCandidate:
    """Return the base of a merge request.

    A merged result has the target's commit as a parent, which in a merge train is the result of the previous request. A
    fork's own pipeline has only the fork's branches, which may contain the change itself, so it uses the base of
    GitLab's diff. Elsewhere that base is the fallback, since it is outdated once the target moves.
    """
    merged_target = environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "")
    if is_commit_id(merged_target):
        return create_commit_candidate("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", merged_target)
    name = "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"
    candidate = create_branch_candidate(name, environment[name])
    source, target = environment.get("CI_PROJECT_PATH"), environment.get("CI_MERGE_REQUEST_PROJECT_PATH")
    if source and target and source != target:
        candidate = candidate._replace(refs=())
    return _add_fallback_commit(candidate, environment, "CI_MERGE_REQUEST_DIFF_BASE_SHA")


def _add_fallback_commit(candidate: BaseCandidate, environment: Mapping[str, str], name: str) -> BaseCandidate:
    commit = environment.get(name, "")
    return candidate._replace(commit=commit, commit_source=name) if is_commit_id(commit) else candidate
