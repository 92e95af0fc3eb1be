"""Finds the fields that no consumer in any repository of a fleet uses."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dcr.compatibility.reach import uses_any_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.consumers.consumer import DeclaredUse, Use
    from dcr.index.records import StoredField


def list_unused_fields(fields: Iterable[StoredField], uses: Iterable[DeclaredUse], today: str) -> Iterator[StoredField]:
    """Yield the unused fields, without those in them, of datasets that are used or whose consumers are complete.

    `fields` are in the order of their contracts, and `today` is YYYY-MM-DD.
    """
    known: dict[str, list[Use]] = defaultdict(list)
    for declared in uses:
        known[declared.use.dataset_id].append(declared.use)
    last = None
    for field in fields:
        if field.dataset_id not in known and not field.is_complete:
            continue
        if last is not None and _is_part(field, last):
            continue
        if not any(uses_any_field(use, (field.path,)) for use in known[field.dataset_id] if not use.is_over(today)):
            last = field
            yield field


def _is_part(field: StoredField, parent: StoredField) -> bool:
    is_same_dataset = (field.repository, field.dataset_id) == (parent.repository, parent.dataset_id)
    return is_same_dataset and field.path.startswith((f"{parent.path}.", f"{parent.path}[]"))
