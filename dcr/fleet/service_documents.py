"""Builds the bodies of the service of a fleet, which are the documents of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.fleet.audit import run_audit
from dcr.fleet.errors import create_unknown_error
from dcr.fleet.impact import ProposedChange, compute_fleet_impact
from dcr.fleet.listings import audit as audit_listing
from dcr.fleet.listings import consumers as consumers_listing
from dcr.fleet.listings import datasets as datasets_listing
from dcr.fleet.listings import impact as impact_listing
from dcr.fleet.listings import owners as owners_listing
from dcr.fleet.listings import repositories as repositories_listing
from dcr.fleet.listings import versions as versions_listing
from dcr.fleet.owners import list_teams
from dcr.fleet.selection import DatasetSelection
from dcr.fleet.uses import find_uses
from dcr.index.details import list_fields, list_versions
from dcr.index.queries import list_datasets, list_duplicates, list_repositories
from dcr.registry.proposed_change import ChangeRequest
from dcr.report.policy_issues import get_today

if TYPE_CHECKING:
    from dcr.index.connection import OpenIndex


class ImpactQuery(NamedTuple):
    """A removal of enum values, or else of a field, or else of a dataset."""

    dataset_id: str
    field: str | None
    enum_remove: tuple[str, ...]


def datasets_document(
    index: OpenIndex, owner: str | None = None, status: str | None = None, pattern: str | None = None
) -> dict[str, Any]:
    """Return the selected datasets, and the ids that several repositories define."""
    selection = DatasetSelection(owner, status, pattern)
    datasets = [each for each in list_datasets(index.connection) if selection.includes(each)]
    return datasets_listing.document(index.name, datasets, list_duplicates(index.connection))


def dataset_document(index: OpenIndex, dataset_id: str) -> dict[str, Any]:
    """Return a dataset with its fields, versions and uses. Raise `UnknownDatasetError`."""
    datasets = list_datasets(index.connection, [dataset_id])
    if not datasets:
        raise create_unknown_error(index, dataset_id)
    uses = find_uses(index, dataset_id)
    return {
        **versions_listing.document(index.name, dataset_id, list_versions(index.connection, [dataset_id])),
        "datasets": [datasets_listing.dataset_document(each) for each in datasets],
        "fields": [
            {
                "repository": each.repository,
                "field": each.path,
                "type": each.type,
                "required": each.required,
                "deprecated": each.deprecated,
                "description": each.description,
            }
            for each in list_fields(index.connection, [dataset_id])
        ],
        "uses": consumers_listing.document(index.name, uses, get_today())["uses"],
    }


def owners_document(index: OpenIndex) -> dict[str, Any]:
    """Return the teams with their datasets."""
    return owners_listing.document(index.name, list_teams(list_datasets(index.connection)))


def consumers_document(index: OpenIndex, dataset_id: str | None) -> dict[str, Any]:
    """Return the declared uses. Raise `UnknownDatasetError`."""
    return consumers_listing.document(index.name, find_uses(index, dataset_id), get_today())


def audit_document(index: OpenIndex, since: str | None, pattern: str | None) -> dict[str, Any]:
    """Return the issues of the fleet. Raise `UsageError` for an invalid day."""
    return audit_listing.document(index.name, run_audit(index, since, pattern))


def repositories_document(index: OpenIndex) -> dict[str, Any]:
    """Return the repositories of the index."""
    return repositories_listing.document(index.name, list_repositories(index.connection))


def impact_document(index: OpenIndex, query: ImpactQuery) -> dict[str, Any]:
    """Return whom a change would reach. Raise `UsageError` if the dataset or field does not exist."""
    request = ChangeRequest(enum_remove=query.enum_remove)
    impacts = compute_fleet_impact(index, ProposedChange(query.dataset_id, query.field, request), get_today())
    return impact_listing.document(index.name, impacts)
