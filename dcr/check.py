"""Checks the contracts that changed since the base, and returns the report of `dcr check`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dcr.check_run import Judging, PortionOptions, Run, judge_changes, judge_consumers
from dcr.errors import DcrError, UsageError
from dcr.git.base.resolution import resolve_base
from dcr.git.changes import INDEX, WORKTREE, list_changes
from dcr.git.ci.repository_url import find_repository_url
from dcr.git.contracts.counts import count_contracts
from dcr.git.path_filter import create_path_filter
from dcr.git.policies import read_effective_policy
from dcr.git.repository import discover_repository
from dcr.report.policy_issues import get_today, list_policy_issues
from dcr.report.report import (
    BaseReport,
    ContractReport,
    Report,
    combine_contract_reports,
    filter_issues,
    without_known_issues,
)
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from dcr.compatibility.issue import Issue
    from dcr.git.base.merge_bases import Base
    from dcr.git.changes import Change
    from dcr.git.repository import Repository
    from dcr.index.other_repositories import OtherRepositories
    from dcr.policy.effective_policy import EffectivePolicy


MAX_FILES_AT_ONCE = 250
"""Changed files that are judged at once: about half a second of work."""


class Request(NamedTuple):
    """The options of a check. `head` is `worktree`, `index` or a ref. The policy sets the settings that are None.

    With a `resolved_base`, which includes its head, `base` is ignored and `head` is only printed. `merged` checks the
    merge of the base's tip and the head, compared with that tip. `sources` adds the texts of both sides to the report,
    for formats that show them. `jobs` is the number of processes; None for one per core, if there is work for them.
    More changed files than `portion_size` are judged in portions. `index_url` is that of an index, in which the path of
    an SQLite file is relative to `folder`.
    """

    folder: str
    paths: tuple[str, ...] = ()
    base: str | None = None
    head: str = WORKTREE
    mode: str | None = None
    fail_on: str | None = None
    policy_from: str = "base"
    require_contracts: bool = False
    resolved_base: Base | None = None
    baseline: str | None = None
    sources: bool = False
    merged: bool = False
    jobs: int | None = 1
    portion_size: int = MAX_FILES_AT_ONCE
    index_url: str | None = None


class NoContractsError(DcrError):
    """No file in scope is a contract, and the options require one."""


def check(request: Request, progress: Callable[[str], None] = lambda _: None) -> Report:
    """Compare the head with the merge base and return the report.

    Raise a `DcrError` if they cannot be compared, so that a failure is never a report without issues.
    """
    repository = discover_repository(request.folder)
    if repository.is_bare and request.head in (WORKTREE, INDEX):
        raise UsageError("this repository is bare: it has no working tree", "check a commit: dcr check --head REF")
    if request.merged:
        from dcr.git.base.merge_tree import create_merge_tree  # noqa: PLC0415 (few runs merge)

        name = "HEAD" if request.head == WORKTREE else request.head
        base = resolve_base(repository, request.base, name)
        with create_merge_tree(repository, base, name) as (temporary, tree):
            tip = base._replace(merge_base=base.commit, other_merge_bases=())
            return _compare_with_base(request, temporary, tip, tree, progress)
    base = request.resolved_base or resolve_base(repository, request.base, request.head)
    head = request.head if request.head in (WORKTREE, INDEX) else base.head
    reports = [
        _compare_with_base(request, repository, base._replace(merge_base=merge_base), head, progress)
        for merge_base in base.merge_bases
    ]
    if len(reports) == 1:
        return reports[0]
    from dcr.report.combination import combine_reports  # noqa: PLC0415 (few histories criss-cross)

    return combine_reports(reports)


def _compare_with_base(
    request: Request, repository: Repository, base: Base, head: str, progress: Callable[[str], None]
) -> Report:
    """Return the report of the head, compared with one merge base."""
    progress("listing changes")
    change_set = list_changes(repository, base.merge_base, head)
    # With an empty base, the only policy is the one in the working tree.
    side = "worktree" if base.is_empty else request.policy_from
    policy = read_effective_policy(repository, base.merge_base, change_set.changes, side, base.commit)
    scope = policy.policy.scope
    count = count_contracts(repository, head, scope.filter_paths(change_set.paths), scope)
    if request.require_contracts and count.contracts == 0:
        files = f"{format_count(count.files, 'file')} in scope ({scope})"
        raise NoContractsError(f"no contract found in {files}", "see what a contract is: dcr schema contract")
    is_checked = create_path_filter(repository, request.folder, request.paths, change_set, scope)
    others = _find_other_repositories(request, repository, base, policy)
    run = Run(request.paths, request.mode, repository, base, head, change_set, policy, scope, others)
    checked = [change for change in change_set.changes if is_checked(change.path)]
    consumer_issues, changed_consumers, consumer_paths = judge_consumers(run, is_checked)
    options = PortionOptions(request.jobs, request.portion_size)
    contracts, non_contracts = _judge_changes(run, checked, consumer_paths, options, progress)
    policy_issues = list_policy_issues(policy, contracts)
    contracts, consumer_issues, baselined = _drop_known_issues(request, run, contracts, consumer_issues)
    if others is not None and others.problem is not None:
        consumer_issues = (*policy.list_index_issues(others.problem.message, others.problem.hint), *consumer_issues)
    if base.is_empty:  # every contract is new: report only those with issues, as dcr lint does
        contracts = tuple(contract for contract in contracts if contract.issues)
    uncommitted = 0
    if request.merged and request.head == WORKTREE:  # uncommitted changes are no part of the merge
        uncommitted = sum(scope.covers(file.path) for file in list_changes(repository, base.head, WORKTREE).changes)
    report = Report(
        base=None if base.is_empty else BaseReport(*base[:4], others=base.other_merge_bases),
        head="HEAD" if request.merged and request.head == WORKTREE else request.head,
        contracts=contracts,
        issues=consumer_issues if base.is_empty else (*policy_issues, *consumer_issues),
        total=count.contracts,
        non_contracts=non_contracts,
        policy=policy.source,
        fail_on=request.fail_on or policy.policy.get_choice("fail_on"),
        baselined=baselined,
        revision=base.head,
        repository=find_repository_url(os.environ),
        merged=request.merged,
        uncommitted=uncommitted,
        formats=count.formats,
        files=count.files,
        scope=str(scope),
        consumers=changed_consumers,
        # Reports mention handles. The base's are used, so that a change cannot mention anyone.
        teams=policy.policy.teams if side == "worktree" else policy.policy.first.teams,
    )
    return _add_sources(run, report) if request.sources else report


def _find_other_repositories(
    request: Request, repository: Repository, base: Base, policy: EffectivePolicy
) -> OtherRepositories | None:
    """Return the repositories of the index that the option, DCR_INDEX or the base's policy names; None without one."""
    settings = policy.policy.index_settings
    url = request.index_url or os.environ.get("DCR_INDEX")
    if settings is None and not url:
        return None
    from dcr.index.other_repositories import create_other_repositories  # noqa: PLC0415 (few policies name an index)

    others = create_other_repositories(repository, settings, url, request.folder)
    if base.is_empty and not url:
        others.refuse("there is no base whose policy names the index", "name it: dcr check --index URL, or DCR_INDEX")
    return others


