"""Where a CI job says what it compares with: environment variables in, candidate refs out.

Sources: each service's documentation of predefined variables (pre-commit, GitHub Actions, GitLab CI, Azure
Pipelines, Bitbucket Pipelines, Buildkite, Jenkins multibranch).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.errors import DcrError

if TYPE_CHECKING:
    from collections.abc import Mapping


class UnreadableEventError(DcrError):
    """GitHub says that a file describes the event, and it cannot be read."""


class Candidate(NamedTuple):
    """What one variable names as the base, and the fetch that would bring it.

    `refs` are the refs that `written` may stand for, in order; `commit` is what to take when none of them
    exists, and `commit_source` the variable that holds it.
    """

    source: str
    written: str
    fix: str
    refs: tuple[str, ...] = ()
    commit: str = ""
    commit_source: str = ""


def candidate(environment: Mapping[str, str]) -> Candidate | None:
    """Return what the CI at hand names as the base, or None when no known variable names one."""
    for find in (_pre_commit, _github, _gitlab, _azure, _bitbucket, _buildkite, _jenkins):
        found = find(environment)
        if found is not None:
            return found
    return None


def _branch(source: str, written: str, fix: str) -> Candidate:
    name = written.removeprefix("refs/heads/")
    return Candidate(source, name, fix, (f"refs/remotes/origin/{name}", f"refs/heads/{name}"))


def _commit(source: str, written: str, fix: str) -> Candidate:
    return Candidate(source, written, fix, commit=written, commit_source=source)


def _fetch(branch: str) -> str:
    name = branch.removeprefix("refs/heads/")
    return f"git fetch --unshallow origin; git fetch origin {name}:refs/remotes/origin/{name}"


def _pre_commit(environment: Mapping[str, str]) -> Candidate | None:
    for name in ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_ORIGIN"):  # PRE_COMMIT_SOURCE is the head, for all its name
        written = environment.get(name, "")
        if written and set(written) != {"0"}:
            return _commit(name, written, "git fetch origin")
    return None


def _github(environment: Mapping[str, str]) -> Candidate | None:
    if environment.get("GITHUB_ACTIONS") != "true":
        return None
    fix = "in the workflow: actions/checkout with fetch-depth: 0"
    if environment.get("GITHUB_BASE_REF"):
        return _branch("GITHUB_BASE_REF", environment["GITHUB_BASE_REF"], fix)
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    group = event.get("merge_group")
    if isinstance(group, dict) and isinstance(group.get("base_sha"), str):
        return _commit("GITHUB_EVENT_PATH merge_group.base_sha", group["base_sha"], fix)
    before = event.get("before")
    if isinstance(before, str) and before and set(before) != {"0"}:
        return _commit("GITHUB_EVENT_PATH before", before, f"{fix}; after a force push: dcr check --base origin/main")
    repository = event.get("repository")
    default = repository.get("default_branch") if isinstance(repository, dict) else None
    return _branch("GITHUB_EVENT_PATH default_branch", default, fix) if isinstance(default, str) else None


def _event(path: str) -> dict[str, Any]:
    if not path:
        return {}
    import json  # noqa: PLC0415 (only on GitHub)

    try:
        with open(path, encoding="utf-8") as file:
            event = json.load(file)
    except (OSError, ValueError) as error:
        raise UnreadableEventError(
            f"GITHUB_EVENT_PATH names '{path}', which cannot be read as JSON",
            "in a container, mount that file; or name the base: dcr check --base origin/main",
        ) from error
    return event if isinstance(event, dict) else {}


def _gitlab(environment: Mapping[str, str]) -> Candidate | None:
    target = environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    fix = f'in .gitlab-ci.yml: variables: {{GIT_DEPTH: "0"}}; or {_fetch(target or "main")}'
    if target:
        found = _branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", target, fix)
        name = "CI_MERGE_REQUEST_DIFF_BASE_SHA"  # goes stale: only where the branch itself was not fetched
        return found._replace(commit=environment.get(name, ""), commit_source=name)
    before = environment.get("CI_COMMIT_BEFORE_SHA", "")
    return _commit("CI_COMMIT_BEFORE_SHA", before, fix) if before and set(before) != {"0"} else None


def _azure(environment: Mapping[str, str]) -> Candidate | None:
    target = environment.get("SYSTEM_PULLREQUEST_TARGETBRANCH")
    fix = f"in the pipeline: checkout with fetchDepth: 0; or {_fetch(target or 'main')}"
    return _branch("SYSTEM_PULLREQUEST_TARGETBRANCH", target, fix) if target else None


def _bitbucket(environment: Mapping[str, str]) -> Candidate | None:
    target = environment.get("BITBUCKET_PR_DESTINATION_BRANCH")
    fix = f"in bitbucket-pipelines.yml: clone: {{depth: full}}; or {_fetch(target or 'main')}"
    return _branch("BITBUCKET_PR_DESTINATION_BRANCH", target, fix) if target else None


def _buildkite(environment: Mapping[str, str]) -> Candidate | None:
    if environment.get("BUILDKITE_PULL_REQUEST", "false") == "false":
        return None
    target = environment.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH")
    return _branch("BUILDKITE_PULL_REQUEST_BASE_BRANCH", target, _fetch(target)) if target else None


def _jenkins(environment: Mapping[str, str]) -> Candidate | None:
    target = environment.get("CHANGE_TARGET")
    return _branch("CHANGE_TARGET", target, _fetch(target)) if target else None
