"""Converts the findings in a file to JSON values and back, without the path of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.compatibility.issue import Issue
from dcr.linting.findings import FileFindings, FoundDataset, build_report
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from dcr.report.report import ContractReport


class NotStorableError(ValueError):
    """The findings have a value that an entry has no place for."""


def findings_to_json(findings: FileFindings) -> list[Any]:
    """Return findings as JSON values. Raise `NotStorableError` if they would not be restored completely."""
    path = findings.path
    entry = [
        findings.format,
        [
            [dataset.dataset_id, dataset.version, *_location_to_json(dataset.location, path), dataset.is_alias]
            for dataset in findings.datasets
        ],
        [
            [report.dataset_id, report.proposed, [_issue_to_json(issue, path) for issue in report.issues]]
            for report in findings.reports
        ],
        findings.has_findings,
        findings.is_unreadable,
        findings.dataset_id,
    ]
    if findings.has_findings and findings_from_json(entry, path) != findings._replace(contracts=()):
        raise NotStorableError(path)
    return entry


def findings_from_json(entry: list[Any], path: str) -> FileFindings:
    """Return the findings of an entry, in the file at `path`. Raise `TypeError` or `ValueError` for another shape."""
    file_format, datasets, reports, has_findings, is_unreadable, dataset_id = entry
    return FileFindings(
        path,
        file_format,
        tuple(
            FoundDataset(dataset_id, version, Location(path, line, column, key), is_alias)
            for dataset_id, version, line, column, key, is_alias in datasets
        ),
        tuple(_report_from_json(report, path) for report in reports) if reports else (),
        has_findings,
        is_unreadable,
        dataset_id,
    )


def _report_from_json(report: list[Any], path: str) -> ContractReport:
    dataset_id, version, issues = report
    return build_report(dataset_id, version, path, tuple(_issue_from_json(issue, path) for issue in issues))


def _issue_to_json(issue: Issue, path: str) -> list[Any]:
    location = None if issue.location is None else _location_to_json(issue.location, path)
    return [
        issue.kind, issue.severity, issue.message, issue.field, issue.hint, issue.breaks, location, issue.fingerprint
    ]  # fmt: skip


def _issue_from_json(values: list[Any], path: str) -> Issue:
    kind, severity, message, field, hint, breaks, location, fingerprint = values
    return Issue(
        kind, severity, message, field, hint,
        breaks=breaks, location=location and Location(path, *location), fingerprint=fingerprint,
    )  # fmt: skip


def _location_to_json(location: Location, path: str) -> list[Any]:
    if location.path != path or location.commit:
        raise NotStorableError(path)
    return [location.line, location.column, location.key]
