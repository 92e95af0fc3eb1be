"""A consumer was not built for the version of a dataset that is there.

Why it breaks
    The consumer declares the versions that it was built for, and the contract has another one. Whether it still works
    is unknown. dcr does not name it in breaks of versions outside its range.

Instead
    Adapt and test the consumer, then write the versions that it works with. If your change raises the version of the
    contract, notify the owner of the consumer.

Example
    consumer: finance.revenue_dashboard
    owners: [{team: finance}]
    uses:
      - {dataset: users.daily_active, versions: ">=1.0 <3"}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import USE, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.wording import format_owners, shorten
from dcr.consumers.use_locations import locate_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.consumer_pairs import CheckedUse


@rule(about=USE, severity=WARNING)
def use_outside_versions(checked: CheckedUse) -> Iterator[Finding]:
    """Yield one finding when no use of the dataset was built for its version.

    For a change of a contract, the use must have been built for the previous version.
    """
    consumer, use, contract = checked.consumer, checked.use, checked.dataset.contract
    if contract is None or use.versions is None or checked.is_in_range:
        return
    name, versions = shorten(consumer.name), use.versions.text
    others = (other for other in consumer.uses if other.dataset_id == use.dataset_id)
    if any(other.versions is None or other.versions.contains(contract.version) for other in others):
        return
    if checked.previous_version is None:
        yield Finding(
            f"consumer '{name}' uses versions '{versions}' of '{shorten(use.dataset_id)}', found '{contract.version}'",
            "adapt the consumer to this version, then correct its versions",
            detail=versions,
            location=locate_key(consumer, use, "versions"),
        )
    elif use.versions.contains(checked.previous_version):
        declaration = locate_key(consumer, use, "versions")
        of = f" of repository '{consumer.repository}'" if consumer.repository else ""
        advice = f"notify {format_owners(consumer.owners)}" if consumer.owners else "it has no owner"
        yield Finding(
            f"version '{contract.version}' is outside the versions '{versions}' that consumer '{name}' uses",
            f"declared in '{declaration.path}:{declaration.line}'{of}; {advice}",
            detail="\x00".join(filter(None, (versions, consumer.repository))),
            location=contract.section.locate("version") if contract.section else None,
        )
