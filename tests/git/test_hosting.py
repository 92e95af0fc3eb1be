"""The repository's address comes from the CI job, and never with a password in it."""

from __future__ import annotations

import pytest

from dcr.git.ci.repository_url import find_repository_url

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "example/data"}


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        (GITHUB, "https://github.com/example/data"),
        ({"CI_PROJECT_URL": "https://gitlab.example.com:8443/group/sub/data"}, "https://gitlab.example.com:8443/group/sub/data"),
        (
            {"BUILD_REPOSITORY_URI": "https://example@dev.azure.com/example/My%20Project/_git/data"},
            "https://dev.azure.com/example/My%20Project/_git/data",
        ),
        ({"BITBUCKET_GIT_HTTP_ORIGIN": "http://bitbucket.org/example/data"}, "http://bitbucket.org/example/data"),
        ({"CI_PROJECT_URL": "https://user:secret@git.example.com/data"}, "https://git.example.com/data"),
    ],
)  # fmt: skip
def test_each_service_tells_where_the_repository_lives(environment: dict[str, str], told: str) -> None:
    assert find_repository_url(environment) == told


@pytest.mark.parametrize(
    "written",
    [
        "",
        "git@github.com:example/data.git",
        "file:///srv/data",
        "javascript:alert(1)",
        "https://host/a b",
        "https://host/x?token=secret",
        "https://host/x#y",
        "https://user@evil@host/x",
        "https://",
        "https://host/\nx",
    ],
)
def test_what_is_no_plain_web_address_is_left_out(written: str) -> None:
    assert find_repository_url({"CI_PROJECT_URL": written}) == ""


def test_githubs_variables_count_on_github_only() -> None:
    assert find_repository_url({**GITHUB, "GITHUB_ACTIONS": ""}) == ""
