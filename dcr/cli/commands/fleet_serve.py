"""Serve the answers over all repositories of a fleet over HTTP: JSON, or pages for browsers.

It reads the index and writes nothing. The extras "fleet" and "api" have the packages it needs.
"""

import gc
import logging
import os
from typing import Annotated

import typer

from dcr.cli.fleet_reading import FleetOption, IndexOption
from dcr.cli.working_folder import get_working_folder
from dcr.errors import UsageError

EXAMPLE = "Example: dcr fleet serve --port 8092"
_MAX_PORT = 65_535


def fleet_serve(
    fleet: FleetOption = "fleet.toml",
    index: IndexOption = None,
    host: Annotated[str, typer.Option(help="Address to listen on.", metavar="HOST")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", metavar="PORT")] = 8092,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy in front terminates TLS; its X-Forwarded headers count.")
    ] = False,
) -> None:
    """Serve until interrupted."""
    from dcr.api import require_extra as require_api
    from dcr.index import require_extra

    require_extra()
    require_api()
    from dcr.api.options import check_host
    from dcr.fleet.server import run_fleet_server
    from dcr.fleet.settings import read_settings

    check_host(host, behind_proxy=behind_proxy)
    if not 0 <= port <= _MAX_PORT:
        raise UsageError(f"--port is {port}, expected 0 to {_MAX_PORT}", "--port 8092")
    folder, url = get_working_folder(), index
    if url is None:
        settings = read_settings(os.path.join(folder, fleet))
        folder, url = settings.folder, settings.index_url
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    gc.enable()  # the command line disables it for its short runs
    run_fleet_server(url, folder, (host, port), behind_proxy=behind_proxy)
