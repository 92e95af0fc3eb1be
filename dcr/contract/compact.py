"""Reduces contracts to their values, so that thousands of them fit in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.contract.contract import Contract, Field


def without_sections(contract: Contract) -> Contract:
    """Return a contract without the parts of its file, which take most of its memory; its keys have no locations."""
    return replace(contract, section=None, dataset_section=None, fields=tuple(map(_compact_field, contract.fields)))


def _compact_field(field: Field) -> Field:
    items = _compact_field(field.items) if field.items else None
    return replace(field, section=None, fields=tuple(map(_compact_field, field.fields)), items=items, terms=None)
