"""Renders the breaks that a branch has accepted or merged, as `dcr audit` prints them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from dcr.compatibility.severities import ERROR
from dcr.rendering.listings.json_documents import (
    bump_document,
    commit_document,
    header_document,
    unread_documents,
    with_former_keys,
)  # fmt: skip
from dcr.rendering.listings.page import (
    BOLD,
    CYAN,
    DIM,
    INDENT,
    RED,
    YELLOW,
    Cell,
    Page,
    join_lines,
    shorten_subject,
)  # fmt: skip
from dcr.report.summary import format_count
from dcr.text.printable import escape_ci_commands, make_printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.issue import Issue
    from dcr.registry.audit import Audit, AuditedTransition
    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Snapshot
    from dcr.rendering.style import Style

_SHORT = 10


def render(audit: Audit, style: Style) -> str:
    """Return a group for each commit, newest first, with its datasets and their issues."""
    page = Page(style)
    lines: list[str] = []
    for commit, slips in groupby(audit.findings, key=lambda slip: slip.step.revision.commit):
        what = Cell(shorten_subject(commit.subject), DIM)
        lines.append(page.line(Cell(commit.day), Cell(commit.id[:_SHORT], DIM), Cell(commit.author), what))
        for slip in slips:
            lines.append(page.line(Cell(slip.dataset_id, BOLD), Cell(_versions(slip), DIM), indent=INDENT))
            for issue in slip.step.issues:
                lines += _issue_lines(page, issue)
        lines.append("")
    return join_lines([*lines, _summary(audit)])


def render_lines(audit: Audit) -> str:
    """Return one line for each issue, for programs that read lines."""
    found = []
    for slip in audit.findings:
        commit = slip.step.revision.commit
        for issue in slip.step.issues:
            severity = "accepted" if issue.accepted else issue.severity
            about = f"{commit.id[:_SHORT]} {commit.day} {slip.dataset_id}"
            found.append(
                escape_ci_commands(
                    f"{make_printable(about)}: {severity}: {make_printable(issue.message)} [{issue.kind}]"
                )
            )
    return join_lines(found)


def document(opened: Snapshot, history: History, audit: Audit) -> dict[str, Any]:
    """Return an audit as a JSON document, with the transitions that have issues, newest first."""
    return with_former_keys({
        **header_document(opened, history),
        "summary": {
            "datasets": audit.dataset_count,
            "transitions": audit.transition_count,
            "errors": count_issues(audit, ERROR),
            "accepted": sum(issue.accepted is not None for issue in _issues(audit)),
        },
        "transitions": [_document(slip) for slip in audit.findings],
        "unread": unread_documents(audit.unreadable),
    })  # fmt: skip


def count_issues(audit: Audit, severity: str) -> int:
    """Return how many issues have a severity."""
    return sum(issue.severity == severity for issue in _issues(audit))


def _issues(audit: Audit) -> Iterator[Issue]:
    for slip in audit.findings:
        yield from slip.step.issues


def _document(slip: AuditedTransition) -> dict[str, Any]:
    before, facts = slip.step.previous, slip.step.revision.facts
    return with_former_keys({
        "dataset_id": slip.dataset_id,
        **commit_document(slip.step.revision.commit),
        "path": slip.step.revision.path,
        "change": slip.step.change,
                "previous": before.facts.version if before and before.facts else None,
        "proposed": facts.version if facts else None,
        "bump": bump_document(slip.step.required_bump, slip.step.actual_bump),
        "issues": [
            {
                "kind": issue.kind,
                "severity": issue.severity,
                "field": issue.field,
                "breaks": issue.breaks,
                "modes": list(issue.modes),
                "against": issue.against,
                "message": issue.message,
                "accepted": issue.accepted and {"reason": issue.accepted.reason, "severity": issue.accepted.severity},
            }
            for issue in slip.step.issues
        ],
    })  # fmt: skip


def _versions(slip: AuditedTransition) -> str:
    before, facts = slip.step.previous, slip.step.revision.facts
    previous = before.facts.version if before and before.facts else ""
    if facts is None:
        return f"{previous} → removed"
    return facts.version if facts.version == previous else f"{previous} → {facts.version}"


def _issue_lines(page: Page, issue: Issue) -> Iterator[str]:
    color = CYAN if issue.accepted else RED if issue.severity == ERROR else YELLOW
    severity = "accepted" if issue.accepted else issue.severity
    yield page.line(Cell(f"{severity}: {issue.message} [{issue.kind}]", color), indent=INDENT * 2)
    if issue.accepted:
        yield page.line(Cell(issue.accepted.reason, DIM), indent=INDENT * 3)


def _summary(audit: Audit) -> str:
    if not audit.dataset_count:
        return "no datasets found, nothing was checked"
    if not audit.transition_count:
        return f"no changes found in {format_count(audit.dataset_count, 'dataset')}, nothing was checked"
    commits = {
        slip.step.revision.commit.id
        for slip in audit.findings
        if any(issue.severity == ERROR for issue in slip.step.issues)
    }
    errors, accepted = count_issues(audit, ERROR), sum(issue.accepted is not None for issue in _issues(audit))
    result = f"{format_count(errors, 'error')} in {format_count(len(commits), 'commit')}" if errors else "no errors"
    accepted_text = f", {accepted:,} accepted" if accepted else ""
    checked = f"{format_count(audit.transition_count, 'change')} of {format_count(audit.dataset_count, 'dataset')}"
    return f"{result}{accepted_text}; checked {checked}"
