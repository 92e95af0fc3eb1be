"""A dataset's versions, newest first, with what each owed, took and broke; and the same of all datasets, unjudged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.compatibility.severities import ERROR, INFO
from dcr.registry.releases import EDITED, MOVED, RELEASED, REMOVED, RETURNED, REWORDED, STATUS
from dcr.rendering.listings.json_documents import commit_document, opening, unread
from dcr.rendering.listings.lines import (
    BOLD,
    CYAN,
    DIM,
    GREEN,
    INDENT,
    RED,
    STATUS_COLORS,
    YELLOW,
    Cell,
    Paper,
    day,
    page,
    title,
)
from dcr.report.summary import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.registry.history.timeline import History
    from dcr.registry.releases import Step, Version
    from dcr.registry.snapshot import Opened
    from dcr.rendering.style import Style

_SHORT = 10
_WORDS = {
    EDITED: "edited under the same version",
    REMOVED: "removed",
    RETURNED: "added again",
    MOVED: "moved",
    REWORDED: "reworded",
}
_BUMP_COLORS = {"major": RED, "minor": YELLOW, "patch": GREEN}
_ISSUE_COLORS = {"error": RED, "warning": YELLOW, "info": CYAN}


class Log:
    """What is to be told of one dataset: its versions, newest first, and every step, oldest first."""

    def __init__(self, dataset_id: str, versions: Sequence[Version], steps: Sequence[Step], mode: str | None) -> None:
        self.dataset_id, self.versions, self.steps, self.mode = dataset_id, versions, steps, mode

    @property
    def removed(self) -> bool:
        """Whether the dataset is gone."""
        return bool(self.steps) and self.steps[-1].state.facts is None


def render(log: Log, style: Style) -> str:
    """Return a group of lines for each version, and one line for whatever else happened, newest first."""
    paper = Paper(style)
    lines: list[str] = []
    by_step = {each.introduced.state: each for each in log.versions}
    for step in reversed(log.steps):
        if step.did == REWORDED:
            continue
        if lines:
            lines.append("")
        version = by_step.get(step.state)
        lines += _of_version(paper, version, step) if version else _of_step(paper, step)
    return page(lines)


def render_all(logs: Sequence[Log], style: Style) -> str:
    """Return a row for each version of each dataset, newest first."""
    paper = Paper(style)
    rows = []
    for log in logs:
        for version in log.versions:
            commit = version.introduced.state.commit
            facts = version.release.last.facts
            status = facts.status if facts else ""
            rows.append([
                Cell(log.dataset_id, BOLD),
                Cell(version.release.version + (" (one of two meanings)" if version.rivals else "")),
                Cell(status, STATUS_COLORS.get(status, "")),
                Cell(day(commit.date)),
                Cell(commit.id[:_SHORT], DIM),
                Cell(commit.author),
            ])  # fmt: skip
    lines = paper.table(("dataset", "version", "status", "date", "commit", "author"), rows)
    return page([*lines, f"{counted(len(rows), 'version')} of {counted(len(logs), 'dataset')}"])


def document(opened: Opened, history: History, log: Log) -> dict[str, Any]:
    """Return one dataset's log as plain values."""
    return {
        **opening(opened, history),
        "dataset_id": log.dataset_id,
        "mode": log.mode,
        "removed": log.removed,
        "versions": [version_document(each, judged=True) for each in log.versions],
        "steps": [_step_document(each) for each in reversed(log.steps)],
        "unread": unread(history.unread),
    }


def document_of_all(opened: Opened, history: History, logs: Sequence[Log]) -> dict[str, Any]:
    """Return the log of all datasets as plain values, without verdicts: those are one dataset's."""
    return {
        **opening(opened, history),
        "datasets": [
            {
                "dataset_id": log.dataset_id,
                "removed": log.removed,
                "versions": [version_document(each, judged=False) for each in log.versions],
            }
            for log in logs
        ],
        "unread": unread(history.unread),
    }


