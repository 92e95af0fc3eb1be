"""Judges changed files, with the histories and the consumers that they need, and holds the values of a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.git.changes import WORKTREE
from dcr.report.policy_issues import get_today
from dcr.report.report import build_contract_report

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from dcr.compatibility.issue import Issue
    from dcr.compatibility.match import Match
    from dcr.compatibility.matching import MatchContext
    from dcr.compatibility.pair_verdict import MatchVerdict
    from dcr.consumers.dataset_index import SearchedDataset
    from dcr.git.base.merge_bases import Base
    from dcr.git.base.tip import BaseTip
    from dcr.git.changes import Change, ChangeSet
    from dcr.git.consumers.declared_uses import DeclaredUses
    from dcr.git.consumers.search import ConsumerSearch
    from dcr.git.contracts.changed_files import ChangedFiles
    from dcr.git.repository import Repository
    from dcr.index.other_repositories import OtherRepositories
    from dcr.policy.effective_policy import EffectivePolicy
    from dcr.policy.scope import Scope
    from dcr.registry.history_request import HistoryRequest
    from dcr.report.report import ContractReport


class Run(NamedTuple):
    """The values of a run that are known before the first contract is read.

    `paths` are the user's path arguments. `mode` is None if the policy sets it. `others` are the repositories of the
    index, None without one.
    """

    paths: tuple[str, ...]
    mode: str | None
    repository: Repository
    base: Base
    head: str
    change_set: ChangeSet
    policy: EffectivePolicy
    scope: Scope
    others: OtherRepositories | None = None

    def get_mode(self, dataset_id: str | None) -> str:
        """Return the mode in which a dataset is checked."""
        return self.mode or self.policy.policy.get_mode(dataset_id or "")


class PortionOptions(NamedTuple):
    """How many files are judged at once, and in how many processes; None for one per core, if there is work."""

    jobs: int | None
    size: int


class Judging(NamedTuple):
    """Changed files to judge together: no file outside of `changes` has to do with their datasets, except as looked up.

    `checked` are the paths whose datasets are reported, and `consumer_paths` the changed files that declare consumers.
    `day` is today as YYYY-MM-DD if acceptances need it, or else empty.
    """

    run: Run
    changes: Sequence[Change]
    checked: AbstractSet[str]
    consumer_paths: Collection[str]
    day: str


class DatasetReport(NamedTuple):
    """The report of one dataset, the `reported_by` of its match, and the key by which a report is sorted."""

    report: ContractReport
    reported_by: str | None
    sort_key: tuple[str, str]


class JudgedChanges(NamedTuple):
    """The datasets of some changes in the order of their files, and the checked files of neither kind."""

    datasets: list[DatasetReport]
    non_contracts: list[str]


def judge_changes(judging: Judging, progress: Callable[[str], None]) -> JudgedChanges:
    """Return the datasets of changed files, judged together."""
    from dcr.git.base.tip import BaseTip  # noqa: PLC0415 (an unchanged repository needs no engine)
    from dcr.git.contracts.changed_files import read_changed_files  # noqa: PLC0415

    run = judging.run
    tip = BaseTip(run.repository, run.base, run.scope)
    files = read_changed_files(run.repository, judging.changes, run.base.merge_base, create_contract_filter(judging))
    files = exclude_other_files(judging, tip.exclude_identical_files(files, judging.changes))
    context = create_context(judging, tip, files)
    progress("checking")
    matches = add_histories(run, list_checked_matches(judging, files, context), progress)
    verdicts = add_consumers(run, tip, check_matches(run, files, matches), progress)
    return build_reports(judging, files, verdicts)


def create_contract_filter(judging: Judging) -> Callable[[str], bool]:
    """Return a function that selects the paths of contracts, for files whose content is unclear."""
    run, checked = judging.run, judging.checked
    if not run.scope.by_content:
        return lambda _: True
    matches_globs = run.scope.matches_globs
    return lambda path: matches_globs(path) or (bool(run.paths) and path in checked)


def exclude_other_files(judging: Judging, files: ChangedFiles) -> ChangedFiles:
    """Return the files without those that cannot be read and need not be contracts.

    A consumer has issues of its own; in a folder that the user named it may be any file.
    """
    run, excluded = judging.run, set()
    for path, parsed in files.proposed.items():
        before = files.previous.get(path)
        may_be_other = path in judging.consumer_paths or not run.scope.covers(path)
        if parsed.format == "unknown" and may_be_other and (before is None or before.format in (None, "unknown")):
            excluded.add(path)
    if not excluded:
        return files
    return files._replace(proposed={path: file for path, file in files.proposed.items() if path not in excluded})


def create_context(judging: Judging, tip: BaseTip, files: ChangedFiles) -> MatchContext:
    """Return the lookups that matching may need."""
    from dcr.git.contracts.match_context import create_match_context  # noqa: PLC0415

    run = judging.run
    return create_match_context(
        run.repository,
        tip,
        run.head,
        change_set=run.change_set,
        checked_changes=judging.changes,
        unchanged=files.unchanged,
        scope=run.scope,
    )


def list_checked_matches(judging: Judging, files: ChangedFiles, context: MatchContext) -> list[Match]:
    """Return the matches of changed files that concern a checked path."""
    from dcr.compatibility.matching import match_contracts  # noqa: PLC0415 (an unchanged repository needs no engine)

    paths = judging.checked - files.unchanged.keys()
    matches = match_contracts(files.previous, files.proposed, context)
    return [match for match in matches if not paths.isdisjoint(match.paths)]


def check_matches(run: Run, files: ChangedFiles, matches: list[Match]) -> list[MatchVerdict]:
    """Return the verdict on each match."""
    if not matches:
        return []
    from dcr.compatibility.pair_verdict import MatchVerdict, check_pair  # noqa: PLC0415 (unchanged contracts need no rules)

    verdicts = []
    for match in matches:
        parsed_file = files.proposed.get(match.path)
        dataset_id = match.dataset_id or (parsed_file.dataset_id if parsed_file else None)
        verdicts.append(MatchVerdict(match, dataset_id, *check_pair(match.pair, run.get_mode(dataset_id))))
    return verdicts


def build_reports(judging: Judging, files: ChangedFiles, verdicts: Iterable[MatchVerdict]) -> JudgedChanges:
    """Return the reports of verdicts, adjusted by the policy; they hold nothing of the parsed files."""
    from dcr.compatibility.issue_locations import create_location_resolver  # noqa: PLC0415

    run = judging.run
    resolve_location = create_location_resolver(files.previous, files.proposed)
    datasets = []
    for match, dataset_id, verdict, older in verdicts:
        issues = tuple(map(resolve_location, run.policy.apply(verdict, match.pair, judging.day, older)))
        report = build_contract_report(
            match,
            verdict,
            tuple(issue.without_fields() for issue in issues),
            dataset_id=dataset_id,
            mode=run.get_mode(dataset_id),
            merge_base=run.base.merge_base,
        )
        datasets.append(DatasetReport(report, match.reported_by, (match.path, match.dataset_id or "")))
    paths = [path for path in judging.checked - files.unchanged.keys() if path not in judging.consumer_paths]
    sides = ((path, files.previous.get(path), files.proposed.get(path)) for path in paths)
    return JudgedChanges(
        datasets, [path for path, *both in sides if all(side is None or side.format is None for side in both)]
    )


def add_histories(
    run: Run, matches: list[Match], progress: Callable[[str], None], request: HistoryRequest | None = None
) -> list[Match]:
    """Return the matches, with the parts of the base's history that their changes and modes need."""
    from dcr.policy.required_history import RequiredHistory, find_required_history  # noqa: PLC0415

    if run.base.is_empty:
        return matches
    policy = run.policy.policy
    needs = [find_required_history(match.pair, run.get_mode(match.dataset_id), policy) for match in matches]
    if all(need == RequiredHistory() for need in needs):
        return matches
    from dcr.registry.history_lookup import attach_dataset_histories  # noqa: PLC0415 (few changes need the history)

    progress("reading the history")
    return attach_dataset_histories(request or create_history_request(run), matches, needs)


