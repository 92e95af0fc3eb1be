"""Validates contracts one by one, without comparing: what is wrong with each file, and ids claimed twice."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import run_rules
from dcr.compatibility.issue_locations import create_location_resolver
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.rules import list_kinds
from dcr.contract.contract import Contract
from dcr.errors import UsageError
from dcr.formats import read_content
from dcr.formats.parsed_file import ParsedFile, Problem
from dcr.formats.unread_keys import filter_keys, list_unread_keys
from dcr.git.changes import list_worktree_files
from dcr.git.repository import NotARepositoryError, discover_repository
from dcr.git.worktree import list_files, read_file, resolve_relative_paths
from dcr.parsing.location import Location
from dcr.policy.detection import is_contract, may_be_contract
from dcr.policy.issue_adjustment import adjust_issues
from dcr.policy.policy import FILES, Policy, PolicyError, StricterPolicy, parse_policy
from dcr.report.report import UNCHANGED, ContractReport, Report, deduplicate_file_issues, without_known_issues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dcr.formats.unread_keys import UnreadKey
    from dcr.git.repository import Repository
    from dcr.policy.scope import Scope

UNKNOWN = "unknown"
"""The format of a file that cannot be read far enough to tell what it is."""


class _DatasetSource(NamedTuple):
    """A file's dataset, kept small: ten thousand of them are held at once."""

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
    """Return what is wrong with every contract in scope, or in the files and folders given.

    `strict` lists every key of a foreign file that is not read too. `baseline` names a file of issues to leave out,
    `sources` asks for the texts beside the issues, for formats that show them. Works outside a repository too. Raises a
    `DcrError` when a path, the policy or the baseline cannot be read.
    """
    top, repository = _find_top(folder)
    policy, source = read_policy(top)
    scope = policy.scope
    named, files = _list_files(top, folder, tuple(paths), repository, scope)
    stricter = StricterPolicy(policy, policy)
    reports: dict[tuple[str, str | None], ContractReport] = {}
    claims: dict[str, list[_DatasetSource]] = defaultdict(list)
    formats: Counter[str] = Counter()
    total = left_alone = 0
    for number, path in enumerate(files):
        if number % 500 == 0:
            progress(f"reading {number:,} of {len(files):,} files")
        reading = _read_contract_file(top, path, scope, given=path in named)
        if reading.format is None and path in named:
            reading = _build_not_contract_reading(path)
        meant = path in named or reading.format != UNKNOWN or scope.by_content or scope.covers(path)
        if reading.format is None or not meant:
            left_alone += 1
            continue
        total += 1
        formats["unreadable" if reading.format == UNKNOWN else reading.format] += max(
            1, sum(each.alias_of is None for each in reading.contracts)
        )
        for contract in reading.contracts:
            place = contract.section.locate("dataset_id") if contract.section else Location(path)
            found_here = _DatasetSource(contract.dataset_id, contract.version, place, contract.alias_of is not None)
            claims[contract.dataset_id].append(found_here)
        _merge_reports(reports, _check_reading(reading, stricter, list_unread_keys(reading) if strict else ()))
    _merge_reports(reports, _check_duplicates(claims, stricter))
    once = deduplicate_file_issues(sorted(reports.values(), key=lambda report: report.path))
    baselined = 0
    if baseline is not None:
        from dcr.git.baselines import read_baseline_file  # noqa: PLC0415 (only runs with a baseline pay for it)

        reports_left, baselined = without_known_issues(
            once, read_baseline_file(os.path.join(folder, baseline)).filter_issue
        )
        once = list(reports_left)
    found = tuple(report for report in once if report.issues)
    report = Report(None, "worktree", found, (), total, left_alone, source, fail_on or policy.fail_on, baselined)
    named_formats = sorted(formats.items(), key=lambda each: (-each[1], each[0]))
    report = report._replace(formats=tuple(named_formats), files=len(files), scope=str(scope))
    return _add_sources(top, report) if sources else report


def _add_sources(top: str, report: Report) -> Report:
    from dcr.git.contracts.source_texts import read_worktree_texts  # noqa: PLC0415 (few formats show texts)
    from dcr.report.sources import parse_source  # noqa: PLC0415

    found = read_worktree_texts(top, report.list_source_keys())
    return report._replace(sources={key: parse_source(content) for key, content in found.items()})


def _merge_reports(reports: dict[tuple[str, str | None], ContractReport], more: Iterable[ContractReport]) -> None:
    """Add reports, each contract's issues to those it has already."""
    for report in more:
        known = reports.get((report.path, report.dataset_id))
        issues = (*known.issues, *report.issues) if known else report.issues
        reports[report.path, report.dataset_id] = report._replace(issues=issues)


def _find_top(folder: str) -> tuple[str, Repository | None]:
    try:
        repository = discover_repository(folder)
    except NotARepositoryError:
        return folder, None
    if repository.top is None:
        raise UsageError("this repository is bare: it has no files to lint", "run dcr lint in a working tree")
    return repository.top, repository


