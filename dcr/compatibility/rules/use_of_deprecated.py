"""A consumer uses a dataset or a field that is deprecated.

Why it breaks
    The owners have announced its removal. The consumer fails on the day that it goes.

Instead
    Move to what replaces it, as the address in the hint describes, and remove it from the uses. With `until`, a
    consumer declares the day on which it moves away. If the policy sets min_deprecation_days, the hint of dcr check
    names the first day on which it may be removed, counted from its deprecation on the base.

Example
    consumer: finance.revenue_dashboard
    owners: [{team: finance}]
    uses:
      - {dataset: users.daily_active, fields: [ltv], until: 2027-03-31}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import USE, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.used_fields import ARCHIVED, DEPRECATED, list_deprecated_fields
from dcr.compatibility.wording import shorten
from dcr.consumers.use_locations import UseLocator, locate_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from dcr.compatibility.consumer_pairs import CheckedUse


@rule(about=USE, severity=WARNING)
def use_of_deprecated(checked: CheckedUse) -> Iterator[Finding]:
    """Yield one finding for a deprecated dataset, and one for each deprecated field."""
    consumer, use, contract = checked.consumer, checked.use, checked.contract
    if contract is None:
        return
    deprecation = checked.dataset.deprecation
    subject = f"consumer '{shorten(consumer.name)}' uses"
    if contract.status in (DEPRECATED, ARCHIVED):
        since = deprecation.contract_date if deprecation else None
        yield Finding(
            f"{subject} dataset '{shorten(use.dataset_id)}', which is {contract.status}",
            _build_hint(checked, since),
            location=locate_key(consumer, use),
        )
    locator = UseLocator(consumer, use)
    for path in list_deprecated_fields(use, contract):
        yield Finding(
            f"{subject} field '{shorten(path)}' of '{shorten(use.dataset_id)}', which is deprecated",
            _build_hint(checked, deprecation.field_dates.get(path) if deprecation else None),
            field=path,
            location=locator.locate_field(path),
        )


def _build_hint(checked: CheckedUse, since: date | None) -> str:
    """Return the first day on which it may be removed, and where the migration is described."""
    contract, deprecation = checked.contract, checked.dataset.deprecation
    uri = contract.deprecation_uri if contract else None
    migration = f"migrate: {shorten(uri)}" if uri else "move to what replaces it"
    if deprecation is None:
        return migration
    day = deprecation.get_removal_date(since)
    if since is None:
        return f"if its deprecation is released today, it may be removed on or after {day}; {migration}"
    return f"deprecated since {since}, it may be removed on or after {day}; {migration}"
