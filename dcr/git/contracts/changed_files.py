"""Reads both sides of changed files as contracts."""

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
    from collections.abc import Callable, Collection, Mapping, Sequence

    from dcr.git.changes import Change
    from dcr.git.repository import Repository

MAX_OLDER_VERSIONS = 100
"""Older versions of one file that are tried if its version at the base cannot be read."""


class ChangedFiles(NamedTuple):
    """Both sides of changed files, by path.

    `unchanged` contains the bytes of files that git lists as changed although their text is the same on both sides.
    """

    previous: dict[str, ParsedFile]
    proposed: dict[str, ParsedFile]
    unchanged: dict[str, bytes]


class Contents(NamedTuple):
    """The contents of changed files before and after the change, by path; a string describes what is no file."""

    before: dict[str, bytes]
    after: dict[str, bytes | str]

    def find_unchanged(self) -> dict[str, bytes]:
        """Return the previous bytes of the files whose text is the same on both sides."""
        return {path: content for path, content in self.before.items() if is_same_text(content, self.after.get(path))}


def read_changed_files(
    repository: Repository, changes: Sequence[Change], merge_base: str, matches_globs: Callable[[str], bool]
) -> ChangedFiles:
    """Return the previous and the proposed side of changed files.

    `matches_globs` is whether a path is configured as a contract. A file at another path is read only if its content
    is a contract on either side.
    """
    contents = read_contents(repository, changes)
    files = parse_changed_files(repository, changes, contents, merge_base, matches_globs)
    return reread_former_formats(files, contents.after, list_former_formats(files), list_former_ids(files))


def read_contents(repository: Repository, changes: Sequence[Change]) -> Contents:
    """Return the contents of both sides of changed files."""
    return Contents(read_previous_contents(repository, changes), read_proposed_contents(repository, changes))


def parse_changed_files(
    repository: Repository,
    changes: Sequence[Change],
    contents: Contents,
    merge_base: str,
    matches_globs: Callable[[str], bool],
) -> ChangedFiles:
    """Return both sides of changed files from their contents, as `read_changed_files` does, in their present format."""
    before, after = contents
    unchanged = contents.find_unchanged()
    edited = [change for change in changes if change.path not in unchanged]
    ignored = {
        change.path
        for change in edited
        if not matches_globs(change.path) and not _may_be_contract(change.path, before, after)
    }
    previous = _parse_previous_versions(
        repository, [change for change in edited if change.path not in ignored], before, merge_base, matches_globs
    )
    proposed = {}
    for path, content in after.items():
        if path in ignored:
            proposed[path] = ParsedFile(path, None)
        elif path not in unchanged:
            file = _parse_proposed(path, content)
            was_contract = path in previous and bool(previous[path].contracts)
            is_relevant = matches_globs(path) or was_contract or is_contract(file, content)
            proposed[path] = file if is_relevant else ParsedFile(path, None)
    return ChangedFiles(previous, proposed, unchanged)


def _may_be_contract(path: str, *sides: Mapping[str, bytes | str]) -> bool:
    """Return whether a file may be a contract on any side."""
    return any(isinstance(content := side.get(path), bytes) and may_be_contract(content) for side in sides)


def list_former_formats(files: ChangedFiles) -> set[str]:
    """Return the formats of the contracts on the previous side."""
    return {file.format for file in files.previous.values() if file.format and file.contracts}


def list_former_ids(files: ChangedFiles) -> set[str]:
    """Return the ids of the datasets on the previous side."""
    return {contract.dataset_id for file in files.previous.values() for contract in file.contracts}


def reread_former_formats(
    files: ChangedFiles, contents: Mapping[str, bytes | str], former_formats: Collection[str], ids: Collection[str]
) -> ChangedFiles:
    """Return the files, where one of no format is read as a former format if it still defines one of some datasets."""
    proposed = dict(files.proposed)
    for path, file in files.proposed.items() if former_formats else ():
        content = contents[path]
        if file.format is None and isinstance(content, bytes):
            reread = read_as_former_format(path, content, former_formats)
            proposed[path] = file if reread.unenforced.keys().isdisjoint(ids) else reread
    return files._replace(proposed=proposed)


def read_previous_versions(
    repository: Repository, changes: Sequence[Change], merge_base: str, matches_globs: Callable[[str], bool]
) -> dict[str, ParsedFile]:
    """Return the previous side of changed files by path; `matches_globs` is as in `read_changed_files`."""
    contents = read_previous_contents(repository, changes)
    return _parse_previous_versions(repository, changes, contents, merge_base, matches_globs)


def read_previous_contents(repository: Repository, changes: Sequence[Change]) -> dict[str, bytes]:
    """Return the text of each changed file at the merge base, by path; links and submodules have none."""
    readable = [change for change in changes if change.in_previous and change.previous_mode not in SPECIAL_FILE_KINDS]
    blobs = read_blobs(repository.git, (change.previous_id for change in readable))
    return {change.path: blobs[change.previous_id] for change in readable}


def _parse_previous_versions(
    repository: Repository,
    changes: Sequence[Change],
    contents: Mapping[str, bytes],
    commit: str,
    matches_globs: Callable[[str], bool],
) -> dict[str, ParsedFile]:
    """Return the previous side; an unreadable file has the contracts of its newest older version that is readable."""
    files = {}
    for change in changes:
        path = change.path
        if path not in contents:
            continue
        content, is_configured = contents[path], matches_globs(path)
        file = read_content(path, content) if is_configured or may_be_contract(content) else ParsedFile(path, None)
        if not is_configured and not is_contract(file, content):
            file = ParsedFile(path, None)
        if file.is_unreadable:
            older = _find_last_readable(repository, change, commit)
            file = file._replace(contracts=older.contracts if older else (), root=None)
        files[path] = file
    return files


def is_same_text(before: bytes, after: bytes | str | None) -> bool:
    """Return whether two contents differ at most in line endings; a truncated content is not the same as any."""
    if not isinstance(after, bytes) or len(after) >= MAX_BLOB_BYTES:
        return False
    return before == after or before.replace(b"\r\n", b"\n") == after.replace(b"\r\n", b"\n")


def _parse_proposed(path: str, content: bytes | str) -> ParsedFile:
    if isinstance(content, bytes):
        return read_content(path, content)
    hint = "resolve it and add the file" if content.startswith("unmerged") else "replace it with the contract itself"
    return ParsedFile(path, "unknown", problems=(Problem(Location(path), f"the file is {content}", hint),))


def _find_last_readable(repository: Repository, change: Change, commit: str) -> ParsedFile | None:
    """Return the newest readable version of a file at or before `commit` on the first-parent line."""
    path = change.path
    log = repository.git.run(
        "log", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-follow", "--root", "--first-parent",
        "--diff-merges=first-parent", "--format=", f"--max-count={MAX_OLDER_VERSIONS}", commit, "--", path,
    )  # fmt: skip
    entries = list(parse_raw_entries(log))
    ids = [oid for _, mode, _, oid, _, _ in entries if mode.startswith(FILE_MODE_PREFIX)]
    is_complete = len(entries) == MAX_OLDER_VERSIONS or (entries and entries[-1][4] == "A")  # added at first
    if ids[:1] != [change.previous_id] or not is_complete:
        raise GitFailedError(
            f"git log returned an incomplete history of '{path}'", "run it again; find what is wrong with: git fsck"
        )
    blobs = read_blobs(repository.git, ids)
    files = (read_content(path, blobs[oid]) for oid in ids)
    return next((file for file in files if file.contracts), None)
