"""Resolves the base of a check from options, variables, the policy and default branches."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dcr.errors import DcrError
from dcr.git import ci
from dcr.git.base.merge_bases import compute_base, create_empty_base
from dcr.git.base.operations_in_progress import find_rebase_target, read_merge_heads
from dcr.git.changes import INDEX, WORKTREE
from dcr.git.command import GitFailedError, create_git_error
from dcr.git.fetch_hints import format_fetch_hint
from dcr.git.policies import find_policy_base
from dcr.git.ref_names import shorten_ref
from dcr.git.refs import (
    BadRefError,
    UnbornHeadError,
    check_ref_format,
    create_unborn_error,
    has_refs,
    resolve_commit,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.git.base.merge_bases import Base
    from dcr.git.ci.base_candidate import BaseCandidate
    from dcr.git.repository import Repository

DEFAULT_BASES = (
    "refs/remotes/origin/HEAD",
    "refs/heads/main",
    "refs/heads/master",
    "refs/remotes/origin/main",  # a CI fetches branches without the remote's HEAD
    "refs/remotes/origin/master",
)
"""The refs that are tried as the base, in this order, if nothing names one."""
_REF_LINE = re.compile(r"(\S+) ([0-9a-f]{40,64}) (\S*)\Z")


class NoBaseError(DcrError):
    """No base is configured, and none of the default ones exists."""


class WrongCheckoutError(DcrError):
    """A CI checked out another commit than the proposed change."""


def resolve_base(repository: Repository, base: str | None, head: str) -> Base:
    """Return the base of `head`, which is `worktree`, `index` or a ref; `base` is the value of the option.

    Without that option, the order is: DCR_BASE, CI variables, policy, origin/HEAD, main, master, HEAD. The index of a
    repository without commits is compared with the empty tree, as in the hook of the very first commit. Raise a
    `DcrError` if what is configured cannot be resolved: that never means "no base".
    """
    commit = None if head in (WORKTREE, INDEX) else resolve_commit(repository, head)
    try:
        return _resolve_commit_base(repository, base, commit)
    except UnbornHeadError:
        if head != INDEX or base is not None or os.environ.get("DCR_BASE") or has_refs(repository):
            raise
        return create_empty_base(repository)


def resolve_ref(repository: Repository, ref: str | None) -> tuple[str, str, str]:
    """Return the name, source and commit of a ref, by default of the base; it needs no merge base with any head.

    Raise a `DcrError` as `resolve_base` does.
    """
    if ref is not None:
        return ref, "--ref", resolve_commit(repository, ref, option="--ref ")
    try:
        name, source = _get_base_ref(repository, None)
    except NoBaseError as error:
        raise NoBaseError(error.message, 'choose a ref: --ref REF, or set base = "…" in dcr.toml') from error
    return shorten_ref(name), source, resolve_commit(repository, name, format_fetch_hint(repository, name))


def _resolve_commit_base(repository: Repository, base: str | None, commit: str | None) -> Base:
    """Return the base of a commit; None is the working tree or the index, with a merge or rebase in progress."""
    name, source = _get_base_ref(repository, base)
    rebase_target = find_rebase_target(repository, name) if commit is None else None
    merge_heads = read_merge_heads(repository) if commit is None else ()
    if rebase_target is not None:
        return compute_base(repository, rebase_target, source, "HEAD", merge_heads)._replace(ref=shorten_ref(name))
    resolved = compute_base(repository, name, source, commit or "HEAD", merge_heads)
    wrong_checkout = ci.find_wrong_checkout(os.environ)
    if wrong_checkout and resolved.head == wrong_checkout[0]:
        raise WrongCheckoutError(
            "pull_request_target checks out the target branch, expected the pull request's commit",
            "in the workflow: use on: pull_request; "
            f"or run: git fetch origin {wrong_checkout[1]} && dcr check --head FETCH_HEAD",
        )
    return resolved


def _get_base_ref(repository: Repository, base: str | None) -> tuple[str, str]:
    """Return the base's ref, and where it comes from."""
    if base is not None:
        return base, "--base"
    if os.environ.get("DCR_BASE"):
        return os.environ["DCR_BASE"], "DCR_BASE"
    if candidate := ci.find_base_candidate(os.environ):
        return _select_existing_ref(repository, candidate)
    return _get_default_base(repository)


