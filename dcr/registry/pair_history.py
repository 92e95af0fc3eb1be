"""Hands to each pair what the base's history knows of its dataset, as far as the change and the policy ask for it."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.history import Deprecation, Past, Released
from dcr.compatibility.reintroductions import last_there
from dcr.compatibility.semver import parse
from dcr.git.history import whole_history
from dcr.registry.deprecation_dates import contract_since, fields_since
from dcr.registry.file_lookup import SHORT, looked_back
from dcr.registry.history.facts import Keep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dcr.compatibility.match import Matched
    from dcr.compatibility.pairs import ContractPair
    from dcr.contract.contract import Contract
    from dcr.policy.history_needs import Question
    from dcr.policy.policy import StricterPolicy
    from dcr.registry.history.replay import Unread
    from dcr.registry.history.request import Asked
    from dcr.registry.history.timeline import History, State


class Told(NamedTuple):
    """What a dataset was until a change: its states, oldest first, what could not be read, and the contracts."""

    states: Sequence[State]
    unread: Sequence[Unread]
    contracts: Callable[[Sequence[State]], Iterable[Contract | None]]


def with_past(asked: Asked, matches: Sequence[Matched], questions: Sequence[Question]) -> list[Matched]:
    """Return the same pairs, those that ask the history with its answers.

    Raises `ShallowHistoryError` where only the whole history can tell and this clone lacks some of it.
    """
    today = datetime.now(UTC).date()
    pairs = [each.pair for each in matches]
    numbers = range(len(pairs))
    wholes = [number for number in numbers if questions[number].whole]
    for number, told in zip(wholes, _wholly(asked, [matches[each].ids for each in wholes]), strict=True):
        pairs[number] = answered(pairs[number], questions[number], told, asked.policy, today)
    quick = [number for number in numbers if any(questions[number].added) and not questions[number].whole]
    found = looked_back(asked, [matches[each] for each in quick], [questions[each].added for each in quick])
    for number, past in zip(quick, found, strict=True):
        pairs[number] = pairs[number]._replace(past=past)
    for number in numbers:
        if questions[number].timed and not questions[number].whole:
            waits = Deprecation(asked.policy.min_deprecation_days, today, {}, marks=_marks(pairs[number]))
            past = (pairs[number].past or Past())._replace(deprecation=waits)
            pairs[number] = pairs[number]._replace(past=past)
    return [each._replace(pair=pair) for each, pair in zip(matches, pairs, strict=True)]


def answered(pair: ContractPair, question: Question, told: Told, policy: StricterPolicy, today: date) -> ContractPair:
    """Return a pair with the answers of the whole history; `today` is what a time of deprecation is measured on."""
    newest_first = told.states[::-1]
    earlier = tuple(_released(told, pair, policy)) if question.older else ()
    fields, values = last_there(question.added, _each(told, newest_first), _format(pair))
    deprecation = None
    if question.timed:
        since = {}
        if question.since is None or any(question.since):
            since = fields_since(_with_contracts(told, newest_first), question.since)
        days = policy.min_deprecation_days
        deprecation = Deprecation(days, today, since, contract_since(told.states), marks=_marks(pair))
    unread = [f"'{each.path}' at {each.commit.id[:SHORT]} ({each.message})" for each in told.unread]
    past = Past(fields, values, deprecation, tuple(unread) if question.older or question.timed else ())
    return pair._replace(earlier=earlier, past=past)


def _wholly(asked: Asked, wanted: Sequence[Sequence[str]]) -> list[Told]:
    """Return what each of some datasets was, by the ids it had."""
    if not wanted:
        return []
    from dcr.registry.history.timeline import history_of  # noqa: PLC0415 (its cache is what few changes ask for)

    whole_history(asked.repository, "a transitive mode or a time of deprecation")
    only = wanted[0][0] if len(wanted) == len(wanted[0]) == 1 else None
    asked_for = frozenset(each for ids in wanted for each in ids)
    keep = Keep(asked_for.__contains__, ends=True, room=sys.maxsize)  # all of them are held until they are judged
    history = history_of(asked.repository, asked.commit, asked.scope, dataset_id=only, keep=keep)
    return [told_of(history, ids) for ids in wanted]


def told_of(history: History, ids: Sequence[str]) -> Told:
    """Return what a dataset was, by the ids it had; the commit's own unread files are told elsewhere."""
    states = [state for dataset_id in ids for state in history.states(dataset_id)]
    paths = {state.path for state in states}
    now = {(each.commit.id, each.path) for each in history.unread_now}  # that is said of the base itself
    unread = [
        each
        for each in history.unread
        if (each.path in paths or not paths.isdisjoint(each.datasets) or not set(ids).isdisjoint(each.datasets))
        and (each.commit.id, each.path) not in now
    ]
    return Told(states, unread, history.contracts)


