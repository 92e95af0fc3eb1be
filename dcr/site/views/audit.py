"""Describes the changes of all datasets that have issues, in the order in which the branch received them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.compatibility.severities import ERROR
from dcr.site.views.commits import CommitView, view_commit
from dcr.site.views.timeline import ACCEPTED, BumpView, IssueView, view_bump, view_issues

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.registry.releases import HistoryStep

PAGE_SIZE = 100
"""The number of changes on one page of the audit."""


class TransitionView(NamedTuple):
    """One change of a dataset that has issues; `versions` is `1.0.0 → 1.1.0`."""

    dataset_id: str
    versions: str
    commit: CommitView
    bump: BumpView | None
    issues: tuple[IssueView, ...]


class AuditPage(NamedTuple):
    """One page of the audit, its changes newest first. Pages count from 1, the oldest; the last page is the newest."""

    number: int
    page_count: int
    transitions: tuple[TransitionView, ...]


class AuditSummary(NamedTuple):
    """The counts of an audit."""

    datasets: int
    transitions: int
    with_issues: int
    errors: int
    accepted: int


def view_transition(dataset_id: str, step: HistoryStep) -> TransitionView:
    """Return a judged step as the audit shows it."""
    before, facts = step.previous, step.revision.facts
    previous = before.facts.version if before and before.facts else ""
    versions = "removed" if facts is None else facts.version
    if versions != previous:
        versions = f"{previous} \u2192 {versions}"
    return TransitionView(dataset_id, versions, view_commit(step.revision.commit), view_bump(step), view_issues(step))


def summarize(datasets: int, transitions: int, found: Iterable[TransitionView]) -> AuditSummary:
    """Return the counts of an audit of some datasets."""
    listed = list(found)
    states = [issue.state for each in listed for issue in each.issues]
    return AuditSummary(datasets, transitions, len(listed), states.count(ERROR), states.count(ACCEPTED))


def sort_transitions(found: Iterable[TransitionView], commits: Sequence[str]) -> list[TransitionView]:
    """Return changes, oldest first. `commits` are all commits of the branch, newest first."""
    order = {commit: -number for number, commit in enumerate(commits)}
    return sorted(found, key=lambda each: (order.get(each.commit.id, 0), each.dataset_id))


def split_pages(oldest_first: Sequence[TransitionView]) -> list[AuditPage]:
    """Return the pages of an audit. A new change alters the newest page only, or begins a page."""
    starts = range(0, len(oldest_first), PAGE_SIZE) if oldest_first else range(1)
    return [
        AuditPage(number, len(starts), tuple(reversed(oldest_first[start : start + PAGE_SIZE])))
        for number, start in enumerate(starts, start=1)
    ]


def transition_to_json(transition: TransitionView) -> list[Any]:
    """Return a change as JSON values."""
    return list(transition)


def transition_from_json(values: Sequence[Any]) -> TransitionView:
    """Return a change from JSON values. Raise `TypeError` or `ValueError` for values of another shape."""
    dataset_id, versions, commit, bump, issues = values
    found = tuple(IssueView(*each) for each in issues)
    return TransitionView(dataset_id, versions, CommitView(*commit), BumpView(*bump) if bump else None, found)
