"""Reads the acceptances in the folders of consumers, from the side that the policy names."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dcr.git.acceptance_files import parse_acceptance_file
from dcr.git.objects import list_tree, read_blobs
from dcr.git.proposed_contents import read_proposed_contents
from dcr.policy.folder_acceptances import FolderAcceptances

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dcr.git.changes import Change
    from dcr.git.repository import Repository
    from dcr.policy.acceptances import Acceptances


def create_folder_acceptances(
    repository: Repository, commits: tuple[str, str], changes: Sequence[Change], *, from_base: bool
) -> FolderAcceptances:
    """Return the acceptances in folders; nothing is read yet.

    `commits` are the merge base and the base's tip, and `changes` those of acceptance files. A file that is the same on
    the proposed side and at the tip counts as the base's own.
    """
    read = partial(_read_files, repository, commits, {change.path: change for change in changes}, from_base=from_base)
    return FolderAcceptances(read, tuple(change.path for change in changes if change.in_proposed))


def _read_files(
    repository: Repository,
    commits: tuple[str, str],
    changes_by_path: Mapping[str, Change],
    paths: Sequence[str],
    *,
    from_base: bool,
) -> dict[str, Acceptances]:
    merge_base, tip = commits
    edits = [changes_by_path[path] for path in paths if path in changes_by_path]
    edited = {change.path for change in edits}
    at_base = _read_texts(repository, merge_base, paths)
    at_tip = _read_texts(repository, tip, [*edited]) if edited and tip != merge_base else {}
    proposed = {path: content for path, content in at_base.items() if path not in edited}
    proposed |= read_proposed_contents(repository, edits)
    files = {}
    for path in paths:
        base, published, content = at_base.get(path), at_tip.get(path), proposed.get(path)
        is_published = path in edited and tip != merge_base and content == published
        accepting = base if from_base and not is_published else content
        files[path] = parse_acceptance_file(path, accepting, (base, published))
    return files


def _read_texts(repository: Repository, commit: str, paths: Sequence[str]) -> dict[str, bytes | str]:
    """Return the content of those paths that a commit has, or what it has instead of a file."""
    entries = list_tree(repository.git, commit, paths)
    ids = {path: entries[path] for path in paths if path in entries}
    blobs = read_blobs(repository.git, filter(None, ids.values()))
    return {path: blobs[oid] if oid else "not a regular file" for path, oid in ids.items()}
