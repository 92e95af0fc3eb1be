"""Finds which previous contract belongs to which proposed one: by dataset id, wherever the files are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.aliases import without_repeated
from dcr.compatibility.match import Matched
from dcr.compatibility.migration import comparable, continued, former_id
from dcr.compatibility.pairs import ContractPair
from dcr.contract.contract import fields_meaning
from dcr.formats.reading import problems_about
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dcr.contract.contract import Contract
    from dcr.formats.reading import Known, Problem, Reading
    from dcr.formats.unread_keys import UnreadKey


class Surroundings(NamedTuple):
    """What is known beyond the changed files, each asked for only when it matters.

    `claims(ids)` gives the places of unchanged files that claim datasets; `elsewhere(ids)` gives contracts of
    changed files outside the scope; `published` the base's own newest contract by dataset; `removed(contracts)` the
    datasets of those contracts of the merge base that the base itself has removed by now.
    """

    claims: Callable[[Iterable[str]], Mapping[str, tuple[Location, ...]]]
    elsewhere: Callable[[Iterable[str]], Mapping[str, Contract]]
    published: Callable[[], Mapping[str, Contract]]
    removed: Callable[[Sequence[Contract]], frozenset[str]] = lambda _: frozenset()


@dataclass(slots=True)
class _Sides:
    """Contracts by dataset id and problems by path, of both sides."""

    previous: dict[str, list[Contract]] = field(default_factory=dict)
    proposed: dict[str, list[Contract]] = field(default_factory=dict)
    previous_problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    proposed_problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    known_problems: dict[str, Known] = field(default_factory=dict)


def match(previous: Mapping[str, Reading], proposed: Mapping[str, Reading], around: Surroundings) -> list[Matched]:
    """Return every pair that the changed files make; readings are by path.

    A previous reading that is unreadable may hold the contracts of an older version beside its problems.
    """
    sides = _Sides()
    now = continued(previous, proposed)
    for path, reading in previous.items():
        for contract in reading.contracts:
            sides.previous.setdefault(now.get(contract.dataset_id, contract.dataset_id), []).append(contract)
        sides.known_problems[path] = frozenset(each.identity for each in reading.problems)
        if reading.unreadable:
            sides.previous_problems[path] = reading.problems
    for path, reading in proposed.items():
        for contract in reading.contracts:
            sides.proposed.setdefault(contract.dataset_id, []).append(contract)
        if reading.problems:
            sides.proposed_problems[path] = reading.problems
    new = [each for each in sides.proposed if each not in sides.previous]
    lost = [each for each in sides.previous if each not in sides.proposed]
    claims = around.claims([*new, *lost]) if new or lost else {}
    found = (_placed(each, previous, proposed) for each in _found(sides, claims, around))
    gone = (_placed(each, previous, proposed) for each in _lost(sides, lost, claims, proposed, around))
    pairs = without_repeated([*found, *gone])
    without = _unread(sides, pairs, previous, proposed)
    return sorted(
        [*with_unread_keys(pairs, previous, proposed), *without], key=lambda each: (each.path, each.dataset_id or "")
    )


def with_unread_keys(
    pairs: Iterable[Matched], previous: Mapping[str, Reading], proposed: Mapping[str, Reading]
) -> Iterator[Matched]:
    """Yield the pairs, those of foreign files with the keys that are not read and that changed in the file."""
    known: dict[tuple[str, str], tuple[UnreadKey, ...]] = {}
    for each in pairs:
        contract = each.pair.proposed
        if contract is None or contract.format == "native":
            yield each
            continue
        from dcr.formats.unread_keys import changed_keys, keys_about  # noqa: PLC0415 (native files have no such keys)

        where = (each.pair.previous.path if each.pair.previous else each.path, each.path)
        if where not in known:
            before, after = previous.get(where[0]), proposed.get(where[1])
            known[where] = changed_keys(before, after) if before and after else ()
        found = keys_about(known[where], contract.dataset_id)
        yield each._replace(pair=each.pair._replace(unread=found)) if found else each


def _placed(matched: Matched, previous: Mapping[str, Reading], proposed: Mapping[str, Reading]) -> Matched:
    """Add what else the file held that got or lost a dataset, where one version stands for all of them."""
    pair = matched.pair
    alone = None if pair.both else pair.proposed or pair.previous
    if alone is None or alone.format == "native" or alone.in_place or pair.also_at or pair.out_of_scope:
        return matched
    before, after = (
        next((each for each in side[alone.path].contracts if each.format == alone.format), None)
        if alone.path in side else None
        for side in (previous, proposed)
    )  # fmt: skip
    if before is None or after is None or (pair.previous and pair.previous.status == "archived"):
        return matched
    return matched._replace(pair=pair._replace(shared=(before, after)))


def _found(sides: _Sides, claims: Mapping[str, tuple[Location, ...]], around: Surroundings) -> Iterator[Matched]:
    for dataset_id, contracts in sides.proposed.items():
        before = {each.path: each for each in sides.previous.get(dataset_id, ())}
        moved = next((each for path, each in before.items() if all(path != other.path for other in contracts)), None)
        home = next((each for each in contracts if each.path in before), contracts[0])
        unchanged = claims.get(dataset_id, ())
        for contract in contracts:
            others = [_place(each) for each in contracts if each is not contract and contract is not home]
            also_at = (*unchanged, *others[:1]) if contract is not home else unchanged
            mine = before.get(contract.path) or (moved if contract is home else None)
            path = contract.path
            problems = sides.previous_problems.get(mine.path if mine else path, ())
            published = around.published().get(dataset_id) if not also_at else None
            old, new = comparable(mine, contract) if mine else (None, contract)
            pair = ContractPair(
                previous=old,
                proposed=new,
                published=published,
                previous_problems=problems if mine or not also_at else (),
                proposed_problems=problems_about(sides.proposed_problems.get(path, ()), dataset_id),
                known_problems=sides.known_problems.get(mine.path if mine else path, frozenset()),
                also_at=also_at,
                formerly=former_id(mine, contract),
            )
            yield Matched(pair, path, known_as=mine.dataset_id if mine and old is not mine else None)


def _lost(
    sides: _Sides,
    lost: list[str],
    claims: Mapping[str, tuple[Location, ...]],
    proposed: Mapping[str, Reading],
    around: Surroundings,
) -> Iterator[Matched]:
    gone = [each for each in lost if not claims.get(each)]
    outside = around.elsewhere(gone) if gone else {}
    alone = [sides.previous[each][0] for each in gone if len(sides.previous[each]) == 1 and each not in outside]
    removed = around.removed(alone) if alone else frozenset()
    for dataset_id in gone:
        if dataset_id in removed:
            continue
        before = sides.previous[dataset_id][0]
        reading = proposed.get(before.path) or _claiming(dataset_id, proposed)
        problems = sides.previous_problems.get(before.path, ())
        if reading is not None and reading.unreadable:
            yield Matched(ContractPair(before, None, None, problems, reading.problems), reading.path)
        elif dataset_id in outside:
            after = outside[dataset_id]
            yield Matched(ContractPair(before, after, None, problems, out_of_scope=after.path), after.path)
        else:
            now = _in_its_place(before, reading, sides) if reading else None
            taken = now is not None and (claims.get(now) or len(sides.proposed.get(now, ())) > 1)
            listed_at = reading.listed_at if reading else None
            notes = problems_about(reading.problems, "") if reading else ()
            still = next((found for each in proposed.values() if (found := each.unenforced.get(dataset_id))), None)
            pair = ContractPair(before, None, None, problems, notes, now_about=now, gone_from=listed_at)
            pair = pair._replace(unenforced=still)
            yield Matched(pair, before.path, told_by=now if taken else None)


def _in_its_place(before: Contract, reading: Reading, sides: _Sides) -> str | None:
    """Return the dataset a file is now about, or the one among several new ones that has the same fields."""
    if before.format == "native":
        return reading.contracts[0].dataset_id if len(reading.contracts) == 1 else None
    new = [each for each in reading.contracts if each.dataset_id not in sides.previous and each.fields]
    wanted = fields_meaning(before.fields)
    return next((each.dataset_id for each in new if fields_meaning(each.fields) == wanted), None)


def _claiming(dataset_id: str, proposed: Mapping[str, Reading]) -> Reading | None:
    return next((each for each in proposed.values() if each.unreadable and each.dataset_id == dataset_id), None)


def _unread(
    sides: _Sides, pairs: list[Matched], previous: Mapping[str, Reading], proposed: Mapping[str, Reading]
) -> Iterator[Matched]:
    """Files that gave no contract on one side and are part of no pair yet."""
    here = {each.path for each in pairs}
    told = here | {each.pair.previous.path for each in pairs if each.pair.previous}
    for path, problems in sides.proposed_problems.items():
        if path not in here and not proposed[path].contracts:
            before = sides.previous_problems.get(path, ())
            known = sides.known_problems.get(path, frozenset())
            pair = ContractPair(None, None, None, before, problems, known_problems=known)
            yield Matched(pair, path, stays=path in previous)
    for path, problems in sides.previous_problems.items():
        if path not in told and path not in sides.proposed_problems:
            yield Matched(ContractPair(None, None, None, problems), path)


def _place(contract: Contract) -> Location:
    return contract.place.at("dataset_id") if contract.place else Location(contract.path)
