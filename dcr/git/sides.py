"""Both sides of changed files as readings: what the base said, and what is proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.location import Location
from dcr.formats import read
from dcr.formats.reading import Problem, Reading
from dcr.git.contents import ODD, proposed_contents
from dcr.git.objects import read_blobs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.changes import Change
    from dcr.git.repository import Repository

MAX_OLDER = 100
"""Versions of one file that are tried when the base's own cannot be read."""


def previous_readings(repository: Repository, changes: Iterable[Change], merge_base: str) -> dict[str, Reading]:
    """Return what the merge-base's side of some changes says, by path.

    One that cannot be read brings the contracts of the newest older version that can.
    """
    wanted = [each for each in changes if each.in_previous and each.previous_mode not in ODD]
    blobs = read_blobs(repository.git, (each.previous_id for each in wanted))
    readings = {each.path: read(each.path, blobs[each.previous_id]) for each in wanted}
    for path, reading in readings.items():
        if reading.unreadable:
            older = _last_readable(repository, path, merge_base)
            readings[path] = reading._replace(contracts=older.contracts if older else ())
    return readings


def proposed_readings(repository: Repository, changes: Iterable[Change]) -> dict[str, Reading]:
    """Return what the proposed side of some changes says, by path."""
    return {path: _reading(path, content) for path, content in proposed_contents(repository, changes).items()}


def _reading(path: str, content: bytes | str) -> Reading:
    if isinstance(content, bytes):
        return read(path, content)
    hint = "resolve it and add the file" if content.startswith("unmerged") else "put the contract's own content here"
    return Reading(path, "unknown", problems=(Problem(Location(path), f"the file is {content}", hint),))


def _last_readable(repository: Repository, path: str, commit: str) -> Reading | None:
    """Return the newest version of a file before `commit` that can be read, on the first-parent line."""
    log = repository.git.run(
        "log", "--raw", "-z", "--no-abbrev", "--no-renames", "-m", "--first-parent", "--format=",
        f"--max-count={MAX_OLDER}", commit, "--", path,
    )  # fmt: skip
    ids = []
    for part in log.decode("utf-8", "surrogateescape").split("\0"):
        facts = part.strip("\n").split(" ")
        if len(facts) == 5 and facts[0].startswith(":") and set(facts[2]) != {"0"} and facts[0][1:] not in ODD:
            ids.append(facts[2])
    blobs = read_blobs(repository.git, ids)
    readings = (read(path, blobs[oid]) for oid in ids)
    return next((each for each in readings if each.contracts), None)
