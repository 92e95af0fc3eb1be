"""Finds the days since which datasets and fields have been deprecated, by the commits that marked them."""

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
    """Return the UTC day of a commit, by the committer's date, which is when the branch received the commit.

    A commit may contain any number as its time and UTC offset. An invalid date counts as the last possible day, so
    that no deprecation period is over since then.
    """
    match = _COMMIT_DATE.fullmatch(commit.date)
    if match is None:
        return date.max
    sign = 1 if match["sign"] == "+" else -1
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    try:
        return (datetime.fromisoformat(match["local"]) - sign * offset).date()
    except (ValueError, OverflowError):
        return date.max


def find_contract_date(revisions: Sequence[Revision]) -> date | None:
    """Return the day since which a dataset has been deprecated or archived, or None if it is neither.

    Revisions are oldest first.
    """
    day = None
    for revision in reversed(revisions):
        if revision.facts is None or revision.facts.status not in _END_STATUSES:
            break
        day = get_commit_day(revision.commit)
    return day


def find_field_dates(
    newest_first: Iterable[tuple[Revision, Contract | None]], paths: Collection[str] | None = None
) -> dict[str, date]:
    """Return, by path, the day since which each field was deprecated until now or until its removal.

    A deprecated object makes all its fields deprecated. With `paths`, stop as soon as the days of those are known.
    """
    days: dict[str, date] = {}
    running: set[str] = set()
    seen: set[str] = set()
    for revision, contract in newest_first:
        if contract is None:
            running = set()
            continue
        marks = dict(_list_marks(contract.fields, "", inherited=False))
        marked = {path for path, is_deprecated in marks.items() if is_deprecated}
        running = (marked & running) | (marked - seen)
        seen |= marks.keys()
        for path in running:
            days[path] = get_commit_day(revision.commit)
        if paths is not None and seen.issuperset(paths) and running.isdisjoint(paths):
            break
    return days


def _list_marks(fields: tuple[Field, ...], parent: str, *, inherited: bool) -> Iterator[tuple[str, bool]]:
    for field in fields:
        yield from _list_field_marks(field, join_path(parent, field.name), inherited=inherited)


def _list_field_marks(field: Field, path: str, *, inherited: bool) -> Iterator[tuple[str, bool]]:
    is_deprecated = field.deprecated or inherited
    yield path, is_deprecated
    yield from _list_marks(field.fields, path, inherited=is_deprecated)
    if field.items:
        yield from _list_field_marks(field.items, f"{path}[]", inherited=is_deprecated)
