"""Renders the issues of a fleet, as `dcr fleet audit` prints them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from dcr.fleet.listings.documents import duplicate_documents, header_document
from dcr.index.records import DUPLICATE_HINT, DUPLICATE_KIND
from dcr.rendering.listings.json_documents import commit_document
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.fleet.audit import FleetAudit
    from dcr.index.records import StoredIssue
    from dcr.rendering.style import Style

_SHORT = 10


def render(audit: FleetAudit, style: Style) -> str:
    """Return the duplicate ids, then a group for each commit, newest first, with its issues."""
    page = Page(style)
    lines: list[str] = []
    for duplicate in audit.duplicates:
        lines.append(page.line(Cell(f"error: {duplicate.message} [{DUPLICATE_KIND}]", RED)))
        lines.append(page.line(Cell(f"help: {DUPLICATE_HINT}", DIM), indent=INDENT))
    for (repository, commit), issues in groupby(audit.issues, key=lambda issue: (issue.repository, issue.commit)):
        subject = Cell(shorten_subject(commit.subject), DIM)
        where = (Cell(commit.day), Cell(commit.id[:_SHORT], DIM), Cell(commit.author), subject) if commit.id else ()
        lines.append(page.line(Cell(repository, BOLD), *where))
        for issue in issues:
            lines += _list_issue_lines(page, issue)
    return join_lines([*lines, _summarize(audit)])


def document(index_name: str, audit: FleetAudit) -> dict[str, Any]:
    """Return the issues as a JSON document."""
    return {
        **header_document(index_name),
        "summary": {
            "errors": audit.count("error"),
            "warnings": audit.count("warning"),
            "accepted": sum(issue.accepted is not None for issue in audit.issues),
        },
        "duplicates": duplicate_documents(audit.duplicates),
        "issues": [_document(issue) for issue in audit.issues],
        "failed": [{"repository": each.name, "error": each.error} for each in audit.failed],
    }


def _document(issue: StoredIssue) -> dict[str, Any]:
    return {
        "repository": issue.repository,
        "kind": issue.kind,
        "severity": issue.severity,
        "dataset_id": issue.dataset_id,
        "field": issue.field,
        "previous": issue.previous,
        "proposed": issue.version,
        "message": issue.message,
        "hint": issue.hint,
        "path": issue.path,
        "accepted": issue.accepted,
        **commit_document(issue.commit),
    }


def _list_issue_lines(page: Page, issue: StoredIssue) -> Iterator[str]:
    color = CYAN if issue.accepted else RED if issue.severity == "error" else YELLOW
    severity = "accepted" if issue.accepted else issue.severity
    about = issue.dataset_id or issue.path
    versions = [version for version in dict.fromkeys((issue.previous, issue.version)) if version]
    yield page.line(
        Cell(about, BOLD),
        Cell(" → ".join(versions), DIM),
        Cell(f"{severity}: {issue.message} [{issue.kind}]", color),
        indent=INDENT,
    )
    if issue.accepted:
        yield page.line(Cell(issue.accepted, DIM), indent=INDENT * 2)


def _summarize(audit: FleetAudit) -> str:
    errors, accepted = audit.count("error"), sum(issue.accepted is not None for issue in audit.issues)
    parts = [format_count(errors, "error") if errors else "no errors"]
    parts += [f"{accepted:,} accepted"] if accepted else []
    parts += [f"{len(audit.failed):,} not read (dcr fleet lists them)"] if audit.failed else []
    return ", ".join(parts)
