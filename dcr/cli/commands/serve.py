"""Serve the registry over HTTP: datasets, versions, checks and, with tokens, writes of one commit each.

The extra "api" has the packages it needs. uvicorn --factory dcr.api:create_app serves the same application, with
settings in DCR_REPOSITORY, DCR_REF, DCR_WRITABLE, DCR_TOKENS, DCR_PRIVATE and DCR_PROPOSE.
"""

import gc
import logging
from typing import Annotated

import typer

from dcr.cli.working_folder import get_working_folder
from dcr.errors import UsageError

EXAMPLE = "Example: dcr serve --repository contracts.git --ref main"
_MAX_PORT = 65_535


def serve(
    repository: Annotated[
        str | None, typer.Option(help="Folder of the repository. Default: the working folder.", metavar="PATH")
    ] = None,
    ref: Annotated[
        str | None, typer.Option(help="Branch to serve. Default: the base, as dcr check finds it.", metavar="REF")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.", metavar="HOST")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", metavar="PORT")] = 8090,
    writable: Annotated[
        bool, typer.Option("--writable", help="Register, deprecate and archive: one commit on the ref each.")
    ] = False,
    tokens: Annotated[str | None, typer.Option(help="File of tokens, as dcr token writes it.", metavar="FILE")] = None,
    private: Annotated[bool, typer.Option("--private", help="Require a token for reads too.")] = False,
    propose: Annotated[
        bool, typer.Option("--propose", help="Commit to a branch dcr/<id>-<version> for review, not to the ref.")
    ] = False,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy in front terminates TLS; its X-Forwarded headers count.")
    ] = False,
) -> None:
    """Serve until interrupted."""
    from dcr.api import require_extra

    require_extra()
    from dcr.api.options import check_host, check_options, read_environment

    check_host(host, behind_proxy=behind_proxy)
    if not 0 <= port <= _MAX_PORT:
        raise UsageError(f"--port is {port}, expected 0 to {_MAX_PORT}", "--port 8090")
    known = read_environment()
    options = known._replace(
        repository=repository or (known.repository if known.repository != "." else get_working_folder()),
        ref=ref or known.ref,
        writable=writable or known.writable,
        tokens=tokens or known.tokens,
        private=private or known.private,
        propose=propose or known.propose,
    )
    check_options(options)
    from dcr.api.server import run_server

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    gc.enable()  # the command line disables it for its short runs
    run_server(options, host, port, behind_proxy=behind_proxy)
