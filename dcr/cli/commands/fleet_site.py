"""Write the datasets of a fleet as web pages: search, owners, consumers, the audit and a page for each dataset.

The pages need no server and no network. A later run writes only the pages that changed.
"""

import gc
from typing import Annotated

import typer

from dcr.cli.fleet_reading import FleetOption, IndexOption, open_index, warn_failed
from dcr.cli.messages import print_note
from dcr.cli.progress import Progress
from dcr.errors import UsageError
from dcr.report.summary import format_count
from dcr.site.links import is_base_url

EXAMPLE = "Example: dcr fleet site public --base-url https://contracts.example.com"


def fleet_site(
    out: Annotated[str, typer.Argument(help="The folder to write to: empty, or one that dcr wrote.", metavar="OUT")],
    base_url: Annotated[
        str | None, typer.Option(help="Where the pages are published, for their canonical addresses.", metavar="URL")
    ] = None,
    fleet: FleetOption = "fleet.toml",
    index: IndexOption = None,
) -> None:
    """Write the pages."""
    if base_url is not None and not is_base_url(base_url):
        raise UsageError(
            f"--base-url is '{base_url}', expected a web address", "write for example https://contracts.example.com"
        )
    if not out:
        raise UsageError("the name of the folder is empty", "write for example: dcr fleet site public")
    gc.enable()  # the command line disables it for its short runs
    with open_index(fleet, index) as opened, Progress() as progress:
        from dcr.fleet.site.build import build_fleet_site
        from dcr.index.queries import list_failed

        result, failed = build_fleet_site(opened, out, base_url or "", progress), list_failed(opened.connection)
    warn_failed(failed)
    removed = f", removed {result.removed:,}" if result.removed else ""
    print_note(
        f"wrote {format_count(result.written, 'file')}{removed}, left {result.unchanged:,} as they were; "
        f"{format_count(result.datasets, 'dataset')}"
    )
