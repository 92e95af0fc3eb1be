"""A consumer uses a dataset that has no contract.

Why it breaks
    The id may be misspelled, or the dataset removed. The consumer cannot work as declared, and no check of a contract
    will name it.

Instead
    Correct the id, or write the contract of the dataset. `dcr datasets` lists those that exist. If consumers of this
    repository use datasets of other repositories, name their index in the policy, or turn the rule off. A contract that
    exists and cannot be read is a warning. So is a dataset that several other repositories define.

Example
    [severity]
    use_of_unknown_dataset = "off"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import USE, Finding, rule
from dcr.compatibility.severities import WARNING
from dcr.compatibility.wording import shorten
from dcr.consumers.use_locations import locate_key
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.consumer_pairs import CheckedUse


@rule(about=USE)
def use_of_unknown_dataset(checked: CheckedUse) -> Iterator[Finding]:
    """Yield one finding when the dataset must have a contract and has none."""
    consumer, use, dataset = checked.consumer, checked.use, checked.dataset
    if dataset.contract is not None or not use.is_strict:
        return
    location = locate_key(consumer, use)
    subject = f"consumer '{shorten(consumer.name)}' uses dataset '{shorten(use.dataset_id)}'"
    if dataset.unreadable_path:
        path = dataset.unreadable_path
        message = f"{subject}, whose contract in '{path}' cannot be read"
        yield Finding(message, "list what is wrong: dcr lint", location=location, severity=WARNING)
        return
    if dataset.unjudged:
        yield Finding(
            f"{subject}, {dataset.unjudged}", "list them: dcr fleet datasets", location=location, severity=WARNING
        )
        return
    hint = format_suggestion(use.dataset_id, dataset.known_ids)
    yield Finding(
        f"{subject}, which has no contract",
        hint or "list the datasets with a contract: dcr datasets",
        location=location,
    )
