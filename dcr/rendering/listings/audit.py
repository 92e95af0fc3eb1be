"""What a branch let through, by commit, newest first: for people, a line to an issue, or as JSON."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from dcr.compatibility.severities import ERROR
from dcr.rendering.listings.json_documents import commit_document, opening, unread
from dcr.rendering.listings.lines import BOLD, CYAN, DIM, INDENT, RED, YELLOW, Cell, Paper, day, page, title
from dcr.report.summary import counted
from dcr.text.printable import defused, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.issue import Issue
    from dcr.registry.audit import Audit, Slip
    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Opened
    from dcr.rendering.style import Style

_SHORT = 10


def render(audit: Audit, style: Style) -> str:
    """Return a group for each commit: who and when, then each dataset with its issues."""
    paper = Paper(style)
    lines: list[str] = []
    for commit, slips in groupby(audit.slips, key=lambda slip: slip.step.state.commit):
        what = Cell(title(commit.subject), DIM)
        lines.append(paper.line(Cell(day(commit.date)), Cell(commit.id[:_SHORT], DIM), Cell(commit.author), what))
        for slip in slips:
            lines.append(paper.line(Cell(slip.dataset_id, BOLD), Cell(_versions(slip), DIM), indent=INDENT))
            for issue in slip.step.issues:
                lines += _told(paper, issue)
        lines.append("")
    return page([*lines, _closing(audit)])


def render_lines(audit: Audit) -> str:
    """Return one line for each issue, for programs that read lines."""
    found = []
    for slip in audit.slips:
        commit = slip.step.state.commit
        for issue in slip.step.issues:
            severity = "accepted" if issue.accepted else issue.severity
            about = f"{commit.id[:_SHORT]} {day(commit.date)} {slip.dataset_id}"
            found.append(defused(f"{printable(about)}: {severity}: {printable(issue.message)} [{issue.kind}]"))
    return page(found)


def document(opened: Opened, history: History, audit: Audit) -> dict[str, Any]:
    """Return an audit as plain values: `slips` are transitions, newest first, each with its commit and its issues."""
    return {
        **opening(opened, history),
        "summary": {
            "datasets": audit.datasets,
            "transitions": audit.transitions,
            "errors": number_of(audit, ERROR),
            "accepted": sum(issue.accepted is not None for issue in _issues(audit)),
        },
        "slips": [_document(each) for each in audit.slips],
        "unread": unread(audit.unread),
    }


def number_of(audit: Audit, severity: str) -> int:
    """Return how many issues have a severity."""
    return sum(issue.severity == severity for issue in _issues(audit))


def _issues(audit: Audit) -> Iterator[Issue]:
    for slip in audit.slips:
        yield from slip.step.issues


def _document(slip: Slip) -> dict[str, Any]:
    before, facts = slip.step.before, slip.step.state.facts
    return {
        "dataset_id": slip.dataset_id,
        **commit_document(slip.step.state.commit),
        "path": slip.step.state.path,
        "did": slip.step.did,
        "previous": before.facts.version if before and before.facts else None,
        "proposed": facts.version if facts else None,
        "bump": {"owed": slip.step.owed, "taken": slip.step.taken},
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
    }


def _versions(slip: Slip) -> str:
    before, facts = slip.step.before, slip.step.state.facts
    previous = before.facts.version if before and before.facts else ""
    if facts is None:
        return f"{previous}, removed"
    return facts.version if facts.version == previous else f"{previous} to {facts.version}"


def _told(paper: Paper, issue: Issue) -> Iterator[str]:
    color = CYAN if issue.accepted else RED if issue.severity == ERROR else YELLOW
    severity = "accepted" if issue.accepted else issue.severity
    yield paper.line(Cell(f"{severity}: {issue.message} [{issue.kind}]", color), indent=INDENT * 2)
    if issue.accepted:
        yield paper.line(Cell(issue.accepted.reason, DIM), indent=INDENT * 3)


def _closing(audit: Audit) -> str:
    if not audit.datasets:
        return "no dataset was found, so nothing was judged"
    if not audit.transitions:
        return f"no change of a dataset was found, so nothing was judged; {counted(audit.datasets, 'dataset')}"
    commits = len(
        {slip.step.state.commit.id for slip in audit.slips if any(i.severity == ERROR for i in slip.step.issues)}
    )
    errors, accepted = number_of(audit, ERROR), sum(issue.accepted is not None for issue in _issues(audit))
    found = f"{counted(errors, 'error')} in {counted(commits, 'commit')}" if errors else "nothing slipped through"
    also = f", {accepted:,} accepted" if accepted else ""
    looked = f"{counted(audit.transitions, 'transition')} of {counted(audit.datasets, 'dataset')}"
    return f"{found}{also}; {looked} judged"
