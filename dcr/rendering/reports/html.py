"""Renders a report as one HTML page for people, with the lines of both versions next to each issue."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dcr.rendering.html_page import render_page
from dcr.rendering.reports._consumer_text import MAX_LISTED
from dcr.rendering.reports._html.contracts import group_issues
from dcr.rendering.reports._html.issues import list_issues
from dcr.rendering.reports._html.manuals import list_manuals
from dcr.rendering.reports._html.states import count_states
from dcr.rendering.reports._html.verdict import get_verdict
from dcr.report.reached_teams import list_reached_teams

if TYPE_CHECKING:
    from dcr.rendering.style import Style
    from dcr.report.report import Report

NEEDS_SOURCES = True

MAX_EXCERPTS = 1_000
"""Issues that are shown with lines of both versions, the worst first; the others show their location only."""
MIN_FOLDED_ISSUES = 60
"""Issues from which on their lines and rows are folded."""
MIN_FOLDED_CONTRACTS = 31
"""Contracts from which on their list is folded."""


def render(report: Report, _style: Style) -> str:
    """Return the page."""
    issues = list(report.iterate_issues())
    groups = group_issues(report)
    return render_page(
        "report.html.jinja",
        verdict=get_verdict(report),
        is_comparison=report.base is not None,
        found_nothing=report.has_no_contracts,
        groups=groups,
        issues=issues,
        issues_by_group=list_issues(report, groups, MAX_EXCERPTS),
        teams=list_reached_teams(report),
        max_listed=MAX_LISTED,
        filters={
            "states": count_states(issues),
            "kinds": dict(sorted(Counter(issue.kind for issue in issues).items())),
        },
        manuals=list(list_manuals(issue.kind for issue in issues)),
        is_folded=len(issues) >= MIN_FOLDED_ISSUES,
        min_folded_contracts=MIN_FOLDED_CONTRACTS,
        excerpt_limit=MAX_EXCERPTS if len(issues) > MAX_EXCERPTS and report.sources is not None else None,
    )
