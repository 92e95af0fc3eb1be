"""Lists the addresses of a repository: its remotes, its page on a CI service, and its folders."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from dcr.git.ci.repository_url import find_repository_url
from dcr.git.command import split_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.git.repository import Repository

_DEFAULT_PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}
_SCP_ADDRESS = re.compile(r"(?:[^@/:\s]+@)?([A-Za-z0-9_][\w.-]*):(?!//)(.+)")
_REMOTE_URLS = r"^remote\..*\.url$"


def list_own_addresses(repository: Repository, environment: Mapping[str, str]) -> frozenset[str]:
    """Return the normalized addresses by which others may list a repository. Raise `GitFailedError`.

    Other remotes than `origin` may be other repositories, such as that of which this one is a fork.
    """
    folder, url = repository.top or repository.git_dir, _find_url(repository)
    page = _find_page(url, folder, environment)
    paths = {repository.git_dir, repository.common_dir, folder}
    return frozenset(normalize_address(address, folder) for address in (page, url, *paths) if address)


def find_address(repository: Repository, environment: Mapping[str, str]) -> str:
    """Return the address by which others can list a repository, without credentials.

    It is its page on a CI service, or else its remote `origin` or only remote, or else its absolute path. Raise
    `GitFailedError`.
    """
    folder, url = repository.top or repository.git_dir, _find_url(repository)
    page = _find_page(url, folder, environment)
    if page:
        return page
    if not url:
        return folder
    if "://" in url:
        return re.sub(r"(?<=://)[^/]*@", "", url) if url.lower().startswith("http") else _hide_password(url)
    is_scp = _SCP_ADDRESS.fullmatch(url) and not os.path.isdir(os.path.join(folder, url))
    return url if is_scp else os.path.normpath(os.path.join(folder, os.path.expanduser(url)))


def _find_url(repository: Repository) -> str:
    """Return the URL of the remote `origin` or of the only remote, as it is configured; empty if there is none."""
    urls = list_remote_urls(repository)
    return urls.get("origin") or (next(iter(urls.values())) if len(urls) == 1 else "")


def _find_page(url: str, folder: str, environment: Mapping[str, str]) -> str:
    """Return the page of the CI job's repository, empty if the job has checked out another one, or in no job."""
    page = find_repository_url(environment)
    paths = [normalize_address(address, folder).partition("/")[2].casefold() for address in (page, url) if address]
    return page if len(set(paths)) == 1 else ""


def _hide_password(url: str) -> str:
    return re.sub(r"(?<=://)([^/@:]*):[^/]*@", r"\1@", url)


def list_remote_urls(repository: Repository) -> dict[str, str]:
    """Return the URLs of a repository's remotes by name, as they are configured. They may contain credentials."""
    result = repository.git.run_unchecked("config", "--null", "--get-regexp", _REMOTE_URLS)
    pairs = (record.partition("\n")[::2] for record in split_records(result.stdout))
    return {key.removeprefix("remote.").removesuffix(".url"): url for key, url in pairs}


def normalize_address(address: str, folder: str) -> str:
    """Return a form that is equal for the addresses of one repository: over https, over ssh, or as a path.

    It has no user, password, default port and ending `.git`, and the host is in lower case. A path is relative to
    `folder`.
    """
    scheme, separator, _ = address.partition("://")
    if separator and scheme.lower() != "file":
        return _normalize_url(address, scheme.lower())
    path = unquote(urlsplit(address).path) if separator else address
    scp = None if separator or os.path.isdir(os.path.join(folder, path)) else _SCP_ADDRESS.fullmatch(address)
    if scp:
        return _join(scp[1].lower(), scp[2])
    real = os.path.realpath(os.path.join(folder, os.path.expanduser(path)))
    return real.removesuffix("/.git").removesuffix(".git")


def _normalize_url(address: str, scheme: str) -> str:
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return address
    is_default = port is None or port == _DEFAULT_PORTS.get(scheme)
    return _join(host if is_default else f"{host}:{port}", unquote(parts.path))


def _join(host: str, path: str) -> str:
    return f"{host}/{path.strip('/').removesuffix('.git').strip('/')}"
