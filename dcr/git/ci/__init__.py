"""Where a CI job says what it compares with: environment variables in, candidate refs out.

One module per service reads that service's variables and knows what brings a missing commit there. A module is
loaded when one of its variables is set: a hook on a developer's machine loads none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from dcr.git.ci.candidate import Candidate, UnreadableEventError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Candidate", "UnreadableEventError", "candidate", "service"]


class _Service(NamedTuple):
    """A service: its module here, the variable it marks its jobs with, and those that a container may be given."""

    name: str
    mark: str
    given: tuple[str, ...] = ()


_SERVICES = (
    _Service("github", "GITHUB_ACTIONS"),
    _Service("gitlab", "GITLAB_CI", ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_COMMIT_BEFORE_SHA")),
    _Service("azure", "TF_BUILD", ("SYSTEM_PULLREQUEST_TARGETBRANCH",)),
    _Service("bitbucket", "BITBUCKET_BUILD_NUMBER", ("BITBUCKET_PR_DESTINATION_BRANCH",)),
    _Service("buildkite", "BUILDKITE", ("BUILDKITE_PULL_REQUEST",)),
    _Service("jenkins", "JENKINS_URL", ("CHANGE_TARGET",)),
    _Service("circleci", "CIRCLECI"),
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
        pushed_to = _named_by("pre_commit", environment)
        if pushed_to is not None:
            return pushed_to
    here = service(environment)
    for each in _SERVICES:
        if each.name == here or (here is None and any(_is_set(environment, name) for name in each.given)):
            found = _named_by(each.name, environment)
            if found is not None:
                return found
    return None


def _named_by(name: str, environment: Mapping[str, str]) -> Candidate | None:
    return cast("Candidate | None", import_module(f"{__name__}.{name}").candidate(environment))


def _is_set(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() not in ("", "false")
