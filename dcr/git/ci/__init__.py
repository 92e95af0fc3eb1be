"""Where a CI job says what it compares with: environment variables in, candidate refs out.

One module per service reads that service's variables and knows the setting that brings a whole clone there. A module
is loaded when one of its variables is set: a hook on a developer's machine loads none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from dcr.git.ci.candidate import Candidate, UnreadableEventError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Candidate", "UnreadableEventError", "candidate", "filters", "service", "setting", "unproposed"]


class _Reader(Protocol):
    """What every service's module offers."""

    SETTING: str
    """What to write into the service's configuration to get every branch with its whole history."""

    def candidate(self, environment: Mapping[str, str]) -> Candidate | None:
        """Return what the service's variables name as the base, or None when they name none."""


class _Service(NamedTuple):
    """A service: its module here, the variable it marks its jobs with, and those that a container may be given."""

    name: str
    mark: str
    given: tuple[str, ...] = ()
    filters: bool = False  # whether its clones lack files' contents unless it is told otherwise


_SERVICES = (
    _Service("github", "GITHUB_ACTIONS"),
    _Service(
        "gitlab",
        "GITLAB_CI",
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", "CI_COMMIT_BEFORE_SHA"),
    ),
    _Service("azure", "TF_BUILD", ("SYSTEM_PULLREQUEST_TARGETBRANCH",)),
    _Service("bitbucket", "BITBUCKET_BUILD_NUMBER", ("BITBUCKET_PR_DESTINATION_BRANCH",)),
    _Service("buildkite", "BUILDKITE", ("BUILDKITE_PULL_REQUEST",)),
    _Service("jenkins", "JENKINS_URL", ("CHANGE_TARGET",)),
    _Service("circleci", "CIRCLECI", filters=True),
)


def service(environment: Mapping[str, str]) -> str | None:
    """Return which CI service a job runs in, or None.

    One of github, gitlab, azure, bitbucket, buildkite, jenkins and circleci, by the variable with which each marks its
    jobs (the services' documentation of predefined variables).
    """
    return next((each.name for each in _SERVICES if _is_set(environment, each.mark)), None)


def candidate(environment: Mapping[str, str]) -> Candidate | None:
    """Return what the hook manager or CI at hand names as the base, or None when nothing names one."""
    if "PRE_COMMIT_FROM_REF" in environment or "PRE_COMMIT_ORIGIN" in environment:
        from dcr.git.ci import pre_commit  # noqa: PLC0415 (only in its hooks)

        pushed_to = pre_commit.candidate(environment)
        if pushed_to is not None:
            return pushed_to
    for reader in _readers(environment):
        found = reader.candidate(environment)
        if found is not None:
            return found
    return None


def setting(environment: Mapping[str, str]) -> str:
    """Return what to change in the configuration of the CI at hand to have what is missing here, or nothing."""
    return next((reader.SETTING for reader in _readers(environment)), "")


def filters(environment: Mapping[str, str]) -> bool:
    """Whether the CI at hand makes partial clones by default, which its setting undoes."""
    here = service(environment)
    return any(each.filters for each in _SERVICES if each.name == here)


def unproposed(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return a commit that the CI at hand checks out although it is not the change to judge, and the change's ref."""
    if environment.get("GITHUB_EVENT_NAME") != "pull_request_target":
        return None
    from dcr.git.ci import github  # noqa: PLC0415 (only there)

    return github.unproposed(environment)


def _readers(environment: Mapping[str, str]) -> Iterator[_Reader]:
    """Yield the module of the service at hand; outside a known one, of each whose variables were passed on."""
    here = service(environment)
    for each in _SERVICES:
        if each.name == here or (here is None and any(_is_set(environment, name) for name in each.given)):
            yield cast("_Reader", import_module(f"{__name__}.{each.name}"))


def _is_set(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() not in ("", "false")