def create_history_request(run: Run) -> HistoryRequest:
    """Return the request for the history of a run."""
    from dcr.registry.history_request import HistoryRequest  # noqa: PLC0415 (few changes need the history)

    blobs = {change.path: change.previous_id for change in run.change_set.changes}
    return HistoryRequest(run.repository, run.base.merge_base, run.scope, run.policy.policy, blobs)


def add_consumers(
    run: Run, tip: BaseTip, verdicts: list[MatchVerdict], progress: Callable[[str], None]
) -> Sequence[MatchVerdict]:
    """Return the verdicts, with the declared consumers that their issues reach."""
    if run.base.is_empty or not any(verdict.may_reach_consumers for verdict in verdicts):
        return verdicts
    from dcr.git.consumers.impact import add_uses, list_searched_datasets  # noqa: PLC0415 (few changes break anything)

    progress("reading the consumers")
    matches = [verdict.match for verdict in verdicts if verdict.may_reach_consumers]
    datasets = {dataset.dataset_id: dataset for match in matches for dataset in list_searched_datasets(match)}
    uses = find_uses(run, tip, list(datasets.values()))
    return add_uses(verdicts, uses, get_today(), run.policy.policy.consumers.are_complete)


def find_uses(run: Run, tip: BaseTip, datasets: Sequence[SearchedDataset]) -> DeclaredUses | None:
    """Return the declared uses of datasets, also those in other repositories; None if no consumers are declared."""
    from dcr.git.consumers.declared_uses import find_declared_uses  # noqa: PLC0415 (few changes break anything)

    uses = find_declared_uses(_build_consumer_search(run, tip), datasets)
    return uses if run.others is None else run.others.add_uses(uses, datasets)


