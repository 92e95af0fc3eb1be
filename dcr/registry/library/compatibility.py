"""Compares contracts that are made in Python, for the public API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dcr.compatibility.history import ReleasedVersion
from dcr.compatibility.issue import Issue, compute_fingerprint
from dcr.compatibility.modes import MODES, is_transitive
from dcr.compatibility.older_versions import check_all_versions, may_break_older_versions, merge_issues
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.semver import PATCH, increase_version
from dcr.compatibility.severities import ERROR, WARNING
from dcr.contract.models import DataContract, to_record
from dcr.registry.library.arguments import ArgumentError
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dcr.contract.contract import Contract


_NOT_INCREASING = "version_not_increasing"


@dataclass(frozen=True, slots=True)
class CompatibilityReport:
    """The result of a comparison. `required_bump` is `none`, `patch`, `minor` or `major`."""

    mode: str
    issues: tuple[Issue, ...]
    required_bump: str
    actual_bump: str | None

    @property
    def compatible(self) -> bool:
        """Whether no issue has severity error."""
        return not self.errors

    @property
    def errors(self) -> list[Issue]:
        """The issues of severity error."""
        return [issue for issue in self.issues if issue.severity == ERROR]

    @property
    def warnings(self) -> list[Issue]:
        """The issues of severity warning."""
        return [issue for issue in self.issues if issue.severity == WARNING]


def validate_mode(mode: str) -> str:
    """Return the mode. Raise `ArgumentError` if it does not exist."""
    if mode not in MODES:
        raise ArgumentError(
            f"mode '{mode}' does not exist", format_suggestion(mode, MODES) or f"choose one of: {', '.join(MODES)}"
        )
    return mode


def check_compatibility(
    previous: DataContract | None,
    proposed: DataContract,
    mode: str = "backward",
    earlier: Iterable[DataContract] = (),
) -> CompatibilityReport:
    """Return the issues between two versions of a dataset. Without a previous version, no comparison rule runs.

    `earlier` are older versions, newest first, which a transitive mode compares too. Two contracts with the same
    version number are never compatible.

    Raise `ArgumentError`, a `ValueError`, for an unknown mode or if the dataset ids differ. Raise
    `pydantic.ValidationError` if a contract is invalid (`model_copy` does not validate its changes).
    """
    validate_mode(mode)
    if previous is not None and previous.dataset_id != proposed.dataset_id:
        raise ArgumentError(
            f"'{previous.dataset_id}' and '{proposed.dataset_id}' are different datasets",
            "compare versions of one dataset",
        )
    before = _validate_model(previous) if previous is not None else None
    pair = ContractPair(before, _validate_model(proposed))
    if is_transitive(mode) and may_break_older_versions(pair):
        older_versions = tuple(ReleasedVersion(_validate_model(contract)) for contract in earlier)
        pair = pair._replace(older_versions=older_versions)
    report = check_pair(pair, mode)
    if previous is None or previous.version != proposed.version:
        return report
    if any(issue.kind == _NOT_INCREASING for issue in report.issues):
        return report
    return replace(report, issues=(*report.issues, _build_unchanged_version_issue(proposed)))


def _build_unchanged_version_issue(contract: DataContract) -> Issue:
    """Return the issue of two contracts with the same version.

    In git, a contract may keep its version if only its status changes. In the Python API it may not.
    """
    version = contract.version
    return Issue(
        _NOT_INCREASING,
        ERROR,
        f"version is still '{version}'",
        hint=f'set version: "{increase_version(version, PATCH)}" or a greater one',
        against=version,
        fingerprint=compute_fingerprint(contract.dataset_id, _NOT_INCREASING, None, version),
    )


def check_pair(pair: ContractPair, mode: str) -> CompatibilityReport:
    """Return the issues of a pair and of its older versions, with the rules' default severities."""
    verdict, older = check_all_versions(pair, mode)
    issues = merge_issues(verdict.issues, [version.verdict.issues for version in older])
    return CompatibilityReport(mode, issues, verdict.required_bump, verdict.actual_bump)


def _validate_model(model: DataContract) -> Contract:
    return to_record(DataContract.model_validate(model.model_dump()))
