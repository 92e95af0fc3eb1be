"""Checks that CODEOWNERS assigns each contract to its owners, and that teams have contacts of their own."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dcr.codeowners.rules import quote_path
from dcr.codeowners.services import MAX_BYTES, PATHS, get_title, read_code_owners
from dcr.compatibility.engine import run_rules
from dcr.compatibility.ownership import Ownership, SharedContact, TeamHandles
from dcr.compatibility.pairs import ContractPair
from dcr.contract.contract import Contract
from dcr.errors import UsageError
from dcr.formats import read_content
from dcr.formats.parsed_file import ParsedFile, Problem
from dcr.git.changes import list_worktree_files
from dcr.git.ci import detect_service
from dcr.git.objects import list_tree, read_blobs, stream_blobs
from dcr.git.policies import read_policy as read_policy_at
from dcr.git.refs import resolve_commit
from dcr.git.repository import discover_repository
from dcr.git.worktree import read_file
from dcr.lint import read_policy
from dcr.parsing.location import Location
from dcr.policy.detection import is_contract, may_be_contract
from dcr.policy.policy import Policy, StricterPolicy
from dcr.policy.policy_application import apply_policy
from dcr.policy.teams import format_team, is_handle
from dcr.report.report import UNCHANGED, ContractReport, Report, deduplicate_file_issues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dcr.codeowners.rules import Assignment
    from dcr.codeowners.services import CodeOwnersFile
    from dcr.contract.contract import Owner
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope

KINDS = frozenset(("owner_not_in_codeowners", "owner_contact_missing", "owner_contact_shared"))


class OwnersRequest(NamedTuple):
    """The options of a check. Without a `ref`, it reads the working tree. `service` is `github` or `gitlab`."""

    folder: str
    ref: str | None = None
    service: str | None = None
    fail_on: str | None = None


class OwnersCheck(NamedTuple):
    """The report, the CODEOWNERS file that was read, and the contract files that could not be read."""

    report: Report
    code_owners: CodeOwnersFile
    unreadable: tuple[str, ...]


class OwnedContract(NamedTuple):
    """What the check needs of a contract. It is small, because thousands of them are in memory at once."""

    dataset_id: str
    version: str
    path: str
    owners: tuple[Owner, ...]
    location: Location


class _Side(NamedTuple):
    """The working tree, or a commit: its policy and the name of its file, its paths, and the contents of some."""

    head: str
    policy: Policy
    policy_file: str
    paths: tuple[str, ...]
    read_contents: Callable[[Sequence[str], int | None], Iterable[tuple[str, bytes | str]]]


def check_owners(request: OwnersRequest, progress: Callable[[str], None] = lambda _: None) -> OwnersCheck:
    """Return a report on the owners of all contracts in scope.

    Raise a `DcrError` if there is no CODEOWNERS file, or if the policy or git cannot be read.
    """
    repository = discover_repository(request.folder)
    side = _open_worktree(repository) if request.ref is None else _open_commit(repository, request.ref)
    existing = [path for path in PATHS if path in side.paths]
    contents = dict(side.read_contents(existing, MAX_BYTES))
    code_owners = read_code_owners(contents, request.service, detect_service(os.environ))
    files = side.policy.scope.filter_paths(side.paths)
    found = _read_contracts(side, files, progress)
    ownerships = find_ownerships(found.contracts, code_owners, side.policy.teams, side.policy_file)
    policy = StricterPolicy(side.policy, side.policy)
    reports = [
        contract_report
        for contract, ownership in zip(found.contracts, ownerships, strict=True)
        if (contract_report := _build_report(contract, ownership, policy))
    ]
    by_path = sorted(reports, key=lambda each: (each.path, each.dataset_id or ""))
    report = Report(
        base=None,
        head=side.head,
        contracts=tuple(deduplicate_file_issues(by_path)),
        issues=(),
        total=found.file_count,
        policy=side.policy_file if side.policy != Policy() else "defaults",
        fail_on=request.fail_on or side.policy.fail_on,
        formats=tuple(sorted(found.formats.items(), key=lambda item: (-item[1], item[0]))),
        files=len(files),
        scope=str(side.policy.scope),
        code_owners=f"{code_owners.path} ({get_title(code_owners.service)})",
    )
    return OwnersCheck(report, code_owners, found.unreadable)


class _Contracts(NamedTuple):
    """The contracts of a side, the number of their files and formats, and the files that cannot be read."""

    contracts: tuple[OwnedContract, ...]
    file_count: int
    formats: Mapping[str, int]
    unreadable: tuple[str, ...]


def _read_contracts(side: _Side, files: Sequence[str], progress: Callable[[str], None]) -> _Contracts:
    contracts: list[OwnedContract] = []
    formats: Counter[str] = Counter()
    unreadable: list[str] = []
    file_count = 0
    for number, (path, content) in enumerate(side.read_contents(files, None)):
        if number % 500 == 0:
            progress(f"reading {number:,} of {len(files):,} files")
        parsed = _parse_file(path, content, side.policy.scope)
        if parsed is None:
            continue
        file_count += 1
        fatal = next((problem for problem in parsed.problems if problem.is_fatal), None)
        if fatal is not None:
            unreadable.append(f"'{path}': line {fatal.location.line}: {fatal.message}")
        owned = list(list_owned_contracts(parsed))
        if owned:
            formats[parsed.format or ""] += len(owned)
        contracts += owned
    return _Contracts(tuple(contracts), file_count, formats, tuple(unreadable))


def _parse_file(path: str, content: bytes | str, scope: Scope) -> ParsedFile | None:
    """Return a file, parsed, or None if it is no contract."""
    is_expected = not scope.by_content or scope.matches_globs(path)
    if isinstance(content, str):
        problem = Problem(Location(path), f"the file is {content}")
        return ParsedFile(path, None, problems=(problem,)) if is_expected else None
    if not is_expected and not may_be_contract(content):
        return None
    parsed = read_content(path, content)
    return parsed if parsed.format is not None and (is_expected or is_contract(parsed, content)) else None


def _open_worktree(repository: Repository) -> _Side:
    top = repository.top
    if top is None:
        raise UsageError("this repository is bare", "check a commit: dcr owners check --ref REF")
    policy, source = read_policy(top)

    def read_contents(paths: Sequence[str], max_bytes: int | None) -> Iterator[tuple[str, bytes | str]]:
        for path in paths:
            yield path, read_file(top, path) if max_bytes is None else read_file(top, path, max_bytes)

    paths = dict.fromkeys(list_worktree_files(repository))
    paths.update(dict.fromkeys(path for path in PATHS if os.path.lexists(os.path.join(top, path))))
    return _Side("worktree", policy, "dcr.toml" if source == "defaults" else source, tuple(paths), read_contents)


def _open_commit(repository: Repository, ref: str) -> _Side:
    commit = resolve_commit(repository, ref, option="--ref ")
    tree = list_tree(repository.git, commit)
    policy = read_policy_at(repository, commit)
    policy_file = "dcr.toml" if "dcr.toml" in tree or policy == Policy() else "pyproject.toml"

    def read_contents(paths: Sequence[str], max_bytes: int | None) -> Iterator[tuple[str, bytes | str]]:
        by_id: dict[str, list[str]] = {}
        for path in paths:
            if tree[path]:
                by_id.setdefault(tree[path], []).append(path)
            else:
                yield path, "not a regular file"
        git = repository.git
        blobs = stream_blobs(git, by_id) if max_bytes is None else read_blobs(git, by_id, max_bytes).items()
        for oid, content in blobs:
            for path in by_id[oid]:
                yield path, content

    return _Side(ref, policy, policy_file, tuple(tree), read_contents)


def list_owned_contracts(parsed: ParsedFile) -> Iterator[OwnedContract]:
    """Yield the contracts of a file, without the aliases of others."""
    for contract in parsed.contracts:
        if contract.alias_of is None:
            location = contract.section.locate("owners") if contract.section else Location(parsed.path)
            yield OwnedContract(contract.dataset_id, contract.version, parsed.path, contract.owners, location)


def find_ownerships(
    contracts: Sequence[OwnedContract], code_owners: CodeOwnersFile, teams: Mapping[str, tuple[str, ...]], policy: str
) -> list[Ownership]:
    """Return what the file and the other contracts mean for the owners of each contract.

    `teams` are the handles of the policy, `policy` is the name of its file. What concerns a team is listed for the
    first contract that names it.
    """
    reachable = {owner.team for contract in contracts for owner in contract.owners if owner.contact}
    table = "[teams] in dcr.toml" if policy == "dcr.toml" else f"[tool.dcr.teams] in {policy}"
    contacts: dict[str, tuple[str, str]] = {}
    shared: set[tuple[str, str]] = set()
    seen: set[str] = set()
    assignments = {path: code_owners.rules.find_owners(path) for path in dict.fromkeys(each.path for each in contracts)}
    missing = [_list_missing(contract, assignments[contract.path], teams) for contract in contracts]
    added: dict[str, list[str]] = {}
    for contract, handles in zip(contracts, missing, strict=True):
        added.setdefault(contract.path, []).extend(each.handles[0] for each in handles)
    ownerships = []
    for contract, handles in zip(contracts, missing, strict=True):
        assignment = assignments[contract.path]
        new = [team for team in dict.fromkeys(owner.team for owner in contract.owners) if team not in seen]
        seen.update(new)
        suggested = next(filter(is_handle, assignment.owners), "@ORG/TEAM")
        shared_contacts = []
        for team, contact in contract.owners:
            if not contact:
                continue
            other, path = contacts.setdefault(contact.casefold(), (team, contract.path))
            if other != team and (contact.casefold(), team) not in shared:
                shared.add((contact.casefold(), team))
                shared_contacts.append(SharedContact(contact, team, other, path))
        ownerships.append(
            Ownership(
                contract.path,
                " ".join(dict.fromkeys((quote_path(contract.path), *assignment.owners, *added[contract.path]))),
                code_owners.path,
                assignment.owners,
                assignment.lines,
                handles,
                tuple((team, format_team(team, (suggested,))) for team in new if team not in teams),
                table,
                tuple(team for team in new if team not in reachable),
                tuple(shared_contacts),
            )
        )
    return ownerships


def _list_missing(
    contract: OwnedContract, assignment: Assignment, teams: Mapping[str, tuple[str, ...]]
) -> tuple[TeamHandles, ...]:
    """Return the teams of a contract of which no handle is assigned."""
    return tuple(
        TeamHandles(team, teams[team])
        for team in dict.fromkeys(owner.team for owner in contract.owners)
        if team in teams and not any(map(assignment.includes, teams[team]))
    )


def _build_report(contract: OwnedContract, ownership: Ownership, policy: StricterPolicy) -> ContractReport | None:
    """Return the report of a contract, None if it has no issue."""
    if not (ownership.missing or ownership.unmapped or ownership.without_contact or ownership.shared_contacts):
        return None
    record = Contract(contract.dataset_id, contract.version, (), owners=contract.owners)
    pair = ContractPair(None, record, ownership=ownership)
    verdict = run_rules(pair, "none")
    issues = tuple(issue._replace(location=contract.location) for issue in verdict.issues if issue.kind in KINDS)
    issues = apply_policy(verdict._replace(issues=issues), pair, policy, (), "")
    if not issues:
        return None
    return ContractReport(
        contract.dataset_id, contract.path, None, UNCHANGED, None, None, contract.version, None, "none", None, issues
    )
