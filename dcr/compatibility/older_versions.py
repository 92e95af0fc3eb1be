"""Judges a contract against older released versions too, for the transitive modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import Verdict, run_rules
from dcr.compatibility.migration import make_comparable
from dcr.compatibility.modes import get_direct_mode
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.semver import MAJOR, compute_bump
from dcr.compatibility.severities import SEVERITIES
from dcr.compatibility.wording import format_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.compatibility.issue import Issue

_BUMP_KIND, _REINTRODUCTION_KIND = "version_bump_insufficient", "field_resurrected"


class OlderVerdict(NamedTuple):
    """What the proposed contract breaks against one older version."""

    pair: ContractPair
    verdict: Verdict


def may_break_older_versions(pair: ContractPair) -> bool:
    """Whether older versions have to be asked: what means the same breaks nothing that it did not break before."""
    return pair.proposed is not None and (pair.previous is None or pair.is_changed)


def check_all_versions(pair: ContractPair, mode: str) -> tuple[Verdict, tuple[OlderVerdict, ...]]:
    """Return the verdict on a pair, and those on the older versions of `pair.earlier` that it breaks against.

    What is owed counts them all: a version must not break another one of its MAJOR.
    """
    verdict = run_rules(pair, mode)
    older = tuple(_find_broken_versions(pair, mode))
    if pair.previous and any(_requires_major(each, pair.previous.version) for each in older):
        verdict = verdict._replace(required_bump=MAJOR)
    return verdict, older


def _find_broken_versions(pair: ContractPair, mode: str) -> Iterator[OlderVerdict]:
    if pair.proposed is None:
        return
    for released in pair.older_versions:
        one = ContractPair(*make_comparable(released.contract, pair.proposed), history=pair.history)
        found = run_rules(one, get_direct_mode(mode))
        if any(issue.modes for issue in found.issues):
            told = [each for each in found.issues if each.modes or each.kind == _BUMP_KIND]
            yield OlderVerdict(one, found._replace(issues=tuple(_add_commit(each, released.commit) for each in told)))


def _add_commit(issue: Issue, commit: str) -> Issue:
    """Return an issue whose older place says which text it is in."""
    place = issue.previous_location
    if place is None or place.commit:
        return issue
    return issue._replace(previous_location=place._replace(commit=commit))


def _requires_major(older: OlderVerdict, newest: str) -> bool:
    return (
        older.verdict.required_bump == MAJOR
        and older.pair.previous is not None
        and compute_bump(older.pair.previous.version, newest) != MAJOR
    )


def merge_issues(newest: Iterable[Issue], older: Iterable[Iterable[Issue]]) -> tuple[Issue, ...]:
    """Return the issues against the newest version and those of older ones that are news; older ones newest first.

    An issue is news when its kind and field were not reported yet, or in fewer directions, or more mildly. It names
    the newest version that it holds against; how many older ones there are is counted. Where a field breaks against the
    version it is back from, that it is back with another meaning is not said too.
    """
    kept = list(newest)
    known: dict[tuple[str, str | None], list[Issue]] = {}
    for issue in kept:
        known.setdefault((issue.kind, issue.field), []).append(issue)
    first_older = len(kept)
    more: dict[int, set[str]] = {}
    places: dict[tuple[str, str | None], list[int]] = {}
    for issues in older:
        for issue in issues:
            key = (issue.kind, issue.field)
            if any(_covers(each, issue) for each in known.get(key, ())):
                for number in places.get(key, ()):
                    if issue.against and issue.against != kept[number].against:
                        more.setdefault(number, set()).add(issue.against)
                continue
            known.setdefault(key, []).append(issue)
            places.setdefault(key, []).append(len(kept))
            kept.append(issue)
    broken = {issue.field for issue in kept[first_older:] if issue.field}  # let through or not, it is the same cause
    named = [
        _add_version_to_message(each, len(more.get(number, ())))
        for number, each in enumerate(kept)
        if number >= first_older
    ]
    told = [each for each in kept[:first_older] if each.kind != _REINTRODUCTION_KIND or each.field not in broken]
    return (*told, *named)


def _covers(told: Issue, issue: Issue) -> bool:
    """Whether what was told says all that another issue of its kind and field would."""
    return set(issue.modes) <= set(told.modes) and SEVERITIES.index(told.severity) <= SEVERITIES.index(issue.severity)


def _add_version_to_message(issue: Issue, more: int) -> Issue:
    """Return an issue whose message names the version it breaks against, since that is not the last one."""
    rest = f" and {more} older version{'s' * (more > 1)}" if more else ""
    named = format_version(issue.against, issue.previous_location)
    return issue._replace(message=f"{issue.message}, compared with {named}{rest}")
