"""Runs the application with uvicorn."""

from __future__ import annotations

import errno
import logging
import os
import socket
from typing import TYPE_CHECKING

import uvicorn

from dcr.api.application import create_app
from dcr.api.http.limits import Limits
from dcr.api.options import LOOPBACK_HOSTS
from dcr.errors import DcrError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from dcr.api.options import ServiceOptions

BACKLOG = 256
KEEP_ALIVE_SECONDS = 15
SHUTDOWN_SECONDS = 30


_logger = logging.getLogger("dcr.api")


class AddressInUseError(DcrError):
    """The address cannot be listened on."""

    consequence = "nothing was served"


def run_server(options: ServiceOptions, host: str, port: int, *, behind_proxy: bool = False) -> None:
    """Serve until interrupted. Raise a `DcrError` if the repository or the address cannot be used."""
    hosts = None if behind_proxy else frozenset((*LOOPBACK_HOSTS, host))
    app = create_app(options=options, limits=Limits(hosts=hosts))
    listener = listen(host, port)
    live = app.state.service.live
    _logger.info("dcr serve: '%s' of %s at %s", live.name, live.repository.git.folder, format_address(listener))
    run_app(app, listener, behind_proxy=behind_proxy)


def run_app(app: FastAPI, listener: socket.socket, *, behind_proxy: bool) -> None:
    """Run an application on a socket that listens, until it is interrupted."""
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=behind_proxy,
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        lifespan="on",
    )
    uvicorn.Server(config).run(sockets=[listener])


def format_address(listener: socket.socket) -> str:
    """Return the web address of a socket that listens."""
    address, port = listener.getsockname()[:2]
    name = f"[{address}]" if ":" in address else address
    return f"http://{name}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raise `AddressInUseError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only for sockets that name their protocol; else each answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = (error.strerror or "unknown").lower()
        is_taken = error.errno == errno.EADDRINUSE
        hint = "choose another port: --port 8091" if is_taken else "name an address of this machine"
        raise AddressInUseError(f"{host}:{port} cannot be listened on: {reason}", hint) from error
    return listener
