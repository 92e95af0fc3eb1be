"""Where the repository lives, as the CI job at hand says it: an address that people can open.

Sources: each service's documentation of predefined variables. The remote's own address is not taken: it may hold
credentials, and it is what git fetches from, not what a person opens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_URL = r"(?a)(https?://)(?:[^/@\s]*@)?([\w.:-]+/[\w.~%/+-]*)"  # compiled in a CI alone


def find_repository_url(environment: Mapping[str, str]) -> str:
    """Return the repository's web address without user names or passwords; empty where no service tells it."""
    github = environment.get("GITHUB_REPOSITORY") if environment.get("GITHUB_ACTIONS") == "true" else None
    told = (
        f"{environment.get('GITHUB_SERVER_URL', '')}/{github}" if github else "",
        environment.get("CI_PROJECT_URL", ""),
        environment.get("BUILD_REPOSITORY_URI", ""),
        environment.get("BITBUCKET_GIT_HTTP_ORIGIN", ""),
    )
    url = next(filter(None, told), "")
    found = re.fullmatch(_URL, url) if url else None
    return f"{found[1]}{found[2]}" if found else ""
