"""Adds to issues the declared consumers that they reach, and issues for those whose versions a change leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.reach import FORMER_ID, find_reached
from dcr.consumers.dataset_index import SearchedDataset
from dcr.git.consumers.declared_uses import UNKNOWN_USE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dcr.compatibility.engine import Verdict
    from dcr.compatibility.issue import Issue
    from dcr.compatibility.match import Match
    from dcr.compatibility.pair_verdict import MatchVerdict
    from dcr.compatibility.pairs import ContractPair
    from dcr.consumers.consumer import Consumer, DeclaredUse
    from dcr.git.consumers.declared_uses import DeclaredUses


def add_uses(
    verdicts: Sequence[MatchVerdict],
    uses: DeclaredUses | None,
    today: str,
    are_complete: Callable[[ContractPair], bool],
) -> Sequence[MatchVerdict]:
    """Return the verdicts, whose issues have the consumers that they reach among some uses; `today` is YYYY-MM-DD.

    If the uses are None, no consumers are declared at all. The verdicts are then unchanged, except those of a dataset
    whose consumers `are_complete`: it has none. They are also unknown if none is reached and `UNKNOWN_USE` is there.
    """
    if uses is None:
        return [
            _add_consumers(verdict, (), today) if are_complete(verdict.match.pair) else verdict for verdict in verdicts
        ]
    return [
        _add_consumers(verdict, [use for dataset_id in verdict.match.ids for use in uses.get(dataset_id, ())], today)
        for verdict in verdicts
    ]


def list_searched_datasets(match: Match) -> Iterator[SearchedDataset]:
    """Yield the dataset of a match under each of its ids."""
    contracts = tuple(contract for contract in (match.pair.previous, match.pair.proposed) if contract is not None)
    for dataset_id in match.ids:
        yield SearchedDataset(dataset_id, contracts)


def _add_consumers(verdict: MatchVerdict, uses: Sequence[DeclaredUse], today: str) -> MatchVerdict:
    is_known = UNKNOWN_USE not in uses
    former = [declared for declared in uses if declared.use.dataset_id == verdict.match.former_id]

    def add_reached(issue: Issue, pair: ContractPair) -> Issue:
        if issue.reach is None:
            return issue
        version = issue.against or (pair.previous.version if pair.previous else None)
        affected = former if issue.reach.breaks == FORMER_ID else uses
        reached = find_reached(issue.reach, affected, version, today)
        return issue._replace(consumers=reached if reached or is_known else None)

    def add(verdict: Verdict, pair: ContractPair) -> Verdict:
        return verdict._replace(issues=tuple(add_reached(issue, pair) for issue in verdict.issues))

    older = tuple(entry._replace(verdict=add(entry.verdict, entry.pair)) for entry in verdict.older)
    newest = add(verdict.verdict, verdict.match.pair)
    left = tuple(_list_left_ranges(verdict, uses, today)) if any(use.use.versions for use in uses) else ()
    return verdict._replace(verdict=newest._replace(issues=(*newest.issues, *left)), older=older)


def _list_left_ranges(verdict: MatchVerdict, uses: Iterable[DeclaredUse], today: str) -> Iterator[Issue]:
    """Yield an issue for each consumer whose versions the change leaves. Its proposed declaration counts."""
    from dcr.compatibility.consumer_engine import check_versions  # noqa: PLC0415 (few uses have versions)
    from dcr.compatibility.consumer_pairs import CheckedUse, UsedDataset  # noqa: PLC0415

    if verdict.match.pair.both is None:
        return
    previous, proposed = verdict.match.pair.both
    declarations: dict[tuple[str, str], Consumer] = {}
    for consumer, use, commit in uses:
        is_current = not commit and not use.is_over(today)
        key = consumer.name, consumer.repository
        if is_current and declarations.setdefault(key, consumer) is consumer:
            yield from check_versions(CheckedUse(consumer, use, UsedDataset(proposed), previous.version))
