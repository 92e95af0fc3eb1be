"""Defines the settings of the service, from arguments or from the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from dcr.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8090
LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


class ServiceOptions(NamedTuple):
    """What is served, and to whom."""

    repository: str = "."
    ref: str | None = None
    writable: bool = False
    tokens: str | None = None
    private: bool = False
    propose: bool = False
    events_url: str | None = None
    events_token: str | None = None


def read_environment(environment: Mapping[str, str] | None = None) -> ServiceOptions:
    """Return the options that the variables `DCR_REPOSITORY`, `DCR_REF` and others set. Raise `UsageError`."""
    known = os.environ if environment is None else environment
    return ServiceOptions(
        repository=known.get("DCR_REPOSITORY") or ".",
        ref=known.get("DCR_REF") or None,
        writable=_read_flag(known, "DCR_WRITABLE"),
        tokens=known.get("DCR_TOKENS") or None,
        private=_read_flag(known, "DCR_PRIVATE"),
        propose=_read_flag(known, "DCR_PROPOSE"),
        events_url=known.get("DCR_EVENTS_URL") or None,
        events_token=known.get("DCR_EVENTS_TOKEN") or None,
    )


def check_options(options: ServiceOptions) -> None:
    """Raise `UsageError` for options that are unsafe or contradict each other."""
    if options.writable and options.tokens is None:
        raise UsageError(
            "--writable needs --tokens: without it anyone could write",
            "dcr token NAME --email EMAIL --tokens tokens.jsonl, then dcr serve --writable --tokens tokens.jsonl",
        )
    if options.private and options.tokens is None:
        raise UsageError("--private needs --tokens", "dcr token NAME --email EMAIL --tokens tokens.jsonl")
    if options.propose and not options.writable:
        raise UsageError("--propose needs --writable", "dcr serve --writable --propose --tokens FILE")
    if options.events_url is not None:
        _check_events_url(options.events_url)


def check_host(host: str, *, behind_proxy: bool) -> None:
    """Raise `UsageError` for a host that is not loopback, unless a proxy terminates TLS."""
    if host not in LOOPBACK_HOSTS and not behind_proxy:
        raise UsageError(
            f"--host is '{host}', and dcr serve does not encrypt: tokens could be read on the way",
            "put a proxy that terminates TLS in front of it and add --behind-proxy",
        )


def _check_events_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise UsageError("DCR_EVENTS_URL is not an address", "set it to https://example.com/events") from error
    if parts.scheme == "https" and host:
        return
    if parts.scheme == "http" and host in LOOPBACK_HOSTS:
        return
    raise UsageError(
        f"DCR_EVENTS_URL begins with '{parts.scheme}://', expected https, or http to this machine",
        "set it to https://example.com/events",
    )


def _read_flag(known: Mapping[str, str], name: str) -> bool:
    value = known.get(name, "").lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise UsageError(f"{name} is '{value}', expected 1 or 0", f"{name}=1")
