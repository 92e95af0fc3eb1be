"""Lists the repositories of a fleet: those in `fleet.toml`, and those that its command prints."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from dcr.fleet.settings import FleetSettingsError, check_names, create_repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.fleet.settings import FleetRepository, FleetSettings

COMMAND_TIMEOUT = 600.0
"""The seconds that the command may take."""

_MAX_COLUMNS = 3


def list_repositories(settings: FleetSettings) -> tuple[FleetRepository, ...]:
    """Return all repositories of the fleet. Raise `FleetSettingsError` if the command fails or prints none."""
    if not settings.command:
        return settings.repositories
    listed = tuple(_parse_lines(settings, _run_command(settings)))
    if not listed:
        raise FleetSettingsError(f"the command of '{settings.path}' printed no repositories", "run it: see its output")
    repositories = (*settings.repositories, *listed)
    check_names(settings.path, repositories)
    return repositories


def _run_command(settings: FleetSettings) -> str:
    """Return the output of the command, which runs without a shell in the folder of `fleet.toml`."""
    place = f"the command of '{settings.path}'"
    try:
        ended = subprocess.run(
            settings.command,
            cwd=settings.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=COMMAND_TIMEOUT,
            check=False,
        )
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise FleetSettingsError(f"{place} cannot be started: {reason}", "correct: command = […]") from error
    except subprocess.TimeoutExpired as error:
        raise FleetSettingsError(f"{place} did not finish within {COMMAND_TIMEOUT:g} seconds", "run it") from error
    if ended.returncode != 0:
        raise FleetSettingsError(f"{place} failed with exit code {ended.returncode}", "run it, and correct it")
    try:
        return ended.stdout.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FleetSettingsError(f"{place} printed text that is not UTF-8", "correct its output") from error


def _parse_lines(settings: FleetSettings, output: str) -> Iterator[FleetRepository]:
    """Yield a repository for each line: the address, then the name and the ref, separated by tabs."""
    for number, line in enumerate(output.split("\n"), 1):
        columns = line.rstrip("\r").split("\t")
        place = f"line {number} of the command of '{settings.path}'"
        if not line.strip() or line.startswith("#"):
            continue
        if len(columns) > _MAX_COLUMNS:
            raise FleetSettingsError(f"{place} has {len(columns)} columns", "print ADDRESS, NAME and REF, with tabs")
        address, name, ref = (*columns, "", "")[:_MAX_COLUMNS]
        yield create_repository(place, settings.folder, address, name or None, ref or None)
