"""Computes the versions that a change requires, and plans the edits that write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.semver import NONE, compute_bump, get_largest_bump, increase_version, is_at_least, parse_version
from dcr.contract.contract import Contract, build_comparison_key
from dcr.editing.file_edit import FileEdit
from dcr.editing.source_files import SourceFile, get_source_files, get_worktree, read_source_file
from dcr.editing.text.contracts import set_version
from dcr.editing.text.document import EditRefusedError
from dcr.errors import quote_for_shell
from dcr.git.changes import list_commit_changes
from dcr.git.contracts.changed_files import read_previous_versions
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.errors import DcrError
    from dcr.git.repository import Repository
    from dcr.report.report import ContractReport, Report


class BumpPlan(NamedTuple):
    """The edits to write, the errors of files that cannot be edited, and notes about files that need no edit."""

    edits: tuple[FileEdit, ...]
    refusals: tuple[DcrError, ...]
    unchanged: tuple[str, ...] = ()


class _BumpContext(NamedTuple):
    """The report on the change, the newest contracts of the base by id, and the smallest bump to write."""

    report: Report
    base_contracts: Mapping[str, Contract]
    minimum: str = NONE

    def find_report(self, contract: Contract) -> ContractReport | None:
        """Return the report on a contract; None if the change does not touch its file."""
        key = contract.dataset_id, contract.path
        return next((report for report in self.report.contracts if (report.dataset_id, report.path) == key), None)


class _RequiredVersion(NamedTuple):
    """The required bump of a dataset and the version to write; None if its version is sufficient."""

    dataset_id: str
    bump: str
    version: str | None


def plan_bumps(folder: str, names: Sequence[str], report: Report, minimum: str = NONE) -> BumpPlan:
    """Return the edits that write the required versions of some datasets, raised by at least a bump of `minimum`.

    Raise a `DcrError` if a dataset is in no file.
    """
    repository, top = get_worktree(folder)
    files = {file.path: file for file in get_source_files(repository, names)}
    return _plan_files(top, files.values(), _BumpContext(report, _read_base_contracts(repository, report), minimum))


def plan_required_bumps(folder: str, report: Report, minimum: str = NONE) -> BumpPlan:
    """Return the edits that write every version that a report requires."""
    repository, top = get_worktree(folder)
    files: dict[str, SourceFile] = {}
    refusals: dict[str | None, DcrError] = {}
    duplicates = {
        contract.dataset_id: issue
        for contract in report.contracts
        for issue in contract.issues
        if issue.kind == "dataset_id_duplicated"
    }
    for contract in report.contracts:
        if contract.required_bump == NONE or contract.proposed is None or contract.path in files:
            continue
        if contract.dataset_id in duplicates:  # it is unknown which of the files to edit
            refusals[contract.dataset_id] = _make_refusal(contract, duplicates[contract.dataset_id])
            continue
        file = read_source_file(top, contract.path)
        if any(not each.is_changed_in_place for each in file.reading.contracts):
            files[contract.path] = file
    context = _BumpContext(report, _read_base_contracts(repository, report), minimum)
    plan = _plan_files(top, files.values(), context)
    return plan._replace(refusals=(*refusals.values(), *plan.refusals))


def list_invalid_contracts(report: Report) -> list[DcrError]:
    """Return the errors of changed contracts that are invalid, so that their required bump is unknown."""
    errors: list[DcrError] = []
    for contract in report.contracts:
        issues = (issue for issue in contract.issues if issue.kind == "contract_invalid" and not issue.accepted)
        issue = next(issues, None)
        if issue is not None and contract.proposed is None:
            errors.append(_make_refusal(contract, issue))
    return errors


def _make_refusal(contract: ContractReport, issue: Issue) -> EditRefusedError:
    return EditRefusedError(issue.location or Location(contract.path), issue.message, issue.hint)


def _plan_files(top: str, files: Iterable[SourceFile], context: _BumpContext) -> BumpPlan:
    edits: list[FileEdit] = []
    refusals: list[DcrError] = []
    unchanged: list[str] = []
    for file in files:
        current = file.reading.contracts[0].version if file.reading.contracts else ""
        try:
            required = [_compute_required_version(contract, context) for contract in file.reading.contracts]
            bump = get_largest_bump([each.bump for each in required])
            ids = ", ".join(f"'{each.dataset_id}'" for each in required)
            versions = [each.version for each in required if each.version is not None]
            if not versions:
                note = f"version '{current}' is a sufficient {bump.upper()} bump"
                unchanged.append(f"{ids}: {'no version bump is required' if bump == NONE else note}")
                continue
            version = max(versions, key=lambda text: parse_version(text) or (0, 0, 0))
            after = set_version(file.reading, file.content, version)
        except EditRefusedError as error:
            refusals.append(error)
            continue
        summary = f"{ids}: version '{current}' becomes '{version}' ({bump.upper()})"
        edits.append(FileEdit(top, file.path, file.content, after, summary))
    return BumpPlan(tuple(edits), tuple(refusals), tuple(unchanged))


def _compute_required_version(contract: Contract, context: _BumpContext) -> _RequiredVersion:
    """Return the version that a dataset requires. Raise `EditRefusedError` if a version is not semantic."""
    report = context.find_report(contract)
    if report is not None and report.previous is None:
        return _RequiredVersion(contract.dataset_id, NONE, None)  # a new dataset may have any version
    bump = report.required_bump if report else NONE
    if context.minimum != NONE and not is_at_least(context.minimum, bump):
        message = f"'{contract.dataset_id}' requires a {bump.upper()} bump, found --{context.minimum}"
        raise EditRefusedError(_locate_version(contract), message, f"dcr bump {quote_for_shell(contract.dataset_id)}")
    bump = get_largest_bump([bump, context.minimum])
    previous = (report.previous if report else None) or contract.version
    if bump == NONE:
        return _RequiredVersion(contract.dataset_id, bump, None)
    if contract.is_changed_in_place:  # set_version refuses the edit, with a hint for the format
        return _RequiredVersion(contract.dataset_id, bump, "")
    newest = context.base_contracts.get(contract.dataset_id)
    known = [version for version in (previous, newest.version if newest else None) if version is not None]
    for version in (contract.version, *known):
        if parse_version(version) is None:
            message = f"version '{version}' is not MAJOR.MINOR.PATCH, so that dcr cannot increase it"
            raise EditRefusedError(_locate_version(contract), message, "write three numbers, as in 1.4.0")
    if _is_sufficient(contract, previous, newest, bump):
        return _RequiredVersion(contract.dataset_id, bump, None)
    highest = max(known, key=lambda version: parse_version(version) or (0, 0, 0))
    return _RequiredVersion(contract.dataset_id, bump, increase_version(highest, bump))


def _is_sufficient(contract: Contract, previous: str, newest: Contract | None, bump: str) -> bool:
    if not is_at_least(compute_bump(previous, contract.version), bump):
        return False
    if newest is None or (parse_version(contract.version) or (0, 0, 0)) > (parse_version(newest.version) or (0, 0, 0)):
        return True
    return newest.version == contract.version and build_comparison_key(newest) == build_comparison_key(contract)


def _read_base_contracts(repository: Repository, report: Report) -> dict[str, Contract]:
    """Return the contracts that changed on the base after the merge base, by id."""
    base = report.base
    if base is None or base.commit == base.merge_base:
        return {}
    changes = list_commit_changes(repository, base.commit, base.merge_base)
    readings = read_previous_versions(repository, changes, base.commit, lambda _: False).values()
    contracts = [contract for reading in readings if not reading.is_unreadable for contract in reading.contracts]
    return {contract.dataset_id: contract for contract in contracts}


def _locate_version(contract: Contract) -> Location:
    return contract.section.locate("version") if contract.section else Location(contract.path)