def choose_head(*, staged: bool, head: str | None, merged: bool = False) -> str:
    """Return the head that `--staged` or `--head` selects. Raise `UsageError` if both are given, or `--merged` too."""
    if staged and (merged or head is not None):
        other = "--head" if head is not None else "--merged"
        raise UsageError(f"--staged cannot be used with {other}", "use one of them")
    return INDEX if staged else head if head is not None else WORKTREE


def _judge_changes(
    run: Run,
    checked: list[Change],
    consumer_paths: Collection[str],
    options: PortionOptions,
    progress: Callable[[str], None],
) -> tuple[tuple[ContractReport, ...], int]:
    """Return a report for each dataset in the checked changes, and the number of files of neither kind."""
    if not checked:
        return (), 0
    in_scope = [change for change in run.change_set.changes if run.scope.covers(change.path)]
    changes = list({change.path: change for change in (*in_scope, *checked)}.values())
    progress(f"reading {format_count(len(changes), 'changed file')}")
    paths = {change.path for change in checked}
    day = get_today() if run.policy.may_have_run_issues else ""
    judging = Judging(run, changes, paths, consumer_paths, day)
    if len(changes) > options.size:
        from dcr.check_portions.portions import judge_in_portions  # noqa: PLC0415 (few changes are so large)

        judged = judge_in_portions(judging, options, progress)
    else:
        judged = judge_changes(judging, progress)
    contracts = combine_contract_reports([(each.report, each.reported_by) for each in judged.datasets])
    return contracts, len(judged.non_contracts)


def _drop_known_issues(
    request: Request, run: Run, contracts: tuple[ContractReport, ...], issues: tuple[Issue, ...]
) -> tuple[tuple[ContractReport, ...], tuple[Issue, ...], int]:
    """Return the contracts and the issues of consumers without those in the baseline, and the number of these."""
    if request.baseline is None:
        return contracts, issues, 0
    from dcr.git.baselines import read_baseline  # noqa: PLC0415 (few runs have a baseline)

    path = os.path.join(request.folder, request.baseline)
    baseline = read_baseline(run.repository, path, run.base.merge_base, run.change_set.changes, run.policy.policy)
    contracts, baselined = without_known_issues(contracts, baseline.filter_issue)
    remaining = filter_issues(issues, baseline.filter_issue)
    return contracts, remaining, baselined + len(issues) - len(remaining)


def _add_sources(run: Run, report: Report) -> Report:
    from dcr.git.contracts.source_texts import read_source_texts  # noqa: PLC0415 (few formats show texts)
    from dcr.report.sources import parse_source  # noqa: PLC0415

    texts = read_source_texts(run.repository, report.list_source_keys(), run.change_set.changes, run.base.merge_base)
    return report._replace(sources={key: parse_source(content) for key, content in texts.items()})
