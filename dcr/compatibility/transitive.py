"""Judges a contract against older released versions too, for the transitive modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.engine import Verdict, judge
from dcr.compatibility.migration import comparable
from dcr.compatibility.modes import plain
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.semver import MAJOR, bump_between
from dcr.compatibility.severities import SEVERITIES
from dcr.compatibility.wording import version_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.compatibility.issue import Issue

_OF_A_BREAK, _OF_A_RETURN = "version_bump_insufficient", "field_resurrected"


class Older(NamedTuple):
    """What the proposed contract breaks against one older version."""

    pair: ContractPair
    verdict: Verdict


def may_break_older(pair: ContractPair) -> bool:
    """Whether older versions have to be asked: what means the same breaks nothing that it did not break before."""
    return pair.proposed is not None and (pair.previous is None or pair.changed)


def judge_all(pair: ContractPair, mode: str) -> tuple[Verdict, tuple[Older, ...]]:
    """Return the verdict on a pair, and those on the older versions of `pair.earlier` that it breaks against.

    What is owed counts them all: a version must not break another one of its MAJOR.
    """
    verdict = judge(pair, mode)
    older = tuple(_broken(pair, mode))
    if pair.previous and any(_owes_major(each, pair.previous.version) for each in older):
        verdict = verdict._replace(required_bump=MAJOR)
    return verdict, older


def _broken(pair: ContractPair, mode: str) -> Iterator[Older]:
    if pair.proposed is None:
        return
    for released in pair.earlier:
        one = ContractPair(*comparable(released.contract, pair.proposed), past=pair.past)
        found = judge(one, plain(mode))
        if any(issue.modes for issue in found.issues):
            told = [each for each in found.issues if each.modes or each.kind == _OF_A_BREAK]
            yield Older(one, found._replace(issues=tuple(_placed(each, released.commit) for each in told)))


def _placed(issue: Issue, commit: str) -> Issue:
    """Return an issue whose older place says which text it is in."""
    place = issue.previous_location
    if place is None or place.commit:
        return issue
    return issue._replace(previous_location=place._replace(commit=commit))


def _owes_major(older: Older, newest: str) -> bool:
    return (
        older.verdict.required_bump == MAJOR
        and older.pair.previous is not None
        and bump_between(older.pair.previous.version, newest) != MAJOR
    )


def told_once(newest: Iterable[Issue], older: Iterable[Iterable[Issue]]) -> tuple[Issue, ...]:
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
    named = [_naming(each, len(more.get(number, ()))) for number, each in enumerate(kept) if number >= first_older]
    told = [each for each in kept[:first_older] if each.kind != _OF_A_RETURN or each.field not in broken]
    return (*told, *named)


def _covers(told: Issue, issue: Issue) -> bool:
    """Whether what was told says all that another issue of its kind and field would."""
    return set(issue.modes) <= set(told.modes) and SEVERITIES.index(told.severity) <= SEVERITIES.index(issue.severity)


def _naming(issue: Issue, more: int) -> Issue:
    """Return an issue whose message names the version it breaks against, since that is not the last one."""
    rest = f" and {more} older version{'s' * (more > 1)}" if more else ""
    named = version_named(issue.against, issue.previous_location)
    return issue._replace(message=f"{issue.message}, compared with {named}{rest}")
