"""Reads the facts of the contents of a long history in several processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.git.objects import stream_blobs
from dcr.parallel import Work, Workers, choose_jobs
from dcr.registry.history.facts_reader import FactsReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dcr.git.command import Git
    from dcr.registry.history.facts import FileFacts

_SECONDS_PER_VERSION = 0.00013
"""About how long one process takes for a version of a contract, most of whose fields an earlier version has."""

_SECONDS_WORTH_PROCESSES = 3.0
"""The seconds below which one process is as fast: each of several has to read the fields that versions share."""

_PORTION_SIZE = 400

FileVersion = tuple[str, str]
"""The path and the blob id of a version of a file."""


def choose_processes(versions: int, jobs: int | None) -> int:
    """Return how many processes read so many versions; `jobs` is the number asked for, None for the cores."""
    seconds = versions * _SECONDS_PER_VERSION
    if jobs is None and seconds < _SECONDS_WORTH_PROCESSES:
        return 1
    return choose_jobs(jobs, seconds, -(-versions // _PORTION_SIZE))


def stream_facts(
    git: Git, versions: Sequence[FileVersion], processes: int, size: int = _PORTION_SIZE
) -> Iterator[tuple[str, FileFacts]]:
    """Yield the blob id and the facts of each version, in order; the versions of a path follow each other.

    The processes read portions of at least `size` versions.
    """
    with Workers(Work(_prepare, git), processes) as workers:
        for facts in workers.map(_divide(versions, size)):
            yield from facts


def _divide(versions: Sequence[FileVersion], size: int) -> Iterator[list[FileVersion]]:
    """Yield the versions in portions, none of which begins within a path: each version is compared with the last."""
    portion: list[FileVersion] = []
    for version in versions:
        if len(portion) >= size and version[0] != portion[-1][0]:
            yield portion
            portion = []
        portion.append(version)
    if portion:
        yield portion


def _prepare(git: Git) -> Callable[[Sequence[FileVersion]], list[tuple[str, FileFacts]]]:
    reader = FactsReader()

    def read(versions: Sequence[FileVersion]) -> list[tuple[str, FileFacts]]:
        blobs = stream_blobs(git, (blob for _, blob in versions))
        return [
            (blob, reader.read_facts(path, blob, content))
            for (path, blob), (_, content) in zip(versions, blobs, strict=True)
        ]

    return read
