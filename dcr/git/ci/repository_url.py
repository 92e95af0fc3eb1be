"""Reads the web address of the repository from the variables of CI services.

Sources: each service's documentation of predefined variables. The URL of the git remote is not used, since it may
contain credentials and need not open in a browser.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_URL = r"(?a)(https?://)(?:[^/@\s]*@)?([\w.:-]+/[\w.~%/+-]*)"  # compiled only in a CI job


def find_repository_url(environment: Mapping[str, str]) -> str:
    """Return the repository's web address without credentials, or an empty string if no service sets it."""
    github = environment.get("GITHUB_REPOSITORY") if environment.get("GITHUB_ACTIONS") == "true" else None
    urls = (
        f"{environment.get('GITHUB_SERVER_URL', '')}/{github}" if github else "",
        environment.get("CI_PROJECT_URL", ""),
        environment.get("BUILD_REPOSITORY_URI", ""),
        environment.get("BITBUCKET_GIT_HTTP_ORIGIN", ""),
    )
    url = next(filter(None, urls), "")
    match = re.fullmatch(_URL, url) if url else None
    return f"{match[1]}{match[2]}" if match else ""
