"""The merge bases: the commits that a base and a head have in common, or why there is none to compare with."""

from __future__ import annotations

import os
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.git import ci
from dcr.git.command import create_git_error
from dcr.git.fetch_hints import OBJECT_ID, format_fetch_hint, shorten_ref
from dcr.git.refs import check_ambiguity, check_ref_format, resolve_commit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.git.command import GitResult
    from dcr.git.repository import Repository


class NoMergeBaseError(DcrError):
    """The base and the head have no common commit that can be seen."""


class Base(NamedTuple):
    """What a check compares with; `head` is the commit that was compared or that the working tree sits on.

    `other_merge_bases` are the further merge bases of a history that criss-crosses.
    """

    ref: str
    source: str
    commit: str
    merge_base: str
    head: str
    other_merge_bases: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to compare with, and that is known."""
        return not self.ref

    @property
    def merge_bases(self) -> tuple[str, ...]:
        """Every merge base, the first one first."""
        return self.merge_base, *self.other_merge_bases


def compute_base(repository: Repository, ref: str, source: str, head: str, merging: tuple[str, ...] = ()) -> Base:
    """Return the base that a ref makes with a head, or with the merge of that head and the commits in `merging`.

    Raise a `DcrError` where one of them or their merge base is missing.
    """
    check_ref_format(ref)
    check_ref_format(head)
    answer, groups = _read_symmetric_differences(
        repository, [(f"{ref}^{{commit}}", f"{each}^{{commit}}") for each in (head, *merging)]
    )
    if not groups:
        heads = [resolve_commit(repository, each) for each in (head, *merging)]
        commit = resolve_commit(
            repository, ref, format_fetch_hint(repository, ref) if ci.find_clone_setting(os.environ) else ""
        )
        groups = [(commit, each, tuple(_read_merge_bases(repository, commit, each))) for each in heads]
    ids = {each for commit, head_commit, common in groups for each in (commit, head_commit, *common)}
    if not all(map(OBJECT_ID.match, ids)) or len({commit for commit, _, _ in groups}) != 1:
        raise create_git_error(("rev-parse",), answer)
    commit, head_commit, _ = groups[0]
    found = tuple(dict.fromkeys(each for _, _, common in groups for each in common))
    if commit in found:  # the base itself is merged, and nothing that both have is newer
        found = (commit,)
    elif not found or (repository.is_shallow and not all(common for _, _, common in groups)):
        raise create_no_merge_base_error(repository, ref)
    elif merging and len(found) > 1:
        found = _select_newest(repository, found)
    return Base(shorten_ref(ref), source, commit, found[0], head_commit, found[1:])


_MergeBaseGroup = tuple[str, str, tuple[str, ...]]


def _read_symmetric_differences(
    repository: Repository, pairs: Sequence[tuple[str, str]]
) -> tuple[GitResult, list[_MergeBaseGroup]]:
    """Return both commits and the merge bases of each pair, as one process of git tells them; none if it does not.

    Git answers A...B with B, A and each merge base; the answer to the last question shows that these are all.
    """
    answer = repository.git.run_unchecked(
        "rev-parse", *(f"{one}...{other}" for one, other in pairs), "--is-inside-git-dir"
    )
    check_ambiguity(answer.stderr)
    *lines, last = answer.stdout.decode("ascii", "replace").split("\n")[:-1] or [""]
    named = [number for number, line in enumerate(lines) if not line.startswith("^")]
    starts = named[::2]
    fits = named == [number + step for number in starts for step in (0, 1)] and len(starts) == len(pairs)
    if answer.exit_code != 0 or last not in ("true", "false") or not fits or starts[:1] != [0]:
        return answer, []
    parts = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    return answer, [(commit, head, tuple(each[1:] for each in common)) for head, commit, *common in parts]


def _read_merge_bases(repository: Repository, commit: str, head: str) -> list[str]:
    answer = repository.git.run_unchecked("merge-base", "--all", commit, head)
    if answer.exit_code not in (0, 1) or bool(answer.stdout) is (answer.exit_code == 1):
        raise create_git_error(("merge-base",), answer)
    return answer.stdout.decode("ascii", "replace").split()


def _select_newest(repository: Repository, commits: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of some commits that are an ancestor of none of the others."""
    pairs = list(combinations(commits, 2))
    answer, groups = _read_symmetric_differences(repository, pairs)
    if len(groups) != len(pairs):
        raise create_git_error(("rev-parse",), answer)
    older = {each for one, other, common in groups for each in (one, other) if common == (each,)}
    return tuple(each for each in commits if each not in older)


def create_no_merge_base_error(repository: Repository, ref: str) -> NoMergeBaseError:
    """Return the error for a base and a head without a merge base."""
    name = shorten_ref(ref)
    if repository.is_shallow:
        return NoMergeBaseError(
            f"this clone is shallow and does not hold the merge-base with '{name}'", format_fetch_hint(repository, ref)
        )
    return NoMergeBaseError(
        f"'{name}' and the head have no common commit", "name a base that the branch grew from: --base REF"
    )
