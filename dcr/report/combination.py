"""Combines the reports against several merge bases into one, with each break once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.reach import combine_consumers
from dcr.compatibility.semver import BUMPS
from dcr.compatibility.severities import SEVERITIES
from dcr.report.report import UNCHANGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.report.report import ContractReport, Report

_UNUSED_KIND = "acceptance_unused"


def combine_reports(reports: Sequence[Report]) -> Report:
    """Return one report of the reports against several merge bases. A single report is returned as it is.

    A break against any merge base is an issue. It names the first merge base that breaks. An acceptance is unused
    only if it is unused against all merge bases.
    """
    first = reports[0]
    if len(reports) == 1:
        return first
    parts: dict[tuple[str | None, str], list[tuple[ContractReport, str]]] = {}
    for report in reports:
        for contract in report.contracts:
            merge_base = report.base.merge_base if report.base else ""
            parts.setdefault((contract.dataset_id, contract.path), []).append((contract, merge_base))
    contracts = sorted(
        map(_combine_contract, parts.values()), key=lambda contract: (contract.path, contract.dataset_id or "")
    )
    run_issues = {issue.fingerprint: issue for report in reports for issue in report.issues}
    in_all = set.intersection(*({issue.fingerprint for issue in report.issues} for report in reports))
    sources = None
    if first.sources is not None:
        sources = {key: source for report in reports for key, source in (report.sources or {}).items()}
    return first._replace(
        contracts=tuple(contracts),
        issues=tuple(
            issue for issue in run_issues.values() if issue.kind != _UNUSED_KIND or issue.fingerprint in in_all
        ),
        non_contracts=min(report.non_contracts for report in reports),
        baselined=max(report.baselined for report in reports),
        consumers=max(report.consumers for report in reports),
        sources=sources,
    )


def _combine_contract(parts: Iterable[tuple[ContractReport, str]]) -> ContractReport:
    """Return one dataset's report with the largest required bump, and the worst issue of each key.

    Each issue has the consumers of all issues with its key.
    """
    reports = list(parts)
    largest, _ = max(reports, key=lambda part: (part[0].change != UNCHANGED, BUMPS.index(part[0].required_bump)))
    worst: dict[tuple[str, str | None], Issue] = {}
    for contract, merge_base in reports:
        for issue in contract.issues:
            key = _build_issue_key(issue)
            known = worst.get(key)
            consumers = combine_consumers(known.consumers if known else None, issue.consumers)
            if known is None or _rank_issue(issue) < _rank_issue(known):
                known = _name_merge_base(issue, merge_base)
            worst[key] = known._replace(consumers=consumers)
    issues = sorted(worst.values(), key=lambda issue: _rank_issue(issue)[0])
    return largest._replace(issues=tuple(issues))


def _build_issue_key(issue: Issue) -> tuple[str, str | None]:
    """Return a key that is equal for the same issue against two merge bases.

    A contract may have several issues of one kind without a field. Their fingerprints distinguish them.
    """
    uses_fingerprint = issue.field is None and not issue.kind.startswith("version_")
    return issue.kind, issue.fingerprint if uses_fingerprint else issue.field


def _rank_issue(issue: Issue) -> tuple[int, int]:
    severity = SEVERITIES.index(issue.severity) if issue.severity in SEVERITIES else 0
    return severity, -len(issue.modes)


def _name_merge_base(issue: Issue, merge_base: str) -> Issue:
    """Return an issue with the merge base in its message, if the issue comes from a comparison."""
    location = issue.previous_location
    if location is None and issue.against is None:
        return issue
    if location is not None and not location.commit:
        location = location._replace(commit=merge_base)
    message = f"{issue.message}, compared with merge base {merge_base[:10]}"
    return issue._replace(message=message, previous_location=location)
