"""Defines the clone setting of CircleCI, whose variables name no base.

Sources: circleci.com/docs, "Project values and variables" (the target is the pipeline value
`pipeline.event.github.pull_request.base.ref`, which a configuration may pass as `DCR_BASE`) and "Configuration
reference" (`checkout`, whose default clone is blobless).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.git.ci.base_candidate import BaseCandidate

CLONE_SETTING = "in .circleci/config.yml: checkout: {method: full}"


def find_base_candidate(environment: Mapping[str, str]) -> BaseCandidate | None:  # noqa: ARG001 (the signature of all services)
    """Return None, since `CIRCLE_PULL_REQUEST` is a URL and the target branch is in no variable."""
    return None
