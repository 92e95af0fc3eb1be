"""The main job: what changed since the base, what that breaks, and what the policy makes of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.severities import ERROR
from dcr.errors import DcrError, UsageError
from dcr.git.base.resolution import resolve_base
from dcr.git.changes import INDEX, WORKTREE, list_changes
from dcr.git.ci.repository_url import find_repository_url
from dcr.git.contracts.counts import count_contracts
from dcr.git.policies import read_governing_policy
from dcr.git.repository import discover_repository
from dcr.report.policy_issues import get_today, list_policy_issues
from dcr.report.report import (
    BaseReport,
    ContractReport,
    Report,
    classify_change,
    deduplicate_file_issues,
    without_known_issues,
)
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.issue import Issue
    from dcr.compatibility.match import Match
    from dcr.git.base.merge_bases import Base
    from dcr.git.changes import Change, ChangeSet
    from dcr.git.repository import Repository
    from dcr.policy.effective_policy import EffectivePolicy
    from dcr.policy.scope import Scope


class Request(NamedTuple):
    """What a run is asked to do. `head` is `worktree`, `index`, or a ref; None settings follow the policy.

    `resolved_base` is a base that is settled already, with its head; `base` is then not looked at, and `head` only said.
    `merged` asks for the merge of the base's tip and the head, compared with that tip.
    `sources` asks for the texts of both sides beside the issues, for formats that show them.
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


class NoContractsError(DcrError):
    """Nothing in scope is a contract, and the run was asked to insist on some."""


def check(request: Request, progress: Callable[[str], None] = lambda _: None) -> Report:
    """Compare the proposed side with the merge-base and return everything that is to be said.

    Raises a `DcrError` when the question cannot be answered: that is never a report without issues.
    """
    repository = discover_repository(request.folder)
    if repository.is_bare and request.head in (WORKTREE, INDEX):
        raise UsageError("this repository is bare: it has no working tree", "judge a commit: dcr check --head REF")
    if request.merged:
        from dcr.git.base.merge_tree import create_merge_tree  # noqa: PLC0415 (few runs merge)

        name = "HEAD" if request.head == WORKTREE else request.head
        base = resolve_base(repository, request.base, name)
        with create_merge_tree(repository, base, name) as (beside, tree):
            return _compare_with_base(
                request, beside, base._replace(merge_base=base.commit, other_merge_bases=()), tree, progress
            )
    base = request.resolved_base or resolve_base(repository, request.base, request.head)
    head = request.head if request.head in (WORKTREE, INDEX) else base.head
    reports = [
        _compare_with_base(request, repository, base._replace(merge_base=each), head, progress)
        for each in base.merge_bases
    ]
    if len(reports) == 1:
        return reports[0]
    from dcr.report.combination import combine_reports  # noqa: PLC0415 (few histories criss-cross)

    return combine_reports(reports)


def _compare_with_base(
    request: Request, repository: Repository, base: Base, head: str, progress: Callable[[str], None]
) -> Report:
    """Return what is to be said of the proposed side, compared with one merge base."""
    progress("listing what changed")
    found = list_changes(repository, base.merge_base, head)
    # Where nothing was published, the policy that comes along is the only one there is.
    side = "worktree" if base.is_empty else request.policy_from
    governing = read_governing_policy(repository, base.merge_base, found.changes, side, base.commit)
    scope = governing.policy.scope
    count = count_contracts(repository, head, scope.filter_paths(found.paths), scope)
    if request.require_contracts and count.contracts == 0:
        among = f"{format_count(count.files, 'file')} in scope ({scope})"
        raise NoContractsError(f"no contract was found in {among}", "what one is: dcr schema contract")
    wanted = _build_path_filter(repository, request, scope, found)
    run = _Run(request, repository, base, head, found, governing, scope)
    contracts, left_alone = _judge_changes(run, [each for each in found.changes if wanted(each.path)], progress)
    own = list_policy_issues(governing, contracts)
    contracts, baselined = _drop_known_issues(run, contracts)
    if base.is_empty:  # everything is new, so only what is wrong with it is told, as dcr lint does
        contracts = tuple(each for each in contracts if each.issues)
    report = Report(
        base=None if base.is_empty else BaseReport(*base[:4], others=base.other_merge_bases),
        head="HEAD" if request.merged and request.head == WORKTREE else request.head,
        contracts=contracts,
        issues=() if base.is_empty else own,
        total=count.contracts,
        non_contracts=left_alone,
        policy=governing.source,
        fail_on=request.fail_on or governing.policy.get_choice("fail_on"),
        baselined=baselined,
        revision=base.head,
        repository=find_repository_url(os.environ),
        merged=request.merged,
        uncommitted=_count_uncommitted(run) if request.merged and request.head == WORKTREE else 0,
        formats=count.formats,
        files=count.files,
        scope=str(scope),
    )
    return _add_sources(run, report) if request.sources else report


