"""Holds what the rules need from a dataset's history."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.contract.contract import Contract, Field
    from dcr.parsing.location import Location


class ReleasedVersion(NamedTuple):
    """An older version of the dataset, and the commit that contains it."""

    contract: Contract
    commit: str = ""


class FormerField(NamedTuple):
    """A field in the newest version that had it, or one of its enum values.

    `has_comparable_physical_type` is False if that version had another format, whose physical types differ.
    """

    field: Field
    version: str
    location: Location | None = None
    has_comparable_physical_type: bool = True


class VersionCommit(NamedTuple):
    """A commit that gave a version a meaning; `day` is its UTC day, or words if it has no valid date."""

    short_id: str
    day: str


class Redefinition(NamedTuple):
    """The last two meanings of a version whose meaning the base changed without a new number.

    `former` is the commit that introduced the meaning before, at `location`, and `latest` the commit that changed it.
    `differences` describe the changes. `times` is how often the meaning changed. `are_drafts` is whether both were
    drafts.
    """

    version: str
    former: VersionCommit
    latest: VersionCommit
    differences: tuple[str, ...]
    location: Location | None = None
    times: int = 1
    are_drafts: bool = False


class DeprecationPeriod(NamedTuple):
    """The required deprecation period, and the dates since which fields and the contract are deprecated.

    `field_dates` are by path; the date of an object is also that of its nested fields. Dates are in UTC and come from
    the base: a deprecation in the change itself has no date. `supports_field_marks` is whether the format can mark a
    field as deprecated.
    """

    min_days: int
    today: date
    field_dates: Mapping[str, date]
    contract_date: date | None = None
    supports_field_marks: bool = True

    def get_removal_date(self, since: date | None) -> date:
        """Return the first day on which something may be removed if it is deprecated since then, or from today on."""
        return date.fromordinal(min((since or self.today).toordinal() + self.min_days, date.max.toordinal()))

    def is_over(self, since: date | None) -> bool:
        """Return whether the deprecation period has passed."""
        return since is not None and since.toordinal() + self.min_days <= self.today.toordinal()


class HistoryContext(NamedTuple):
    """What the history has about one pair; empty if nothing was looked up.

    `former_fields` are fields by path that the proposed contract adds and an older version had. `former_values` are
    the same for enum values, by path and value. `unreadable_versions` describe versions that could not be read.
    `redefinition` is that of the previous contract's version.
    """

    former_fields: Mapping[str, FormerField] = {}
    former_values: Mapping[tuple[str, str], FormerField] = {}
    deprecation: DeprecationPeriod | None = None
    unreadable_versions: tuple[str, ...] = ()
    redefinition: Redefinition | None = None

    def may_remove(self, path: str) -> bool:
        """Return whether a field has been deprecated for as long as the policy requires."""
        return self.deprecation is not None and self.deprecation.is_over(self.deprecation.field_dates.get(path))


def get_value_key(path: str, value: object) -> tuple[str, str]:
    """Return the key of an enum value, which distinguishes 1 from true."""
    return path, repr(value)
