"""Checks the consumers that a change adds, edits or removes against the contracts of the proposed version."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.consumer_engine import check_consumer
from dcr.compatibility.consumer_matching import match_consumers
from dcr.compatibility.issue_locations import create_location_resolver
from dcr.compatibility.severities import OFF, SEVERITIES
from dcr.consumers.consumer import NATIVE
from dcr.consumers.readers import read_consumers
from dcr.formats.parsed_file import ParsedFile
from dcr.git.consumers.declaration_files import read_declarations
from dcr.git.consumers.source_files import search_unchanged_texts
from dcr.git.consumers.used_datasets import find_used_datasets
from dcr.git.contracts.text_search import MAX_SEARCHED_IDS, list_search_words
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from dcr.compatibility.consumer_pairs import ConsumerPair, UsedDataset
    from dcr.compatibility.history import DeprecationPeriod
    from dcr.compatibility.issue import Issue
    from dcr.consumers.consumer import Consumer
    from dcr.git.consumers.search import ConsumerSearch
    from dcr.policy.policy import StricterPolicy


class ConsumerCheck(NamedTuple):
    """What to check: `head` is the proposed side, and `is_checked` selects the paths that the user asked for.

    `find_periods(ids)` returns the deprecation periods of datasets, and `find_elsewhere(ids)` those of some datasets
    that other repositories define. `today` is YYYY-MM-DD.
    """

    search: ConsumerSearch
    head: str
    is_checked: Callable[[str], bool]
    policy: StricterPolicy
    find_periods: Callable[[Collection[str]], Mapping[str, DeprecationPeriod]]
    today: str
    find_elsewhere: Callable[[Collection[str]], Mapping[str, UsedDataset]] = lambda _: {}


class ConsumerVerdict(NamedTuple):
    """The issues of changed consumers and their number. `paths` are the changed files that declare consumers."""

    issues: tuple[Issue, ...] = ()
    changed: int = 0
    paths: frozenset[str] = frozenset()


def check_changed_consumers(check: ConsumerCheck) -> ConsumerVerdict:
    """Return the verdict on the changed consumers. Raise a `DcrError` if git fails."""
    search = check.search
    previous, proposed, untouched = read_declarations(search, are_meant=check.policy.consumers.has_paths)
    pairs = match_consumers(previous, proposed, lambda names: _find_unchanged(search, names))
    judged = [pair for pair in pairs if _is_judged(pair, untouched, check.is_checked)]
    uses = [use for pair in judged for use in pair._replace(today=check.today).current_uses]
    datasets = find_used_datasets(search, check.head, uses, check.find_periods)
    strict = {use.dataset_id for use in uses if use.is_strict}
    unknown = {name for name in strict if not (datasets[name].contract or datasets[name].unreadable_path)}
    if unknown:
        datasets.update(check.find_elsewhere(unknown))
    issues = [issue for pair in judged for issue in check_located(pair._replace(datasets=datasets, today=check.today))]
    paths = {path for side in (previous, proposed) for path, parsed in side.items() if parsed.format is not None}
    return ConsumerVerdict(adjust_issues(issues, check.policy), len(judged), frozenset(paths))


def check_located(pair: ConsumerPair) -> Iterator[Issue]:
    """Yield the issues of a consumer; those in dcr's own files have the key paths of their locations."""
    sides = [
        {consumer.path: ParsedFile(consumer.path, None, root=consumer.section.node)}
        if consumer and consumer.section and consumer.source == NATIVE
        else {}
        for consumer in (pair.previous, pair.proposed)
    ]
    return map(create_location_resolver(*sides), check_consumer(pair))


def adjust_issues(issues: Iterable[Issue], policy: StricterPolicy) -> tuple[Issue, ...]:
    """Return the issues with the severities of the policy, without those that are off, worst first."""
    adjusted = [issue._replace(severity=policy.get_severity(issue.kind, issue.severity)) for issue in issues]
    return tuple(sorted((issue for issue in adjusted if issue.severity != OFF), key=_get_sort_key))


def _get_sort_key(issue: Issue) -> tuple[int, str, int, int]:
    location = issue.location or Location("")
    return SEVERITIES.index(issue.severity), location.path, location.line, location.column


def _is_judged(pair: ConsumerPair, untouched: Collection[str], is_checked: Callable[[str], bool]) -> bool:
    paths = {pair.path, pair.previous.path} if pair.previous else {pair.path}
    return pair.path not in untouched and not pair.is_unchanged and any(map(is_checked, paths))


def _find_unchanged(search: ConsumerSearch, names: Collection[str]) -> Iterator[Consumer]:
    """Yield the consumers of unchanged files that have one of the names."""
    changed = {change.path for change in search.change_set.changes}
    paths = [path for path in search.scope.filter_paths(search.change_set.paths) if path not in changed]
    words = list_search_words(names) if len(names) <= MAX_SEARCHED_IDS else []
    for path, text in search_unchanged_texts(search, paths, words).items():
        yield from (consumer for consumer in read_consumers(path, text).consumers if consumer.name in names)
