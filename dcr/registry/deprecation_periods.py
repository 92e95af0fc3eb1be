"""Finds the deprecation periods of datasets on the base, for consumers that use something deprecated."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dcr.compatibility.history import DeprecationPeriod
from dcr.git.history import ShallowHistoryError
from dcr.registry.deprecation_dates import find_contract_date, find_field_dates
from dcr.registry.history_lookup import read_complete_histories

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from dcr.registry.history_request import HistoryRequest


def create_period_lookup(
    request: HistoryRequest, *, is_empty: bool
) -> Callable[[Collection[str]], Mapping[str, DeprecationPeriod]]:
    """Return a function that finds the deprecation periods of datasets by their ids, none if the base is empty."""
    return lambda ids: {} if is_empty else find_deprecation_periods(request, ids)


def find_deprecation_periods(request: HistoryRequest, ids: Collection[str]) -> dict[str, DeprecationPeriod]:
    """Return the deprecation period of each dataset by its id.

    There is none if the policy requires none, or if the clone is shallow: a warning needs no date.
    """
    days = request.policy.min_deprecation_days
    if not days:
        return {}
    try:
        histories = read_complete_histories(request, [[dataset_id] for dataset_id in ids])
    except ShallowHistoryError:
        return {}
    today = datetime.now(UTC).date()
    periods = {}
    for dataset_id, history in zip(ids, histories, strict=True):
        newest_first = history.revisions[::-1]
        contracts = zip(newest_first, history.read_contracts(newest_first), strict=True)
        dates = find_field_dates(contracts)
        periods[dataset_id] = DeprecationPeriod(days, today, dates, find_contract_date(history.revisions))
    return periods
