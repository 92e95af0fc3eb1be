"""Matches previous and proposed contracts by dataset id, independent of their files."""

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
    """Functions that look up what the changed files do not contain; each is called only if its result matters.

    `find_claims(ids)` returns where unchanged files define datasets. `find_out_of_scope(ids)` returns contracts of
    changed files outside the scope. `get_published()` returns the base's newest contract by dataset id.
    `find_removed(contracts)` returns the ids of the merge base's contracts that the base has removed since.
    """

    find_claims: Callable[[Iterable[str]], Mapping[str, tuple[Location, ...]]]
    find_out_of_scope: Callable[[Iterable[str]], Mapping[str, Contract]]
    get_published: Callable[[], Mapping[str, Contract]]
    find_removed: Callable[[Sequence[Contract]], frozenset[str]] = lambda _: frozenset()


@dataclass(slots=True)
class _ContractIndex:
    """Contracts by dataset id and problems by path, before and after the change."""

    previous: dict[str, list[Contract]] = field(default_factory=dict)
    proposed: dict[str, list[Contract]] = field(default_factory=dict)
    previous_problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    proposed_problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    known_problems: dict[str, KnownProblems] = field(default_factory=dict)


def match_contracts(
    previous: Mapping[str, ParsedFile], proposed: Mapping[str, ParsedFile], context: MatchContext
) -> list[Match]:
    """Return every match of the contracts in the changed files, which are given by path.

    A previous file that is unreadable may contain the contracts of an older version in addition to its problems.
    """
    index = _build_index(previous, proposed)
    added = [dataset_id for dataset_id in index.proposed if dataset_id not in index.previous]
    removed = [dataset_id for dataset_id in index.previous if dataset_id not in index.proposed]
    claims = context.find_claims([*added, *removed]) if added or removed else {}
    matches = drop_repeated_aliases(
        [
            _add_shared_version(match, previous, proposed)
            for match in (
                *_match_proposed(index, claims, context),
                *_match_removed(index, removed, claims, proposed, context),
            )
        ]
    )
    unreadable = _match_unreadable(index, matches, previous, proposed)
    return sorted(
        [*add_unread_keys(matches, previous, proposed), *unreadable],
        key=lambda match: (match.path, match.dataset_id or ""),
    )


def _build_index(previous: Mapping[str, ParsedFile], proposed: Mapping[str, ParsedFile]) -> _ContractIndex:
    index = _ContractIndex()
    new_ids = match_migrated_ids(previous, proposed)
    for path, parsed_file in previous.items():
        for contract in parsed_file.contracts:
            index.previous.setdefault(new_ids.get(contract.dataset_id, contract.dataset_id), []).append(contract)
        index.known_problems[path] = frozenset(problem.identity for problem in parsed_file.problems)
        if parsed_file.is_unreadable:
            index.previous_problems[path] = parsed_file.problems
    for path, parsed_file in proposed.items():
        for contract in parsed_file.contracts:
            index.proposed.setdefault(contract.dataset_id, []).append(contract)
        if parsed_file.problems:
            index.proposed_problems[path] = parsed_file.problems
    return index


def add_unread_keys(
    matches: Iterable[Match], previous: Mapping[str, ParsedFile], proposed: Mapping[str, ParsedFile]
) -> Iterator[Match]:
    """Yield the matches, those of foreign files with the changed keys that dcr does not read."""
    known: dict[tuple[str, str], tuple[UnreadKey, ...]] = {}
    for match in matches:
        contract = match.pair.proposed
        if contract is None or contract.format == "native":
            yield match
            continue
        from dcr.formats.unread_keys import filter_keys, list_changed_keys  # noqa: PLC0415 (native files have none)

        paths = (match.pair.previous.path if match.pair.previous else match.path, match.path)
        if paths not in known:
            before, after = previous.get(paths[0]), proposed.get(paths[1])
            known[paths] = list_changed_keys(before, after) if before and after else ()
        keys = filter_keys(known[paths], contract.dataset_id)
        yield match._replace(pair=match.pair._replace(unread_keys=keys)) if keys else match


def _add_shared_version(match: Match, previous: Mapping[str, ParsedFile], proposed: Mapping[str, ParsedFile]) -> Match:
    """Add two contracts of the file if a dataset was added or removed and one version is for all its datasets."""
    pair = match.pair
    single = None if pair.both else pair.proposed or pair.previous
    if single is None or single.format == "native" or single.is_changed_in_place:
        return match
    if pair.duplicates or pair.out_of_scope:
        return match
    before, after = (
        next((contract for contract in files[single.path].contracts if contract.format == single.format), None)
        if single.path in files else None
        for files in (previous, proposed)
    )  # fmt: skip
    if before is None or after is None or (pair.previous and pair.previous.status == "archived"):
        return match
    return match._replace(pair=pair._replace(shared_version=(before, after)))


