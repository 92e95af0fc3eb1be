"""Finds the issues of many files, from the cache or by reading them, in this process or in several."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.linting.cache import LintCache
    from dcr.linting.findings import FileFindings, LintedFile, ReadFile
    from dcr.linting.options import ReadingOptions

_FILES_PER_PORTION = 100
_SECONDS_PER_BYTE = 2e-7
"""How long a contract takes, about: half a millisecond for 2.5 kB."""


def find_in_files(
    files: Sequence[LintedFile], options: ReadingOptions, cache: LintCache | None, jobs: int | None
) -> Iterator[FileFindings]:
    """Yield the findings in each file, in order; `jobs` is the number of processes, None to choose it.

    Raise `UnreadableFileError`.
    """
    known = cache.find_all(options.top, files) if cache else {}
    if options.used_ids:  # a consumer needs the contract itself
        known = {
            path: findings
            for path, findings in known.items()
            if options.used_ids.isdisjoint(dataset.dataset_id for dataset in findings.datasets)
        }
    remaining = [file for file in files if file.path not in known]
    read_files = _read_files(remaining, options, jobs) if remaining else iter(())
    for file in files:
        findings = known.get(file.path)
        if findings is None:
            read = next(read_files)
            findings = read.findings
            if cache:
                cache.add(file, read)
        yield findings


def _read_files(files: Sequence[LintedFile], options: ReadingOptions, jobs: int | None) -> Iterator[ReadFile]:
    # Reading needs a YAML parser and every rule; few files change between two runs.
    from dcr.linting.reading import prepare_reading  # noqa: PLC0415
    from dcr.parallel import Work, Workers, choose_jobs  # noqa: PLC0415

    starts = range(0, len(files), _FILES_PER_PORTION)
    portions = (tuple(files[start : start + _FILES_PER_PORTION]) for start in starts)
    number = choose_jobs(jobs, _estimate_seconds(options.top, files) if jobs is None else 0, len(starts))
    with Workers(Work(prepare_reading, options), number) as workers:
        for read_files in workers.map(portions):
            yield from read_files


def _estimate_seconds(top: str, files: Sequence[LintedFile]) -> float:
    size = 0
    for file in files:
        with contextlib.suppress(OSError, ValueError):
            size += os.lstat(os.path.join(top, file.path)).st_size
    return size * _SECONDS_PER_BYTE
