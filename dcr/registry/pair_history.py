"""Hands to each pair what the base's history knows of its dataset, as far as the change and the policy ask for it."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.history import DeprecationPeriod, HistoryContext, ReleasedVersion
from dcr.compatibility.reintroductions import find_reintroductions
from dcr.compatibility.semver import parse_version
from dcr.git.history import require_full_history
from dcr.registry.deprecation_dates import find_contract_date, find_field_dates
from dcr.registry.history.facts import Retention
from dcr.registry.older_text_search import SHORT_ID, search_older_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dcr.compatibility.match import Match
    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.contract import Contract
    from dcr.policy.history_needs import HistoryNeeds
    from dcr.policy.policy import StricterPolicy
    from dcr.registry.history.replay import UnreadableVersion
    from dcr.registry.history.timeline import History, Revision
    from dcr.registry.history_request import HistoryRequest


class DatasetHistory(NamedTuple):
    """What a dataset was until a change: its states, oldest first, what could not be read, and the contracts."""

    revisions: Sequence[Revision]
    unreadable: Sequence[UnreadableVersion]
    read_contracts: Callable[[Sequence[Revision]], Iterable[Contract | None]]


def add_histories(asked: HistoryRequest, matches: Sequence[Match], questions: Sequence[HistoryNeeds]) -> list[Match]:
    """Return the same pairs, those that ask the history with its answers.

    Raises `ShallowHistoryError` where only the whole history can tell and this clone lacks some of it.
    """
    today = datetime.now(UTC).date()
    pairs = [each.pair for each in matches]
    numbers = range(len(pairs))
    wholes = [number for number in numbers if questions[number].needs_full_history]
    for number, told in zip(
        wholes, _read_complete_histories(asked, [matches[each].ids for each in wholes]), strict=True
    ):
        pairs[number] = add_history(pairs[number], questions[number], told, asked.policy, today)
    quick = [
        number for number in numbers if any(questions[number].additions) and not questions[number].needs_full_history
    ]
    found = search_older_texts(asked, [matches[each] for each in quick], [questions[each].additions for each in quick])
    for number, past in zip(quick, found, strict=True):
        pairs[number] = pairs[number]._replace(history=past)
    for number in numbers:
        if questions[number].has_removals and not questions[number].needs_full_history:
            waits = DeprecationPeriod(
                asked.policy.min_deprecation_days, today, {}, supports_field_marks=_marks(pairs[number])
            )
            past = (pairs[number].history or HistoryContext())._replace(deprecation=waits)
            pairs[number] = pairs[number]._replace(history=past)
    return [each._replace(pair=pair) for each, pair in zip(matches, pairs, strict=True)]


def add_history(
    pair: ContractPair, question: HistoryNeeds, told: DatasetHistory, policy: StricterPolicy, today: date
) -> ContractPair:
    """Return a pair with the answers of the whole history; `today` is what a time of deprecation is measured on."""
    newest_first = told.revisions[::-1]
    earlier = tuple(_list_released(told, pair, policy)) if question.older_versions else ()
    fields, values = find_reintroductions(question.additions, _list_meanings(told, newest_first), _format(pair))
    deprecation = None
    if question.has_removals:
        since = {}
        if question.deprecated_paths is None or any(question.deprecated_paths):
            since = find_field_dates(_attach_contracts(told, newest_first), question.deprecated_paths)
        days = policy.min_deprecation_days
        deprecation = DeprecationPeriod(
            days, today, since, find_contract_date(told.revisions), supports_field_marks=_marks(pair)
        )
    unread = [f"'{each.path}' at {each.commit.id[:SHORT_ID]} ({each.message})" for each in told.unreadable]
    past = HistoryContext(
        fields, values, deprecation, tuple(unread) if question.older_versions or question.has_removals else ()
    )
    return pair._replace(older_versions=earlier, history=past)


def _read_complete_histories(asked: HistoryRequest, wanted: Sequence[Sequence[str]]) -> list[DatasetHistory]:
    """Return what each of some datasets was, by the ids it had."""
    if not wanted:
        return []
    from dcr.registry.history.history_reader import read_history  # noqa: PLC0415 (its cache is what few changes ask for)

    require_full_history(asked.repository, "a transitive mode or a time of deprecation")
    only = wanted[0][0] if len(wanted) == len(wanted[0]) == 1 else None
    asked_for = frozenset(each for ids in wanted for each in ids)
    keep = Retention(
        asked_for.__contains__, last_versions=True, max_bytes=sys.maxsize
    )  # all of them are held until they are judged
    history = read_history(asked.repository, asked.commit, asked.scope, dataset_id=only, retention=keep)
    return [select_history(history, ids) for ids in wanted]


def select_history(history: History, ids: Sequence[str]) -> DatasetHistory:
    """Return what a dataset was, by the ids it had; the commit's own unread files are told elsewhere."""
    states = [state for dataset_id in ids for state in history.list_revisions(dataset_id)]
    paths = {state.path for state in states}
    now = {(each.commit.id, each.path) for each in history.still_unreadable}  # that is said of the base itself
    unread = [
        each
        for each in history.unreadable
        if (each.path in paths or not paths.isdisjoint(each.datasets) or not set(ids).isdisjoint(each.datasets))
        and (each.commit.id, each.path) not in now
    ]
    return DatasetHistory(states, unread, history.read_contracts)


