"""GitHub Actions: the base of a pull request, of a merge group and of a push."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.git.ci.candidate import Candidate, UnreadableEventError, is_commit, of_branch, of_commit

if TYPE_CHECKING:
    from collections.abc import Mapping


def candidate(environment: Mapping[str, str]) -> Candidate | None:
    """Return what the job's variables and event name. Raises `UnreadableEventError`."""
    fix = "in the workflow: actions/checkout with fetch-depth: 0"
    if environment.get("GITHUB_BASE_REF"):
        return of_branch("GITHUB_BASE_REF", environment["GITHUB_BASE_REF"], fix)
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    group = event.get("merge_group")
    if isinstance(group, dict) and isinstance(group.get("base_sha"), str):
        return of_commit("GITHUB_EVENT_PATH merge_group.base_sha", group["base_sha"], fix)
    before = event.get("before")
    if isinstance(before, str) and is_commit(before):
        return of_commit("GITHUB_EVENT_PATH before", before, f"{fix}; after a force push: dcr check --base origin/main")
    repository = event.get("repository")
    default = repository.get("default_branch") if isinstance(repository, dict) else None
    return of_branch("GITHUB_EVENT_PATH default_branch", default, fix) if isinstance(default, str) else None


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
