"""The versions that a change owes, and the edits that write exactly those."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.semver import NONE, at_least, bump_between, bumped, largest, parse
from dcr.contract.contract import Contract, meaning
from dcr.editing.lifecycle import Amendment
from dcr.editing.source_files import Home, home_at, homes_of, worktree_of
from dcr.editing.text.contracts import with_version
from dcr.editing.text.document import EditRefusedError
from dcr.errors import typed
from dcr.git.changes import commit_changes
from dcr.git.contracts.versions import previous_readings
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dcr.compatibility.issue import Issue
    from dcr.errors import DcrError
    from dcr.git.repository import Repository
    from dcr.report.report import ContractReport, Report


class Bumps(NamedTuple):
    """What is to be written, what could not be, and what needed nothing, in words."""

    amendments: tuple[Amendment, ...]
    refused: tuple[DcrError, ...]
    unneeded: tuple[str, ...] = ()


class _Asked(NamedTuple):
    """What a run is to bring about: the report on the change, the base's newest contracts, and a least bump."""

    report: Report
    published: Mapping[str, Contract]
    least: str = NONE

    def about(self, contract: Contract) -> ContractReport | None:
        """Return what the report says of a contract; None when the change does not touch its file."""
        return next(
            (each for each in self.report.contracts if (each.dataset_id, each.path) == _key(contract)),
            None,
        )


class _Need(NamedTuple):
    """One dataset: the bump it owes, the version that owing leads to, None when it has a sufficient one."""

    dataset_id: str
    owed: str
    version: str | None


def named_bumps(folder: str, names: Sequence[str], report: Report, least: str = NONE) -> Bumps:
    """Return the edits that give some datasets the versions they owe, and at least a bump of `least`.

    Raises a `DcrError` for a dataset that is in no file; what cannot be edited is among the refused.
    """
    repository, top = worktree_of(folder)
    homes = {home.path: home for home in homes_of(repository, names)}
    return _bumps(top, homes.values(), _Asked(report, _published(repository, report), least))


def owed_bumps(folder: str, report: Report, least: str = NONE) -> Bumps:
    """Return the edits that give every dataset of a report the version it owes."""
    repository, top = worktree_of(folder)
    wanted: dict[str, Home] = {}
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
            refused[each.dataset_id] = _refused(each, twice[each.dataset_id])
            continue
        home = home_at(top, each.path)
        if any(not contract.in_place for contract in home.reading.contracts):
            wanted[each.path] = home
    found = _bumps(top, wanted.values(), _Asked(report, _published(repository, report), least))
    return found._replace(refused=(*refused.values(), *found.refused))


def unreadable(report: Report) -> list[DcrError]:
    """Return why nothing is known of what some changed files owe: they are no valid contracts."""
    found: list[DcrError] = []
    for each in report.contracts:
        issue = next((issue for issue in each.issues if issue.kind == "contract_invalid" and not issue.accepted), None)
        if issue is not None and each.proposed is None:
            found.append(_refused(each, issue))
    return found


def _refused(contract: ContractReport, issue: Issue) -> EditRefusedError:
    return EditRefusedError(issue.location or Location(contract.path), issue.message, issue.hint)


def _bumps(top: str, homes: Iterable[Home], asked: _Asked) -> Bumps:
    amendments: list[Amendment] = []
    refused: list[DcrError] = []
    unneeded: list[str] = []
    for home in homes:
        try:
            needs = [_need(contract, asked) for contract in home.reading.contracts]
            versions = [each.version for each in needs if each.version is not None]
            if not versions:
                unneeded.append(_unneeded(home, needs))
                continue
            version = max(versions, key=lambda each: parse(each) or (0, 0, 0))
            after = with_version(home.reading, home.content, version)
        except EditRefusedError as error:
            refused.append(error)
            continue
        owed = largest([each.owed for each in needs]).upper()
        who = ", ".join(f"'{each.dataset_id}'" for each in needs)
        said = f"{who}: version '{home.reading.contracts[0].version}' becomes '{version}' ({owed})"
        amendments.append(Amendment(top, home.path, home.content, after, said))
    return Bumps(tuple(amendments), tuple(refused), tuple(unneeded))


def _need(contract: Contract, asked: _Asked) -> _Need:
    """Return what one dataset owes. Raises `EditRefusedError` where its versions have no order."""
    report = asked.about(contract)
    if report is not None and report.previous is None:
        return _Need(contract.dataset_id, NONE, None)  # new here: any version will do
    owed = report.required_bump if report else NONE
    if asked.least != NONE and not at_least(asked.least, owed):
        message = f"'{contract.dataset_id}' owes {owed.upper()}, and --{asked.least} is less"
        raise EditRefusedError(_place(contract), message, f"dcr bump {typed(contract.dataset_id)}")
    owed = largest([owed, asked.least])
    previous = (report.previous if report else None) or contract.version
    if owed == NONE:
        return _Need(contract.dataset_id, owed, None)
    if contract.in_place:  # its format says where versions go
        return _Need(contract.dataset_id, owed, "")
    newest = asked.published.get(contract.dataset_id)
    known = [each for each in (previous, newest.version if newest else None) if each is not None]
    for version in (contract.version, *known):
        if parse(version) is None:
            message = f"version '{version}' is not MAJOR.MINOR.PATCH, so there is no next one"
            raise EditRefusedError(_place(contract), message, "write three numbers there by hand, as in 1.4.0")
    if _is_enough(contract, previous, newest, owed):
        return _Need(contract.dataset_id, owed, None)
    return _Need(contract.dataset_id, owed, bumped(max(known, key=lambda each: parse(each) or (0, 0, 0)), owed))


def _is_enough(contract: Contract, previous: str, newest: Contract | None, owed: str) -> bool:
    if not at_least(bump_between(previous, contract.version), owed):
        return False
    if newest is None or (parse(contract.version) or (0, 0, 0)) > (parse(newest.version) or (0, 0, 0)):
        return True
    return newest.version == contract.version and meaning(newest) == meaning(contract)


def _unneeded(home: Home, needs: list[_Need]) -> str:
    contract = home.reading.contracts[0]
    owed = largest([each.owed for each in needs])
    who = ", ".join(f"'{each.dataset_id}'" for each in needs)
    if owed == NONE:
        return f"{who}: no version is owed"
    return f"{who}: version '{contract.version}' is enough for {owed.upper()}"


def _published(repository: Repository, report: Report) -> dict[str, Contract]:
    """Return the base's own newest contracts where it went on after the branch left it."""
    base = report.base
    if base is None or base.commit == base.merge_base:
        return {}
    since = commit_changes(repository, base.commit, base.merge_base)
    readings = previous_readings(repository, since, base.commit, lambda _: False).values()
    return {each.dataset_id: each for reading in readings if not reading.unreadable for each in reading.contracts}


def _key(contract: Contract) -> tuple[str, str]:
    return contract.dataset_id, contract.path


def _place(contract: Contract) -> Location:
    return contract.place.at("version") if contract.place else Location(contract.path)
