"""CircleCI: none of its variables names a base, so the next step of the order decides.

Sources: circleci.com/docs, "Project values and variables" (the target is the pipeline value
`pipeline.event.github.pull_request.base.ref`, which a configuration may pass on as `DCR_BASE`) and "Configuration
reference" (`checkout`, whose default clone is blobless).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.git.ci.base_candidate import BaseCandidate

SETTING = "in .circleci/config.yml: checkout: {method: full}"


def candidate(environment: Mapping[str, str]) -> BaseCandidate | None:  # noqa: ARG001 (as the other services)
    """Return None: `CIRCLE_PULL_REQUEST` is a pull request's address, and where it goes is not said."""
    return None
