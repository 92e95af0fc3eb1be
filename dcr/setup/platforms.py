"""Detects the CI service of a repository, and provides the file that runs dcr there."""

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
"""The source of dcr in the files of docs/ci. The host does not exist, so that they fail until it is replaced."""


class MissingTemplateError(DcrError):
    """The CI files are not in the installed package."""


class Platform(NamedTuple):
    """A CI service. `marker` is the path of its configuration, `hosts` are prefixes of its server names.

    `path` is the file of the job that runs dcr, `template` its file in docs/ci.
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
    """Return the platform with a name."""
    return next(each for each in PLATFORMS if each.name == name)


def detect_platform(repository: Repository) -> tuple[Platform, str] | None:
    """Return the platform in use and what identifies it: its configuration, or else the address of a remote.

    If several platforms are configured, the remote decides.
    """
    top = repository.top or ""
    configured = [platform for platform in PLATFORMS if os.path.lexists(os.path.join(top, platform.marker))]
    hosted = [
        (platform, host)
        for host in _read_remote_hosts(repository)
        for platform in PLATFORMS
        if host.startswith(platform.hosts or "\0")
    ]
    if configured:
        names = {platform.name for platform, _ in hosted}
        platform = min(configured, key=lambda platform: platform.name not in names)
        return platform, f"detected by {platform.marker}"
    return (hosted[0][0], f"detected by the remote at {hosted[0][1]}") if hosted else None


def _read_remote_hosts(repository: Repository) -> list[str]:
    """Return the hosts of the remotes, origin first."""
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
    """Return the file that runs dcr on a platform. If `source` is None, the placeholder stays.

    Raise `MissingTemplateError` if the package is incomplete.
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
    """Return a template with the source of dcr, and without the note that asks for it."""
    return text if source is None else _PLACEHOLDER_NOTE.sub("", text.replace(PLACEHOLDER, source))
