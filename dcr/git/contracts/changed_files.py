"""Both sides of changed files as readings: what the base said, and what is proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.formats import read_as_former_format, read_content
from dcr.formats.parsed_file import ParsedFile, Problem
from dcr.git.changes import parse_raw_entries
from dcr.git.command import GitFailedError
from dcr.git.objects import FILE_MODE_PREFIX, MAX_BLOB_BYTES, read_blobs
from dcr.git.proposed_contents import SPECIAL_FILE_KINDS, read_proposed_contents
from dcr.parsing.location import Location
from dcr.policy.detection import is_contract, may_be_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dcr.git.changes import Change
    from dcr.git.repository import Repository

MAX_OLDER_VERSIONS = 100
"""Versions of one file that are tried when the base's own cannot be read."""


class ChangedReadings(NamedTuple):
    """What both sides of changed files say, by path.

    `unchanged` holds the bytes of those that git only took for changed, and that have the same text on both sides.
    """

    previous: dict[str, ParsedFile]
    proposed: dict[str, ParsedFile]
    unchanged: dict[str, bytes]


def read_changed_files(
    repository: Repository, changes: Sequence[Change], merge_base: str, is_named: Callable[[str], bool]
) -> ChangedReadings:
    """Return what the merge-base's side and the proposed side of some changes say.

    `is_named` is whether a path is meant as a contract by its place. At any other one a file is a contract by what it
    holds on either side, and nothing else is read.
    """
    before = _read_previous_contents(repository, changes)
    after = read_proposed_contents(repository, changes)
    untouched = {path: content for path, content in before.items() if is_same_text(content, after.get(path))}
    touched = [each for each in changes if each.path not in untouched]
    others = {
        each.path for each in touched if not is_named(each.path) and not _may_be_contract(each.path, before, after)
    }
    previous = _parse_previous_versions(
        repository, [each for each in touched if each.path not in others], before, merge_base, is_named
    )
    proposed = {}
    for path, content in after.items():
        if path in others:
            proposed[path] = ParsedFile(path, None)
        elif path not in untouched:
            reading = _parse_proposed(path, content)
            known = is_named(path) or (path in previous and previous[path].contracts) or is_contract(reading, content)
            proposed[path] = reading if known else ParsedFile(path, None)
    return ChangedReadings(previous, _reread_former_formats(previous, proposed, after), untouched)


def _may_be_contract(path: str, *sides: Mapping[str, bytes | str]) -> bool:
    """Whether a file may be a contract on either side."""
    return any(isinstance(content := side.get(path), bytes) and may_be_contract(content) for side in sides)


def _reread_former_formats(
    previous: Mapping[str, ParsedFile], proposed: dict[str, ParsedFile], contents: Mapping[str, bytes | str]
) -> dict[str, ParsedFile]:
    """Return the proposed side, what no format detects any more read as the format that a changed file had."""
    formerly = {each.format for each in previous.values() if each.format and each.contracts}
    ids = {contract.dataset_id for each in previous.values() for contract in each.contracts}
    for path, reading in proposed.items() if formerly else ():
        content = contents[path]
        if reading.format is None and isinstance(content, bytes):
            again = read_as_former_format(path, content, formerly)
            proposed[path] = reading if ids.isdisjoint(again.unenforced) else again
    return proposed


def read_previous_versions(
    repository: Repository, changes: Sequence[Change], merge_base: str, is_named: Callable[[str], bool]
) -> dict[str, ParsedFile]:
    """Return what the merge-base's side of some changes says, by path; `is_named` is as in `read_changed_files`."""
    return _parse_previous_versions(
        repository, changes, _read_previous_contents(repository, changes), merge_base, is_named
    )


def _read_previous_contents(repository: Repository, changes: Sequence[Change]) -> dict[str, bytes]:
    wanted = [each for each in changes if each.in_previous and each.previous_mode not in SPECIAL_FILE_KINDS]
    blobs = read_blobs(repository.git, (each.previous_id for each in wanted))
    return {each.path: blobs[each.previous_id] for each in wanted}


def _parse_previous_versions(
    repository: Repository,
    changes: Sequence[Change],
    contents: Mapping[str, bytes],
    commit: str,
    is_named: Callable[[str], bool],
) -> dict[str, ParsedFile]:
    """Read the base's side; a file that cannot be read brings the contracts of its newest older version that can."""
    readings = {}
    for each in changes:
        if each.path not in contents:
            continue
        content, named = contents[each.path], is_named(each.path)
        reading = read_content(each.path, content) if named or may_be_contract(content) else ParsedFile(each.path, None)
        if not named and not is_contract(reading, content):
            reading = ParsedFile(each.path, None)
        if reading.is_unreadable:
            older = _find_last_readable(repository, each, commit)
            reading = reading._replace(contracts=older.contracts if older else (), root=None)
        readings[each.path] = reading
    return readings


def is_same_text(before: bytes, after: bytes | str | None) -> bool:
    """Whether two contents are equal but for line ends; what is cut off is equal to nothing."""
    if not isinstance(after, bytes) or len(after) >= MAX_BLOB_BYTES:
        return False
    return before == after or before.replace(b"\r\n", b"\n") == after.replace(b"\r\n", b"\n")


def _parse_proposed(path: str, content: bytes | str) -> ParsedFile:
    if isinstance(content, bytes):
        return read_content(path, content)
    hint = "resolve it and add the file" if content.startswith("unmerged") else "put the contract's own content here"
    return ParsedFile(path, "unknown", problems=(Problem(Location(path), f"the file is {content}", hint),))


def _find_last_readable(repository: Repository, change: Change, commit: str) -> ParsedFile | None:
    """Return the newest version of a file before `commit` that can be read, on the first-parent line."""
    path = change.path
    log = repository.git.run(
        "log", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-follow", "--root", "--first-parent",
        "--diff-merges=first-parent", "--format=", f"--max-count={MAX_OLDER_VERSIONS}", commit, "--", path,
    )  # fmt: skip
    entries = list(parse_raw_entries(log))
    ids = [oid for _, mode, _, oid, _, _ in entries if mode.startswith(FILE_MODE_PREFIX)]
    whole = len(entries) == MAX_OLDER_VERSIONS or (entries and entries[-1][4] == "A")  # every file began as an addition
    if ids[:1] != [change.previous_id] or not whole:
        raise GitFailedError(
            f"git log does not know how '{path}' came to be", "run it again; git fsck shows what is wrong"
        )
    blobs = read_blobs(repository.git, ids)
    readings = (read_content(path, blobs[oid]) for oid in ids)
    return next((each for each in readings if each.contracts), None)
