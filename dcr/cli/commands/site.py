"""Write the registry as web pages: datasets with search, fields, history, comparisons, owners and the audit.

The pages need no server and no network. A later run writes only the pages that changed.
"""

import gc
from typing import Annotated

import typer

from dcr.cli.messages import print_note
from dcr.cli.options import RefOption
from dcr.cli.progress import Progress
from dcr.cli.reading import open_registry, read_history, warn_unreadable
from dcr.errors import UsageError
from dcr.report.summary import format_count
from dcr.site.build import build_site
from dcr.site.links import is_base_url

EXAMPLE = "Example: dcr site public --ref main --base-url https://contracts.example.com"


def site(
    out: Annotated[
        str, typer.Argument(help="The folder to write to: empty, or one that dcr site wrote.", metavar="OUT")
    ],
    ref: RefOption = None,
    base_url: Annotated[
        str | None, typer.Option(help="Where the pages are published, for their canonical addresses.", metavar="URL")
    ] = None,
) -> None:
    """Write the pages."""
    if base_url is not None and not is_base_url(base_url):
        raise UsageError(
            f"--base-url is '{base_url}', expected a web address", "write for example https://contracts.example.com"
        )
    if not out:
        raise UsageError("the name of the folder is empty", "write for example: dcr site public")
    snapshot = open_registry(ref)
    history = read_history(snapshot)
    warn_unreadable(history.still_unreadable)
    # A site is a long run: without collections, the templates and the parsed files of all datasets stay in memory.
    gc.freeze()
    gc.set_threshold(500_000, 10, 10)
    gc.enable()
    with Progress() as progress:
        result = build_site(snapshot, history, out, base_url or "", progress)
    removed = f", removed {result.removed:,}" if result.removed else ""
    print_note(
        f"wrote {format_count(result.written, 'file')}{removed}, left {result.unchanged:,} as they were; "
        f"{format_count(result.datasets, 'dataset')} at {snapshot.ref} ({snapshot.commit[:10]})"
    )
