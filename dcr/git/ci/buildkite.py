"""Reads the base of a pull request, merge queue or branch build on Buildkite.

Source: buildkite.com/docs, "Environment variables" (`BUILDKITE_PULL_REQUEST` is the word `false` outside one).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.ci.base_candidate import BaseCandidate, create_branch_candidate, create_commit_candidate

if TYPE_CHECKING:
    from collections.abc import Mapping

CLONE_SETTING = ""  # a step fetches what is missing itself, since agents keep their clones between builds


def find_base_candidate(environment: Mapping[str, str]) -> BaseCandidate | None:
    """Return the base that the job's variables name."""
    target = environment.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH")
    if target and environment.get("BUILDKITE_PULL_REQUEST", "false") != "false":
        return create_branch_candidate("BUILDKITE_PULL_REQUEST_BASE_BRANCH", target)
    merge_queue_base = environment.get("BUILDKITE_MERGE_QUEUE_BASE_COMMIT")
    if merge_queue_base:
        return create_commit_candidate("BUILDKITE_MERGE_QUEUE_BASE_COMMIT", merge_queue_base)
    default = environment.get("BUILDKITE_PIPELINE_DEFAULT_BRANCH")
    if default and environment.get("BUILDKITE_BRANCH") != default:
        return create_branch_candidate("BUILDKITE_PIPELINE_DEFAULT_BRANCH", default)
    return None
