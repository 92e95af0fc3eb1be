"""Groups the issues of a report by contract."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.semver import BUMPS
from dcr.compatibility.severities import ERROR, WARNING
from dcr.rendering.reports._html.states import count_states
from dcr.report.report import RENAMED, UNCHANGED
from dcr.report.summary import format_count, name_run_issues

if TYPE_CHECKING:
    from dcr.compatibility.issue import Issue
    from dcr.report.report import ContractReport, Report


class Bump(NamedTuple):
    """The version bump that a change requires and the one that it has."""

    required: str
    actual: str
    is_enough: bool


class Group(NamedTuple):
    """One contract with its issues. The issues about the policy are a group without a contract."""

    name: str
    anchor: str
    contract: ContractReport | None
    issues: tuple[Issue, ...]

    @property
    def is_listed(self) -> bool:
        """Whether the page lists it among the contracts: it has issues or was changed."""
        return self.contract is not None and bool(self.issues or self.contract.change != UNCHANGED)

    @property
    def badges(self) -> list[tuple[str, str]]:
        """The states of the issues, worst first, with the number of issues in words."""
        return [
            (state, format_count(number, state) if state in (ERROR, WARNING) else f"{number:,} {state}")
            for state, number in count_states(self.issues).items()
        ]

    @property
    def versions(self) -> list[str]:
        """The previous and the proposed version, once if they are equal."""
        versions = (self.contract.previous, self.contract.proposed) if self.contract else ()
        return list(dict.fromkeys(version for version in versions if version))

    @property
    def change(self) -> str:
        """How the contract was changed, in words."""
        if self.contract is None:
            return ""
        is_renamed = self.contract.change == RENAMED and self.contract.previous_path
        return f"renamed from {self.contract.previous_path}" if is_renamed else self.contract.change

    @property
    def mode(self) -> str:
        """The compatibility mode; empty for a contract that was not changed."""
        return (self.contract.mode or "") if self.contract and self.contract.change != UNCHANGED else ""

    @property
    def bump(self) -> Bump | None:
        """The required and the actual bump; None if no bump is required."""
        if self.contract is None or self.contract.required_bump == "none":
            return None
        required, actual = self.contract.required_bump, self.contract.actual_bump or "none"
        is_enough = actual in BUMPS and BUMPS.index(actual) >= BUMPS.index(required)
        return Bump(required.upper(), actual.upper(), is_enough)


def group_issues(report: Report) -> list[Group]:
    """Return a group for each contract and a last one for the issues about the policy, if there are any.

    An anchor is a hash of dataset and path, so that links stay valid. Two files with the same dataset show their paths.
    """
    names = Counter(_get_name(contract) for contract in report.contracts)
    anchors: Counter[str] = Counter()
    groups = []
    for contract in report.contracts:
        name, anchor = _get_name(contract), _compute_anchor(contract)
        anchors[anchor] += 1
        suffix = f"-{anchors[anchor]}" if anchors[anchor] > 1 else ""
        if names[name] > 1:
            name = f"{name} in {contract.path}{suffix}"
        groups.append(Group(name, f"{anchor}{suffix}", contract, contract.issues))
    if report.issues:
        groups.append(Group(name_run_issues(report.issues).capitalize(), "run", None, report.issues))
    return groups


def _get_name(contract: ContractReport) -> str:
    return contract.dataset_id or contract.path


def _compute_anchor(contract: ContractReport) -> str:
    key = f"{contract.dataset_id}\0{contract.path}".encode("utf-8", "surrogatepass")
    return f"contract-{hashlib.sha256(key).hexdigest()[:12]}"
