"""The versions that a change owes, and the edits that write exactly those."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.semver import NONE, compute_bump, get_largest_bump, increase_version, is_at_least, parse_version
from dcr.contract.contract import Contract, build_comparison_key
from dcr.editing.lifecycle import FileEdit
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
    """What is to be written, what could not be, and what needed nothing, in words."""

    edits: tuple[FileEdit, ...]
    refusals: tuple[DcrError, ...]
    unchanged: tuple[str, ...] = ()


class _BumpContext(NamedTuple):
    """What a run is to bring about: the report on the change, the base's newest contracts, and a least bump."""

    report: Report
    base_contracts: Mapping[str, Contract]
    minimum: str = NONE

    def find_report(self, contract: Contract) -> ContractReport | None:
        """Return what the report says of a contract; None when the change does not touch its file."""
        return next(
            (each for each in self.report.contracts if (each.dataset_id, each.path) == _get_contract_key(contract)),
            None,
        )


class _RequiredVersion(NamedTuple):
    """One dataset: the bump it owes, the version that owing leads to, None when it has a sufficient one."""

    dataset_id: str
    bump: str
    version: str | None


def plan_bumps(folder: str, names: Sequence[str], report: Report, least: str = NONE) -> BumpPlan:
    """Return the edits that give some datasets the versions they owe, and at least a bump of `least`.

    Raises a `DcrError` for a dataset that is in no file; what cannot be edited is among the refused.
    """
    repository, top = get_worktree(folder)
    homes = {home.path: home for home in get_source_files(repository, names)}
    return _plan_files(top, homes.values(), _BumpContext(report, _read_base_contracts(repository, report), least))


def plan_required_bumps(folder: str, report: Report, least: str = NONE) -> BumpPlan:
    """Return the edits that give every dataset of a report the version it owes."""
    repository, top = get_worktree(folder)
    wanted: dict[str, SourceFile] = {}
    refused: dict[str | None, DcrError] = {}
    twice = {
        each.dataset_id: issue
        for each in report.contracts
        for issue in each.issues
        if issue.kind == "dataset_id_duplicated"
    }
    for each in report.contracts:
        if each.required_bump == NONE or each.proposed is None or each.path in wanted:
            continue
        if each.dataset_id in twice:  # which of its files is meant is not known, so neither is edited
            refused[each.dataset_id] = _make_refusal(each, twice[each.dataset_id])
            continue
        home = read_source_file(top, each.path)
        if any(not contract.is_changed_in_place for contract in home.reading.contracts):
            wanted[each.path] = home
    found = _plan_files(top, wanted.values(), _BumpContext(report, _read_base_contracts(repository, report), least))
    return found._replace(refusals=(*refused.values(), *found.refusals))


def list_invalid_contracts(report: Report) -> list[DcrError]:
    """Return why nothing is known of what some changed files owe: they are no valid contracts."""
    found: list[DcrError] = []
    for each in report.contracts:
        issue = next((issue for issue in each.issues if issue.kind == "contract_invalid" and not issue.accepted), None)
        if issue is not None and each.proposed is None:
            found.append(_make_refusal(each, issue))
    return found


def _make_refusal(contract: ContractReport, issue: Issue) -> EditRefusedError:
    return EditRefusedError(issue.location or Location(contract.path), issue.message, issue.hint)


def _plan_files(top: str, homes: Iterable[SourceFile], asked: _BumpContext) -> BumpPlan:
    amendments: list[FileEdit] = []
    refused: list[DcrError] = []
    unneeded: list[str] = []
    for home in homes:
        try:
            needs = [_compute_required_version(contract, asked) for contract in home.reading.contracts]
            versions = [each.version for each in needs if each.version is not None]
            if not versions:
                unneeded.append(_describe_unchanged(home, needs))
                continue
            version = max(versions, key=lambda each: parse_version(each) or (0, 0, 0))
            after = set_version(home.reading, home.content, version)
        except EditRefusedError as error:
            refused.append(error)
            continue
        owed = get_largest_bump([each.bump for each in needs]).upper()
        who = ", ".join(f"'{each.dataset_id}'" for each in needs)
        said = f"{who}: version '{home.reading.contracts[0].version}' becomes '{version}' ({owed})"
        amendments.append(FileEdit(top, home.path, home.content, after, said))
    return BumpPlan(tuple(amendments), tuple(refused), tuple(unneeded))


def _compute_required_version(contract: Contract, asked: _BumpContext) -> _RequiredVersion:
    """Return what one dataset owes. Raises `EditRefusedError` where its versions have no order."""
    report = asked.find_report(contract)
    if report is not None and report.previous is None:
        return _RequiredVersion(contract.dataset_id, NONE, None)  # new here: any version will do
    owed = report.required_bump if report else NONE
    if asked.minimum != NONE and not is_at_least(asked.minimum, owed):
        message = f"'{contract.dataset_id}' owes {owed.upper()}, and --{asked.minimum} is less"
        raise EditRefusedError(_locate_version(contract), message, f"dcr bump {quote_for_shell(contract.dataset_id)}")
    owed = get_largest_bump([owed, asked.minimum])
    previous = (report.previous if report else None) or contract.version
    if owed == NONE:
        return _RequiredVersion(contract.dataset_id, owed, None)
    if contract.is_changed_in_place:  # its format says where versions go
        return _RequiredVersion(contract.dataset_id, owed, "")
    newest = asked.base_contracts.get(contract.dataset_id)
    known = [each for each in (previous, newest.version if newest else None) if each is not None]
    for version in (contract.version, *known):
        if parse_version(version) is None:
            message = f"version '{version}' is not MAJOR.MINOR.PATCH, so there is no next one"
            raise EditRefusedError(_locate_version(contract), message, "write three numbers there by hand, as in 1.4.0")
    if _is_sufficient(contract, previous, newest, owed):
        return _RequiredVersion(contract.dataset_id, owed, None)
    return _RequiredVersion(
        contract.dataset_id, owed, increase_version(max(known, key=lambda each: parse_version(each) or (0, 0, 0)), owed)
    )


def _is_sufficient(contract: Contract, previous: str, newest: Contract | None, owed: str) -> bool:
    if not is_at_least(compute_bump(previous, contract.version), owed):
        return False
    if newest is None or (parse_version(contract.version) or (0, 0, 0)) > (parse_version(newest.version) or (0, 0, 0)):
        return True
    return newest.version == contract.version and build_comparison_key(newest) == build_comparison_key(contract)


def _describe_unchanged(home: SourceFile, needs: list[_RequiredVersion]) -> str:
    contract = home.reading.contracts[0]
    owed = get_largest_bump([each.bump for each in needs])
    who = ", ".join(f"'{each.dataset_id}'" for each in needs)
    if owed == NONE:
        return f"{who}: no version is owed"
    return f"{who}: version '{contract.version}' is enough for {owed.upper()}"


def _read_base_contracts(repository: Repository, report: Report) -> dict[str, Contract]:
    """Return the base's own newest contracts where it went on after the branch left it."""
    base = report.base
    if base is None or base.commit == base.merge_base:
        return {}
    since = list_commit_changes(repository, base.commit, base.merge_base)
    readings = read_previous_versions(repository, since, base.commit, lambda _: False).values()
    return {each.dataset_id: each for reading in readings if not reading.is_unreadable for each in reading.contracts}


def _get_contract_key(contract: Contract) -> tuple[str, str]:
    return contract.dataset_id, contract.path


def _locate_version(contract: Contract) -> Location:
    return contract.section.locate("version") if contract.section else Location(contract.path)
