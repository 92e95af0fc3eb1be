"""Judges what a push moves, ref by ref: on the server before it is taken, or at its sender before it leaves.

What was published on the default branch is compared with what would take its place, even by a forced push. Another
branch is compared as its pull request would be: with the commit where it left the default branch.
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


_NOT_COMPARED = "each contract was judged alone"


class PushOptions(NamedTuple):
    """What a caller asks of a gate: patterns of the refs to judge (none: every branch), and when to fail."""

    refs: tuple[str, ...] = ()
    fail_on: str | None = None

    def covers(self, update: RefUpdate) -> bool:
        """Whether a ref is to be judged, by its whole name or by the name people call it."""
        return not self.refs or any(fnmatchcase(each, glob) for glob in self.refs for each in (update.ref, update.name))


class UpdateResult(NamedTuple):
    """What came of one ref: a report, or why none was made; `note` is what is to be known beside either."""

    update: RefUpdate
    note: str
    report: Report | None = None
    error: DcrError | None = None

    @property
    def is_refused(self) -> bool:
        """Whether the push must not go through because of this ref."""
        return self.error is not None or (self.report is not None and self.report.fails)


def check_received(
    folder: str, updates: Sequence[RefUpdate], default_branch: str | None, wanted: PushOptions
) -> list[UpdateResult]:
    """Return a judgement on each ref that a server is about to move; `default_branch` is HEAD's where none is named.

    Raises a `DcrError` when no ref at all can be judged.
    """
    repository = discover_repository(folder)
    return list(_check_updates(folder, repository, updates, get_published_branch(repository, default_branch), wanted))


def check_sent(
    folder: str, updates: Sequence[RefUpdate], remote: str, wanted: PushOptions, *, guessed: bool = False
) -> list[UpdateResult]:
    """Return a judgement on each ref that is about to be pushed to a remote.

    The default branch is what `dcr check` takes for the base. Old commits that are `guessed` give way to what the
    clone knows of the remote: of a forced push a hook manager may name where it grew from. Raises a `DcrError` when
    nothing says which branch is the default one.
    """
    if not any(update.new and update.ref.startswith(BRANCH_PREFIX) and wanted.covers(update) for update in updates):
        return [UpdateResult(each, _find_skip_reason(each, wanted)) for each in updates]
    repository = discover_repository(folder)
    name, source, commit = resolve_ref(repository, None)
    if name == "HEAD":  # the only branch there is
        here = (
            repository.git.run_unchecked("symbolic-ref", "--quiet", "HEAD")
            .stdout.decode("utf-8", "surrogateescape")
            .strip()
        )
        published = PublishedBranch(here, commit, source)
    else:
        branch = name.removeprefix(f"{remote}/").removeprefix("origin/")
        published = PublishedBranch(f"{BRANCH_PREFIX}{branch}", commit, source)
    if guessed:
        updates = [use_tracking_ref(repository, each, remote) for each in updates]
    return list(_check_updates(folder, repository, updates, published, wanted))


def _check_updates(
    folder: str, repository: Repository, updates: Iterable[RefUpdate], published: PublishedBranch, wanted: PushOptions
) -> Iterator[UpdateResult]:
    """Yield the judgements; a branch that grew from what the same push publishes is compared with that."""
    moved = next((each.new for each in updates if each.ref == published.ref and each.new), None)
    for update in updates:
        said = _find_skip_reason(update, wanted)
        if said:
            yield UpdateResult(update, said)
            continue
        try:
            base, said = _choose_base(repository, update, published._replace(commit=moved or published.commit))
            request = Request(folder, head=update.name, resolved_base=base, fail_on=wanted.fail_on)
            yield UpdateResult(update, said, report=check(request))
        except DcrError as error:
            yield UpdateResult(update, said, error=error)


def _find_skip_reason(update: RefUpdate, wanted: PushOptions) -> str:
    """Return why a ref is not judged, or nothing."""
    if update.new is None:
        return "is deleted, and not judged"
    if not update.ref.startswith(BRANCH_PREFIX):
        return "is no branch, and not judged"
    return "" if wanted.covers(update) else "is matched by no --ref, and not judged"


def _choose_base(repository: Repository, update: RefUpdate, published: PublishedBranch) -> tuple[Base, str]:
    """Return what a branch is compared with, and what there is to say about it. Raises a `DcrError`."""
    old, new = update.old, update.new or ""
    if update.ref == published.ref:
        if old is None:
            return create_empty_base(repository, new), f"is new, and so compared with nothing: {_NOT_COMPARED}"
        return resolve_exact_base(
            repository, update.name, published.source, old, new, hint="run: git fetch, then push again"
        ), ""
    if published.commit is not None:
        found = find_common_base(repository, published.name, published.source, published.commit, new)
        said = "" if found else f"shares no commit with {published.name}, and is compared with nothing: {_NOT_COMPARED}"
        return found or create_empty_base(repository, new), said
    missing = f"{published.source} names '{published.name}', which is not here"
    if old is not None:
        return resolve_exact_base(
            repository, update.name, "its own last commit", old, new
        ), f"is compared with itself: {missing}"
    if not has_refs(repository, branches=True):
        return create_empty_base(repository, new), f"is the first branch, and so compared with nothing: {_NOT_COMPARED}"
    raise NoBaseError(
        f"{missing}, so nothing says what '{update.name}' is to be compared with",
        "on the server: git symbolic-ref HEAD refs/heads/main, or dcr hook pre-receive --default-branch main",
    )
