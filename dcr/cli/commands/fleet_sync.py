"""Mirror the repositories of a fleet and read those that moved into the index.

Only this command uses a network, with git's own credentials, over https and ssh. A repository that fails is reported,
keeps its former facts in the index, and stops no other. Exit codes: 0 all are current, 1 some failed, 2 not started.
"""

import os
from typing import Annotated

import typer

from dcr.cli.exit_codes import EXIT_ISSUES
from dcr.cli.fleet_reading import MAX_LISTED, FleetOption, IndexOption, warn_duplicates
from dcr.cli.messages import print_error, print_note
from dcr.cli.progress import Progress
from dcr.cli.working_folder import get_working_folder
from dcr.errors import UsageError

EXAMPLE = "Example: dcr fleet sync --fleet fleet.toml"
_MAX_JOBS = 64


def fleet_sync(
    fleet: FleetOption = "fleet.toml",
    index: IndexOption = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", help="Processes that read repositories. Default: the cores.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", help="Dask cluster that reads repositories (extra dask).", metavar="ADDRESS"),
    ] = None,
) -> None:
    """Print what was synced to stderr."""
    from dcr.index import require_extra

    require_extra()
    if jobs is not None and not 1 <= jobs <= _MAX_JOBS:
        raise UsageError(f"--jobs is {jobs}, expected 1 to {_MAX_JOBS}", "--jobs 2")
    if scheduler is not None:
        from dcr.fleet import require_dask

        require_dask()
        if jobs is not None:
            raise UsageError("--jobs and --scheduler exclude each other", "the cluster decides how many tasks run")
    from dcr.fleet.settings import read_settings
    from dcr.fleet.sync import SyncOptions, sync
    from dcr.index.queries import list_duplicates
    from dcr.index.revisions import open_index

    settings = read_settings(os.path.join(get_working_folder(), fleet))
    options = SyncOptions(index or settings.index_url, jobs, scheduler)
    with Progress() as progress:
        result = sync(settings, options, progress)
    for failed in result.failed[:MAX_LISTED]:
        print_error(f"'{failed.name}' was not synced: {failed.error.message}", failed.error.hint)
    if len(result.failed) > MAX_LISTED:
        print_error(f"{len(result.failed) - MAX_LISTED:,} more repositories were not synced", "list them: dcr fleet")
    opened = open_index(options.index_url, settings.folder)
    with opened.read() as connection:
        warn_duplicates(list_duplicates(connection))
    opened.close()
    print_note(result.summary)
    if result.failed:
        raise typer.Exit(EXIT_ISSUES)
