"""Where a CI job says what it compares with: environment variables in, candidate refs out.

One module per service reads that service's variables and knows the setting that brings a whole clone there. A module
is loaded when one of its variables is set: a hook on a developer's machine loads none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Protocol

    from dcr.git.ci.base_candidate import BaseCandidate

    class _Reader(Protocol):
        """What every service's module offers."""

        SETTING: str
        """What to write into the service's configuration to get every branch with its whole history."""

        def candidate(self, environment: Mapping[str, str]) -> BaseCandidate | None:
            """Return what the service's variables name as the base, or None when they name none."""


# Plain tables: every hook run loads this module, and a class for them would cost it more than all the rest.
_SERVICE_MARKERS = {
    "github": "GITHUB_ACTIONS",
    "gitlab": "GITLAB_CI",
    "azure": "TF_BUILD",
    "bitbucket": "BITBUCKET_BUILD_NUMBER",
    "buildkite": "BUILDKITE",
    "jenkins": "JENKINS_URL",
    "circleci": "CIRCLECI",
}
"""Each service, which is a module here, and the variable with which it marks its jobs."""

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
"""Variables that a container in a job may be given without the mark."""

_PARTIAL_CLONE_SERVICES = ("circleci",)
"""Services whose clones lack files' contents unless they are told otherwise."""


def detect_service(environment: Mapping[str, str]) -> str | None:
    """Return which CI service a job runs in, or None.

    One of github, gitlab, azure, bitbucket, buildkite, jenkins and circleci, by the variable with which each marks its
    jobs (the services' documentation of predefined variables).
    """
    return next((name for name, mark in _SERVICE_MARKERS.items() if _is_set(environment, mark)), None)


def find_base_candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return what the hook manager or CI at hand names as the base, or None when nothing names one."""
    if "PRE_COMMIT_FROM_REF" in environment or "PRE_COMMIT_ORIGIN" in environment:
        from dcr.git.ci import pre_commit  # noqa: PLC0415 (only in its hooks)

        pushed_to = pre_commit.candidate(environment)
        if pushed_to is not None:
            return pushed_to
    for reader in _load_services(environment):
        found = reader.candidate(environment)
        if found is not None:
            return found
    return None


def find_clone_setting(environment: Mapping[str, str]) -> str:
    """Return what to change in the configuration of the CI at hand to have what is missing here, or nothing."""
    return next((reader.SETTING for reader in _load_services(environment)), "")


def makes_partial_clones(environment: Mapping[str, str]) -> bool:
    """Whether the CI at hand makes partial clones by default, which its setting undoes."""
    return detect_service(environment) in _PARTIAL_CLONE_SERVICES


def find_wrong_checkout(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return a commit that the CI at hand checks out although it is not the change to judge, and the change's ref."""
    if environment.get("GITHUB_EVENT_NAME") != "pull_request_target":
        return None
    from dcr.git.ci import github  # noqa: PLC0415 (only there)

    return github.find_wrong_checkout(environment)


def _load_services(environment: Mapping[str, str]) -> Iterator[_Reader]:
    """Yield the module of the service at hand; outside a known one, of each whose variables were passed on."""
    here = detect_service(environment)
    for name in _SERVICE_MARKERS:
        if name == here or (
            here is None and any(_is_set(environment, each) for each in _PASSED_VARIABLES.get(name, ()))
        ):
            yield cast("_Reader", import_module(f"{__name__}.{name}"))


def _is_set(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() not in ("", "false")
