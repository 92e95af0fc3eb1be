"""Adds to each pair the parts of its dataset's history that the change and the policy need."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.history import DeprecationPeriod, HistoryContext, ReleasedVersion
from dcr.compatibility.reintroductions import FormerFields, find_reintroductions
from dcr.compatibility.semver import parse_version
from dcr.git.history import require_full_history
from dcr.registry.deprecation_dates import find_contract_date, find_field_dates
from dcr.registry.history.facts import Retention
from dcr.registry.older_text_search import SHORT_ID, search_older_texts
from dcr.registry.redefinitions import list_redefined_versions, search_revisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dcr.compatibility.history import FormerField, Redefinition
    from dcr.compatibility.match import Match
    from dcr.compatibility.pairs import ContractPair
    from dcr.compatibility.reintroductions import Additions
    from dcr.contract.contract import Contract
    from dcr.policy.policy import StricterPolicy
    from dcr.policy.required_history import RequiredHistory
    from dcr.registry.history.facts import DatasetFacts
    from dcr.registry.history.replay import UnreadableVersion
    from dcr.registry.history.timeline import History, Revision
    from dcr.registry.history_request import HistoryRequest

FULL_HISTORY_REASON = "a transitive mode or a deprecation period"
"""The features that need the whole history, for the error message in a shallow clone."""


class FormerRevisions:
    """Finds former fields for many changes of one dataset, the oldest change first.

    The revisions before each change begin with those before the last one, so each revision is read once.
    """

    def __init__(self) -> None:
        self._fields, self._count = FormerFields(), 0

    def find(
        self, dataset_history: DatasetHistory, additions: Additions, current_format: str
    ) -> tuple[dict[str, FormerField], dict[tuple[str, str], FormerField]]:
        """Return the fields and enum values of the additions that the revisions had."""
        added = [revision for revision in dataset_history.revisions[self._count :] if revision.facts is not None]
        for revision, contract in zip(added, dataset_history.read_contracts(added), strict=True):
            if contract is not None:
                self._fields.add_version(ReleasedVersion(contract, revision.commit.id))
        self._count = len(dataset_history.revisions)
        return self._fields.find(additions, current_format)


class DatasetHistory(NamedTuple):
    """The history of a dataset before a change: its revisions, oldest first, and its unreadable versions.

    `former` finds former fields if many changes of the dataset are judged.
    """

    revisions: Sequence[Revision]
    unreadable: Sequence[UnreadableVersion]
    read_contracts: Callable[[Sequence[Revision]], Iterable[Contract | None]]
    former: FormerRevisions | None = None


def attach_dataset_histories(
    request: HistoryRequest, matches: Sequence[Match], needs: Sequence[RequiredHistory]
) -> list[Match]:
    """Return the matches, with the history that each of them needs.

    Raise `ShallowHistoryError` if a match needs the whole history and the clone is shallow.
    """
    today = datetime.now(UTC).date()
    pairs = [match.pair for match in matches]
    full = [number for number, need in enumerate(needs) if need.needs_full_history]
    histories = read_complete_histories(request, [matches[number].ids for number in full])
    for number, dataset_history in zip(full, histories, strict=True):
        pairs[number] = add_history(pairs[number], needs[number], dataset_history, request.policy, today)
    partial = [number for number, need in enumerate(needs) if need.needs_older_texts and not need.needs_full_history]
    contexts = search_older_texts(
        request, [matches[number] for number in partial], [needs[number] for number in partial]
    )
    for number, context in zip(partial, contexts, strict=True):
        pairs[number] = pairs[number]._replace(history=context)
    for number, need in enumerate(needs):
        if need.has_removals and not need.needs_full_history:
            period = DeprecationPeriod(
                request.policy.min_deprecation_days,
                today,
                {},
                supports_field_marks=_supports_field_marks(pairs[number]),
            )
            context = (pairs[number].history or HistoryContext())._replace(deprecation=period)
            pairs[number] = pairs[number]._replace(history=context)
    return [match._replace(pair=pair) for match, pair in zip(matches, pairs, strict=True)]


def add_history(
    pair: ContractPair, needs: RequiredHistory, dataset_history: DatasetHistory, policy: StricterPolicy, today: date
) -> ContractPair:
    """Return a pair with what it needs of its dataset's whole history. Deprecation periods are measured to `today`."""
    newest_first = dataset_history.revisions[::-1]
    older_versions = tuple(_list_released(dataset_history, pair, policy)) if needs.older_versions else ()
    proposed_format = pair.proposed.format if pair.proposed else ""
    fields, values = _find_reintroductions(dataset_history, needs.additions, proposed_format)
    deprecation = None
    if needs.has_removals:
        field_dates = {}
        if needs.deprecated_paths is None or any(needs.deprecated_paths):
            contracts = _attach_contracts(dataset_history, newest_first)
            field_dates = find_field_dates(contracts, needs.deprecated_paths)
        deprecation = DeprecationPeriod(
            policy.min_deprecation_days,
            today,
            field_dates,
            find_contract_date(dataset_history.revisions),
            supports_field_marks=_supports_field_marks(pair),
        )
    unreadable: tuple[str, ...] = ()
    if needs.older_versions or needs.has_removals:
        unreadable = tuple(
            f"'{version.path}' at {version.commit.id[:SHORT_ID]} ({version.message})"
            for version in dataset_history.unreadable
        )
    redefinition = _find_redefinition(needs.version, dataset_history)
    history = HistoryContext(fields, values, deprecation, unreadable, redefinition)
    return pair._replace(older_versions=older_versions, history=history)


