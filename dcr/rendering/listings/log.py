"""Renders the versions of one dataset or of all datasets, as `dcr log` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.compatibility.severities import ERROR, INFO
from dcr.registry.releases import EDITED, MOVED, RELEASED, REMOVED, RETURNED, REWORDED, STATUS
from dcr.rendering.listings.json_documents import (
    bump_document,
    commit_document,
    header_document,
    unread_documents,
    with_former_keys,
)
from dcr.rendering.listings.page import (
    BOLD,
    CYAN,
    DIM,
    GREEN,
    INDENT,
    RED,
    STATUS_COLORS,
    YELLOW,
    Cell,
    Column,
    Page,
    join_lines,
    shorten_subject,
)
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.git.history import Commit
    from dcr.registry.history.timeline import History
    from dcr.registry.releases import HistoryStep, Version
    from dcr.registry.snapshot import Snapshot
    from dcr.rendering.style import Style

_SHORT = 10
_COLUMNS = (
    Column("dataset", least=24), Column("version", least=9), Column("status", 1), Column("date", 2),
    Column("commit", 4), Column("author", 3, 8),
)  # fmt: skip
_WORDS = {
    EDITED: "changed without a new version",
    REMOVED: "removed",
    RETURNED: "reintroduced",
    MOVED: "moved",
    REWORDED: "descriptions changed",
}
_BUMP_COLORS = {"major": RED, "minor": YELLOW, "patch": GREEN}
_ISSUE_COLORS = {"error": RED, "warning": YELLOW, "info": CYAN}


class Log:
    """The versions of one dataset, newest first, and every step, oldest first."""

    def __init__(
        self, dataset_id: str, versions: Sequence[Version], steps: Sequence[HistoryStep], mode: str | None
    ) -> None:
        self.dataset_id, self.versions, self.steps, self.mode = dataset_id, versions, steps, mode

    @property
    def removed(self) -> bool:
        """Whether the dataset was removed."""
        return bool(self.steps) and self.steps[-1].revision.facts is None


def render(log: Log, style: Style) -> str:
    """Return a group of lines for each version and for each change without a new version, newest first."""
    page = Page(style)
    lines: list[str] = []
    by_step = {each.first_step.revision: each for each in log.versions}
    for step in reversed(log.steps):
        if step.change == REWORDED:
            continue
        if lines:
            lines.append("")
        version = by_step.get(step.revision)
        lines += _version_lines(page, version, step) if version else _step_lines(page, step)
    return join_lines(lines)


def render_all(logs: Sequence[Log], style: Style) -> str:
    """Return a row for each version of each dataset, newest first."""
    page = Page(style)
    rows = []
    for log in logs:
        for version in log.versions:
            commit = version.first_step.revision.commit
            facts = version.release.last.facts
            status = facts.status if facts else ""
            rows.append([
                Cell(log.dataset_id, BOLD),
                Cell(version.release.version + (" (redefined)" if version.conflicting_releases else "")),
                Cell(status, STATUS_COLORS.get(status, "")),
                Cell(commit.day),
                Cell(commit.id[:_SHORT], DIM),
                Cell(commit.author),
            ])  # fmt: skip
    lines = page.table(_COLUMNS, rows)
    return join_lines([*lines, f"{format_count(len(rows), 'version')} of {format_count(len(logs), 'dataset')}"])


def document(opened: Snapshot, history: History, log: Log) -> dict[str, Any]:
    """Return the log of one dataset as a JSON document."""
    return {
        **header_document(opened, history),
        "dataset_id": log.dataset_id,
        "mode": log.mode,
        "removed": log.removed,
        "versions": [version_document(each, judged=True) for each in log.versions],
        "steps": [_step_document(each) for each in reversed(log.steps)],
        "unread": unread_documents(history.unreadable),
    }


def document_of_all(opened: Snapshot, history: History, logs: Sequence[Log]) -> dict[str, Any]:
    """Return the log of all datasets as a JSON document, without bumps and issues."""
    return {
        **header_document(opened, history),
        "datasets": [
            {
                "dataset_id": log.dataset_id,
                "removed": log.removed,
                "versions": [version_document(each, judged=False) for each in log.versions],
            }
            for log in logs
        ],
        "unread": unread_documents(history.unreadable),
    }


def version_document(version: Version, *, judged: bool) -> dict[str, Any]:
    """Return one version as a JSON document, with its bump and issues if it was judged."""
    step, facts = version.first_step, version.release.last.facts
    status = facts.status if facts else None
    deprecated = version.find_status_commit("deprecated") if status == "deprecated" else None
    archived = version.find_status_commit("archived") if status == "archived" else None
    found: dict[str, Any] = {
        "version": version.release.version,
        **commit_document(step.revision.commit),
        "path": step.revision.path,
        "status": status,
        "digest": version.release.digest,
        "ambiguous": bool(version.conflicting_releases),
        "commits": [each.revision.commit.id for each in version.steps],
        "deprecated": deprecated and _since_document(deprecated, facts.deprecation_uri if facts else None),
        "archived": archived and _since_document(archived, None),
    }
    if judged:
        found["bump"] = bump_document(step.required_bump, step.actual_bump)
        found["issues"] = [_issue(issue) for issue in step.issues]
    return found


def _since_document(commit: Commit, uri: str | None) -> dict[str, Any]:
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


def _step_document(step: HistoryStep) -> dict[str, Any]:
    facts = step.revision.facts
    return with_former_keys({
        "change": step.change,
        **commit_document(step.revision.commit),
        "path": step.revision.path,
        "version": facts.version if facts else None,
        "status": facts.status if facts else None,
        "bump": bump_document(step.required_bump, step.actual_bump),
        "issues": [_issue(issue) for issue in step.issues],
    })  # fmt: skip


def _version_lines(page: Page, version: Version, step: HistoryStep) -> list[str]:
    facts = version.release.last.facts
    status = facts.status if facts else ""
    bump = ""
    if step.required_bump is not None:
        bump = f"needs {step.required_bump.upper()}, has {(step.actual_bump or 'none').upper()}"
    heading = page.line(
        Cell(version.release.version, BOLD),
        Cell(status, STATUS_COLORS.get(status, "")),
        Cell(bump, _BUMP_COLORS.get(step.required_bump or "", "")),
        Cell(_WORDS.get(step.change, ""), YELLOW),
    )
    lines = [heading, _commit_line(page, step)]
    if version.conflicting_releases:
        commits = ", ".join(
            f"{rival.first.commit.id[:_SHORT]} ({rival.first.commit.day})" for rival in version.conflicting_releases
        )
        text = f"version '{version.release.version}' was also defined differently, in {commits}"
        lines.append(page.line(Cell(text, YELLOW), indent=INDENT))
    deprecated = version.find_status_commit("deprecated")
    if deprecated and facts:
        plan = facts.deprecation_uri or "no migration plan"
        text = f"deprecated on {deprecated.day} in {deprecated.id[:_SHORT]}: {plan}"
        lines.append(page.line(Cell(text, YELLOW), indent=INDENT))
    archived = version.find_status_commit("archived")
    if archived:
        lines.append(page.line(Cell(f"archived on {archived.day} in {archived.id[:_SHORT]}", DIM), indent=INDENT))
    return [*lines, *_issue_lines(page, step)]


def _step_lines(page: Page, step: HistoryStep) -> list[str]:
    facts = step.revision.facts
    version = facts.version if facts else ""
    words = _WORDS.get(step.change, "")
    if step.change == STATUS and facts:
        words = f"status is {facts.status}"
    elif step.change == RELEASED:
        words = "this version again"
    elif step.change == MOVED:
        words = _describe_move(step)
    return [
        page.line(Cell(version), Cell(words, RED if step.change == REMOVED else CYAN)),
        _commit_line(page, step),
        *_issue_lines(page, step),
    ]


def _describe_move(step: HistoryStep) -> str:
    """Return how the file or its format changed."""
    path, before, facts = step.revision.path, step.previous, step.revision.facts
    found = [f"moved to {path}"] if before is None or before.path != path else []
    if facts and before and before.facts and before.facts.format != facts.format:
        found.append(f"format changed from {before.facts.format} to {facts.format}")
    return ", ".join(found)


def _commit_line(page: Page, step: HistoryStep) -> str:
    commit = step.revision.commit
    texts = (commit.day, commit.id[:_SHORT], commit.author, shorten_subject(commit.subject))
    return page.line(*(Cell(text, DIM) for text in texts), indent=INDENT)


def _issue_lines(page: Page, step: HistoryStep) -> Iterator[str]:
    for issue in step.issues:
        if issue.severity != INFO:
            color = _ISSUE_COLORS.get(issue.severity, "") if issue.severity == ERROR else YELLOW
            yield page.line(Cell(f"{issue.severity}: {issue.message} [{issue.kind}]", color), indent=INDENT)
