"""Reads a baseline out of the repository: what the base's file lists, and what the proposed side adds to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dcr.git.contracts.contents import proposed_contents
from dcr.git.objects import read_at
from dcr.git.worktree import relative_paths
from dcr.policy.baseline import Baseline, BaselineError, parse_baseline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.changes import Change
    from dcr.git.repository import Repository
    from dcr.policy.policy import StricterPolicy


MAX_BASELINE = 16 * 1024 * 1024
"""Bytes of a baseline: about 50,000 issues."""


def baseline_file(full: str) -> Baseline:
    """Return the baseline of a file on disk, all of it as known before. Raises `BaselineError`."""
    try:
        with open(full, "rb") as file:
            return Baseline(full, _keys(full, file.read(MAX_BASELINE + 1)))
    except OSError as error:
        raise _missing(full, (error.strerror or "unknown").lower()) from error


def baseline_of(
    repository: Repository, full: str, merge_base: str, changes: Iterable[Change], policy: StricterPolicy
) -> Baseline:
    """Return the baseline that governs a change; `full` is its whole path.

    Entries that the base holds too are known; those that the change adds are decisions of its own, which count as
    acceptances do: not where the policy says `accept_from = "base"`. A file outside the repository is the caller's.
    Raises `BaselineError` for one that neither side has.
    """
    try:
        (path,) = relative_paths(repository, repository.top or os.getcwd(), [full])
    except ValueError:
        return baseline_file(full)
    if "\n" in path:
        raise BaselineError(f"the name of the baseline '{path}' holds a line break", "rename it")
    before = read_at(repository.git, [merge_base], path, MAX_BASELINE + 1).get(merge_base)
    merged = _keys(path, before) if before is not None else frozenset()
    touched = [each for each in changes if each.path == path]
    if not touched:
        if before is not None:
            return Baseline(path, merged)
        if repository.top is not None and os.path.lexists(full):
            return baseline_file(full)  # git ignores it, so no change can carry it
        raise _missing(path, "neither side has it")
    now = proposed_contents(repository, touched, MAX_BASELINE + 1).get(path)
    if now is None:
        raise _missing(path, "the change removes it")
    if isinstance(now, str):
        raise BaselineError(f"the baseline '{path}' is {now}", "put a file there")
    proposed = _keys(path, now)
    from_base = policy.choice("accept_from") == "base"
    return Baseline(path, merged & proposed, frozenset() if from_base else proposed - merged)


def _keys(name: str, content: bytes) -> frozenset[tuple[str, str]]:
    if len(content) > MAX_BASELINE:
        raise BaselineError(
            f"the baseline '{name}' is larger than {MAX_BASELINE >> 20} MiB",
            "write one for each folder: dcr lint FOLDER --baseline FILE --write-baseline",
        )
    return frozenset(each.key for each in parse_baseline(name, content))


def _missing(name: str, reason: str) -> BaselineError:
    hint = f"write it: dcr check --baseline {name} --write-baseline"
    return BaselineError(f"the baseline '{name}' cannot be read: {reason}", hint)
