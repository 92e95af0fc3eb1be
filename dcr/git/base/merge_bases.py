"""The merge bases: the commits that a base and a head have in common, or why there is none to compare with."""

from __future__ import annotations

import os
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.git import ci
from dcr.git.base.fetch_hints import ID, bring, short
from dcr.git.command import failure
from dcr.git.refs import check_shape, refuse_ambiguous, resolve_commit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.git.command import Answer
    from dcr.git.repository import Repository


class NoMergeBaseError(DcrError):
    """The base and the head have no common commit that can be seen."""


class Base(NamedTuple):
    """What a check compares with; `head` is the commit that was compared or that the working tree sits on.

    `others` are the further merge bases of a history that criss-crosses.
    """

    ref: str
    source: str
    commit: str
    merge_base: str
    head: str
    others: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to compare with, and that is known."""
        return not self.ref

    @property
    def merge_bases(self) -> tuple[str, ...]:
        """Every merge base, the first one first."""
        return self.merge_base, *self.others


def compare(repository: Repository, ref: str, source: str, head: str, merging: tuple[str, ...] = ()) -> Base:
    """Return the base that a ref makes with a head, or with the merge of that head and the commits in `merging`.

    Raise a `DcrError` where one of them or their merge base is missing.
    """
    check_shape(ref)
    check_shape(head)
    answer, groups = _symmetric(repository, [(f"{ref}^{{commit}}", f"{each}^{{commit}}") for each in (head, *merging)])
    if not groups:
        heads = [resolve_commit(repository, each) for each in (head, *merging)]
        commit = resolve_commit(repository, ref, bring(repository, ref) if ci.setting(os.environ) else "")
        groups = [(commit, each, tuple(_merge_bases(repository, commit, each))) for each in heads]
    ids = {each for commit, head_commit, common in groups for each in (commit, head_commit, *common)}
    if not all(map(ID.match, ids)) or len({commit for commit, _, _ in groups}) != 1:
        raise failure(("rev-parse",), answer)
    commit, head_commit, _ = groups[0]
    found = tuple(dict.fromkeys(each for _, _, common in groups for each in common))
    if commit in found:  # the base itself is merged, and nothing that both have is newer
        found = (commit,)
    elif not found or (repository.shallow and not all(common for _, _, common in groups)):
        raise no_merge_base(repository, ref)
    elif merging and len(found) > 1:
        found = _newest(repository, found)
    return Base(short(ref), source, commit, found[0], head_commit, found[1:])


_Group = tuple[str, str, tuple[str, ...]]


def _symmetric(repository: Repository, pairs: Sequence[tuple[str, str]]) -> tuple[Answer, list[_Group]]:
    """Return both commits and the merge bases of each pair, as one process of git tells them; none if it does not.

    Git answers A...B with B, A and each merge base; the answer to the last question shows that these are all.
    """
    answer = repository.git.ask("rev-parse", *(f"{one}...{other}" for one, other in pairs), "--is-inside-git-dir")
    refuse_ambiguous(answer.complaint)
    *lines, last = answer.out.decode("ascii", "replace").split("\n")[:-1] or [""]
    named = [number for number, line in enumerate(lines) if not line.startswith("^")]
    starts = named[::2]
    fits = named == [number + step for number in starts for step in (0, 1)] and len(starts) == len(pairs)
    if answer.code != 0 or last not in ("true", "false") or not fits or starts[:1] != [0]:
        return answer, []
    parts = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    return answer, [(commit, head, tuple(each[1:] for each in common)) for head, commit, *common in parts]


def _merge_bases(repository: Repository, commit: str, head: str) -> list[str]:
    answer = repository.git.ask("merge-base", "--all", commit, head)
    if answer.code not in (0, 1) or bool(answer.out) is (answer.code == 1):
        raise failure(("merge-base",), answer)
    return answer.out.decode("ascii", "replace").split()


def _newest(repository: Repository, commits: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of some commits that are an ancestor of none of the others."""
    pairs = list(combinations(commits, 2))
    answer, groups = _symmetric(repository, pairs)
    if len(groups) != len(pairs):
        raise failure(("rev-parse",), answer)
    older = {each for one, other, common in groups for each in (one, other) if common == (each,)}
    return tuple(each for each in commits if each not in older)


def no_merge_base(repository: Repository, ref: str) -> NoMergeBaseError:
    """Return the error for a base and a head without a merge base."""
    name = short(ref)
    if repository.shallow:
        return NoMergeBaseError(
            f"this clone is shallow and does not hold the merge-base with '{name}'", bring(repository, ref)
        )
    return NoMergeBaseError(
        f"'{name}' and the head have no common commit", "name a base that the branch grew from: --base REF"
    )
