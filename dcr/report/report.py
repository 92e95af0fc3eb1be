"""Defines the report of a check or lint run, which every output format renders."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.semver import BUMPS
from dcr.compatibility.severities import ERROR, WARNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.issue import Issue
    from dcr.compatibility.match import Match
    from dcr.compatibility.reach import ReachedConsumer
    from dcr.report.sources import Source

ADDED, MODIFIED, REMOVED, RENAMED, UNCHANGED = "added", "modified", "removed", "renamed", "unchanged"


class BaseReport(NamedTuple):
    """The base of a check. `source` is the setting that named the `ref`; `others` are further merge bases."""

    ref: str
    source: str
    commit: str
    merge_base: str
    others: tuple[str, ...] = ()


class ContractReport(NamedTuple):
    """The result for one changed dataset. `previous` and `proposed` are versions, None if a side lacks the dataset."""

    dataset_id: str | None
    path: str
    previous_path: str | None
    change: str
    mode: str | None
    previous: str | None
    proposed: str | None
    previous_commit: str | None
    required_bump: str
    actual_bump: str | None
    issues: tuple[Issue, ...]

    @property
    def compatible(self) -> bool:
        """Whether no issue has severity error."""
        return not any(issue.severity == ERROR for issue in self.issues)

    @property
    def has_duplicate_id(self) -> bool:
        """Whether another file defines the same dataset id."""
        return any(issue.kind == "dataset_id_duplicated" and issue.severity == ERROR for issue in self.issues)


SourceKey = tuple[str, str]
"""A commit, which is empty for the proposed side, and the path of a file in it."""


class Report(NamedTuple):
    """The result of a run. `issues` are those that belong to no contract.

    `total` is the number of files in scope that are contracts, None if there are too many to read each of them.
    `formats` are their formats with a count: of files for a check, of contracts for a lint. `files` is the number of
    files in scope, and `scope` describes it. `non_contracts` is the number of changed files that are no contracts on
    either side. `policy` names the files of the policy. `baselined` is the number of issues in the baseline, which are
    left out. `revision` is the checked commit, or the one that the working tree is based on. `repository` is the URL
    of the repository. Both are empty if unknown. `merged` is True if the merge of base and head was checked, and
    `uncommitted` is then the number of changed files in scope that are no part of the merge. `sources` are the texts
    for `find_source_keys`, None if the run did not read them. `consumers` is the number of consumers: of the
    changed ones for a check, of all for a lint. `teams` are the handles of teams, by team. `code_owners` is the
    CODEOWNERS file that was read, with its service.
    """

    base: BaseReport | None
    head: str
    contracts: tuple[ContractReport, ...]
    issues: tuple[Issue, ...]
    total: int | None
    non_contracts: int = 0
    policy: str = "defaults"
    fail_on: str = "error"
    baselined: int = 0
    revision: str = ""
    repository: str = ""
    sources: Mapping[SourceKey, Source] | None = None
    merged: bool = False
    uncommitted: int = 0
    formats: tuple[tuple[str, int], ...] = ()
    files: int = 0
    scope: str = "YAML and JSON"
    consumers: int = 0
    teams: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    code_owners: str = ""

    @property
    def has_no_contracts(self) -> bool:
        """Whether neither a contract nor a consumer was found."""
        return self.total == 0 and not self.contracts and not self.consumers

    def find_source_keys(
        self, issue: Issue, contract: ContractReport | None = None
    ) -> tuple[SourceKey | None, SourceKey | None]:
        """Return the keys of the previous and the proposed text of an issue. Each is None if there is no such text.

        An issue without a location on the previous side is shown next to its contract's previous text.
        """
        proposed, previous = issue.location, issue.previous_location
        proposed_key = (proposed.commit, proposed.path) if proposed else None
        if self.base is None:
            return None, proposed_key
        if previous:
            path: str | None = previous.path
        elif contract:
            path = contract.previous_path
        else:
            path = proposed.path if proposed else None
        compared_commit = (contract.previous_commit if contract else None) or self.base.merge_base
        commit = (previous.commit if previous else "") or compared_commit
        return (commit, path) if path is not None else None, proposed_key

    def list_source_keys(self) -> tuple[SourceKey, ...]:
        """Return the keys of all texts, each once, in the order of the issues."""
        pairs = [self.find_source_keys(issue, contract) for contract in self.contracts for issue in contract.issues]
        pairs += map(self.find_source_keys, self.issues)
        return tuple(dict.fromkeys(key for pair in pairs for key in pair if key is not None))

    def iterate_issues(self) -> Iterator[Issue]:
        """Yield every issue, those of contracts first."""
        for contract in self.contracts:
            yield from contract.issues
        yield from self.issues

    def count_issues(self, severity: str) -> int:
        """Return the number of issues with a severity."""
        return sum(issue.severity == severity for issue in self.iterate_issues())

    @property
    def accepted(self) -> int:
        """The number of accepted issues."""
        return sum(issue.accepted is not None for issue in self.iterate_issues())

    @property
    def changed(self) -> int:
        """The number of contracts that changed in more than layout."""
        return sum(contract.change != UNCHANGED for contract in self.contracts)

    @property
    def compatible(self) -> bool:
        """Whether no issue has severity error."""
        return not any(issue.severity == ERROR for issue in self.iterate_issues())

    @property
    def fails(self) -> bool:
        """Whether the run ends with exit code 1 under `fail_on`."""
        if self.fail_on == "never":
            return False
        return not self.compatible or (self.fail_on == WARNING and self.count_issues(WARNING) > 0)


def build_contract_report(
    match: Match,
    verdict: Verdict,
    issues: tuple[Issue, ...],
    *,
    dataset_id: str | None,
    mode: str,
    merge_base: str,
) -> ContractReport:
    """Return the report of one dataset. `issues` are those of the verdict, as the policy adjusts them."""
    previous, proposed = match.pair.previous, match.pair.proposed
    return ContractReport(
        dataset_id=dataset_id,
        path=match.path,
        previous_path=previous.path if previous else None,
        change=classify_change(match),
        mode=mode,
        previous=previous.version if previous else None,
        proposed=proposed.version if proposed else None,
        previous_commit=merge_base if previous else None,
        required_bump=verdict.required_bump,
        actual_bump=verdict.actual_bump,
        issues=issues,
    )


def combine_contract_reports(reports: Sequence[tuple[ContractReport, str | None]]) -> tuple[ContractReport, ...]:
    """Return the contracts of a report, from each dataset's report and the `reported_by` of its match.

    A dataset is left out if a duplicate id of the dataset that it is reported by covers it. Each issue about a whole
    file is kept once.
    """
    duplicates = {report.dataset_id for report, _ in reports if report.has_duplicate_id}
    kept = [report for report, reported_by in reports if reported_by is None or reported_by not in duplicates]
    return tuple(deduplicate_file_issues(kept))


def classify_change(match: Match) -> str:
    """Return whether a dataset was added, modified, removed or renamed, or is unchanged."""
    pair = match.pair
    if pair.both is None:
        if any(problem.is_fatal for problem in pair.proposed_problems):
            return MODIFIED if pair.previous or pair.previous_problems else ADDED
        if pair.previous is None and pair.proposed_problems:  # a readable file that defines no dataset
            return MODIFIED if match.is_unreadable_in_both else ADDED
        return ADDED if pair.proposed else REMOVED
    previous, proposed = pair.both
    if previous.path != proposed.path:
        return RENAMED
    before, after = (
        (contract.version, contract.status, contract.deprecation_uri, contract.consumers_complete)
        for contract in (previous, proposed)
    )
    return UNCHANGED if before == after and not pair.is_changed else MODIFIED


def without_known_issues(
    contracts: Iterable[ContractReport], filter_issue: Callable[[Issue], Issue | None]
) -> tuple[tuple[ContractReport, ...], int]:
    """Return the contracts with filtered issues, and the number of issues for which the filter returned None."""
    filtered_contracts, removed = [], 0
    for contract in contracts:
        issues = filter_issues(contract.issues, filter_issue)
        removed += len(contract.issues) - len(issues)
        filtered_contracts.append(contract._replace(issues=issues))
    return tuple(filtered_contracts), removed


def filter_issues(issues: Iterable[Issue], filter_issue: Callable[[Issue], Issue | None]) -> tuple[Issue, ...]:
    """Return the filtered issues, without those for which the filter returned None."""
    return tuple(filtered for issue in issues if (filtered := filter_issue(issue)) is not None)


_VERSION_PREFIX, _REDEFINITION_KIND = "version_", "version_redefined"
_IssueKey = tuple[str, str, object, bool, str]


def deduplicate_file_issues(contracts: list[ContractReport]) -> list[ContractReport]:
    """Return the contracts, with each issue about a whole file only once, since its datasets share version and owners.

    An issue about the version is kept for the dataset that requires the largest bump. An accepted issue does not
    replace one that is not accepted, because an acceptance names one dataset. An issue has the consumers of all
    datasets that it is about.
    """
    largest_bump: dict[_IssueKey, int] = {}
    consumers: dict[_IssueKey, list[tuple[ReachedConsumer, ...]]] = {}
    for contract in contracts:
        for issue in contract.issues:
            key = _build_issue_key(issue)
            largest_bump[key] = max(largest_bump.get(key, 0), BUMPS.index(contract.required_bump))
            if issue.field is None and issue.consumers is not None:
                consumers.setdefault(key, []).append(issue.consumers)
    seen: set[_IssueKey] = set()
    deduplicated = []
    for contract in contracts:
        issues = []
        for issue in contract.issues:
            key = _build_issue_key(issue)
            bump = BUMPS.index(contract.required_bump)
            is_smaller = _is_about_file_version(issue) and bump < largest_bump[key]
            if issue.field is None and (is_smaller or key in seen):
                continue
            seen.add(key)
            issues.append(_add_consumers(issue, consumers.get(key, ())) if issue.field is None else issue)
        deduplicated.append(contract._replace(issues=tuple(issues)))
    return deduplicated


def _add_consumers(issue: Issue, groups: Sequence[tuple[ReachedConsumer, ...]]) -> Issue:
    if len(groups) < 2:
        return issue
    from dcr.compatibility.reach import combine_consumers  # noqa: PLC0415 (few reports have an issue of two datasets)

    return issue._replace(consumers=combine_consumers(*groups))


def _build_issue_key(issue: Issue) -> _IssueKey:
    message, severity = ("", "") if _is_about_file_version(issue) else (issue.message, issue.severity)
    return issue.kind, message, issue.location, issue.accepted is not None, severity


def _is_about_file_version(issue: Issue) -> bool:
    """Return whether an issue is about the version that a file's datasets share; each was redefined by itself."""
    return issue.kind.startswith(_VERSION_PREFIX) and issue.kind != _REDEFINITION_KIND