def choose_head(*, staged: bool, head: str | None, merged: bool = False) -> str:
    """Return what `--staged` and `--head` mean together. Raises `UsageError` for options that exclude each other."""
    if staged and (merged or head is not None):
        other = "--head" if head is not None else "--merged"
        raise UsageError(f"--staged and {other} exclude each other", "use one of them")
    return INDEX if staged else head if head is not None else WORKTREE


def _count_uncommitted(run: _Run) -> int:
    """Return how many files in scope differ from what is committed, and so are no part of a merge."""
    changes = list_changes(run.repository, run.base.head, WORKTREE).changes
    return sum(run.scope.covers(each.path) for each in changes)


class _Run(NamedTuple):
    """Everything that is settled before the first contract is read."""

    request: Request
    repository: Repository
    base: Base
    head: str
    change_set: ChangeSet
    governing: EffectivePolicy
    scope: Scope


def _build_path_filter(
    repository: Repository, request: Request, scope: Scope, found: ChangeSet
) -> Callable[[str], bool]:
    """Return what decides whether a changed path is looked at: the globs, or the paths that were given."""
    if not request.paths:
        return scope.covers
    from dcr.git.worktree import resolve_relative_paths  # noqa: PLC0415

    try:
        given = resolve_relative_paths(repository, request.folder, request.paths)
    except ValueError as error:
        raise UsageError(f"'{error}' is outside the repository", "name paths inside it") from error
    known = {*found.paths, *(each.path for each in found.changes)}
    for typed, path in zip(request.paths, given, strict=True):
        there = path == "" or path in known or any(each.startswith(f"{path}/") for each in known)
        if not there and not os.path.isdir(os.path.join(request.folder, typed)):
            raise UsageError(f"there is no '{typed}', now or at the base", "check the path, or leave it out")
    return lambda path: any(not each or path == each or path.startswith(f"{each}/") for each in given)


def _judge_changes(
    run: _Run, relevant: list[Change], progress: Callable[[str], None]
) -> tuple[tuple[ContractReport, ...], int]:
    """Return a report for each dataset that the relevant changes touch, and how many files were no contracts."""
    if not relevant:
        return (), 0
    from dcr.compatibility.issue_locations import create_location_resolver  # noqa: PLC0415
    from dcr.compatibility.matching import match_contracts  # noqa: PLC0415 (an unchanged repository needs no engine)
    from dcr.git.base.tip import BaseTip  # noqa: PLC0415
    from dcr.git.contracts.changed_files import read_changed_files  # noqa: PLC0415
    from dcr.git.contracts.match_context import create_match_context  # noqa: PLC0415

    in_scope = [each for each in run.change_set.changes if run.scope.covers(each.path)]
    looked_at = list({each.path: each for each in (*in_scope, *relevant)}.values())
    progress(f"reading {format_count(len(looked_at), 'changed file')}")
    is_named = _build_contract_filter(run, {each.path for each in relevant})
    tip = BaseTip(run.repository, run.base, run.scope)
    sides = read_changed_files(run.repository, looked_at, run.base.merge_base, is_named)
    previous, proposed, untouched = tip.exclude_identical_files(sides, looked_at)
    for path in [path for path, reading in proposed.items() if reading.format == "unknown"]:
        before = previous.get(path)
        if not run.scope.covers(path) and (before is None or before.format in (None, "unknown")):
            del proposed[path]  # below a folder that was named, what cannot be read need not be a contract
    around = create_match_context(
        run.repository,
        tip,
        run.head,
        change_set=run.change_set,
        checked_changes=looked_at,
        unchanged=untouched,
        scope=run.scope,
    )
    progress("judging")
    paths = {each.path for each in relevant} - untouched.keys()
    day = get_today() if run.governing.may_have_run_issues else ""
    reports = []
    named = create_location_resolver(previous, proposed)
    touched = [each for each in match_contracts(previous, proposed, around) if not paths.isdisjoint(each.paths)]
    if touched:
        from dcr.compatibility.pair_verdict import check_pair  # noqa: PLC0415 (files that only seem to differ need none)
    for matched in _add_histories(run, touched, progress):
        reading = proposed.get(matched.path)
        dataset_id = matched.dataset_id or (reading.dataset_id if reading else None)
        verdict, older = check_pair(matched.pair, _get_mode(run, dataset_id))
        issues = tuple(named(each) for each in run.governing.apply(verdict, matched.pair, day, older))
        reports.append((_build_report(run, matched, dataset_id, verdict, issues), matched.reported_by))
    duplicated = {report.dataset_id for report, _ in reports if _has_duplicate_id(report)}
    readings = [(previous.get(path), proposed.get(path)) for path in paths]
    left_alone = sum(all(side is None or side.format is None for side in sides) for sides in readings)
    kept = [report for report, told_by in reports if told_by not in duplicated]
    return tuple(deduplicate_file_issues(kept)), left_alone