def _match_proposed(
    index: _ContractIndex, claims: Mapping[str, tuple[Location, ...]], context: MatchContext
) -> Iterator[Match]:
    for dataset_id, contracts in index.proposed.items():
        before = {contract.path: contract for contract in index.previous.get(dataset_id, ())}
        paths = {contract.path for contract in contracts}
        moved = next((contract for path, contract in before.items() if path not in paths), None)
        main = next((contract for contract in contracts if contract.path in before), contracts[0])
        unchanged = claims.get(dataset_id, ())
        for contract in contracts:
            is_main = contract is main
            copies = [_get_id_location(copy) for copy in contracts if copy is not contract and not is_main]
            duplicates = unchanged if is_main else (*unchanged, *copies[:1])
            previous = before.get(contract.path) or (moved if is_main else None)
            previous_path = previous.path if previous else contract.path
            problems = index.previous_problems.get(previous_path, ())
            old, new = make_comparable(previous, contract) if previous else (None, contract)
            pair = ContractPair(
                previous=old,
                proposed=new,
                published=None if duplicates else context.get_published().get(dataset_id),
                previous_problems=problems if previous or not duplicates else (),
                proposed_problems=filter_problems(index.proposed_problems.get(contract.path, ()), dataset_id),
                known_problems=index.known_problems.get(previous_path, frozenset()),
                duplicates=duplicates,
                former_id=find_former_id(previous, contract),
            )
            former_id = previous.dataset_id if previous and old is not previous else None
            yield Match(pair, contract.path, former_id=former_id)


def _match_removed(
    index: _ContractIndex,
    ids: list[str],
    claims: Mapping[str, tuple[Location, ...]],
    proposed: Mapping[str, ParsedFile],
    context: MatchContext,
) -> Iterator[Match]:
    unclaimed = [dataset_id for dataset_id in ids if not claims.get(dataset_id)]
    out_of_scope = context.find_out_of_scope(unclaimed) if unclaimed else {}
    previous = {dataset_id: index.previous[dataset_id] for dataset_id in unclaimed}
    single = [found[0] for dataset_id, found in previous.items() if len(found) == 1 and dataset_id not in out_of_scope]
    removed_in_base = context.find_removed(single) if single else frozenset()
    for dataset_id, (before, *_) in previous.items():
        if dataset_id in removed_in_base:
            continue
        parsed_file = proposed.get(before.path) or _find_unreadable_file(dataset_id, proposed)
        problems = index.previous_problems.get(before.path, ())
        if parsed_file is not None and parsed_file.is_unreadable:
            yield Match(ContractPair(before, None, None, problems, parsed_file.problems), parsed_file.path)
        elif dataset_id in out_of_scope:
            after = out_of_scope[dataset_id]
            yield Match(ContractPair(before, after, None, problems, out_of_scope=after.path), after.path)
        else:
            replacement = _find_replacement(before, parsed_file, index) if parsed_file else None
            is_duplicate = replacement is not None and (
                claims.get(replacement) or len(index.proposed.get(replacement, ())) > 1
            )
            files = (other.unenforced.get(dataset_id) for other in proposed.values())
            pair = ContractPair(
                previous=before,
                proposed=None,
                published=context.get_published().get(dataset_id),
                previous_problems=problems,
                proposed_problems=filter_problems(parsed_file.problems, "") if parsed_file else (),
                replaced_by=replacement,
                removed_at=parsed_file.list_location if parsed_file else None,
                unenforced=next((unenforced for unenforced in files if unenforced), None),
            )
            yield Match(pair, before.path, reported_by=replacement if is_duplicate else None)


def _find_replacement(before: Contract, parsed_file: ParsedFile, index: _ContractIndex) -> str | None:
    """Return the dataset that a file defines now, or the one of several new ones that has the same fields."""
    if before.format == "native":
        return parsed_file.contracts[0].dataset_id if len(parsed_file.contracts) == 1 else None
    added = [
        contract for contract in parsed_file.contracts if contract.dataset_id not in index.previous and contract.fields
    ]
    fields_key = build_fields_key(before.fields)
    return next((contract.dataset_id for contract in added if build_fields_key(contract.fields) == fields_key), None)


def _find_unreadable_file(dataset_id: str, proposed: Mapping[str, ParsedFile]) -> ParsedFile | None:
    files = proposed.values()
    return next(
        (candidate for candidate in files if candidate.is_unreadable and candidate.dataset_id == dataset_id), None
    )


def _match_unreadable(
    index: _ContractIndex, matches: list[Match], previous: Mapping[str, ParsedFile], proposed: Mapping[str, ParsedFile]
) -> Iterator[Match]:
    """Yield a match for each file without a contract, before or after the change, that has no match yet."""
    matched = {match.path for match in matches}
    matched_before = matched | {match.pair.previous.path for match in matches if match.pair.previous}
    for path, problems in index.proposed_problems.items():
        if path not in matched and not proposed[path].contracts:
            before = index.previous_problems.get(path, ())
            known = index.known_problems.get(path, frozenset())
            pair = ContractPair(None, None, None, before, problems, known_problems=known)
            yield Match(pair, path, is_unreadable_in_both=path in previous)
    for path, problems in index.previous_problems.items():
        if path not in matched_before and path not in index.proposed_problems:
            yield Match(ContractPair(None, None, None, problems), path)


def _get_id_location(contract: Contract) -> Location:
    return contract.section.locate("dataset_id") if contract.section else Location(contract.path)
