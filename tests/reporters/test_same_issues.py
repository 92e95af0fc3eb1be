"""Every format carries the same issues: kind, severity, field, path and line, in the same order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from readers import Seen, seen_in
from sample_reports import REPORTS

from dcr.rendering.reports import list_formats, load_reporter
from dcr.rendering.style import Style

if TYPE_CHECKING:
    from dcr.report.report import Report

PLACED = {"sarif", "gitlab"}
"""Formats in which every issue has a place, if need be the top of its contract or of the policy."""


def meant_by(report: Report, *, placed: bool) -> list[Seen]:
    meant = []
    for contract in (*report.contracts, None):
        for issue in contract.issues if contract else report.issues:
            path, line = (issue.location.path, issue.location.line) if issue.location else (None, None)
            if placed and path is None:
                path, line = contract.path if contract else "dcr.toml", 1
            meant.append(Seen(issue.kind, issue.severity, issue.field or None, path, line))
    return meant


@pytest.mark.parametrize("format_name", list_formats())
@pytest.mark.parametrize("name", REPORTS)
def test_every_format_carries_the_same_issues(name: str, format_name: str) -> None:
    report = REPORTS[name]
    seen = seen_in(load_reporter(format_name).render(report, Style(width=400)), format_name)
    meant = meant_by(report, placed=format_name in PLACED)
    assert [each._replace(field=... if each.field is ... else each.field or None) for each in seen] == [
        one._replace(field=... if each.field is ... else one.field) for one, each in zip(meant, seen, strict=True)
    ]


@pytest.mark.parametrize("name", REPORTS)
def test_every_format_counts_alike(name: str) -> None:
    summary = json.loads(load_reporter("json").render(REPORTS[name], Style()))["summary"]
    for format_name in list_formats():
        seen = seen_in(load_reporter(format_name).render(REPORTS[name], Style(width=400)), format_name)
        assert sum(each.severity == "error" for each in seen) == summary["errors"]
        assert sum(each.severity == "warning" for each in seen) == summary["warnings"]


@pytest.mark.parametrize("format_name", sorted(set(list_formats()) - {"json", "gitlab", "sarif", "junit"}))
def test_what_people_read_says_that_a_break_was_let_through(format_name: str) -> None:
    page = load_reporter(format_name).render(REPORTS["accepted"], Style())
    assert "accepted" in page.lower()
    assert "nobody reads it; agreed in the weekly" in " ".join(page.split())


@pytest.mark.parametrize("format_name", ["gitlab", "sarif", "junit"])
def test_what_services_read_says_that_a_break_was_let_through(format_name: str) -> None:
    page = load_reporter(format_name).render(REPORTS["accepted"], Style())
    assert "ACCEPTED: nobody reads it; agreed in the weekly (until 2099-01-01)" in page
