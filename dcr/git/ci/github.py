"""Reads the base of a pull request, merge group or push on GitHub Actions.

Sources: docs.github.com, "Variables reference" (`GITHUB_BASE_REF` is a bare name, set for pull_request and
pull_request_target only), "Events that trigger workflows" and "Webhook events and payloads" (push: `before`, zeros for
a new ref; merge_group: `base_sha`); actions/checkout (`fetch-depth`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.git.ci.base_candidate import (
    BaseCandidate,
    UnreadableEventError,
    create_branch_candidate,
    create_commit_candidate,
    is_commit_id,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

CLONE_SETTING = "in the workflow: actions/checkout with fetch-depth: 0"


def find_base_candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return the base that the job's variables and event name. Raise `UnreadableEventError` if the event is unreadable.

    A push to the default branch is compared with the branch before the push. A push to another branch is compared with
    the default branch, since the branch before the push may already contain the breaking change.
    """
    if environment.get("GITHUB_BASE_REF"):
        return create_branch_candidate("GITHUB_BASE_REF", environment["GITHUB_BASE_REF"])
    event = _read_event(environment.get("GITHUB_EVENT_PATH", ""))
    base = _get_text(event, "merge_group", "base_sha")
    if base:
        return create_commit_candidate("GITHUB_EVENT_PATH merge_group.base_sha", base)
    target = _get_text(
        event, "pull_request", "base", "ref"
    )  # GITHUB_BASE_REF is not set for reviews and their comments
    if target:
        return create_branch_candidate("GITHUB_EVENT_PATH pull_request.base.ref", target)
    default, before = _get_text(event, "repository", "default_branch"), _get_text(event, "before")
    if is_commit_id(before) and _get_text(event, "ref") in ("", f"refs/heads/{default}"):
        return create_commit_candidate("GITHUB_EVENT_PATH before", before)
    return create_branch_candidate("GITHUB_EVENT_PATH repository.default_branch", default) if default else None


def find_wrong_checkout(environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the commit that a pull_request_target job checks out, and the ref of the pull request."""
    number = _read_event(environment.get("GITHUB_EVENT_PATH", "")).get("number")
    return environment.get("GITHUB_SHA", ""), f"refs/pull/{number if isinstance(number, int) else 'NUMBER'}/head"


def _get_text(event: object, *keys: str) -> str:
    for key in keys:
        event = event.get(key) if isinstance(event, dict) else None
    return event if isinstance(event, str) else ""


def _read_event(path: str) -> dict[str, Any]:
    if not path:
        return {}
    import json  # noqa: PLC0415 (only on GitHub)

    try:
        with open(path, encoding="utf-8") as file:
            event = json.load(file)
    except (OSError, ValueError) as error:
        raise UnreadableEventError(
            f"GITHUB_EVENT_PATH names '{path}', which cannot be read as JSON",
            "in a container, mount that file; or choose a base: dcr check --base origin/main",
        ) from error
    return event if isinstance(event, dict) else {}
