"""Judges what a push moves, ref by ref: on the server before it is taken, or at its sender before it leaves.

What was published on the default branch is compared with what would take its place, even by a forced push. Another
branch is compared as its pull request would be: with the commit where it left the default branch.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from dcr.check import Request, check
from dcr.errors import DcrError
from dcr.git.base.comparison import common_base, has_refs, no_base, own_base
from dcr.git.base.resolution import NoBaseError, resolve_ref
from dcr.git.policies import named_base
from dcr.git.ref_updates import BRANCHES, Published, Update, as_tracked, published_here
from dcr.git.repository import discover

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dcr.git.base.merge_bases import Base
    from dcr.git.repository import Repository
    from dcr.report.report import Report


_ALONE = "each contract was judged alone"


class Wanted(NamedTuple):
    """What a caller asks of a gate: patterns of the refs to judge (none: every branch), and when to fail."""

    refs: tuple[str, ...] = ()
    fail_on: str | None = None

    def covers(self, update: Update) -> bool:
        """Whether a ref is to be judged, by its whole name or by the name people call it."""
        return not self.refs or any(fnmatchcase(each, glob) for glob in self.refs for each in (update.ref, update.name))


class Judgement(NamedTuple):
    """What came of one ref: a report, or why none was made; `said` is what is to be known beside either."""

    update: Update
    said: str
    report: Report | None = None
    error: DcrError | None = None

    @property
    def is_refused(self) -> bool:
        """Whether the push must not go through because of this ref."""
        return self.error is not None or (self.report is not None and self.report.fails)


def judge_received(
    folder: str, updates: Sequence[Update], default_branch: str | None, wanted: Wanted
) -> list[Judgement]:
    """Return a judgement on each ref that a server is about to move; `default_branch` is HEAD's where none is named.

    Raises a `DcrError` when no ref at all can be judged.
    """
    repository = discover(folder)
    return list(_judged(folder, repository, updates, published_here(repository, default_branch), wanted))


def judge_sent(
    folder: str, updates: Sequence[Update], remote: str, wanted: Wanted, *, guessed: bool = False
) -> list[Judgement]:
    """Return a judgement on each ref that is about to be pushed to a remote.

    The default branch is what `dcr check` takes for the base. Old commits that are `guessed` give way to what the
    clone knows of the remote: of a forced push a hook manager may name where it grew from. Raises a `DcrError` when
    nothing says which branch is the default one.
    """
    if not any(update.new and update.ref.startswith(BRANCHES) and wanted.covers(update) for update in updates):
        return [Judgement(each, _passed(each, wanted)) for each in updates]
    repository = discover(folder)
    name, source, commit = resolve_ref(repository, None, lambda at: named_base(repository, at))
    if name == "HEAD":  # the only branch there is
        here = repository.git.ask("symbolic-ref", "--quiet", "HEAD").out.decode("utf-8", "surrogateescape").strip()
        published = Published(here, commit, source)
    else:
        branch = name.removeprefix(f"{remote}/").removeprefix("origin/")
        published = Published(f"{BRANCHES}{branch}", commit, source)
    if guessed:
        updates = [as_tracked(repository, each, remote) for each in updates]
    return list(_judged(folder, repository, updates, published, wanted))


def _judged(
    folder: str, repository: Repository, updates: Iterable[Update], published: Published, wanted: Wanted
) -> Iterator[Judgement]:
    """Yield the judgements; a branch that grew from what the same push publishes is compared with that."""
    moved = next((each.new for each in updates if each.ref == published.ref and each.new), None)
    for update in updates:
        said = _passed(update, wanted)
        if said:
            yield Judgement(update, said)
            continue
        try:
            base, said = _base_of(repository, update, published._replace(commit=moved or published.commit))
            request = Request(folder, head=update.name, against=base, fail_on=wanted.fail_on)
            yield Judgement(update, said, report=check(request))
        except DcrError as error:
            yield Judgement(update, said, error=error)


def _passed(update: Update, wanted: Wanted) -> str:
    """Return why a ref is not judged, or nothing."""
    if update.new is None:
        return "is deleted, and not judged"
    if not update.ref.startswith(BRANCHES):
        return "is no branch, and not judged"
    return "" if wanted.covers(update) else "is matched by no --ref, and not judged"


def _base_of(repository: Repository, update: Update, published: Published) -> tuple[Base, str]:
    """Return what a branch is compared with, and what there is to say about it. Raises a `DcrError`."""
    old, new = update.old, update.new or ""
    if update.ref == published.ref:
        if old is None:
            return no_base(repository, new), f"is new, and so compared with nothing: {_ALONE}"
        return own_base(repository, update.name, published.source, old, new, fix="git fetch, then push again"), ""
    if published.commit is not None:
        found = common_base(repository, published.name, published.source, published.commit, new)
        said = "" if found else f"shares no commit with {published.name}, and is compared with nothing: {_ALONE}"
        return found or no_base(repository, new), said
    missing = f"{published.source} names '{published.name}', which is not here"
    if old is not None:
        return own_base(repository, update.name, "its own last commit", old, new), f"is compared with itself: {missing}"
    if not has_refs(repository, branches=True):
        return no_base(repository, new), f"is the first branch, and so compared with nothing: {_ALONE}"
    raise NoBaseError(
        f"{missing}, so nothing says what '{update.name}' is to be compared with",
        "on the server: git symbolic-ref HEAD refs/heads/main, or dcr hook pre-receive --default-branch main",
    )
