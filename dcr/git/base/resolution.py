"""The base: which ref a check compares with, where that came from, and the merge-base it leads to."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dcr.errors import DcrError
from dcr.git import ci
from dcr.git.base.merge_bases import compute_base
from dcr.git.base.operations_in_progress import find_rebase_target, read_merge_heads
from dcr.git.command import GitFailedError, create_git_error
from dcr.git.fetch_hints import format_fetch_hint, shorten_ref
from dcr.git.refs import BadRefError, check_ref_format, create_unborn_error, resolve_commit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dcr.git.base.merge_bases import Base
    from dcr.git.ci.base_candidate import BaseCandidate
    from dcr.git.repository import Repository

DEFAULT_BASES = (
    "refs/remotes/origin/HEAD",
    "refs/heads/main",
    "refs/heads/master",
    "refs/remotes/origin/main",  # a CI fetches branches without saying which one is the remote's HEAD
    "refs/remotes/origin/master",
)
"""What is taken for the base, in this order, where nothing names one."""
_REF_LINE = re.compile(r"(\S+) ([0-9a-f]{40,64}) (\S*)\Z")


class NoBaseError(DcrError):
    """Nothing says what to compare with."""


class WrongCheckoutError(DcrError):
    """A CI checked out something else than the change that is to be judged."""


def resolve_base(
    repository: Repository, base: str | None, head: str | None, policy_base: Callable[[str], str | None]
) -> Base:
    """Return the base, in the order: option, DCR_BASE, CI variables, policy, origin/HEAD, main, master, HEAD.

    `policy_base(commit)` answers what the policy in a commit names. Raises a `DcrError` for anything that is
    set and cannot be resolved: that is never "no base".
    """
    name, source = _get_base_ref(repository, base, policy_base)
    if head is None:  # the working tree and the index are what git is in the middle of
        onto = find_rebase_target(repository, name)
        if onto is not None:
            found = compute_base(repository, onto, source, "HEAD", read_merge_heads(repository))
            return found._replace(ref=shorten_ref(name))
    found = compute_base(repository, name, source, head or "HEAD", read_merge_heads(repository) if head is None else ())
    unproposed = ci.find_wrong_checkout(os.environ)
    if unproposed and found.head == unproposed[0]:
        raise WrongCheckoutError(
            "pull_request_target checks out a branch of the target's, and what the pull request proposes is not in it",
            f"in the workflow: on: pull_request; or git fetch origin {unproposed[1]} && dcr check --head FETCH_HEAD",
        )
    return found


def resolve_ref(
    repository: Repository, ref: str | None, policy_base: Callable[[str], str | None]
) -> tuple[str, str, str]:
    """Return the name, source and commit of a ref, or else of the base; no head has to have grown from it.

    Raises as `resolve_base` does.
    """
    if ref is not None:
        return ref, "--ref", resolve_commit(repository, ref, option="--ref ")
    try:
        name, source = _get_base_ref(repository, None, policy_base)
    except NoBaseError as error:
        raise NoBaseError(error.message, 'name one: --ref REF, or write base = "…" into dcr.toml') from error
    return shorten_ref(name), source, resolve_commit(repository, name, format_fetch_hint(repository, name))


def _get_base_ref(
    repository: Repository, base: str | None, policy_base: Callable[[str], str | None]
) -> tuple[str, str]:
    """Return what the base is called, and what says so."""
    if base is not None:
        return base, "--base"
    if os.environ.get("DCR_BASE"):
        return os.environ["DCR_BASE"], "DCR_BASE"
    if named := ci.find_base_candidate(os.environ):
        return _select_existing_ref(repository, named)
    return _get_default_base(repository, policy_base)


def _select_existing_ref(repository: Repository, named: BaseCandidate) -> tuple[str, str]:
    """Return what a CI names as the base, and the variable that does.

    In a shallow clone a branch of the remote may be what an earlier job in the same folder left behind, so a commit
    that the CI names comes first there.
    """
    for ref in named.refs:
        check_ref_format(ref)
    if named.commit and repository.is_shallow:
        return named.commit, named.commit_source
    there = _list_refs(repository, *named.refs) if named.refs else {}
    for ref in named.refs:
        if ref in there:
            return ref, named.source
    if named.commit:
        return named.commit, named.commit_source
    raise BadRefError(
        f"{named.source} names '{named.value}', which is not in this clone", format_fetch_hint(repository, named.value)
    )


def _list_refs(repository: Repository, *refs: str) -> dict[str, tuple[str, str]]:
    """Return object id and, for a symbolic ref, its target of those refs that exist."""
    answer = repository.git.run_unchecked("for-each-ref", "--format=%(refname) %(objectname) %(symref)", *refs)
    listing = answer.stdout.decode("utf-8", "surrogateescape")
    if answer.exit_code != 0 or "ignoring" in answer.stderr or (listing and not listing.endswith("\n")):
        # A broken ref is left out of the listing with a warning: it is there all the same.
        raise create_git_error(("for-each-ref",), answer)
    found = {}
    for line in listing.splitlines():
        match = _REF_LINE.match(line)
        if match is None:
            raise create_git_error(("for-each-ref",), answer)
        found[match[1]] = (match[2], match[3])
    return found


def _get_default_base(repository: Repository, policy_base: Callable[[str], str | None]) -> tuple[str, str]:
    found = _list_refs(repository, *DEFAULT_BASES)
    fallback = next((name for name in DEFAULT_BASES if name in found), None)
    _check_dangling_refs(repository, DEFAULT_BASES[: DEFAULT_BASES.index(fallback)] if fallback else DEFAULT_BASES)
    named = policy_base(found[fallback][0] if fallback else "HEAD")
    if named is not None:
        return named, "policy"
    if fallback is None:
        return _get_only_branch(repository), "HEAD"
    return found[fallback][1] or fallback, fallback.removeprefix("refs/remotes/").removeprefix("refs/heads/")


def _check_dangling_refs(repository: Repository, unlisted: Iterable[str]) -> None:
    """A ref that points to one that is gone is in no listing, and its file is there all the same."""
    for ref in unlisted:
        if os.path.isfile(os.path.join(repository.common_dir, ref)):
            fix = "git remote set-head origin --auto" if ref.startswith("refs/remotes") else "git fsck shows where to"
            raise BadRefError(f"'{shorten_ref(ref)}' points to a branch that is gone", fix)


def _get_only_branch(repository: Repository) -> str:
    """HEAD, when the repository has a single branch and so nothing else to go by."""
    listing = repository.git.run("for-each-ref", "--count=2", "--format=%(refname)", "refs/heads", "refs/remotes")
    refs = listing.decode("utf-8", "surrogateescape").split()
    here = (
        repository.git.run_unchecked("symbolic-ref", "--quiet", "HEAD")
        .stdout.decode("utf-8", "surrogateescape")
        .strip()
    )
    if any(ref in DEFAULT_BASES for ref in refs):
        raise GitFailedError("git for-each-ref gave two answers that do not fit", "run it again")
    if refs == [here]:
        return "HEAD"
    if here and not refs:
        raise create_unborn_error()
    setting = ci.find_clone_setting(os.environ)
    raise NoBaseError(
        "there is no origin/HEAD, main or master to compare with",
        f'{setting}{"; or " if setting else ""}name one: --base REF, or write base = "…" into dcr.toml',
    )
