"""The report for GitLab's merge requests: a Code Quality report, as the documentation describes it.

Source: GitLab, "Code Quality", section "Code Quality report format". Strict JSON in ASCII; GitLab takes neither a
byte order mark nor a missing path, and shows one of two issues with the same fingerprint.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.rendering.reports._placed import placed_issues
from dcr.rendering.reports._wording import one_line
from dcr.text.printable import escape_ci_markers, make_printable

if TYPE_CHECKING:
    from dcr.rendering.reports._placed import Placed
    from dcr.rendering.style import Style
    from dcr.report.report import Report

SEVERITIES = {ERROR: "major", WARNING: "minor", INFO: "info"}


def render(report: Report, _style: Style) -> str:
    """Return the list of issues; an empty one tells GitLab that those of the target branch are resolved."""
    written = json.dumps([_entry(each) for each in placed_issues(report)], indent=2, allow_nan=False) + "\n"
    return escape_ci_markers(written, escape="\\u0023")


def _entry(placed: Placed) -> dict[str, Any]:
    issue, place = placed.issue, placed.place
    return {
        "description": make_printable(one_line(issue)),
        "check_name": issue.kind,
        "fingerprint": _fingerprint(placed),
        "severity": SEVERITIES[issue.severity],
        "location": {"path": make_printable(place.path), "lines": {"begin": place.line}},
    }


def _fingerprint(placed: Placed) -> str:
    """Return what no other issue of the report has, and this one has again in the next run."""
    first = placed.issue.fingerprint
    return first if placed.occurrence == 1 else f"{first}-{placed.occurrence}"