def _build_contract_filter(run: _Run, relevant: set[str]) -> Callable[[str], bool]:
    """Return what decides whether a file is meant as a contract wherever its text leaves that open."""
    if not run.scope.by_content:
        return lambda _: True
    names = run.scope.matches_globs
    return lambda path: names(path) or (bool(run.request.paths) and path in relevant)


def _add_histories(run: _Run, touched: list[Match], progress: Callable[[str], None]) -> list[Match]:
    """Return the pairs, those whose change or mode asks the base's history with what it knows."""
    from dcr.policy.history_needs import HistoryNeeds, find_history_needs  # noqa: PLC0415

    if run.base.is_empty:
        return touched
    policy = run.governing.policy
    questions = [find_history_needs(each.pair, _get_mode(run, each.dataset_id), policy) for each in touched]
    if all(each == HistoryNeeds() for each in questions):
        return touched
    from dcr.registry.history_request import HistoryRequest  # noqa: PLC0415 (few changes ask the history)
    from dcr.registry.pair_history import add_histories  # noqa: PLC0415

    progress("asking the history")
    blobs = {each.path: each.previous_id for each in run.change_set.changes}
    return add_histories(
        HistoryRequest(run.repository, run.base.merge_base, run.scope, policy, blobs), touched, questions
    )


def _drop_known_issues(run: _Run, contracts: tuple[ContractReport, ...]) -> tuple[tuple[ContractReport, ...], int]:
    """Return the contracts without the issues that the baseline knows, and how many those are."""
    request = run.request
    if request.baseline is None:
        return contracts, 0
    from dcr.git.baselines import read_baseline  # noqa: PLC0415 (only runs with a baseline pay for it)

    full = os.path.join(request.folder, request.baseline)
    known = read_baseline(run.repository, full, run.base.merge_base, run.change_set.changes, run.governing.policy)
    return without_known_issues(contracts, known.filter_issue)


def _get_mode(run: _Run, dataset_id: str | None) -> str:
    return run.request.mode or run.governing.policy.get_mode(dataset_id or "")


def _has_duplicate_id(report: ContractReport) -> bool:
    return any(issue.kind == "dataset_id_duplicated" and issue.severity == ERROR for issue in report.issues)


def _build_report(
    run: _Run, matched: Match, dataset_id: str | None, verdict: Verdict, issues: tuple[Issue, ...]
) -> ContractReport:
    previous, proposed = matched.pair.previous, matched.pair.proposed
    return ContractReport(
        dataset_id=dataset_id,
        path=matched.path,
        previous_path=previous.path if previous else None,
        change=classify_change(matched),
        mode=_get_mode(run, dataset_id),
        previous=previous.version if previous else None,
        proposed=proposed.version if proposed else None,
        previous_commit=run.base.merge_base if previous else None,
        required_bump=verdict.required_bump,
        actual_bump=verdict.actual_bump,
        issues=issues,
    )


def _add_sources(run: _Run, report: Report) -> Report:
    from dcr.git.contracts.source_texts import read_source_texts  # noqa: PLC0415 (few formats show texts)
    from dcr.report.sources import parse_source  # noqa: PLC0415

    found = read_source_texts(run.repository, report.list_source_keys(), run.change_set.changes, run.base.merge_base)
    return report._replace(sources={key: parse_source(content) for key, content in found.items()})