def _released(told: Told, pair: ContractPair, policy: StricterPolicy) -> Iterator[Released]:
    """Yield every version with every meaning it ever had, newest first, but for the one the pair is compared with.

    Any status is enforced, so a draft counts as released. A version that was more than a draft once is not one
    because its last state says so.
    """
    found: dict[tuple[str, str], State] = {}
    for state in told.states:
        if state.facts is None or not _same_group(state.facts.version, pair, policy):
            continue
        key = (state.facts.version, state.facts.digest)
        known = found.get(key)
        if known is None or known.facts is None or state.facts.status != "draft" or known.facts.status == "draft":
            found[key] = state
    chosen = list(found.values())[::-1]
    if pair.previous and chosen and told.states[-1].facts and not pair.previous_problems:
        chosen = [each for each in chosen if each.facts and each.facts.digest != told.states[-1].facts.digest]
    for state, contract in _with_contracts(told, chosen):
        if contract is not None and state.facts is not None:
            same = contract.version == state.facts.version
            yield Released(contract if same else replace(contract, version=state.facts.version), state.commit.id)


def _same_group(version: str, pair: ContractPair, policy: StricterPolicy) -> bool:
    """Whether a version is one of those that are asked about; one that has no order is."""
    if policy.choice("transitive_within") != "major" or pair.proposed is None:
        return True
    one, other = parse(version), parse(pair.proposed.version)
    return one is None or other is None or one[0] == other[0]


def _each(told: Told, newest_first: Sequence[State]) -> Iterator[Released]:
    """Yield each meaning that the dataset had as it was last; an older state that says the same adds nothing."""
    seen: set[int] = set()
    for state, contract in _with_contracts(told, newest_first):
        if contract is not None and id(contract) not in seen:
            seen.add(id(contract))
            yield Released(contract, state.commit.id)


def _with_contracts(told: Told, newest_first: Sequence[State]) -> Iterator[tuple[State, Contract | None]]:
    """Yield each state with what it said; those that say the same share the contract of the newest."""
    newest: dict[tuple[object, ...], State] = {}
    for state in newest_first:
        if state.facts is not None:
            newest.setdefault(_said(state), state)
    contracts = iter(told.contracts(list(newest.values())))
    known: dict[tuple[object, ...], Contract | None] = {}
    for state in newest_first:
        if state.facts is None:
            yield state, None
            continue
        if _said(state) not in known:
            known[_said(state)] = next(contracts)
        yield state, known[_said(state)]


def _said(state: State) -> tuple[object, ...]:
    """Return what is the same for two states of a dataset that differ in a version's number alone, if in that.

    Where versions do not grow, there is more to a number than the facts say.
    """
    facts = state.facts
    if facts is None:
        return ()
    number = facts.version if facts.format == "dbt" else ""
    return (facts.dataset_id, facts.digest, facts.status, facts.deprecation_uri, facts.format, number)


def _marks(pair: ContractPair) -> bool:
    return pair.previous is None or not pair.previous.in_place


def _format(pair: ContractPair) -> str:
    return pair.proposed.format if pair.proposed else ""