def version_document(version: Version, *, judged: bool) -> dict[str, Any]:
    """Return one version: who released it and when, its status now, and its bump and breaks where judged."""
    step, last = version.introduced, version.release.last
    facts = last.facts
    deprecated, archived = version.since("deprecated"), version.since("archived")
    found: dict[str, Any] = {
        "version": version.release.version,
        **commit_document(step.state.commit),
        "path": step.state.path,
        "status": facts.status if facts else None,
        "digest": version.release.digest,
        "ambiguous": bool(version.rivals),
        "commits": [each.state.commit.id for each in version.steps],
        "deprecated": _since(deprecated, facts.deprecation_uri if facts else None),
        "archived": _since(archived, None),
    }
    if judged:
        found["bump"] = {"owed": step.owed, "taken": step.taken}
        found["issues"] = [_issue(each) for each in step.issues]
    return found


def _since(commit: Any, uri: str | None) -> dict[str, Any] | None:
    if commit is None:
        return None
    return {"commit": commit.id, "date": commit.date, **({"uri": uri} if uri else {})}


def _issue(issue: Issue) -> dict[str, Any]:
    return {
        "kind": issue.kind,
        "severity": issue.severity,
        "field": issue.field,
        "breaks": issue.breaks,
        "modes": list(issue.modes),
        "against": issue.against,
        "message": issue.message,
    }


def _step_document(step: Step) -> dict[str, Any]:
    facts = step.state.facts
    return {
        "did": step.did,
        **commit_document(step.state.commit),
        "path": step.state.path,
        "version": facts.version if facts else None,
        "status": facts.status if facts else None,
        "bump": {"owed": step.owed, "taken": step.taken},
        "issues": [_issue(each) for each in step.issues],
    }


def _of_version(paper: Paper, version: Version, step: Step) -> list[str]:
    facts = version.release.last.facts
    status = facts.status if facts else ""
    bump = ""
    if step.owed is not None:
        bump = f"owed {step.owed.upper()}, took {(step.taken or 'none').upper()}"
    heading = paper.line(
        Cell(version.release.version, BOLD),
        Cell(status, STATUS_COLORS.get(status, "")),
        Cell(bump, _BUMP_COLORS.get(step.owed or "", "")),
        Cell(_WORDS.get(step.did, ""), YELLOW),
    )
    lines = [heading, _who(paper, step)]
    if version.rivals:
        others = ", ".join(
            f"{each.first.commit.id[:_SHORT]} on {day(each.first.commit.date)}" for each in version.rivals
        )
        said = f"version '{version.release.version}' has another meaning too, from {others}"
        lines.append(paper.line(Cell(said, YELLOW), indent=INDENT))
    deprecated = version.since("deprecated")
    if deprecated and facts:
        said = (
            f"deprecated on {day(deprecated.date)} in {deprecated.id[:_SHORT]}: {facts.deprecation_uri or 'no address'}"
        )
        lines.append(paper.line(Cell(said, YELLOW), indent=INDENT))
    archived = version.since("archived")
    if archived:
        lines.append(
            paper.line(Cell(f"archived on {day(archived.date)} in {archived.id[:_SHORT]}", DIM), indent=INDENT)
        )
    return [*lines, *_issues(paper, step)]


def _of_step(paper: Paper, step: Step) -> list[str]:
    facts = step.state.facts
    version = facts.version if facts else ""
    words = _WORDS.get(step.did, "")
    if step.did == STATUS and facts:
        words = f"status is {facts.status}"
    elif step.did == RELEASED:
        words = "back to this version"
    elif step.did == MOVED:
        words = _moved(step)
    return [
        paper.line(Cell(version), Cell(words, RED if step.did == REMOVED else CYAN)),
        _who(paper, step),
        *_issues(paper, step),
    ]


def _moved(step: Step) -> str:
    """Return what moved: the file, what it is written in, or both."""
    path, before, facts = step.state.path, step.before, step.state.facts
    found = [f"moved to {path}"] if before is None or before.path != path else []
    if facts and before and before.facts and before.facts.format != facts.format:
        found.append(f"written as {facts.format}, no longer as {before.facts.format}")
    return ", ".join(found)


def _who(paper: Paper, step: Step) -> str:
    commit = step.state.commit
    words = (day(commit.date), commit.id[:_SHORT], commit.author, title(commit.subject))
    return paper.line(*(Cell(each, DIM) for each in words), indent=INDENT)


def _issues(paper: Paper, step: Step) -> Iterator[str]:
    for issue in step.issues:
        if issue.severity != INFO:
            color = _ISSUE_COLORS.get(issue.severity, "") if issue.severity == ERROR else YELLOW
            yield paper.line(Cell(f"{issue.severity}: {issue.message} [{issue.kind}]", color), indent=INDENT)
