"""Checks the refs of a push, on the server before it accepts them or on the client before it sends them.

The default branch is compared with its published commit, even in a forced push. Any other branch is compared like its
pull request: with its merge base with the default branch.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from dcr.check import Request, check
from dcr.errors import DcrError
from dcr.git.base.merge_bases import create_empty_base, find_common_base, resolve_exact_base
from dcr.git.base.resolution import NoBaseError, resolve_ref
from dcr.git.ref_updates import BRANCH_PREFIX, PublishedBranch, RefUpdate, get_published_branch, use_tracking_ref
from dcr.git.refs import has_refs
from dcr.git.repository import discover_repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.git.base.merge_bases import Base
    from dcr.git.repository import Repository
    from dcr.report.report import Report

_NOT_COMPARED = "its contracts are validated without a base"


class PushOptions(NamedTuple):
    """The patterns of the refs to check (empty for all branches), and the severity that refuses a push."""

    refs: tuple[str, ...] = ()
    fail_on: str | None = None

    def covers(self, update: RefUpdate) -> bool:
        """Return whether a ref is to be checked, by its full name or its short name."""
        names = (update.ref, update.name)
        return not self.refs or any(fnmatchcase(name, glob) for glob in self.refs for name in names)


class UpdateResult(NamedTuple):
    """The result for one ref: a report or an error. `note` explains how the ref was checked, or why it was not."""

    update: RefUpdate
    note: str
    report: Report | None = None
    error: DcrError | None = None

    @property
    def is_refused(self) -> bool:
        """Whether this ref refuses the push."""
        return self.error is not None or (self.report is not None and self.report.fails)


def check_received(
    folder: str, updates: Sequence[RefUpdate], default_branch: str | None, options: PushOptions
) -> list[UpdateResult]:
    """Return the result for each ref that a server is about to update.

    Without a `default_branch`, HEAD names it. Raise a `DcrError` if no ref can be checked.
    """
    repository = discover_repository(folder)
    return list(_check_updates(folder, repository, updates, get_published_branch(repository, default_branch), options))


def check_sent(
    folder: str, updates: Sequence[RefUpdate], remote: str, options: PushOptions, *, guessed: bool = False
) -> list[UpdateResult]:
    """Return the result for each ref that is about to be pushed to a remote.

    The default branch is the base that `dcr check` finds. If the old commits are `guessed`, remote-tracking refs
    replace them, because in a forced push a hook manager may pass the merge base as the old commit. Raise a `DcrError`
    if the default branch cannot be found.
    """
    if not any(update.new and update.ref.startswith(BRANCH_PREFIX) and options.covers(update) for update in updates):
        return [UpdateResult(update, _find_skip_reason(update, options)) for update in updates]
    repository = discover_repository(folder)
    name, source, commit = resolve_ref(repository, None)
    if name == "HEAD":  # the repository has one branch only
        output = repository.git.run_unchecked("symbolic-ref", "--quiet", "HEAD").stdout
        published = PublishedBranch(output.decode("utf-8", "surrogateescape").strip(), commit, source)
    else:
        branch = name.removeprefix(f"{remote}/").removeprefix("origin/")
        published = PublishedBranch(f"{BRANCH_PREFIX}{branch}", commit, source)
    if guessed:
        updates = [use_tracking_ref(repository, update, remote) for update in updates]
    return list(_check_updates(folder, repository, updates, published, options))


def _check_updates(
    folder: str, repository: Repository, updates: Iterable[RefUpdate], published: PublishedBranch, options: PushOptions
) -> Iterator[UpdateResult]:
    """Yield the results. If the push updates the default branch, other branches are compared with its new commit."""
    new_commit = next((update.new for update in updates if update.ref == published.ref and update.new), None)
    for update in updates:
        note = _find_skip_reason(update, options)
        if note:
            yield UpdateResult(update, note)
            continue
        try:
            base, note = _choose_base(repository, update, published._replace(commit=new_commit or published.commit))
            request = Request(folder, head=update.name, resolved_base=base, fail_on=options.fail_on)
            yield UpdateResult(update, note, report=check(request))
        except DcrError as error:
            yield UpdateResult(update, note, error=error)


def _find_skip_reason(update: RefUpdate, options: PushOptions) -> str:
    """Return why a ref is not checked, or an empty string."""
    if update.new is None:
        return "is deleted, not checked"
    if not update.ref.startswith(BRANCH_PREFIX):
        return "is not a branch, not checked"
    return "" if options.covers(update) else "does not match --ref, not checked"


def _choose_base(repository: Repository, update: RefUpdate, published: PublishedBranch) -> tuple[Base, str]:
    """Return the base of a branch, and a note on it or an empty string. Raise a `DcrError` if there is no base."""
    old, new = update.old, update.new or ""
    if update.ref == published.ref:
        if old is None:
            return create_empty_base(repository, new), f"is new, so {_NOT_COMPARED}"
        hint = "run: git fetch, then push again"
        base = resolve_exact_base(repository, update.name, published.source, old, new, hint=hint)
        return base, ""
    if published.commit is not None:
        common = find_common_base(repository, published.name, published.source, published.commit, new)
        if common is None:
            note = f"has no merge base with {published.name}, so {_NOT_COMPARED}"
            return create_empty_base(repository, new), note
        return common, ""
    missing = f"{published.source} names '{published.name}', which does not exist in this repository"
    if old is not None:
        base = resolve_exact_base(repository, update.name, "its own last commit", old, new)
        return base, f"is compared with its own last commit: {missing}"
    if not has_refs(repository, branches=True):
        return create_empty_base(repository, new), f"is the first branch, so {_NOT_COMPARED}"
    raise NoBaseError(
        f"{missing}, so '{update.name}' has no base",
        "on the server: git symbolic-ref HEAD refs/heads/main, or dcr hook pre-receive --default-branch main",
    )
