"""The CI services that a repository may use: how one is told, and the file that runs dcr there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.git.command import failure, records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.repository import Repository

STAND_IN = "git+https://git.example.com/tools/dcr@0123456789abcdef0123456789abcdef01234567"
"""What the files in docs/ci say for where dcr comes from; no such host exists, so that they fail until it is named."""


class StartersMissingError(DcrError):
    """The files to start from are not where the package keeps them."""


class Platform(NamedTuple):
    """A CI service: `seen_by` are the paths it is configured with, `hosts` begin the names of its servers.

    `path` is the file that dcr's job goes to, `starter` the one of docs/ci to begin with.
    """

    name: str
    seen_by: str
    path: str
    hosts: tuple[str, ...] = ()
    starter: str = ""
    code_owners: str = "CODEOWNERS"


_AZURE, _BITBUCKET = "azure-pipelines.yml", "bitbucket-pipelines.yml"
PLATFORMS = (
    Platform("github", ".github", ".github/workflows/contracts.yml", ("github",), "github.yml", ".github/CODEOWNERS"),
    Platform("gitlab", ".gitlab-ci.yml", ".gitlab-ci.yml", ("gitlab",), "gitlab.yml", ".gitlab/CODEOWNERS"),
    Platform("azure", _AZURE, _AZURE, ("dev.azure", "ssh.dev.azure"), _AZURE),
    Platform("jenkins", "Jenkinsfile", "Jenkinsfile", starter="Jenkinsfile"),
    Platform("bitbucket", _BITBUCKET, _BITBUCKET, ("bitbucket",), _BITBUCKET),
    Platform("circleci", ".circleci", ".circleci/config.yml", starter="circleci.yml"),
    Platform("buildkite", ".buildkite", ".buildkite/pipeline.yml", starter="buildkite.yml"),
)  # fmt: skip


def named(name: str) -> Platform:
    """Return the platform of a name that `PLATFORMS` holds."""
    return next(each for each in PLATFORMS if each.name == name)


def seen(repository: Repository) -> tuple[Platform, str] | None:
    """Return the platform in use, and what tells: the files that configure one, or else the address of the remote.

    Where there are files of several, the remote says which of them counts.
    """
    by_file = [each for each in PLATFORMS if os.path.lexists(os.path.join(repository.top or "", each.seen_by))]
    by_host = [(each, host) for host in _hosts(repository) for each in PLATFORMS if host.startswith(each.hosts or "\0")]
    known = [each for each, _ in by_host]
    for each in sorted(by_file, key=lambda platform: platform not in known):
        return each, each.seen_by
    return (by_host[0][0], f"the remote at {by_host[0][1]}") if by_host else None


def _hosts(repository: Repository) -> list[str]:
    """Return the hosts of the remotes, origin's first."""
    answer = repository.git.ask("config", "-z", "--get-regexp", r"^remote\..*\.url$")
    if answer.code not in (0, 1):
        raise failure(("config",), answer)
    entries = [entry.partition("\n") for entry in records(answer.out)]
    entries.sort(key=lambda entry: entry[0] != "remote.origin.url")
    return list(_host_of(url for _, _, url in entries))


_URL = re.compile(r"(?:[a-z+]+://)?(?:[^@/]*@)?([\w.-]+)[:/]", re.IGNORECASE)


def _host_of(urls: Iterable[str]) -> list[str]:
    matches = (_URL.match(url) for url in urls)
    return [match[1].lower() for match in matches if match]


def starter(platform: Platform, source: str | None) -> str:
    """Return the file that runs dcr on a platform, with where dcr comes from put in; None leaves the stand-in.

    Raises `StartersMissingError`.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "starters", package.parent / "docs" / "ci"):
        if (folder / platform.starter).is_file():
            return _filled((folder / platform.starter).read_text("utf-8"), source)
    raise StartersMissingError(
        f"the file for {platform.name} is not installed", "pip install --force-reinstall dcr-cli, or --ci none"
    )


_ORDER = re.compile(r"Put the address and a commit of your clone of dcr .*?\. ")


def _filled(text: str, source: str | None) -> str:
    """Return a starter with what pip installs dcr from, and without the line that asks for it."""
    return text if source is None else _ORDER.sub("", text.replace(STAND_IN, source))
