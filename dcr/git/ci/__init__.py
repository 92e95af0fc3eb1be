"""Reads the base of a check from the environment variables of CI services.

Each service has a module with its variables and its setting for a full clone. A module is imported only if one of its
variables is set, so a hook on a developer's machine imports none.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Protocol

    from dcr.git.ci.base_candidate import BaseCandidate

    class _Service(Protocol):
        """The names that every service's module defines."""

        CLONE_SETTING: str
        """The setting of the service with which a clone has all branches with their full history."""

        def find_base_candidate(self, environment: Mapping[str, str]) -> BaseCandidate | None:
            """Return the base that the service's variables name; None if they name none."""


# Plain tables, since every hook run imports this module: a class would take longer than the rest of it.
_SERVICE_MARKERS = {
    "github": "GITHUB_ACTIONS",
    "gitlab": "GITLAB_CI",
    "azure": "TF_BUILD",
    "bitbucket": "BITBUCKET_BUILD_NUMBER",
    "buildkite": "BUILDKITE",
    "jenkins": "JENKINS_URL",
    "circleci": "CIRCLECI",
}
"""The services, each of which has a module here, and the variable that each sets in its jobs."""

_PASSED_VARIABLES = {
    "gitlab": (
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME",
        "CI_COMMIT_BEFORE_SHA",
    ),
    "azure": ("SYSTEM_PULLREQUEST_TARGETBRANCH",),
    "bitbucket": ("BITBUCKET_PR_DESTINATION_BRANCH",),
    "buildkite": ("BUILDKITE_PULL_REQUEST",),
    "jenkins": ("CHANGE_TARGET",),
}
"""Variables that a job may pass to a container without the service's marker."""

_PARTIAL_CLONE_SERVICES = ("circleci",)
"""Services that make partial clones by default."""


def detect_service(environment: Mapping[str, str]) -> str | None:
    """Return the name of the CI service that runs this job, or None.

    The names are github, gitlab, azure, bitbucket, buildkite, jenkins and circleci. Each service documents its marker
    among its predefined variables.
    """
    return next((name for name, marker in _SERVICE_MARKERS.items() if _is_set(environment, marker)), None)


def find_base_candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return the base that the hook manager or the current CI names; None if neither does."""
    if "PRE_COMMIT_FROM_REF" in environment or "PRE_COMMIT_ORIGIN" in environment:
        from dcr.git.ci import pre_commit  # noqa: PLC0415 (only in its hooks)

        candidate = pre_commit.find_base_candidate(environment)
        if candidate is not None:
            return candidate
    for service in _load_services(environment):
        candidate = service.find_base_candidate(environment)
        if candidate is not None:
            return candidate
    return None


def find_clone_setting(environment: Mapping[str, str]) -> str:
    """Return the setting of the current CI with which a clone is complete, or an empty string."""
    return next((service.CLONE_SETTING for service in _load_services(environment)), "")


def makes_partial_clones(environment: Mapping[str, str]) -> bool:
    """Return whether the current CI makes partial clones unless its clone setting is changed."""
    return detect_service(environment) in _PARTIAL_CLONE_SERVICES


def find_wrong_checkout(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the commit that the current CI checks out instead of the proposed change, and the ref of that change."""
    if environment.get("GITHUB_EVENT_NAME") != "pull_request_target":
        return None
    from dcr.git.ci import github  # noqa: PLC0415 (only on GitHub)

    return github.find_wrong_checkout(environment)


def _load_services(environment: Mapping[str, str]) -> Iterator[_Service]:
    """Yield the module of the current service, or else of each service whose variables were passed to a container."""
    current = detect_service(environment)
    for name in _SERVICE_MARKERS:
        is_passed = current is None and any(_is_set(environment, key) for key in _PASSED_VARIABLES.get(name, ()))
        if name == current or is_passed:
            yield cast("_Service", import_module(f"{__name__}.{name}"))


def _is_set(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() not in ("", "false")
