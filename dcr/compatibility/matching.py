"""Finds which previous contract belongs to which proposed one: by dataset id, wherever the files are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.aliases import drop_repeated_aliases
from dcr.compatibility.match import Match
from dcr.compatibility.migration import find_former_id, make_comparable, match_migrated_ids
from dcr.compatibility.pairs import ContractPair
from dcr.contract.contract import build_fields_key
from dcr.formats.parsed_file import filter_problems
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dcr.contract.contract import Contract
    from dcr.formats.parsed_file import KnownProblems, ParsedFile, Problem
    from dcr.formats.unread_keys import UnreadKey


class MatchContext(NamedTuple):
    """What is known beyond the changed files, each asked for only when it matters.

    `claims(ids)` gives the places of unchanged files that claim datasets; `elsewhere(ids)` gives contracts of
    changed files outside the scope; `get_published` the base's own newest contract by dataset; `removed(contracts)` the
    datasets of those contracts of the merge base that the base itself has removed by now.
    """

    find_claims: Callable[[Iterable[str]], Mapping[str, tuple[Location, ...]]]
    find_out_of_scope: Callable[[Iterable[str]], Mapping[str, Contract]]
    get_published: Callable[[], Mapping[str, Contract]]
    find_removed: Callable[[Sequence[Contract]], frozenset[str]] = lambda _: frozenset()


@dataclass(slots=True)
class _ContractIndex:
    """Contracts by dataset id and problems by path, of both sides."""

    previous: dict[str, list[Contract]] = field(default_factory=dict)
    proposed: dict[str, list[Contract]] = field(default_factory=dict)
    previous_problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    proposed_problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    known_problems: dict[str, KnownProblems] = field(default_factory=dict)


def match_contracts(
    previous: Mapping[str, ParsedFile], proposed: Mapping[str, ParsedFile], around: MatchContext
) -> list[Match]:
    """Return every pair that the changed files make; readings are by path.

    A previous reading that is unreadable may hold the contracts of an older version beside its problems.
    """
    sides = _ContractIndex()
    now = match_migrated_ids(previous, proposed)
    for path, reading in previous.items():
        for contract in reading.contracts:
            sides.previous.setdefault(now.get(contract.dataset_id, contract.dataset_id), []).append(contract)
        sides.known_problems[path] = frozenset(each.identity for each in reading.problems)
        if reading.is_unreadable:
            sides.previous_problems[path] = reading.problems
    for path, reading in proposed.items():
        for contract in reading.contracts:
            sides.proposed.setdefault(contract.dataset_id, []).append(contract)
        if reading.problems:
            sides.proposed_problems[path] = reading.problems
    new = [each for each in sides.proposed if each not in sides.previous]
    lost = [each for each in sides.previous if each not in sides.proposed]
    claims = around.find_claims([*new, *lost]) if new or lost else {}
    found = (_add_shared_version(each, previous, proposed) for each in _match_proposed(sides, claims, around))
    gone = (
        _add_shared_version(each, previous, proposed) for each in _match_removed(sides, lost, claims, proposed, around)
    )
    pairs = drop_repeated_aliases([*found, *gone])
    without = _match_unreadable(sides, pairs, previous, proposed)
    return sorted(
        [*add_unread_keys(pairs, previous, proposed), *without], key=lambda each: (each.path, each.dataset_id or "")
    )


def add_unread_keys(
    pairs: Iterable[Match], previous: Mapping[str, ParsedFile], proposed: Mapping[str, ParsedFile]
) -> Iterator[Match]:
    """Yield the pairs, those of foreign files with the keys that are not read and that changed in the file."""
    known: dict[tuple[str, str], tuple[UnreadKey, ...]] = {}
    for each in pairs:
        contract = each.pair.proposed
        if contract is None or contract.format == "native":
            yield each
            continue
        from dcr.formats.unread_keys import filter_keys, list_changed_keys  # noqa: PLC0415 (native files have no such keys)

        where = (each.pair.previous.path if each.pair.previous else each.path, each.path)
        if where not in known:
            before, after = previous.get(where[0]), proposed.get(where[1])
            known[where] = list_changed_keys(before, after) if before and after else ()
        found = filter_keys(known[where], contract.dataset_id)
        yield each._replace(pair=each.pair._replace(unread_keys=found)) if found else each


def _add_shared_version(
    matched: Match, previous: Mapping[str, ParsedFile], proposed: Mapping[str, ParsedFile]
) -> Match:
    """Add what else the file held that got or lost a dataset, where one version stands for all of them."""
    pair = matched.pair
    alone = None if pair.both else pair.proposed or pair.previous
    if alone is None or alone.format == "native" or alone.is_changed_in_place or pair.duplicates or pair.out_of_scope:
        return matched
    before, after = (
        next((each for each in side[alone.path].contracts if each.format == alone.format), None)
        if alone.path in side else None
        for side in (previous, proposed)
    )  # fmt: skip
    if before is None or after is None or (pair.previous and pair.previous.status == "archived"):
        return matched
    return matched._replace(pair=pair._replace(shared_version=(before, after)))


def _match_proposed(
    sides: _ContractIndex, claims: Mapping[str, tuple[Location, ...]], around: MatchContext
) -> Iterator[Match]:
    for dataset_id, contracts in sides.proposed.items():
        before = {each.path: each for each in sides.previous.get(dataset_id, ())}
        moved = next((each for path, each in before.items() if all(path != other.path for other in contracts)), None)
        home = next((each for each in contracts if each.path in before), contracts[0])
        unchanged = claims.get(dataset_id, ())
        for contract in contracts:
            others = [_get_id_location(each) for each in contracts if each is not contract and contract is not home]
            also_at = (*unchanged, *others[:1]) if contract is not home else unchanged
            mine = before.get(contract.path) or (moved if contract is home else None)
            path = contract.path
            problems = sides.previous_problems.get(mine.path if mine else path, ())
            published = around.get_published().get(dataset_id) if not also_at else None
            old, new = make_comparable(mine, contract) if mine else (None, contract)
            pair = ContractPair(
                previous=old,
                proposed=new,
                published=published,
                previous_problems=problems if mine or not also_at else (),
                proposed_problems=filter_problems(sides.proposed_problems.get(path, ()), dataset_id),
                known_problems=sides.known_problems.get(mine.path if mine else path, frozenset()),
                duplicates=also_at,
                former_id=find_former_id(mine, contract),
            )
            yield Match(pair, path, former_id=mine.dataset_id if mine and old is not mine else None)


def _match_removed(
    sides: _ContractIndex,
    lost: list[str],
    claims: Mapping[str, tuple[Location, ...]],
    proposed: Mapping[str, ParsedFile],
    around: MatchContext,
) -> Iterator[Match]:
    gone = [each for each in lost if not claims.get(each)]
    outside = around.find_out_of_scope(gone) if gone else {}
    alone = [sides.previous[each][0] for each in gone if len(sides.previous[each]) == 1 and each not in outside]
    removed = around.find_removed(alone) if alone else frozenset()
    for dataset_id in gone:
        if dataset_id in removed:
            continue
        before = sides.previous[dataset_id][0]
        reading = proposed.get(before.path) or _find_unreadable_reading(dataset_id, proposed)
        problems = sides.previous_problems.get(before.path, ())
        if reading is not None and reading.is_unreadable:
            yield Match(ContractPair(before, None, None, problems, reading.problems), reading.path)
        elif dataset_id in outside:
            after = outside[dataset_id]
            yield Match(ContractPair(before, after, None, problems, out_of_scope=after.path), after.path)
        else:
            now = _find_replacement(before, reading, sides) if reading else None
            taken = now is not None and (claims.get(now) or len(sides.proposed.get(now, ())) > 1)
            listed_at = reading.list_location if reading else None
            notes = filter_problems(reading.problems, "") if reading else ()
            still = next((found for each in proposed.values() if (found := each.unenforced.get(dataset_id))), None)
            pair = ContractPair(before, None, None, problems, notes, replaced_by=now, removed_at=listed_at)
            pair = pair._replace(unenforced=still)
            yield Match(pair, before.path, reported_by=now if taken else None)


def _find_replacement(before: Contract, reading: ParsedFile, sides: _ContractIndex) -> str | None:
    """Return the dataset a file is now about, or the one among several new ones that has the same fields."""
    if before.format == "native":
        return reading.contracts[0].dataset_id if len(reading.contracts) == 1 else None
    new = [each for each in reading.contracts if each.dataset_id not in sides.previous and each.fields]
    wanted = build_fields_key(before.fields)
    return next((each.dataset_id for each in new if build_fields_key(each.fields) == wanted), None)


def _find_unreadable_reading(dataset_id: str, proposed: Mapping[str, ParsedFile]) -> ParsedFile | None:
    return next((each for each in proposed.values() if each.is_unreadable and each.dataset_id == dataset_id), None)


def _match_unreadable(
    sides: _ContractIndex, pairs: list[Match], previous: Mapping[str, ParsedFile], proposed: Mapping[str, ParsedFile]
) -> Iterator[Match]:
    """Files that gave no contract on one side and are part of no pair yet."""
    here = {each.path for each in pairs}
    told = here | {each.pair.previous.path for each in pairs if each.pair.previous}
    for path, problems in sides.proposed_problems.items():
        if path not in here and not proposed[path].contracts:
            before = sides.previous_problems.get(path, ())
            known = sides.known_problems.get(path, frozenset())
            pair = ContractPair(None, None, None, before, problems, known_problems=known)
            yield Match(pair, path, is_unreadable_in_both=path in previous)
    for path, problems in sides.previous_problems.items():
        if path not in told and path not in sides.proposed_problems:
            yield Match(ContractPair(None, None, None, problems), path)


def _get_id_location(contract: Contract) -> Location:
    return contract.section.locate("dataset_id") if contract.section else Location(contract.path)