def _select_existing_ref(repository: Repository, candidate: BaseCandidate) -> tuple[str, str]:
    """Return the first existing ref of a CI's candidate, and its variable.

    A shallow clone may have a remote branch from an earlier job in the same folder, so the commit that the CI names
    is preferred there.
    """
    for ref in candidate.refs:
        check_ref_format(ref)
    if candidate.commit and repository.is_shallow:
        return candidate.commit, candidate.commit_source
    existing = _list_refs(repository, *candidate.refs) if candidate.refs else {}
    for ref in candidate.refs:
        if ref in existing:
            return ref, candidate.source
    if candidate.commit:
        return candidate.commit, candidate.commit_source
    raise BadRefError(
        f"{candidate.source} is '{candidate.value}', which does not exist in this clone",
        format_fetch_hint(repository, candidate.value),
    )


def _list_refs(repository: Repository, *refs: str) -> dict[str, tuple[str, str]]:
    """Return the object id of each ref that exists, and its target if it is a symbolic ref."""
    result = repository.git.run_unchecked("for-each-ref", "--format=%(refname) %(objectname) %(symref)", *refs)
    listing = result.stdout.decode("utf-8", "surrogateescape")
    if result.exit_code != 0 or "ignoring" in result.stderr or (listing and not listing.endswith("\n")):
        # Git leaves a broken ref out of the listing with a warning, although it exists.
        raise create_git_error(("for-each-ref",), result)
    existing = {}
    for line in listing.splitlines():
        match = _REF_LINE.match(line)
        if match is None:
            raise create_git_error(("for-each-ref",), result)
        existing[match[1]] = (match[2], match[3])
    return existing


def _get_default_base(repository: Repository) -> tuple[str, str]:
    existing = _list_refs(repository, *DEFAULT_BASES)
    default = next((name for name in DEFAULT_BASES if name in existing), None)
    _check_dangling_refs(repository, DEFAULT_BASES[: DEFAULT_BASES.index(default)] if default else DEFAULT_BASES)
    policy_base = find_policy_base(repository, existing[default][0] if default else "HEAD")
    if policy_base is not None:
        return policy_base, "policy"
    if default is None:
        return _get_only_branch(repository), "HEAD"
    return existing[default][1] or default, shorten_ref(default)


def _check_dangling_refs(repository: Repository, missing: Iterable[str]) -> None:
    """Raise `BadRefError` for a symbolic ref to a missing branch, which git does not list although its file exists."""
    for ref in missing:
        if os.path.isfile(os.path.join(repository.common_dir, ref)):
            is_remote = ref.startswith("refs/remotes")
            hint = "run: git remote set-head origin --auto" if is_remote else "find the branch with: git fsck"
            raise BadRefError(f"'{shorten_ref(ref)}' points to a branch that does not exist", hint)


def _get_only_branch(repository: Repository) -> str:
    """Return HEAD if it is the only branch. Raise `NoBaseError` if there are several."""
    listing = repository.git.run("for-each-ref", "--count=2", "--format=%(refname)", "refs/heads", "refs/remotes")
    refs = listing.decode("utf-8", "surrogateescape").split()
    symbolic_ref = repository.git.run_unchecked("symbolic-ref", "--quiet", "HEAD").stdout
    head = symbolic_ref.decode("utf-8", "surrogateescape").strip()
    if any(ref in DEFAULT_BASES for ref in refs):
        raise GitFailedError("two calls of git for-each-ref list different refs", "run it again")
    if refs == [head]:
        return "HEAD"
    if head and not refs:
        raise create_unborn_error()
    setting = ci.find_clone_setting(os.environ)
    raise NoBaseError(
        "no base found: none of origin/HEAD, main and master exists",
        f'{setting}{"; or " if setting else ""}choose a base: --base REF, or set base = "…" in dcr.toml',
    )
