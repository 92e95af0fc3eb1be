"""Decides which addresses of repositories are allowed: local paths, https and ssh."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from dcr.errors import DcrError
from dcr.git.mirrors import Remote

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_SCP_ADDRESS = re.compile(r"(?:[\w.+-]+@)?[A-Za-z0-9_][\w.-]*:(?!//).+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EXAMPLES = 'write a path, "https://HOST/REPOSITORY.git" or "ssh://git@HOST/REPOSITORY.git"'


class AddressError(DcrError):
    """The address of a repository is not allowed."""


def parse_address(address: str, folder: str) -> Remote:
    """Return the repository at an address; a path is relative to `folder`. Raise `AddressError`.

    Git would run a program for an address such as `ext::COMMAND`, and read an address that begins with a dash as an
    option.
    """
    if not address or _CONTROL.search(address):
        raise AddressError("the address is empty or contains a control character", _EXAMPLES)
    if address.startswith("-"):
        raise AddressError(f"address '{address}' begins with a dash", f"for a path, write './{address}'")
    scheme = _SCHEME.match(address)
    if scheme:
        return Remote(_check_url(address, scheme[0].lower()), is_local=False)
    if "::" in address.partition("/")[0]:
        raise AddressError(f"address '{hide_password(address)}' is for a remote helper of git", _EXAMPLES)
    path = os.path.join(folder, os.path.expanduser(address))
    if _SCP_ADDRESS.fullmatch(address) and not os.path.isdir(path):
        return Remote(address, is_local=False)
    return Remote(os.path.normpath(path), is_local=True)


def _check_url(address: str, scheme: str) -> str:
    if scheme not in ("https://", "ssh://"):
        hidden = hide_password(address)
        raise AddressError(f"address '{hidden}' begins with '{scheme}'; dcr uses only https and ssh", _EXAMPLES)
    try:
        parts = urlsplit(address)
        host, password, _ = parts.hostname, parts.password, parts.port
    except ValueError:  # also for a password with '/', which begins the path: its first part is then no port
        host, password = None, None
    if not host or host.startswith("-") or (parts.username or "").startswith("-"):
        raise AddressError(f"address '{hide_password(address)}' has no valid host", _EXAMPLES)
    if password is not None or (scheme == "https://" and parts.username):
        raise AddressError(
            f"address '{hide_password(address)}' contains credentials",
            "remove them, and let a credential helper of git provide them: git help credentials",
        )
    return address


def hide_password(address: str) -> str:
    """Return an address without its credentials."""
    return re.sub(r"(?<=://).*@", "***@", address)


def derive_name(address: str) -> str:
    """Return the last part of an address, without the ending `.git`."""
    last = re.split(r"[/:\\]", address.rstrip("/"))[-1]
    return last.removesuffix(".git") or address
