"""What the history knows of a dataset beyond the two sides of a pair, handed to the rules as values."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.contract.contract import Contract, Field
    from dcr.parsing.location import Location


class ReleasedVersion(NamedTuple):
    """An older version of the dataset, and the commit that has it so."""

    contract: Contract
    commit: str = ""


class FormerField(NamedTuple):
    """A field as it was when the history had it, or one of its enum values, for the last time.

    `has_comparable_physical_type` is False where it stood in another format, whose words for stored types are not comparable.
    """

    field: Field
    version: str
    location: Location | None = None
    has_comparable_physical_type: bool = True


class DeprecationPeriod(NamedTuple):
    """How long something has to be deprecated before it may go, and since when what is about to go has been.

    `field_dates` are days by path, the deprecation of an object being that of all in it; `contract_date` is the dataset's own
    day. All days are UTC's, and those of the base: a mark that the change itself sets has no day yet. `supports_field_marks` is
    whether the format has a mark for a field.
    """

    min_days: int
    today: date
    field_dates: Mapping[str, date]
    contract_date: date | None = None
    supports_field_marks: bool = True

    def get_removal_date(self, since: date | None) -> date:
        """Return the first day on which something may go; for what is not deprecated, if it were from today on."""
        return date.fromordinal(min((since or self.today).toordinal() + self.min_days, date.max.toordinal()))

    def is_over(self, since: date | None) -> bool:
        """Whether something has been deprecated for long enough."""
        return since is not None and since.toordinal() + self.min_days <= self.today.toordinal()


class HistoryContext(NamedTuple):
    """What is known; empty where nothing was looked for.

    `former_fields` are by path those that the proposed contract adds and that were there before, `former_values` the same for
    enum values, by path and value. `unreadable_versions` says in words which states of the dataset could not be read.
    """

    former_fields: Mapping[str, FormerField] = {}
    former_values: Mapping[tuple[str, str], FormerField] = {}
    deprecation: DeprecationPeriod | None = None
    unreadable_versions: tuple[str, ...] = ()

    def may_remove(self, path: str) -> bool:
        """Whether a field has been deprecated for as long as the policy asks."""
        return self.deprecation is not None and self.deprecation.is_over(self.deprecation.field_dates.get(path))


def get_value_key(path: str, value: object) -> tuple[str, str]:
    """Return what an enum value of a field is known by: 1 and true are two values."""
    return path, repr(value)
