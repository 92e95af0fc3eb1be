"""GitLab CI: the target of a merge request, and what a branch was at before the push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.candidate import Candidate, fetch, is_commit, of_branch, of_commit

if TYPE_CHECKING:
    from collections.abc import Mapping


def candidate(environment: Mapping[str, str]) -> Candidate | None:
    """Return what the pipeline's variables name."""
    target = environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    fix = f'in .gitlab-ci.yml: variables: {{GIT_DEPTH: "0"}}; or {fetch(target or "main")}'
    if target:
        found = of_branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", target, fix)
        name = "CI_MERGE_REQUEST_DIFF_BASE_SHA"  # goes stale: only where the branch itself was not fetched
        return found._replace(commit=environment.get(name, ""), commit_source=name)
    before = environment.get("CI_COMMIT_BEFORE_SHA", "")
    return of_commit("CI_COMMIT_BEFORE_SHA", before, fix) if is_commit(before) else None
