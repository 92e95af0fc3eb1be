"""Makes one report of those against each merge base, where history criss-crosses: each break once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.semver import BUMPS
from dcr.compatibility.severities import SEVERITIES
from dcr.report.report import UNCHANGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.report.report import ContractReport, Report

_UNUSED_KIND = "acceptance_unused"


def combine_reports(reports: Sequence[Report]) -> Report:
    """Return one report of those against several merge bases; a single one is returned as it is.

    A break against any of them is an issue that names the first merge base it breaks. What is not used against one
    of them is unused only if it is unused against all.
    """
    first = reports[0]
    if len(reports) == 1:
        return first
    parts: dict[tuple[str | None, str], list[tuple[ContractReport, str]]] = {}
    for report in reports:
        for contract in report.contracts:
            merge_base = report.base.merge_base if report.base else ""
            parts.setdefault((contract.dataset_id, contract.path), []).append((contract, merge_base))
    contracts = sorted(map(_combine_contract, parts.values()), key=lambda each: (each.path, each.dataset_id or ""))
    own = {issue.fingerprint: issue for report in reports for issue in report.issues}
    everywhere = set.intersection(*({each.fingerprint for each in report.issues} for report in reports))
    sources = None
    if first.sources is not None:
        sources = {key: source for report in reports for key, source in (report.sources or {}).items()}
    return first._replace(
        contracts=tuple(contracts),
        issues=tuple(each for each in own.values() if each.kind != _UNUSED_KIND or each.fingerprint in everywhere),
        non_contracts=min(report.non_contracts for report in reports),
        baselined=max(report.baselined for report in reports),
        sources=sources,
    )


def _combine_contract(parts: Iterable[tuple[ContractReport, str]]) -> ContractReport:
    """Return one dataset's report: the change that asks for most, with the worst issue of each cause."""
    listed = list(parts)
    most, _ = max(listed, key=lambda each: (each[0].change != UNCHANGED, BUMPS.index(each[0].required_bump)))
    worst: dict[tuple[str, str | None], Issue] = {}
    for contract, merge_base in listed:
        for issue in contract.issues:
            key = _build_issue_key(issue)
            if key not in worst or _rank_issue(issue) < _rank_issue(worst[key]):
                worst[key] = _name_merge_base(issue, merge_base)
    issues = sorted(worst.values(), key=lambda each: _rank_issue(each)[0])
    return most._replace(issues=tuple(issues))


def _build_issue_key(issue: Issue) -> tuple[str, str | None]:
    """Return what makes two issues one: kind and field, or the exact finding where several concern the whole."""
    whole = issue.field is None and not issue.kind.startswith("version_")
    return issue.kind, issue.fingerprint if whole else issue.field


def _rank_issue(issue: Issue) -> tuple[int, int]:
    severity = SEVERITIES.index(issue.severity) if issue.severity in SEVERITIES else 0
    return severity, -len(issue.modes)


def _name_merge_base(issue: Issue, merge_base: str) -> Issue:
    """Return an issue that says which merge base it was compared with."""
    place = issue.previous_location
    if place is None and issue.against is None:
        return issue
    if place is not None and not place.commit:
        place = place._replace(commit=merge_base)
    message = f"{issue.message}, compared with merge base {merge_base[:10]}"
    return issue._replace(message=message, previous_location=place)