def _list_released(told: DatasetHistory, pair: ContractPair, policy: StricterPolicy) -> Iterator[ReleasedVersion]:
    """Yield every version with every meaning it ever had, newest first, but for the one the pair is compared with.

    Any status is enforced, so a draft counts as released. A version that was more than a draft once is not one
    because its last state says so.
    """
    found: dict[tuple[str, str], Revision] = {}
    for state in told.revisions:
        if state.facts is None or not _is_same_group(state.facts.version, pair, policy):
            continue
        key = (state.facts.version, state.facts.digest)
        known = found.get(key)
        if known is None or known.facts is None or state.facts.status != "draft" or known.facts.status == "draft":
            found[key] = state
    chosen = list(found.values())[::-1]
    if pair.previous and chosen and told.revisions[-1].facts and not pair.previous_problems:
        chosen = [each for each in chosen if each.facts and each.facts.digest != told.revisions[-1].facts.digest]
    for state, contract in _attach_contracts(told, chosen):
        if contract is not None and state.facts is not None:
            same = contract.version == state.facts.version
            yield ReleasedVersion(contract if same else replace(contract, version=state.facts.version), state.commit.id)


def _is_same_group(version: str, pair: ContractPair, policy: StricterPolicy) -> bool:
    """Whether a version is one of those that are asked about; one that has no order is."""
    if policy.get_choice("transitive_within") != "major" or pair.proposed is None:
        return True
    one, other = parse_version(version), parse_version(pair.proposed.version)
    return one is None or other is None or one[0] == other[0]


def _list_meanings(told: DatasetHistory, newest_first: Sequence[Revision]) -> Iterator[ReleasedVersion]:
    """Yield each meaning that the dataset had as it was last; an older state that says the same adds nothing."""
    seen: set[int] = set()
    for state, contract in _attach_contracts(told, newest_first):
        if contract is not None and id(contract) not in seen:
            seen.add(id(contract))
            yield ReleasedVersion(contract, state.commit.id)


def _attach_contracts(
    told: DatasetHistory, newest_first: Sequence[Revision]
) -> Iterator[tuple[Revision, Contract | None]]:
    """Yield each state with what it said; those that say the same share the contract of the newest."""
    newest: dict[tuple[object, ...], Revision] = {}
    for state in newest_first:
        if state.facts is not None:
            newest.setdefault(_build_meaning_key(state), state)
    contracts = iter(told.read_contracts(list(newest.values())))
    known: dict[tuple[object, ...], Contract | None] = {}
    for state in newest_first:
        if state.facts is None:
            yield state, None
            continue
        if _build_meaning_key(state) not in known:
            known[_build_meaning_key(state)] = next(contracts)
        yield state, known[_build_meaning_key(state)]


def _build_meaning_key(state: Revision) -> tuple[object, ...]:
    """Return what is the same for two states of a dataset that differ in a version's number alone, if in that.

    Where versions do not grow, there is more to a number than the facts say.
    """
    facts = state.facts
    if facts is None:
        return ()
    number = facts.version if facts.format == "dbt" else ""
    return (facts.dataset_id, facts.digest, facts.status, facts.deprecation_uri, facts.format, number)


def _marks(pair: ContractPair) -> bool:
    return pair.previous is None or not pair.previous.is_changed_in_place


def _format(pair: ContractPair) -> str:
    return pair.proposed.format if pair.proposed else ""
