"""Computes the base of a check and its merge bases with the head."""

from __future__ import annotations

import os
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.git import ci
from dcr.git.command import create_git_error
from dcr.git.fetch_hints import format_fetch_hint
from dcr.git.ref_names import OBJECT_ID, shorten_ref
from dcr.git.refs import check_ambiguity, check_ref_format, resolve_commit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.git.command import GitResult
    from dcr.git.repository import Repository


class NoMergeBaseError(DcrError):
    """The base and the head have no merge base in this clone."""


class Base(NamedTuple):
    """The base of a check; `head` is the compared commit, or the commit that is checked out.

    `other_merge_bases` are the further merge bases after a criss-cross merge.
    """

    ref: str
    source: str
    commit: str
    merge_base: str
    head: str
    other_merge_bases: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the base is the empty tree, since nothing was published before."""
        return not self.ref

    @property
    def merge_bases(self) -> tuple[str, ...]:
        """Every merge base, the first one first."""
        return self.merge_base, *self.other_merge_bases


def compute_base(repository: Repository, ref: str, source: str, head: str, merge_heads: tuple[str, ...] = ()) -> Base:
    """Return the base that a ref forms with a head, or with the merge of that head and `merge_heads`.

    Raise a `DcrError` if one of the commits or their merge base is missing.
    """
    check_ref_format(ref)
    check_ref_format(head)
    all_heads = (head, *merge_heads)
    result, groups = _read_symmetric_differences(
        repository, [(f"{ref}^{{commit}}", f"{name}^{{commit}}") for name in all_heads]
    )
    if not groups:
        head_commits = [resolve_commit(repository, name) for name in all_heads]
        hint = format_fetch_hint(repository, ref) if ci.find_clone_setting(os.environ) else ""
        commit = resolve_commit(repository, ref, hint)
        groups = [(commit, other, tuple(_read_merge_bases(repository, commit, other))) for other in head_commits]
    ids = {oid for commit, head_commit, merge_bases in groups for oid in (commit, head_commit, *merge_bases)}
    if not all(map(OBJECT_ID.match, ids)) or len({commit for commit, _, _ in groups}) != 1:
        raise create_git_error(("rev-parse",), result)
    commit, head_commit, _ = groups[0]
    candidates = tuple(dict.fromkeys(oid for _, _, merge_bases in groups for oid in merge_bases))
    if commit in candidates:  # the base itself is being merged, and no common commit is newer
        candidates = (commit,)
    elif not candidates or (repository.is_shallow and not all(merge_bases for _, _, merge_bases in groups)):
        raise _create_no_merge_base_error(repository, ref)
    elif merge_heads and len(candidates) > 1:
        candidates = _select_newest(repository, candidates)
    return Base(shorten_ref(ref), source, commit, candidates[0], head_commit, candidates[1:])


def find_common_base(repository: Repository, name: str, source: str, commit: str, head: str) -> Base | None:
    """Return the base that a commit called `name` forms with a head; None if they share no history.

    Raise a `DcrError` if the clone is too shallow to decide.
    """
    commits = resolve_commit(repository, commit), resolve_commit(repository, head)
    result = repository.git.run_traced("merge-base", "--all", *commits)
    merge_bases = result.stdout.decode("ascii", "replace").split()
    has_answer = result.exit_code in (0, 1) and bool(merge_bases) is (result.exit_code == 0)
    if not has_answer or not all(map(OBJECT_ID.match, merge_bases)):
        raise create_git_error(("merge-base",), result)
    if not merge_bases and not repository.is_shallow:
        return None
    if not merge_bases:
        raise _create_no_merge_base_error(repository, name)
    return Base(name, source, commits[0], merge_bases[0], commits[1], tuple(merge_bases[1:]))


def resolve_exact_base(
    repository: Repository, name: str, source: str, commit: str, head: str, *, hint: str = ""
) -> Base:
    """Return a base that is compared itself, without a merge base. Raise `BadRefError` if either commit is missing."""
    base_commit = resolve_commit(repository, commit, hint)
    return Base(name, source, base_commit, base_commit, resolve_commit(repository, head))


def create_empty_base(repository: Repository, head: str | None = None) -> Base:
    """Return the empty tree as the base, for a head before which nothing was published; None is a head to come."""
    empty = repository.git.run("hash-object", "-t", "tree", "--stdin", stdin=b"").decode("ascii", "replace").strip()
    return Base("", "", empty, empty, resolve_commit(repository, head) if head else "")


_MergeBaseGroup = tuple[str, str, tuple[str, ...]]
"""A base commit, a head commit and their merge bases."""


def _read_symmetric_differences(
    repository: Repository, pairs: Sequence[tuple[str, str]]
) -> tuple[GitResult, list[_MergeBaseGroup]]:
    """Return both commits and the merge bases of each pair, read by one git process; no groups if git reads none.

    For A...B git prints B, A and each merge base. The answer to the last argument shows that the output is complete.
    """
    result = repository.git.run_unchecked(
        "rev-parse", *(f"{first}...{second}" for first, second in pairs), "--is-inside-git-dir"
    )
    check_ambiguity(result.stderr)
    *lines, last = result.stdout.decode("ascii", "replace").split("\n")[:-1] or [""]
    commit_lines = [number for number, line in enumerate(lines) if not line.startswith("^")]
    starts = commit_lines[::2]
    is_complete = commit_lines == [number + step for number in starts for step in (0, 1)] and len(starts) == len(pairs)
    if result.exit_code != 0 or last not in ("true", "false") or not is_complete or starts[:1] != [0]:
        return result, []
    groups = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    return result, [(commit, head, tuple(line[1:] for line in merge_bases)) for head, commit, *merge_bases in groups]


def _read_merge_bases(repository: Repository, commit: str, head: str) -> list[str]:
    result = repository.git.run_unchecked("merge-base", "--all", commit, head)
    if result.exit_code not in (0, 1) or bool(result.stdout) is (result.exit_code == 1):
        raise create_git_error(("merge-base",), result)
    return result.stdout.decode("ascii", "replace").split()


def _select_newest(repository: Repository, commits: tuple[str, ...]) -> tuple[str, ...]:
    """Return the commits that are not an ancestor of any other of them."""
    pairs = list(combinations(commits, 2))
    result, groups = _read_symmetric_differences(repository, pairs)
    if len(groups) != len(pairs):
        raise create_git_error(("rev-parse",), result)
    ancestors = {oid for first, second, common in groups for oid in (first, second) if common == (oid,)}
    return tuple(commit for commit in commits if commit not in ancestors)


def _create_no_merge_base_error(repository: Repository, ref: str) -> NoMergeBaseError:
    name = shorten_ref(ref)
    if repository.is_shallow:
        return NoMergeBaseError(
            f"this clone is shallow and lacks the merge base with '{name}'", format_fetch_hint(repository, ref)
        )
    return NoMergeBaseError(
        f"'{name}' and the head have no merge base", "choose a base that shares history with the head: --base REF"
    )
