"""The CI services that a repository may use: how one is told, and the file that runs dcr there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.git.command import create_git_error, split_records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.repository import Repository

PLACEHOLDER = "git+https://git.example.com/tools/dcr@0123456789abcdef0123456789abcdef01234567"
"""What the files in docs/ci say for where dcr comes from; no such host exists, so that they fail until it is named."""


class MissingTemplateError(DcrError):
    """The files to start from are not where the package keeps them."""


class Platform(NamedTuple):
    """A CI service: `marker` are the paths it is configured with, `hosts` begin the names of its servers.

    `path` is the file that dcr's job goes to, `template` the one of docs/ci to begin with.
    """

    name: str
    marker: str
    path: str
    hosts: tuple[str, ...] = ()
    template: str = ""
    code_owners: str = "CODEOWNERS"


_AZURE, _BITBUCKET = "azure-pipelines.yml", "bitbucket-pipelines.yml"
PLATFORMS = (
    Platform("github", ".github", ".github/workflows/contracts.yml", ("github",), "github.yml", ".github/CODEOWNERS"),
    Platform("gitlab", ".gitlab-ci.yml", ".gitlab-ci.yml", ("gitlab",), "gitlab.yml", ".gitlab/CODEOWNERS"),
    Platform("azure", _AZURE, _AZURE, ("dev.azure", "ssh.dev.azure"), _AZURE),
    Platform("jenkins", "Jenkinsfile", "Jenkinsfile", template="Jenkinsfile"),
    Platform("bitbucket", _BITBUCKET, _BITBUCKET, ("bitbucket",), _BITBUCKET),
    Platform("circleci", ".circleci", ".circleci/config.yml", template="circleci.yml"),
    Platform("buildkite", ".buildkite", ".buildkite/pipeline.yml", template="buildkite.yml"),
)  # fmt: skip


def get_platform(name: str) -> Platform:
    """Return the platform of a name that `PLATFORMS` holds."""
    return next(each for each in PLATFORMS if each.name == name)


def detect_platform(repository: Repository) -> tuple[Platform, str] | None:
    """Return the platform in use, and what tells: the files that configure one, or else the address of the remote.

    Where there are files of several, the remote says which of them counts.
    """
    by_file = [each for each in PLATFORMS if os.path.lexists(os.path.join(repository.top or "", each.marker))]
    by_host = [
        (each, host)
        for host in _read_remote_hosts(repository)
        for each in PLATFORMS
        if host.startswith(each.hosts or "\0")
    ]
    known = [each for each, _ in by_host]
    for each in sorted(by_file, key=lambda platform: platform not in known):
        return each, each.marker
    return (by_host[0][0], f"the remote at {by_host[0][1]}") if by_host else None


def _read_remote_hosts(repository: Repository) -> list[str]:
    """Return the hosts of the remotes, origin's first."""
    answer = repository.git.run_unchecked("config", "-z", "--get-regexp", r"^remote\..*\.url$")
    if answer.exit_code not in (0, 1):
        raise create_git_error(("config",), answer)
    entries = [entry.partition("\n") for entry in split_records(answer.stdout)]
    entries.sort(key=lambda entry: entry[0] != "remote.origin.url")
    return list(_parse_hosts(url for _, _, url in entries))


_URL = re.compile(r"(?:[a-z+]+://)?(?:[^@/]*@)?([\w.-]+)[:/]", re.IGNORECASE)


def _parse_hosts(urls: Iterable[str]) -> list[str]:
    matches = (_URL.match(url) for url in urls)
    return [match[1].lower() for match in matches if match]


def read_template(platform: Platform, source: str | None) -> str:
    """Return the file that runs dcr on a platform, with where dcr comes from put in; None leaves the stand-in.

    Raises `MissingTemplateError`.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "starters", package.parent / "docs" / "ci"):
        if (folder / platform.template).is_file():
            return _fill_template((folder / platform.template).read_text("utf-8"), source)
    raise MissingTemplateError(
        f"the file for {platform.name} is not installed", "pip install --force-reinstall dcr-cli, or --ci none"
    )


_PLACEHOLDER_NOTE = re.compile(r"Put the address and a commit of your clone of dcr .*?\. ")


def _fill_template(text: str, source: str | None) -> str:
    """Return a starter with what pip installs dcr from, and without the line that asks for it."""
    return text if source is None else _PLACEHOLDER_NOTE.sub("", text.replace(PLACEHOLDER, source))
