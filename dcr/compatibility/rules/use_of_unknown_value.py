"""A consumer switches on a value that the enum of the field does not have.

Why it breaks
    The value never occurs, so a filter on it returns nothing and a branch for it never runs. It may be misspelled, or
    the enum may have lost it.

Instead
    Correct the value, or remove it. A field without an enum allows any value.

Example
    consumer: finance.revenue_dashboard
    owners: [{team: finance}]
    uses:
      - {dataset: users.daily_active, fields: [plan], values: {plan: [free, pro]}}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import USE, Finding, rule
from dcr.compatibility.used_fields import list_unknown_values
from dcr.compatibility.wording import format_short_list, shorten
from dcr.consumers.use_locations import UseLocator
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.consumer_pairs import CheckedUse

_MAX_SUGGESTIONS = 20  # a suggestion compares with every value of the enum


@rule(about=USE)
def use_of_unknown_value(checked: CheckedUse) -> Iterator[Finding]:
    """Yield one finding for each value that is not in the enum of its field."""
    consumer, use, contract = checked.consumer, checked.use, checked.contract
    locator = UseLocator(consumer, use)
    for number, unknown in enumerate(list_unknown_values(use, contract) if contract else ()):
        texts = [member for member in unknown.enum if isinstance(member, str)]
        text = unknown.value.text
        hint = format_suggestion(text, texts) if number < _MAX_SUGGESTIONS else ""
        yield Finding(
            f"consumer '{shorten(consumer.name)}' uses value '{shorten(text)}' of field '{shorten(unknown.path)}', "
            f"which the enum in '{shorten(use.dataset_id)}' does not have",
            hint or f"the enum has {format_short_list(unknown.enum)}",
            field=unknown.path,
            detail=text,
            location=locator.locate_value(unknown.path, unknown.number),
        )
