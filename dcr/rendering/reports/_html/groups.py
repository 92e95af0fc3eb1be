"""What the issues of a page are grouped by: each contract, and the run itself, by a name and an address of its own."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dcr.report.report import UNCHANGED

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.report.report import ContractReport, Report

RUN = "run"
"""The address of what belongs to no contract."""


class Group(NamedTuple):
    """One contract with its issues, or those of the run, which has no contract."""

    name: str
    anchor: str
    contract: ContractReport | None
    issues: tuple[Issue, ...]

    @property
    def is_listed(self) -> bool:
        """Whether it is a contract that there is something to say about."""
        return self.contract is not None and bool(self.issues or self.contract.change != UNCHANGED)


def groups(report: Report) -> list[Group]:
    """Return the contracts of a report and, last, the run itself where it has issues.

    An address is made of dataset and path, so that it stays the same whatever else the report holds. Two files that
    claim one dataset are told apart by their paths.
    """
    named = Counter(_name(each) for each in report.contracts)
    anchors: Counter[str] = Counter()
    found = []
    for each in report.contracts:
        name, anchor = _name(each), _anchor(each)
        anchors[anchor] += 1
        again = f"-{anchors[anchor]}" if anchors[anchor] > 1 else ""
        if named[name] > 1:
            name = f"{name} in {each.path}{again}"
        found.append(Group(name, f"{anchor}{again}", each, each.issues))
    if report.issues:
        found.append(Group("Policy and acceptances", RUN, None, report.issues))
    return found


def _name(contract: ContractReport) -> str:
    return contract.dataset_id or contract.path


def _anchor(contract: ContractReport) -> str:
    words = f"{contract.dataset_id}\0{contract.path}".encode("utf-8", "surrogatepass")
    return f"contract-{hashlib.sha256(words).hexdigest()[:12]}"
