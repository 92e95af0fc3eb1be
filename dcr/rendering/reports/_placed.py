"""Issues as services want them that insist on a place for each and on an id that no other issue of the run has."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.issue import Issue
    from dcr.report.report import ContractReport, Report

_POLICY = "dcr.toml"


class Placed(NamedTuple):
    """An issue, the contract it is about (None for one about the run), and where it is shown.

    `number` is the contract's in the report, from 0; `occurrence` counts the issues of one fingerprint from 1.
    """

    issue: Issue
    contract: ContractReport | None
    number: int
    place: Location
    occurrence: int


def placed_issues(report: Report) -> Iterator[Placed]:
    """Yield every issue in the report's order; one without a place stands at the top of its contract or the policy."""
    seen: Counter[str] = Counter()
    for number, contract in enumerate((*report.contracts, None)):
        for issue in contract.issues if contract else report.issues:
            seen[issue.fingerprint] += 1
            place = issue.location or Location(contract.path if contract else _POLICY)
            yield Placed(issue, contract, number, place, seen[issue.fingerprint])
