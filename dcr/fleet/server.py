"""Runs the service of a fleet with uvicorn."""

from __future__ import annotations

import logging

from dcr.api.http.limits import Limits
from dcr.api.options import LOOPBACK_HOSTS
from dcr.api.server import format_address, listen, run_app
from dcr.fleet.service import create_fleet_app
from dcr.index.revisions import open_index

_logger = logging.getLogger("dcr.fleet")


def run_fleet_server(url: str, folder: str, address: tuple[str, int], *, behind_proxy: bool = False) -> None:
    """Serve an index until interrupted. Raise a `DcrError` if the index or the address cannot be used."""
    host, port = address
    index = open_index(url, folder)
    hosts = None if behind_proxy else frozenset((*LOOPBACK_HOSTS, host))
    app = create_fleet_app(index, Limits(hosts=hosts))
    listener = listen(host, port)
    _logger.info("dcr fleet serve: '%s' at %s", index.name, format_address(listener))
    run_app(app, listener, behind_proxy=behind_proxy)
