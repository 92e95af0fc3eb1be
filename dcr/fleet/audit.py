"""Selects the issues of a fleet that an audit reports."""

from __future__ import annotations

from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import UsageError
from dcr.index.details import list_issues
from dcr.index.queries import list_duplicates, list_failed

if TYPE_CHECKING:
    from dcr.index.connection import OpenIndex
    from dcr.index.records import DuplicateDataset, StoredIssue, StoredRepository


class FleetAudit(NamedTuple):
    """The issues of a fleet: those of histories and files, duplicate ids, and repositories that could not be read."""

    issues: tuple[StoredIssue, ...]
    duplicates: tuple[DuplicateDataset, ...]
    failed: tuple[StoredRepository, ...]

    def count(self, severity: str) -> int:
        """Return how many issues have a severity. Duplicate ids are errors."""
        found = sum(issue.severity == severity and issue.accepted is None for issue in self.issues)
        return found + (len(self.duplicates) if severity == "error" else 0)


def run_audit(index: OpenIndex, since: str | None = None, pattern: str | None = None) -> FleetAudit:
    """Return the issues of commits since a day, YYYY-MM-DD in UTC, of datasets whose id matches a pattern.

    Raise `UsageError` if the day is not valid.
    """
    issues = list_issues(index.connection, None if since is None else _parse_day(since))
    duplicates = list_duplicates(index.connection)
    if pattern is not None:
        issues = [issue for issue in issues if issue.dataset_id and fnmatchcase(issue.dataset_id, pattern)]
        duplicates = [each for each in duplicates if fnmatchcase(each.dataset_id, pattern)]
    return FleetAudit(tuple(issues), tuple(duplicates), tuple(list_failed(index.connection)))


def _parse_day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise UsageError(f"'{text}' is not a day", "write it as YYYY-MM-DD, for example 2026-01-31") from error
