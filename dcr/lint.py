"""Validates each contract by itself, without a base, and finds duplicate dataset ids."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from dcr.compatibility.rules import list_kinds
from dcr.errors import PolicyError
from dcr.git.linted_files import find_top, list_linted_files
from dcr.git.worktree import read_file
from dcr.linting.findings import UNKNOWN, LintedFile, build_report
from dcr.linting.options import ReadingOptions
from dcr.linting.run import find_in_files
from dcr.policy.policy import FILES, Policy, StricterPolicy
from dcr.policy.policy_file import parse_policy
from dcr.report.policy_issues import get_today
from dcr.report.report import ContractReport, Report, deduplicate_file_issues, filter_issues, without_known_issues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dcr.compatibility.issue import Issue
    from dcr.git.consumers.linting import ConsumerLint
    from dcr.git.linted_files import LintedFiles
    from dcr.git.repository import Repository
    from dcr.linting.cache import LintCache
    from dcr.linting.findings import FileFindings, FoundDataset
    from dcr.policy.scope import Scope


def lint(
    folder: str,
    paths: Iterable[str] = (),
    fail_on: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
    *,
    baseline: str | None = None,
    sources: bool = False,
    strict: bool = False,
    jobs: int | None = 1,
) -> Report:
    """Return a report on all contracts in scope, or in the given files and folders.

    `strict` also reports the keys of other formats that dcr does not read. `baseline` is a file of issues to leave
    out. `sources` adds the files' texts to the report, for formats that show them. `jobs` is the number of processes
    that read files, None to choose it. The folder need not be in a repository. Raise a `DcrError` if a path, the policy
    or the baseline cannot be read.
    """
    top, repository = find_top(folder)
    policy, source = read_policy(top)
    scope = policy.scope
    stricter = StricterPolicy(policy, policy)
    linted = list_linted_files(top, folder, tuple(paths), repository, (scope, stricter.consumers.scope))
    consumers = _read_consumers(top, linted, stricter)
    consumer_paths = consumers.paths if consumers else frozenset()
    files = [LintedFile(path, path in linted.explicit and path not in consumer_paths) for path in linted.contracts]
    cache = _open_cache(repository, policy, strict=strict)
    used_ids = frozenset(consumers.used_ids) if consumers else frozenset()
    options = ReadingOptions(top, policy, strict, used_ids, cache.hash_name if cache else "")
    found = _FoundContracts(scope, consumers)
    for number, findings in enumerate(find_in_files(files, options, cache, jobs)):
        if number % 500 == 0:
            progress(f"reading {number:,} of {len(files):,} files")
        found.add(findings, is_explicit=files[number].is_explicit)
    if cache is not None:
        cache.save(is_complete=not paths)
    contracts = deduplicate_file_issues(found.list_reports(stricter))
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
    counts = (found.total, found.non_contracts)
    report = Report(
        None, "worktree", with_issues, consumer_issues, *counts, source, fail_on or policy.fail_on, baselined
    )
    report = report._replace(formats=found.count_formats(), files=len(files), scope=str(scope))
    report = report._replace(consumers=consumers.count if consumers else 0)
    return _add_sources(top, report) if sources else report


def _open_cache(repository: Repository | None, policy: Policy, *, strict: bool) -> LintCache | None:
    if repository is None:
        return None
    from dcr.linting.cache import LintCache  # noqa: PLC0415 (other commands only read the policy with this module)

    return LintCache(repository, policy, strict=strict)


class _FoundContracts:
    """The contracts of all files: their number, and the issues of those that have any."""

    def __init__(self, scope: Scope, consumers: ConsumerLint | None) -> None:
        self.total = self.non_contracts = 0
        self._scope, self._consumers = scope, consumers
        self._reports: dict[tuple[str, str | None], ContractReport] = {}
        self._datasets: dict[str, list[FoundDataset]] = defaultdict(list)
        self._formats: Counter[str] = Counter()

    def add(self, findings: FileFindings, *, is_explicit: bool) -> None:
        """Add the findings in a file."""
        path, file_format = findings.path, findings.format
        is_consumer = self._consumers is not None and path in self._consumers.paths
        is_expected = is_explicit or file_format != UNKNOWN or self._scope.by_content or self._scope.covers(path)
        if file_format is None or not is_expected or (is_consumer and file_format == UNKNOWN):
            self.non_contracts += not is_consumer
            return
        if self._consumers is not None:
            self._consumers.add_datasets((dataset.dataset_id for dataset in findings.datasets), findings.contracts)
            if findings.is_unreadable:
                self._consumers.add_unreadable(path, findings.dataset_id)
        self.total += 1
        self._formats["unreadable" if file_format == UNKNOWN else file_format] += max(1, findings.contract_count)
        for dataset in findings.datasets:
            self._datasets[dataset.dataset_id].append(dataset)
        _merge_reports(self._reports, findings.reports)

    def list_reports(self, policy: StricterPolicy) -> list[ContractReport]:
        """Return the reports of contracts with issues, those of duplicate ids included, by path."""
        _merge_reports(self._reports, _check_duplicates(self._datasets.values(), policy))
        return sorted(self._reports.values(), key=lambda report: report.path)

    def count_formats(self) -> tuple[tuple[str, int], ...]:
        """Return the formats with their number of contracts, most frequent first."""
        return tuple(sorted(self._formats.items(), key=lambda count: (-count[1], count[0])))


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


def _check_duplicates(datasets_by_id: Iterable[list[FoundDataset]], policy: StricterPolicy) -> Iterator[ContractReport]:
    for datasets in datasets_by_id:
        if len(datasets) == 1 or all(dataset.is_alias for dataset in datasets):
            continue  # duplicate aliases are reported with the versions they stand for
        from dcr.linting.duplicates import list_duplicate_issues  # noqa: PLC0415 (few ids are duplicate)

        for dataset in datasets:
            others = tuple(other.location for other in datasets if other is not dataset)
            issues = list_duplicate_issues(dataset, others, policy)
            yield build_report(dataset.dataset_id, dataset.version, dataset.location.path, issues)
