"""Checks a contract against older released versions, for the transitive modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import Verdict, run_rules
from dcr.compatibility.migration import make_comparable
from dcr.compatibility.modes import get_direct_mode
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.reach import combine_consumers
from dcr.compatibility.semver import MAJOR, compute_bump
from dcr.compatibility.severities import SEVERITIES
from dcr.compatibility.wording import format_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.compatibility.issue import Issue

_BUMP_KIND, _REINTRODUCTION_KIND = "version_bump_insufficient", "field_resurrected"


class OlderVerdict(NamedTuple):
    """The issues of the proposed contract compared with one older version."""

    pair: ContractPair
    verdict: Verdict


def may_break_older_versions(pair: ContractPair) -> bool:
    """Return whether a pair has to be compared with older versions; an unchanged contract breaks nothing new."""
    return pair.proposed is not None and (pair.previous is None or pair.is_changed)


def check_all_versions(pair: ContractPair, mode: str) -> tuple[Verdict, tuple[OlderVerdict, ...]]:
    """Return the verdict on a pair, and those on the older versions that it breaks.

    The required bump covers all of them: a version must not break another one of the same MAJOR.
    """
    verdict = run_rules(pair, mode)
    older = tuple(_find_broken_versions(pair, mode))
    if pair.previous and any(_requires_major(verdict_on_older, pair.previous.version) for verdict_on_older in older):
        verdict = verdict._replace(required_bump=MAJOR)
    return verdict, older


def _find_broken_versions(pair: ContractPair, mode: str) -> Iterator[OlderVerdict]:
    if pair.proposed is None:
        return
    for released in pair.older_versions:
        older_pair = ContractPair(*make_comparable(released.contract, pair.proposed), history=pair.history)
        verdict = run_rules(older_pair, get_direct_mode(mode))
        if any(issue.modes for issue in verdict.issues):
            issues = [issue for issue in verdict.issues if issue.modes or issue.kind == _BUMP_KIND]
            with_commit = tuple(_add_commit(issue, released.commit) for issue in issues)
            yield OlderVerdict(older_pair, verdict._replace(issues=with_commit))


def _add_commit(issue: Issue, commit: str) -> Issue:
    """Return an issue with the commit of its previous location."""
    location = issue.previous_location
    if location is None or location.commit:
        return issue
    return issue._replace(previous_location=location._replace(commit=commit))


def _requires_major(older: OlderVerdict, newest: str) -> bool:
    return (
        older.verdict.required_bump == MAJOR
        and older.pair.previous is not None
        and compute_bump(older.pair.previous.version, newest) != MAJOR
    )


def merge_issues(newest: Iterable[Issue], older: Iterable[Iterable[Issue]]) -> tuple[Issue, ...]:
    """Return the issues against the newest version and the new ones against older versions, newest first.

    An issue against an older version is new if no issue of its kind and field was reported yet, or only with fewer
    directions or a milder severity. Its message names the newest version that it breaks and counts the older ones.
    A field that breaks against the version it was reintroduced from is not also reported as reintroduced.
    """
    merged = list(newest)
    known: dict[tuple[str, str | None], list[int]] = {}
    for number, issue in enumerate(merged):
        known.setdefault((issue.kind, issue.field), []).append(number)
    first_older = len(merged)
    further_versions: dict[int, set[str]] = {}
    for issues in older:
        for issue in issues:
            reported = known.setdefault((issue.kind, issue.field), [])
            covering = next((number for number in reported if _covers(merged[number], issue)), None)
            if covering is None:
                reported.append(len(merged))
                merged.append(issue)
                continue
            consumers = combine_consumers(merged[covering].consumers, issue.consumers)  # some use older versions only
            missing = dict.fromkeys((*merged[covering].missing_acceptances, *issue.missing_acceptances))
            merged[covering] = merged[covering]._replace(consumers=consumers, missing_acceptances=tuple(missing))
            for number in reported:
                if number >= first_older and issue.against and issue.against != merged[number].against:
                    further_versions.setdefault(number, set()).add(issue.against)
    broken = {issue.field for issue in merged[first_older:] if issue.field}  # accepted issues included
    against_newest = [
        issue for issue in merged[:first_older] if issue.kind != _REINTRODUCTION_KIND or issue.field not in broken
    ]
    against_older = [
        _add_version_to_message(issue, len(further_versions.get(number, ())))
        for number, issue in enumerate(merged[first_older:], start=first_older)
    ]
    return (*against_newest, *against_older)


def _covers(reported: Issue, issue: Issue) -> bool:
    """Return whether a reported issue has all directions and at least the severity of another one of its kind."""
    is_as_severe = SEVERITIES.index(reported.severity) <= SEVERITIES.index(issue.severity)
    return is_as_severe and set(issue.modes) <= set(reported.modes)


def _add_version_to_message(issue: Issue, further_versions: int) -> Issue:
    """Return an issue with the broken version in its message, since that is not the previous one."""
    further = f" and {further_versions} older version{'s' * (further_versions > 1)}" if further_versions else ""
    version = format_version(issue.against, issue.previous_location)
    return issue._replace(message=f"{issue.message}, compared with {version}{further}")
