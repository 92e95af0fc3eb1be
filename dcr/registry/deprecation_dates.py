"""Since when something has been deprecated on a branch: measured by the commits that marked it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from dcr.contract.contract import join_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from dcr.contract.contract import Contract, Field
    from dcr.git.history import Commit
    from dcr.registry.history.timeline import Revision

_COMMIT_DATE = re.compile(r"(?P<local>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d)")
_END_STATUSES = ("deprecated", "archived")


def get_commit_day(commit: Commit) -> date:
    """Return the day, in UTC, on which the branch got a commit: the committer's date counts, not the author's.

    A commit may claim any number for its time and for its offset from UTC. One that is no day of any calendar counts
    as the last day there is, so that nothing has waited since then.
    """
    found = _COMMIT_DATE.fullmatch(commit.date)
    if found is None:
        return date.max
    east = 1 if found["sign"] == "+" else -1
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    try:
        return (datetime.fromisoformat(found["local"]) - east * offset).date()
    except (ValueError, OverflowError):
        return date.max


def find_contract_date(states: Sequence[Revision]) -> date | None:
    """Return the day from which on a dataset has been deprecated or archived without a break; None if it is not.

    States are oldest first.
    """
    found = None
    for state in reversed(states):
        if state.facts is None or state.facts.status not in _END_STATUSES:
            break
        found = get_commit_day(state.commit)
    return found


def find_field_dates(
    newest_first: Iterable[tuple[Revision, Contract | None]], wanted: Collection[str] | None = None
) -> dict[str, date]:
    """Return by path the days from which on fields were deprecated, without a break, until now or until they went.

    An object's deprecation is that of all in it. With `wanted`, no more is read than those paths need.
    """
    found: dict[str, date] = {}
    running: set[str] = set()
    seen: set[str] = set()
    for state, contract in newest_first:
        if contract is None:
            running = set()
            continue
        marks = dict(_list_marks(contract.fields, "", around=False))
        marked = {path for path, deprecated in marks.items() if deprecated}
        running = (marked & running) | (marked - seen)
        seen |= marks.keys()
        for path in running:
            found[path] = get_commit_day(state.commit)
        if wanted is not None and seen.issuperset(wanted) and running.isdisjoint(wanted):
            break
    return found


def _list_marks(fields: tuple[Field, ...], parent: str, *, around: bool) -> Iterator[tuple[str, bool]]:
    for each in fields:
        yield from _list_field_marks(each, join_path(parent, each.name), around=around)


def _list_field_marks(field: Field, path: str, *, around: bool) -> Iterator[tuple[str, bool]]:
    deprecated = field.deprecated or around
    yield path, deprecated
    yield from _list_marks(field.fields, path, around=deprecated)
    if field.items:
        yield from _list_field_marks(field.items, f"{path}[]", around=deprecated)
