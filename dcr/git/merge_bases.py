"""The merge base: the commit that a base and a head have in common, or why there is none to compare with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError
from dcr.git import ci
from dcr.git.bringing import ID, bring, short
from dcr.git.command import failure
from dcr.git.refs import check_shape, refuse_ambiguous, resolve_commit

if TYPE_CHECKING:
    from dcr.git.repository import Repository


class NoMergeBaseError(DcrError):
    """The base and the head have no common commit that can be seen, or more than one best one."""


class Base(NamedTuple):
    """What a check compares with; `head` is the commit that was compared or that the working tree sits on."""

    ref: str
    source: str
    commit: str
    merge_base: str
    head: str

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to compare with, and that is known."""
        return not self.ref


def compare(repository: Repository, ref: str, source: str, head: str) -> Base:
    """Return the base that a ref makes with a head. Raise a `DcrError` where either or their merge base is missing."""
    check_shape(ref)
    check_shape(head)
    # Git answers A...B with B, A and each merge-base; the answer to the last question says that these are all.
    answer = repository.git.ask("rev-parse", f"{ref}^{{commit}}...{head}^{{commit}}", "--is-inside-git-dir")
    refuse_ambiguous(answer.complaint)
    *lines, last = answer.out.decode("ascii", "replace").split("\n")[:-1] or [""]
    if answer.code != 0 or len(lines) < 2 or last not in ("true", "false"):
        head_commit = resolve_commit(repository, head)
        commit = resolve_commit(repository, ref, bring(repository, ref) if ci.setting(os.environ) else "")
        lines = [head_commit, commit, *_merge_bases(repository, commit, head_commit)]
    head_commit, commit, *common = [each.removeprefix("^") for each in lines]
    if not all(ID.match(each) for each in (commit, head_commit, *common)):
        raise failure(("rev-parse",), answer)
    if len(common) != 1:
        raise no_merge_base(repository, ref, common)
    return Base(short(ref), source, commit, common[0], head_commit)


def _merge_bases(repository: Repository, commit: str, head: str) -> list[str]:
    answer = repository.git.ask("merge-base", "--all", commit, head)
    if answer.code not in (0, 1) or bool(answer.out) is (answer.code == 1):
        raise failure(("merge-base",), answer)
    return answer.out.decode("ascii", "replace").split()


def no_merge_base(repository: Repository, ref: str, found: list[str]) -> NoMergeBaseError:
    """Return the error for a number of merge-bases that is not one."""
    name = short(ref)
    if found:
        return NoMergeBaseError(
            f"'{name}' and the head have {len(found)} merge-bases (a criss-cross merge)",
            f"git merge {name}, then check again; or name one: --base {found[0][:12]}",
        )
    if repository.shallow:
        return NoMergeBaseError(
            f"this clone is shallow and does not hold the merge-base with '{name}'", bring(repository, ref)
        )
    return NoMergeBaseError(
        f"'{name}' and the head have no common commit", "name a base that the branch grew from: --base REF"
    )
