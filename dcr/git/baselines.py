"""Reads a baseline out of the repository: what the base's file lists, and what the proposed side adds to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.git.objects import read_path_in_commits
from dcr.git.proposed_contents import read_proposed_contents
from dcr.git.worktree import resolve_relative_paths
from dcr.policy.baseline import Baseline, BaselineError, parse_baseline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.changes import Change
    from dcr.git.repository import Repository
    from dcr.policy.policy import StricterPolicy


MAX_BASELINE_BYTES = 16 * 1024 * 1024
"""Bytes of a baseline: about 50,000 issues."""


def read_baseline_file(full: str) -> Baseline:
    """Return the baseline of a file on disk, all of it as known before. Raises `BaselineError`."""
    try:
        with open(full, "rb") as file:
            return Baseline(full, _parse_keys(full, file.read(MAX_BASELINE_BYTES + 1)))
    except OSError as error:
        raise _create_unreadable_error(full, (error.strerror or "unknown").lower()) from error


def read_baseline(
    repository: Repository, full: str, merge_base: str, changes: Iterable[Change], policy: StricterPolicy
) -> Baseline:
    """Return the baseline that governs a change; `full` is its whole path.

    Entries that the base holds too are known; those that the change adds are decisions of its own, which count as
    acceptances do: not where the policy says `accept_from = "base"`. A file outside the repository is the caller's.
    Raises `BaselineError` for one that neither side has.
    """
    try:
        (path,) = resolve_relative_paths(repository, repository.top or os.getcwd(), [full])
    except ValueError:
        return read_baseline_file(full)
    if "\n" in path:
        raise BaselineError(f"the name of the baseline '{path}' holds a line break", "rename it")
    before = read_path_in_commits(repository.git, [merge_base], path, MAX_BASELINE_BYTES + 1).get(merge_base)
    merged = _parse_keys(path, before) if before is not None else frozenset()
    touched = [each for each in changes if each.path == path]
    if not touched:
        if before is not None:
            return Baseline(path, merged)
        if repository.top is not None and os.path.lexists(full):
            return read_baseline_file(full)  # git ignores it, so no change can carry it
        raise _create_unreadable_error(path, "neither side has it")
    now = read_proposed_contents(repository, touched, MAX_BASELINE_BYTES + 1).get(path)
    if now is None:
        raise _create_unreadable_error(path, "the change removes it")
    if isinstance(now, str):
        raise BaselineError(f"the baseline '{path}' is {now}", "put a file there")
    proposed = _parse_keys(path, now)
    from_base = policy.get_choice("accept_from") == "base"
    return Baseline(path, merged & proposed, frozenset() if from_base else proposed - merged)


def _parse_keys(name: str, content: bytes) -> frozenset[tuple[str, str]]:
    if len(content) > MAX_BASELINE_BYTES:
        raise BaselineError(
            f"the baseline '{name}' is larger than {MAX_BASELINE_BYTES >> 20} MiB",
            "write one for each folder: dcr lint FOLDER --baseline FILE --write-baseline",
        )
    return frozenset(each.key for each in parse_baseline(name, content))


def _create_unreadable_error(name: str, reason: str) -> BaselineError:
    hint = f"write it: dcr check --baseline {name} --write-baseline"
    return BaselineError(f"the baseline '{name}' cannot be read: {reason}", hint)
