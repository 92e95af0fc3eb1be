"""A consumer uses a field that the contract does not have.

Why it breaks
    The name may be misspelled, or the field removed. Queries that select it fail. A later change of the field that is
    meant would not name this consumer.

Instead
    Correct the name. A nested field has a path: `address.city`, or `items[].sku` for the elements of an array. A name
    that contains a dot is quoted: `'"geo.city"'`. Fields inside a `json` field need not be in the contract.

Example
    consumer: finance.revenue_dashboard
    owners: [{team: finance}]
    uses:
      - {dataset: shop.orders, fields: [order_id, "address.city", "items[].sku"]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import USE, Finding, rule
from dcr.compatibility.used_fields import list_unknown_fields
from dcr.compatibility.wording import format_short_list, shorten
from dcr.consumers.use_locations import UseLocator
from dcr.contract.contract import walk_fields
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.consumer_pairs import CheckedUse

_MAX_SUGGESTIONS = 20  # a suggestion compares with every field of the contract


@rule(about=USE)
def use_of_unknown_field(checked: CheckedUse) -> Iterator[Finding]:
    """Yield one finding for each field that is not in the contract."""
    consumer, use, contract = checked.consumer, checked.use, checked.contract
    unknown = list_unknown_fields(use, contract) if contract else []
    known = [path for path, _ in walk_fields(contract.fields)] if unknown and contract else []
    locator = UseLocator(consumer, use)
    for number, path in enumerate(unknown):
        hint = format_suggestion(path, known) if number < _MAX_SUGGESTIONS else ""
        yield Finding(
            f"consumer '{shorten(consumer.name)}' uses field '{shorten(path)}', which '{shorten(use.dataset_id)}' "
            "does not have",
            hint or f"its fields are {format_short_list(known)}",
            field=path,
            location=locator.locate_field(path),
        )
