"""Reads the baseline that applies to a change."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.git.objects import read_path_in_commits
from dcr.git.proposed_contents import read_proposed_contents
from dcr.git.worktree import resolve_relative_paths
from dcr.policy.baseline import Baseline, BaselineError, parse_baseline
from dcr.policy.consumer_settings import CONSUMERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.changes import Change
    from dcr.git.repository import Repository
    from dcr.policy.policy import StricterPolicy


MAX_BASELINE_BYTES = 16 * 1024 * 1024
"""The maximum size of a baseline, enough for about 50,000 issues."""


def read_baseline_file(full_path: str) -> Baseline:
    """Return the baseline of a file on disk, with all entries known. Raise `BaselineError` if it cannot be read."""
    try:
        with open(full_path, "rb") as file:
            return Baseline(full_path, _parse_keys(full_path, file.read(MAX_BASELINE_BYTES + 1)))
    except OSError as error:
        raise _create_unreadable_error(full_path, (error.strerror or "unknown").lower()) from error


def read_baseline(
    repository: Repository, full_path: str, merge_base: str, changes: Iterable[Change], policy: StricterPolicy
) -> Baseline:
    """Return the baseline that applies to a change; `full_path` is its absolute path.

    It does not apply to issues that consumers have to accept. Raise `BaselineError` if neither side has the file.
    """
    baseline = _read_sides(repository, full_path, merge_base, changes, policy)
    return baseline._replace(keeps_reached=policy.consumers.get_choice("accept_by") == CONSUMERS)


def _read_sides(
    repository: Repository, full_path: str, merge_base: str, changes: Iterable[Change], policy: StricterPolicy
) -> Baseline:
    """Return the baseline of both sides.

    Entries that the base has too are known. Entries that the change adds count like its acceptances: they have no
    effect if the policy sets `accept_from = "base"`. A file outside the repository is read as it is.
    """
    try:
        (path,) = resolve_relative_paths(repository, repository.top or os.getcwd(), [full_path])
    except ValueError:
        return read_baseline_file(full_path)
    if "\n" in path:
        raise BaselineError(f"the name of the baseline '{path}' contains a line break", "rename it")
    base_content = read_path_in_commits(repository.git, [merge_base], path, MAX_BASELINE_BYTES + 1).get(merge_base)
    base_keys = _parse_keys(path, base_content) if base_content is not None else frozenset()
    edits = [change for change in changes if change.path == path]
    if not edits:
        if base_content is not None:
            return Baseline(path, base_keys)
        if repository.top is not None and os.path.lexists(full_path):
            return read_baseline_file(full_path)  # git ignores it, so it is in no change
        raise _create_unreadable_error(path, "neither side has it")
    content = read_proposed_contents(repository, edits, MAX_BASELINE_BYTES + 1).get(path)
    if content is None:
        raise _create_unreadable_error(path, "the change removes it")
    if isinstance(content, str):
        raise BaselineError(f"the baseline '{path}' is {content}", "replace it with a regular file")
    proposed_keys = _parse_keys(path, content)
    from_base = policy.get_choice("accept_from") == "base"
    return Baseline(path, base_keys & proposed_keys, frozenset() if from_base else proposed_keys - base_keys)


def _parse_keys(name: str, content: bytes) -> frozenset[tuple[str, str]]:
    if len(content) > MAX_BASELINE_BYTES:
        raise BaselineError(
            f"the baseline '{name}' is larger than {MAX_BASELINE_BYTES >> 20} MiB",
            "write one for each folder: dcr lint FOLDER --baseline FILE --write-baseline",
        )
    return frozenset(entry.key for entry in parse_baseline(name, content))


def _create_unreadable_error(name: str, reason: str) -> BaselineError:
    hint = f"write it: dcr check --baseline {name} --write-baseline"
    return BaselineError(f"the baseline '{name}' cannot be read: {reason}", hint)
