"""Gives every issue a location and a number among the issues with its fingerprint."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.issue import Issue
    from dcr.report.report import ContractReport, Report

_POLICY = "dcr.toml"


class LocatedIssue(NamedTuple):
    """An issue, its contract (None for an issue of the policy or the acceptances), and a location.

    `number` is the position of the contract in the report, from 0. `occurrence` counts the issues with the same
    fingerprint, from 1.
    """

    issue: Issue
    contract: ContractReport | None
    number: int
    location: Location
    occurrence: int


def locate_issues(report: Report) -> Iterator[LocatedIssue]:
    """Yield every issue of a report. One without a location gets line 1 of its contract or the policy."""
    occurrences: Counter[str] = Counter()
    for number, contract in enumerate((*report.contracts, None)):
        for issue in contract.issues if contract else report.issues:
            occurrences[issue.fingerprint] += 1
            location = issue.location or Location(contract.path if contract else _POLICY)
            yield LocatedIssue(issue, contract, number, location, occurrences[issue.fingerprint])