def judge_consumers(run: Run, is_checked: Callable[[str], bool]) -> tuple[tuple[Issue, ...], int, Collection[str]]:
    """Return the issues of the consumers in the checked changes, their number, and the changed files that declare any.

    Nothing is loaded or read if no such file changed.
    """
    if not run.change_set.changes:
        return (), 0, ()
    from dcr.consumers.declaration_paths import create_declaration_filter  # noqa: PLC0415 (only for a change)

    may_declare = create_declaration_filter(run.policy.policy.consumers.scope.matches_globs, run.change_set.paths)
    selected = is_checked if run.paths else may_declare
    if not any(may_declare(change.path) and selected(change.path) for change in run.change_set.changes):
        return (), 0, ()
    from dcr.git.base.tip import BaseTip  # noqa: PLC0415
    from dcr.git.consumers.own_changes import ConsumerCheck, check_changed_consumers  # noqa: PLC0415
    from dcr.registry.deprecation_periods import create_period_lookup  # noqa: PLC0415 (few changes have consumers)

    search = _build_consumer_search(run, BaseTip(run.repository, run.base, run.scope))
    find_periods = create_period_lookup(create_history_request(run), is_empty=run.base.is_empty)
    check = ConsumerCheck(search, run.head, selected, run.policy.policy, find_periods, get_today())
    if run.others is not None:
        check = check._replace(find_elsewhere=run.others.find_datasets)
    return check_changed_consumers(check)


def _build_consumer_search(run: Run, tip: BaseTip) -> ConsumerSearch:
    from dcr.git.consumers.search import ConsumerSearch  # noqa: PLC0415 (few changes need the consumers)
    from dcr.git.consumers.search_cache import SearchCache  # noqa: PLC0415

    return ConsumerSearch(
        run.repository,
        run.change_set,
        run.base.merge_base,
        tip,
        run.policy.policy.consumers.scope,
        run.scope,
        SearchCache(run.repository.common_dir),
        is_worktree=run.head == WORKTREE,
    )
