"""What one run found, in the shape that every reporter renders."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.semver import BUMPS
from dcr.compatibility.severities import ERROR, WARNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dcr.compatibility.issue import Issue
    from dcr.compatibility.match import Match
    from dcr.report.sources import Source

ADDED, MODIFIED, REMOVED, RENAMED, UNCHANGED = "added", "modified", "removed", "renamed", "unchanged"


class BaseReport(NamedTuple):
    """What was compared with, and where that came from; `others` are the further merge bases of a criss-cross."""

    ref: str
    source: str
    commit: str
    merge_base: str
    others: tuple[str, ...] = ()


class ContractReport(NamedTuple):
    """One dataset whose files the change touches; `previous` and `proposed` are versions, None when absent."""

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


SourceKey = tuple[str, str]
"""Which text: the commit that has it, empty for the proposed side, and the path."""


class Report(NamedTuple):
    """Everything one run found. `issues` holds what belongs to no contract.

    `total` counts the files in scope that hold contracts, None where there are too many files to look at each;
    `formats` are their formats with how many there are of each: files for a check, contracts for a lint. `files` counts
    the files in scope, which `scope` says in words; `non_contracts` the changed ones that are no contracts on either side.
    `policy` are the files the policy was read from, `baselined` counts the issues that a baseline left out.
    `revision` is the commit that was judged or that
    the judged files sit on, `repository` the address of the repository as its host gives it; empty when unknown.
    `merged` is whether the head was judged as it would be merged into the base, `uncommitted` how many files in scope
    were changed and are no part of that. `sources` holds the texts that
    `find_source_keys` names, None when the run was not asked for them.
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

    @property
    def has_no_contracts(self) -> bool:
        """Whether there was no contract to look at."""
        return self.total == 0 and not self.contracts

    def find_source_keys(
        self, issue: Issue, contract: ContractReport | None = None
    ) -> tuple[SourceKey | None, SourceKey | None]:
        """Return which texts show an issue: on the previous side, and on the proposed one; None where there is none.

        An issue that points at nothing on the previous side is shown beside what its contract was there.
        """
        here, there = issue.location, issue.previous_location
        proposed = (here.commit, here.path) if here else None
        if self.base is None:
            return None, proposed
        path = there.path if there else contract.previous_path if contract else here.path if here else None
        compared = (contract.previous_commit if contract else None) or self.base.merge_base
        commit = (there.commit if there else "") or compared
        return (commit, path) if path is not None else None, proposed

    def list_source_keys(self) -> tuple[SourceKey, ...]:
        """Return every text that `find_source_keys` names, each once, in the order of the issues."""
        of_contracts = [
            self.find_source_keys(issue, contract) for contract in self.contracts for issue in contract.issues
        ]
        keys = [*of_contracts, *map(self.find_source_keys, self.issues)]
        return tuple(dict.fromkeys(key for pair in keys for key in pair if key is not None))

    def iterate_issues(self) -> Iterator[Issue]:
        """Yield every issue, those of contracts first."""
        for contract in self.contracts:
            yield from contract.issues
        yield from self.issues

    def count_issues(self, severity: str) -> int:
        """Return how many issues have a severity."""
        return sum(issue.severity == severity for issue in self.iterate_issues())

    @property
    def accepted(self) -> int:
        """How many issues an acceptance lets through."""
        return sum(issue.accepted is not None for issue in self.iterate_issues())

    @property
    def changed(self) -> int:
        """How many contracts the change touches in more than layout."""
        return sum(contract.change != UNCHANGED for contract in self.contracts)

    @property
    def compatible(self) -> bool:
        """Whether no issue has severity error."""
        return not any(issue.severity == ERROR for issue in self.iterate_issues())

    @property
    def fails(self) -> bool:
        """Whether the run is to end with exit code 1 under `fail_on`."""
        if self.fail_on == "never":
            return False
        return not self.compatible or (self.fail_on == WARNING and self.count_issues(WARNING) > 0)


def classify_change(matched: Match) -> str:
    """Return what became of one dataset: added, modified, removed, renamed or unchanged."""
    pair = matched.pair
    if pair.both is None:
        unread = any(problem.is_fatal for problem in pair.proposed_problems)
        if unread:
            return MODIFIED if pair.previous or pair.previous_problems else ADDED
        if pair.previous is None and pair.proposed_problems:  # a file that is read and holds no dataset
            return MODIFIED if matched.is_unreadable_in_both else ADDED
        return ADDED if pair.proposed else REMOVED
    previous, proposed = pair.both
    if previous.path != proposed.path:
        return RENAMED
    before = (previous.version, previous.status, previous.deprecation_uri)
    after = (proposed.version, proposed.status, proposed.deprecation_uri)
    return UNCHANGED if before == after and not pair.is_changed else MODIFIED


def without_known_issues(
    contracts: Iterable[ContractReport], known: Callable[[Issue], Issue | None]
) -> tuple[tuple[ContractReport, ...], int]:
    """Return the contracts without the issues for which `known` returns None, and how many those are."""
    kept, left_out = [], 0
    for contract in contracts:
        issues = tuple(issue for each in contract.issues if (issue := known(each)) is not None)
        left_out += len(contract.issues) - len(issues)
        kept.append(contract._replace(issues=issues))
    return tuple(kept), left_out


_VERSION_PREFIX = "version_"


def deduplicate_file_issues(contracts: list[ContractReport]) -> list[ContractReport]:
    """Keep what is true of a whole file only once: datasets that share a file share its version and its owners.

    What the version owes is said of the dataset that owes most. An acceptance names one dataset: what it lets
    through hides nothing of another one.
    """
    most: dict[_IssueKey, int] = {}
    for contract in contracts:
        for issue in contract.issues:
            key = _build_issue_key(issue)
            most[key] = max(most.get(key, 0), BUMPS.index(contract.required_bump))
    seen: set[_IssueKey] = set()
    kept = []
    for contract in contracts:
        own = []
        for issue in contract.issues:
            key = _build_issue_key(issue)
            owes_less = issue.kind.startswith(_VERSION_PREFIX) and BUMPS.index(contract.required_bump) < most[key]
            if issue.field is None and (owes_less or key in seen):
                continue
            seen.add(key)
            own.append(issue)
        kept.append(contract._replace(issues=tuple(own)))
    return kept


_IssueKey = tuple[str, str, object, bool]


def _build_issue_key(issue: Issue) -> _IssueKey:
    message = "" if issue.kind.startswith(_VERSION_PREFIX) else issue.message
    return issue.kind, message, issue.location, issue.accepted is not None
