"""Validates each contract by itself, without a base, and finds duplicate dataset ids."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import run_rules
from dcr.compatibility.issue_locations import create_location_resolver
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.rules import list_kinds
from dcr.contract.contract import Contract
from dcr.errors import PolicyError
from dcr.formats import read_content
from dcr.formats.parsed_file import ParsedFile, Problem
from dcr.formats.unread_keys import filter_keys, list_unread_keys
from dcr.git.linted_files import find_top, list_linted_files
from dcr.git.worktree import read_file
from dcr.parsing.location import Location
from dcr.policy.detection import is_contract, may_be_contract
from dcr.policy.policy import FILES, Policy, StricterPolicy
from dcr.policy.policy_application import apply_policy
from dcr.policy.policy_file import parse_policy
from dcr.report.policy_issues import get_today
from dcr.report.report import (
    UNCHANGED,
    ContractReport,
    Report,
    deduplicate_file_issues,
    filter_issues,
    without_known_issues,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dcr.compatibility.issue import Issue
    from dcr.formats.unread_keys import UnreadKey
    from dcr.git.consumers.linting import ConsumerLint
    from dcr.git.linted_files import LintedFiles
    from dcr.policy.scope import Scope

UNKNOWN = "unknown"
"""The format of a file whose format cannot be determined."""


class _DatasetSource(NamedTuple):
    """A dataset and its location. It is small, because thousands of them are in memory at once."""

    dataset_id: str
    version: str
    location: Location
    is_alias: bool = False


def lint(
    folder: str,
    paths: Iterable[str] = (),
    fail_on: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
    *,
    baseline: str | None = None,
    sources: bool = False,
    strict: bool = False,
) -> Report:
    """Return a report on all contracts in scope, or in the given files and folders.

    `strict` also reports the keys of other formats that dcr does not read. `baseline` is a file of issues to leave
    out. `sources` adds the files' texts to the report, for formats that show them. The folder need not be in a
    repository. Raise a `DcrError` if a path, the policy or the baseline cannot be read.
    """
    top, repository = find_top(folder)
    policy, source = read_policy(top)
    scope = policy.scope
    stricter = StricterPolicy(policy, policy)
    linted = list_linted_files(top, folder, tuple(paths), repository, (scope, stricter.consumers.scope))
    explicit, files = linted.explicit, linted.contracts
    consumers = _read_consumers(top, linted, stricter)
    reports: dict[tuple[str, str | None], ContractReport] = {}
    sources_by_id: dict[str, list[_DatasetSource]] = defaultdict(list)
    formats: Counter[str] = Counter()
    total = non_contracts = 0
    for number, path in enumerate(files):
        if number % 500 == 0:
            progress(f"reading {number:,} of {len(files):,} files")
        is_consumer = consumers is not None and path in consumers.paths
        is_explicit = path in explicit and not is_consumer
        parsed = _read_contract_file(top, path, scope, is_explicit=is_explicit)
        is_expected = is_explicit or parsed.format != UNKNOWN or scope.by_content or scope.covers(path)
        if parsed.format is None or not is_expected or (is_consumer and parsed.format == UNKNOWN):
            non_contracts += not is_consumer
            continue
        if consumers is not None:
            consumers.add_contracts(parsed)
        total += 1
        contract_count = sum(contract.alias_of is None for contract in parsed.contracts)
        formats["unreadable" if parsed.format == UNKNOWN else parsed.format] += max(1, contract_count)
        for contract in parsed.contracts:
            location = contract.section.locate("dataset_id") if contract.section else Location(path)
            dataset = _DatasetSource(contract.dataset_id, contract.version, location, contract.alias_of is not None)
            sources_by_id[contract.dataset_id].append(dataset)
        _merge_reports(reports, _check_file(parsed, stricter, list_unread_keys(parsed) if strict else ()))
    _merge_reports(reports, _check_duplicates(sources_by_id, stricter))
    contracts = deduplicate_file_issues(sorted(reports.values(), key=lambda report: report.path))
    consumer_issues: tuple[Issue, ...] = ()
    if consumers is not None:
        progress("checking the consumers")
        consumers.find_contracts(linted.list_other_contracts())
        consumer_issues = consumers.list_issues(get_today())
    baselined = 0
    if baseline is not None:
        path = os.path.join(folder, baseline)
        contracts, consumer_issues, baselined = _drop_known_issues(contracts, consumer_issues, path)
    with_issues = tuple(contract for contract in contracts if contract.issues)
    failing = fail_on or policy.fail_on
    report = Report(None, "worktree", with_issues, consumer_issues, total, non_contracts, source, failing, baselined)
    by_frequency = sorted(formats.items(), key=lambda item: (-item[1], item[0]))
    report = report._replace(formats=tuple(by_frequency), files=len(files), scope=str(scope))
    report = report._replace(consumers=consumers.count if consumers else 0)
    return _add_sources(top, report) if sources else report


def _read_consumers(top: str, linted: LintedFiles, policy: StricterPolicy) -> ConsumerLint | None:
    """Return the consumers to lint, or None if no file may declare any."""
    if not linted.consumers:
        return None
    from dcr.git.consumers.linting import ConsumerLint  # noqa: PLC0415 (many repositories have no consumers)

    consumers = ConsumerLint(top, linted.consumers, policy)
    return consumers if consumers.paths else None


def _drop_known_issues(
    contracts: Iterable[ContractReport], issues: tuple[Issue, ...], path: str
) -> tuple[list[ContractReport], tuple[Issue, ...], int]:
    """Return the contracts and the issues of consumers without those in a baseline, and the number of these."""
    from dcr.git.baselines import read_baseline_file  # noqa: PLC0415 (few runs have a baseline)

    known = read_baseline_file(path)
    remaining_contracts, baselined = without_known_issues(contracts, known.filter_issue)
    remaining = filter_issues(issues, known.filter_issue)
    return list(remaining_contracts), remaining, baselined + len(issues) - len(remaining)


def _add_sources(top: str, report: Report) -> Report:
    from dcr.git.contracts.source_texts import read_worktree_texts  # noqa: PLC0415 (few formats show texts)
    from dcr.report.sources import parse_source  # noqa: PLC0415

    texts = read_worktree_texts(top, report.list_source_keys())
    return report._replace(sources={key: parse_source(content) for key, content in texts.items()})


def _merge_reports(reports: dict[tuple[str, str | None], ContractReport], more: Iterable[ContractReport]) -> None:
    """Add reports to a mapping. The issues of a contract that has a report already are added to that report."""
    for report in more:
        known = reports.get((report.path, report.dataset_id))
        issues = (*known.issues, *report.issues) if known else report.issues
        reports[report.path, report.dataset_id] = report._replace(issues=issues)


def read_policy(top: str) -> tuple[Policy, str]:
    """Return the policy of a folder and the name of its file. Raise `PolicyError` if it is invalid, as a check does."""
    policies: dict[str, Policy] = {}
    for name in FILES:
        if not os.path.lexists(os.path.join(top, name)):
            continue
        content = read_file(top, name)
        if isinstance(content, str) and name == FILES[0]:
            raise PolicyError(f"'{name}' is {content}", "replace it with the policy itself")
        policy = parse_policy(name, content, list_kinds()) if isinstance(content, bytes) else None
        if policy is not None:
            policies[name] = policy
    if len(policies) > 1:
        raise PolicyError("both dcr.toml and [tool.dcr] in pyproject.toml define a policy", "keep one of them")
    return next(((policy, name) for name, policy in policies.items()), (Policy(), "defaults"))


def _read_contract_file(top: str, path: str, scope: Scope, *, is_explicit: bool) -> ParsedFile:
    """Return a file, parsed, without a format if it is no contract. An explicitly named file has to be one."""
    content = read_file(top, path)
    may_be_other = scope.by_content and not is_explicit and not scope.matches_globs(path)
    if may_be_other and not (isinstance(content, bytes) and may_be_contract(content)):
        return ParsedFile(path, None)
    if not isinstance(content, bytes):
        problem = Problem(Location(path), f"the file is {content}", "replace it with the contract itself")
        return ParsedFile(path, UNKNOWN, problems=(problem,))
    parsed = read_content(path, content)
    if may_be_other and not is_contract(parsed, content):
        return ParsedFile(path, None)
    if is_explicit and parsed.format is None:
        hint = "a contract has dataset_id, version and fields; see: dcr schema contract"
        return ParsedFile(path, UNKNOWN, problems=(Problem(Location(path), "the file is not a contract", hint),))
    return parsed


def _check_file(
    parsed: ParsedFile, policy: StricterPolicy, unread_keys: tuple[UnreadKey, ...]
) -> Iterator[ContractReport]:
    """Yield a report for each contract of a file that has issues."""
    if not parsed.contracts:
        pair = ContractPair(None, None, proposed_problems=parsed.problems, unread_keys=unread_keys)
        yield from _check_pair(parsed, None, pair, policy)
    for number, contract in enumerate(contract for contract in parsed.contracts if not contract.alias_of):
        problems = tuple(
            problem
            for problem in parsed.problems
            if problem.dataset_id == contract.dataset_id or (number == 0 and not problem.dataset_id)
        )
        keys = filter_keys(unread_keys, contract.dataset_id) if unread_keys else ()
        pair = ContractPair(None, contract, proposed_problems=problems, unread_keys=keys)
        yield from _check_pair(parsed, contract, pair, policy)


def _check_pair(
    parsed: ParsedFile, contract: Contract | None, pair: ContractPair, policy: StricterPolicy
) -> Iterator[ContractReport]:
    issues = apply_policy(run_rules(pair, "none"), pair, policy, (), "")
    if issues:
        issues = tuple(map(create_location_resolver({}, {parsed.path: parsed}), issues))
        dataset_id = contract.dataset_id if contract else parsed.dataset_id
        yield _build_report(dataset_id, contract.version if contract else None, parsed.path, issues)


def _check_duplicates(
    sources_by_id: dict[str, list[_DatasetSource]], policy: StricterPolicy
) -> Iterator[ContractReport]:
    for datasets in sources_by_id.values():
        if len(datasets) == 1 or all(dataset.is_alias for dataset in datasets):
            continue  # duplicate aliases are reported with the versions they stand for
        for dataset in datasets:
            duplicates = tuple(other.location for other in datasets if other is not dataset)
            pair = ContractPair(None, Contract(dataset.dataset_id, dataset.version, ()), duplicates=duplicates)
            issues = tuple(
                issue._replace(location=dataset.location)
                for issue in apply_policy(run_rules(pair, "none"), pair, policy, (), "")
                if issue.kind == "dataset_id_duplicated"
            )
            yield _build_report(dataset.dataset_id, dataset.version, dataset.location.path, issues)


def _build_report(dataset_id: str | None, version: str | None, path: str, issues: tuple[Issue, ...]) -> ContractReport:
    return ContractReport(dataset_id, path, None, UNCHANGED, None, None, version, None, "none", None, issues)
