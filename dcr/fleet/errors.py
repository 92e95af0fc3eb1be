"""Defines the errors of questions about a fleet, with suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.errors import UsageError
from dcr.index.queries import list_dataset_ids
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from dcr.index.connection import OpenIndex


class UnknownDatasetError(UsageError):
    """No repository of the fleet defines the dataset."""


def create_unknown_error(index: OpenIndex, dataset_id: str) -> UnknownDatasetError:
    """Return the error for a dataset that is not in the index."""
    hint = format_suggestion(dataset_id, list_dataset_ids(index.connection)) or "dcr fleet datasets lists all datasets"
    return UnknownDatasetError(f"dataset '{dataset_id}' does not exist in the index", hint)
