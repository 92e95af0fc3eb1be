"""Describes the history of a dataset: each version and change with its bumps, issues and acceptances."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.semver import NONE, is_at_least
from dcr.compatibility.severities import INFO
from dcr.registry.releases import EDITED, MOVED, RELEASED, REMOVED, RETURNED, REWORDED, STATUS, list_versions
from dcr.site.views.commits import CommitView, view_commit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.registry.history.timeline import History, Revision
    from dcr.registry.releases import HistoryStep, Version

ACCEPTED = "accepted"
_WORDS = {
    EDITED: "changed without a new version",
    REMOVED: "removed",
    RETURNED: "reintroduced",
    RELEASED: "",
}


class IssueView(NamedTuple):
    """One issue. `state` is `accepted` or the severity; `reason` and `expires` are those of the acceptance."""

    state: str
    kind: str
    message: str
    field: str
    breaks: str
    hint: str
    reason: str
    expires: str


class BumpView(NamedTuple):
    """The required and the actual version bump of a change."""

    required: str
    actual: str
    is_enough: bool


class TimelineEntry(NamedTuple):
    """One version, or one change without a new version, whose `change` has words for it.

    `notes` are further facts: deprecated or archived since when, other definitions of the same version. `uri` is the
    migration plan. `release` is the number of the release that the entry introduces, oldest first, or None.
    """

    version: str
    status: str
    change: str
    commit: CommitView
    bump: BumpView | None
    issues: tuple[IssueView, ...]
    notes: tuple[str, ...]
    uri: str
    release: int | None


def view_timeline(
    history: History, dataset_id: str, steps: Sequence[HistoryStep], judged: Mapping[Revision, HistoryStep]
) -> tuple[TimelineEntry, ...]:
    """Return the entries of a dataset, newest first. `judged` are the transitions with their issues."""
    versions = {each.first_step.revision: each for each in list_versions(history, steps, dataset_id)}
    numbers = {each.first: number for number, each in enumerate(history.list_releases(dataset_id))}
    return tuple(
        _view_entry(judged.get(step.revision, step), versions.get(step.revision), numbers.get(step.revision))
        for step in reversed(steps)
        if step.change != REWORDED
    )


def view_issues(step: HistoryStep) -> tuple[IssueView, ...]:
    """Return the issues of a step without information notices, those of error severity first."""
    return tuple(view_issue(each) for each in step.issues if each.severity != INFO or each.accepted)


def view_issue(issue: Issue) -> IssueView:
    """Return an issue as the pages show it."""
    return IssueView(
        ACCEPTED if issue.accepted else issue.severity,
        issue.kind,
        issue.message,
        issue.field or "",
        " and ".join(party.replace("_", " ") for party, _ in issue.parties),
        issue.hint,
        issue.accepted.reason if issue.accepted else "",
        (issue.accepted.expires or "") if issue.accepted else "",
    )


def view_bump(step: HistoryStep) -> BumpView | None:
    """Return the bumps of a step; None if it was not compared with an earlier one."""
    if step.required_bump is None or step.change == REMOVED:
        return None
    actual = step.actual_bump or NONE
    return BumpView(step.required_bump, actual, is_at_least(step.actual_bump, step.required_bump))


def _view_entry(step: HistoryStep, version: Version | None, number: int | None) -> TimelineEntry:
    facts = version.release.last.facts if version else step.revision.facts
    deprecated = version.find_status_commit("deprecated") if version else None
    return TimelineEntry(
        version.release.version if version else (facts.version if facts else ""),
        facts.status if facts else "removed",
        _describe_change(step, version),
        view_commit(step.revision.commit),
        view_bump(step),
        view_issues(step),
        tuple(_list_notes(version)) if version else (),
        (facts.deprecation_uri or "") if deprecated and facts else "",
        number,
    )


def _describe_change(step: HistoryStep, version: Version | None) -> str:
    facts, before = step.revision.facts, step.previous
    if step.change == STATUS and facts:
        return f"the status is {facts.status}"
    if step.change == MOVED:
        found = [f"moved to {step.revision.path}"] if before is None or before.path != step.revision.path else []
        if facts and before and before.facts and before.facts.format != facts.format:
            found.append(f"format changed from {before.facts.format} to {facts.format}")
        return ", ".join(found)
    if step.change == RELEASED and version is None:
        return "this version again"
    return _WORDS[step.change]


def _list_notes(version: Version) -> Iterator[str]:
    for rival in version.conflicting_releases:
        commit = view_commit(rival.first.commit)
        yield f"version {version.release.version} was also defined differently on {commit.day} in {commit.short}"
    for status in ("deprecated", "archived"):
        found = version.find_status_commit(status)
        if found is not None:
            commit = view_commit(found)
            yield f"{status} on {commit.day} in {commit.short}"