def _find_reintroductions(
    dataset_history: DatasetHistory, additions: Additions, current_format: str
) -> tuple[dict[str, FormerField], dict[tuple[str, str], FormerField]]:
    if not any(additions):
        return {}, {}
    if dataset_history.former is not None:
        return dataset_history.former.find(dataset_history, additions, current_format)
    meanings = _list_meanings(dataset_history, dataset_history.revisions[::-1])
    return find_reintroductions(additions, meanings, current_format)


def _find_redefinition(version: str, dataset_history: DatasetHistory) -> Redefinition | None:
    revisions = dataset_history.revisions
    for group in list_redefined_versions(revisions) if version else ():
        if group[0].facts and group[0].facts.version == version:
            return search_revisions(group, dataset_history.read_contracts).build()
    return None


def read_complete_histories(request: HistoryRequest, datasets: Sequence[Sequence[str]]) -> list[DatasetHistory]:
    """Return the history of each dataset, which is given by all its ids. Raise `ShallowHistoryError`."""
    if not datasets:
        return []
    from dcr.registry.history.history_reader import read_history  # noqa: PLC0415 (few changes need the history)

    require_full_history(request.repository, FULL_HISTORY_REASON)
    if request.get_history is not None:
        history = request.get_history()
        return [select_history(history, ids) for ids in datasets]
    only = datasets[0][0] if len(datasets) == len(datasets[0]) == 1 else None
    all_ids = frozenset(dataset_id for ids in datasets for dataset_id in ids)
    # No limit: the contracts stay in memory until their pairs are judged anyway.
    retention = Retention(all_ids.__contains__, last_versions=True, max_bytes=sys.maxsize)
    history = read_history(request.repository, request.commit, request.scope, dataset_id=only, retention=retention)
    return [select_history(history, ids) for ids in datasets]


def select_history(history: History, ids: Sequence[str]) -> DatasetHistory:
    """Return the history of a dataset, given by all its ids.

    Files that are unreadable at the history's own commit are left out, because the check reports them itself.
    """
    revisions = [revision for dataset_id in ids for revision in history.list_revisions(dataset_id)]
    paths = {revision.path for revision in revisions}
    current = {(version.commit.id, version.path) for version in history.still_unreadable}
    unreadable = [
        version
        for version in history.unreadable
        if (
            version.path in paths or not paths.isdisjoint(version.datasets) or not set(ids).isdisjoint(version.datasets)
        )
        and (version.commit.id, version.path) not in current
    ]
    return DatasetHistory(revisions, unreadable, history.read_contracts)


def _list_released(
    dataset_history: DatasetHistory, pair: ContractPair, policy: StricterPolicy
) -> Iterator[ReleasedVersion]:
    """Yield every version with each of its meanings, newest first, except the pair's previous version.

    Drafts count as released, because every status is enforced. A version that once had another status than draft
    keeps the last such revision.
    """
    newest: dict[tuple[str, str], Revision] = {}
    for revision in dataset_history.revisions:
        if revision.facts is None or not _is_same_group(revision.facts.version, pair, policy):
            continue
        key = (revision.facts.version, revision.facts.digest)
        known = newest.get(key)
        if known is None or known.facts is None or revision.facts.status != "draft" or known.facts.status == "draft":
            newest[key] = revision
    selected = list(newest.values())[::-1]
    last_facts = dataset_history.revisions[-1].facts if dataset_history.revisions else None
    if pair.previous and last_facts and not pair.previous_problems:
        selected = [revision for revision in selected if revision.facts and revision.facts.digest != last_facts.digest]
    for revision, contract in _attach_contracts(dataset_history, selected):
        if contract is not None and revision.facts is not None:
            version = revision.facts.version
            versioned = contract if contract.version == version else replace(contract, version=version)
            yield ReleasedVersion(versioned, revision.commit.id)


def _is_same_group(version: str, pair: ContractPair, policy: StricterPolicy) -> bool:
    """Return whether the policy compares the proposed contract with a version. It does if either is not semver."""
    if policy.get_choice("transitive_within") != "major" or pair.proposed is None:
        return True
    older, proposed = parse_version(version), parse_version(pair.proposed.version)
    return older is None or proposed is None or older[0] == proposed[0]


def _list_meanings(dataset_history: DatasetHistory, newest_first: Sequence[Revision]) -> Iterator[ReleasedVersion]:
    """Yield each meaning of a dataset once, from the newest revision that has it."""
    seen: set[int] = set()
    for revision, contract in _attach_contracts(dataset_history, newest_first):
        if contract is not None and id(contract) not in seen:
            seen.add(id(contract))
            yield ReleasedVersion(contract, revision.commit.id)


def _attach_contracts(
    dataset_history: DatasetHistory, newest_first: Sequence[Revision]
) -> Iterator[tuple[Revision, Contract | None]]:
    """Yield each revision with its contract. Revisions with the same meaning share the newest one's contract."""
    newest: dict[tuple[object, ...], Revision] = {}
    for revision in newest_first:
        if revision.facts is not None:
            newest.setdefault(_build_meaning_key(revision.facts), revision)
    contracts = iter(dataset_history.read_contracts(list(newest.values())))
    known: dict[tuple[object, ...], Contract | None] = {}
    for revision in newest_first:
        if revision.facts is None:
            yield revision, None
            continue
        key = _build_meaning_key(revision.facts)
        if key not in known:
            known[key] = next(contracts)
        yield revision, known[key]


def _build_meaning_key(facts: DatasetFacts) -> tuple[object, ...]:
    """Return a key that is equal for facts that differ in the version number only.

    In dbt, the version number is part of a model's identity, so there the key includes it.
    """
    number = facts.version if facts.format == "dbt" else ""
    return (facts.dataset_id, facts.digest, facts.status, facts.deprecation_uri, facts.format, number)


def _supports_field_marks(pair: ContractPair) -> bool:
    return pair.previous is None or not pair.previous.is_changed_in_place