def read_policy(top: str) -> tuple[Policy, str]:
    """Return the one policy of a folder and the file it stands in. Raises `PolicyError` where a check would."""
    found: dict[str, Policy] = {}
    for name in FILES:
        if not os.path.lexists(os.path.join(top, name)):
            continue
        content = read_file(top, name)
        if isinstance(content, str) and name == FILES[0]:
            raise PolicyError(f"'{name}' is {content}", "put the policy's own content there")
        policy = parse_policy(name, content, list_kinds()) if isinstance(content, bytes) else None
        if policy is not None:
            found[name] = policy
    if len(found) > 1:
        raise PolicyError("both dcr.toml and [tool.dcr] in pyproject.toml hold a policy", "keep one of them")
    return next(((policy, name) for name, policy in found.items()), (Policy(), "defaults"))


def _list_files(
    top: str, folder: str, paths: tuple[str, ...], repository: Repository | None, scope: Scope
) -> tuple[set[str], list[str]]:
    """Return the files that were named one by one, and all files to read, as paths from `top`."""
    everything = list_worktree_files(repository) if repository else None
    if not paths:
        return set(), scope.filter_paths(everything if everything is not None else list_files(top, [""]))
    try:
        given = _relative(repository, top, folder, paths)
    except ValueError as error:
        raise UsageError(f"'{error}' is outside the repository", "name paths inside it") from error
    named: set[str] = set()
    found: list[str] = []
    for typed, path in zip(paths, given, strict=True):
        full = os.path.join(top, path)
        if os.path.isdir(full) and not os.path.islink(full):
            below = (
                list_files(top, [path])
                if everything is None
                else [each for each in everything if _is_below(each, path)]
            )
            found += [each for each in below if each.endswith((".yaml", ".yml")) or scope.covers(each)]
        elif os.path.lexists(full):
            named.add(path)
            found.append(path)
        else:
            raise UsageError(f"there is no '{typed}'", "check the path")
    return named, list(dict.fromkeys(found))


def _relative(repository: Repository | None, top: str, folder: str, paths: tuple[str, ...]) -> list[str]:
    if repository is not None:
        return resolve_relative_paths(repository, folder, paths)
    return [os.path.relpath(os.path.join(folder, path), top) for path in paths]


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _read_contract_file(top: str, path: str, scope: Scope, *, given: bool) -> ParsedFile:
    """Return what a file holds; where contracts are found by that, of a file that is none nothing but that."""
    content = read_file(top, path)
    open_to_all = scope.by_content and not given and not scope.matches_globs(path)
    if open_to_all and not (isinstance(content, bytes) and may_be_contract(content)):
        return ParsedFile(path, None)
    if isinstance(content, bytes):
        reading = read_content(path, content)
        return ParsedFile(path, None) if open_to_all and not is_contract(reading, content) else reading
    problem = Problem(Location(path), f"the file is {content}", "put the contract's own content here")
    return ParsedFile(path, UNKNOWN, problems=(problem,))


def _build_not_contract_reading(path: str) -> ParsedFile:
    hint = "a contract has dataset_id, version and fields; see: dcr schema contract"
    return ParsedFile(path, UNKNOWN, problems=(Problem(Location(path), "the file is no contract", hint),))


def _check_reading(
    reading: ParsedFile, policy: StricterPolicy, unread: tuple[UnreadKey, ...]
) -> Iterator[ContractReport]:
    """Yield a report for each contract of a file that something is to be said about."""
    if not reading.contracts:
        pair = ContractPair(None, None, proposed_problems=reading.problems, unread_keys=unread)
        yield from _check_pair(reading, None, pair, policy)
    for number, contract in enumerate(each for each in reading.contracts if not each.alias_of):
        problems = tuple(
            each
            for each in reading.problems
            if each.dataset_id == contract.dataset_id or (number == 0 and not each.dataset_id)
        )
        about = filter_keys(unread, contract.dataset_id) if unread else ()
        pair = ContractPair(None, contract, proposed_problems=problems, unread_keys=about)
        yield from _check_pair(reading, contract, pair, policy)


def _check_pair(
    reading: ParsedFile, contract: Contract | None, pair: ContractPair, policy: StricterPolicy
) -> Iterator[ContractReport]:
    issues = adjust_issues(run_rules(pair, "none"), pair, policy, (), "")
    if issues:
        issues = tuple(map(create_location_resolver({}, {reading.path: reading}), issues))
        dataset_id = contract.dataset_id if contract else reading.dataset_id
        version = contract.version if contract else None
        yield ContractReport(dataset_id, reading.path, None, UNCHANGED, None, None, version, None, "none", None, issues)


def _check_duplicates(claims: dict[str, list[_DatasetSource]], policy: StricterPolicy) -> Iterator[ContractReport]:
    for found in claims.values():
        of_versions = all(each.is_alias for each in found)  # that is said of the versions themselves
        for each in found if len(found) > 1 and not of_versions else ():
            others = tuple(other.location for other in found if other is not each)
            pair = ContractPair(None, Contract(each.dataset_id, each.version, ()), duplicates=others)
            issues = [
                issue._replace(location=each.location)
                for issue in adjust_issues(run_rules(pair, "none"), pair, policy, (), "")
                if issue.kind == "dataset_id_duplicated"
            ]
            path = each.location.path
            yield ContractReport(
                each.dataset_id, path, None, UNCHANGED, None, None, each.version, None, "none", None, tuple(issues)
            )
