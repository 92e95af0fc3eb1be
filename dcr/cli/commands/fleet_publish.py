"""Send the facts of this repository to an index, from its own CI job: no central clone is needed.

The index is created if it does not exist. If it has this commit, only the time of the last check changes. It keeps the
facts of a newer commit. Exit codes: 0 the index is current, 2 nothing was published.
"""

import gc
import os
from typing import Annotated

import typer

from dcr.cli.messages import print_note
from dcr.cli.progress import Progress
from dcr.cli.working_folder import get_working_folder
from dcr.errors import UsageError

EXAMPLE = "Example: dcr fleet publish --index postgresql://dcr@db.example.org/contracts"


def fleet_publish(
    index: Annotated[str | None, typer.Option(help="URL of the index. Default: DCR_INDEX.", metavar="URL")] = None,
    name: Annotated[
        str | None,
        typer.Option(
            help="Name of this repository in the index. Default: the policy's, then that of its address.",
            metavar="NAME",
        ),
    ] = None,
    ref: Annotated[str | None, typer.Option(help="Read this commit. Default: HEAD.", metavar="REF")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace facts of a newer commit, another line or another repository.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Remove this repository from the index instead.")] = False,
) -> None:
    """Print what was published to stderr."""
    from dcr.index import require_extra

    require_extra()
    from dcr.fleet.publishing import PublishRequest, publish, remove_published

    url = index or os.environ.get("DCR_INDEX")
    if not url:
        raise UsageError("no index is named", "dcr fleet publish --index URL, or set DCR_INDEX")
    gc.enable()  # the command line disables it for its short runs
    request = PublishRequest(get_working_folder(), url, name, ref, force)
    if remove:
        print_note(remove_published(request))
        return
    with Progress() as progress:
        summary = publish(request, progress)
    print_note(summary)
