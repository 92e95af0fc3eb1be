"""Builds the bodies of reads from one state of the registry."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.api.contract_json import contract_to_json
from dcr.api.http.answers import PreparedBody, prepare, prepare_json
from dcr.api.http.problems import ProblemError, not_found
from dcr.contract.contract import STATUSES
from dcr.errors import UsageError
from dcr.registry.audit import audit
from dcr.registry.blame import blame
from dcr.registry.changelog import build_entry
from dcr.registry.datasets import REMOVED, DatasetFilter, list_datasets
from dcr.registry.releases import judge_steps, list_steps, list_versions
from dcr.registry.version_lookup import UnknownVersionError, VersionSpec, get_version
from dcr.rendering.listings import audit as audit_listing
from dcr.rendering.listings import blame as blame_listing
from dcr.rendering.listings import changelog as changelog_listing
from dcr.rendering.listings import datasets as datasets_listing
from dcr.rendering.listings.json_documents import header_document
from dcr.rendering.listings.log import Log
from dcr.rendering.listings.log import document as log_document

if TYPE_CHECKING:
    from dcr.api.snapshots.state import RegistryState
    from dcr.registry.history.timeline import Revision

PAGE_SIZE = 100
DATASET_STATUSES = (*STATUSES, REMOVED)


class DatasetQuery(NamedTuple):
    """The datasets that a client asks for; `cursor` is the one that the page before ended with."""

    owner: str | None = None
    status: str | None = None
    pattern: str | None = None
    cursor: str | None = None


def list_datasets_body(state: RegistryState, query: DatasetQuery) -> PreparedBody:
    """Return a page of datasets, by id: the ids alone as the seed lists them, and the same with details."""
    after = decode_cursor(query.cursor) if query.cursor is not None else None
    matches = DatasetFilter(query.owner, query.status, query.pattern)
    found = [each for each in list_datasets(state.history) if matches(each)]
    rest = [each for each in found if after is None or each.facts.dataset_id > after]
    page = rest[:PAGE_SIZE]
    document = datasets_listing.document(state.snapshot, state.history, page)
    return prepare_json(
        {
            **document,
            "datasets": [each.facts.dataset_id for each in page],
            "details": document["datasets"],
            "total": len(found),
            "next": encode_cursor(page[-1].facts.dataset_id) if len(rest) > len(page) else None,
        }
    )


def latest_body(state: RegistryState, dataset_id: str) -> PreparedBody:
    """Return the newest active version of a dataset. Raise `ProblemError` if there is none."""
    revision = state.find_latest(dataset_id)
    if revision is None:
        revisions = _require_dataset(state, dataset_id)
        if revisions[-1].facts is None:
            raise not_found(f"dataset '{dataset_id}' was removed in commit {revisions[-1].commit.id[:10]}")
        raise not_found(f"dataset '{dataset_id}' has no active version", "register one with status active")
    return prepare_json(contract_to_json(revision.read_contract()))


def versions_body(state: RegistryState, dataset_id: str) -> PreparedBody:
    """Return every version of a dataset, oldest first."""
    _require_dataset(state, dataset_id)
    history = state.select_history([dataset_id])
    contracts = history.read_contracts(state.list_versions(dataset_id))
    return prepare_json([contract_to_json(each) for each in contracts if each is not None])


def version_body(state: RegistryState, dataset_id: str, version: str, commit: str | None) -> PreparedBody:
    """Return one version of a dataset: the newest definition, or that of a commit."""
    return prepare_json(contract_to_json(find_version(state, dataset_id, version, commit).read_contract()))


def source_body(state: RegistryState, dataset_id: str, version: str, commit: str | None) -> PreparedBody:
    """Return the file that defined a version, byte for byte."""
    revision = find_version(state, dataset_id, version, commit)
    media_type = "application/json" if revision.path.endswith(".json") else "application/yaml"
    return prepare(revision.read_text(), media_type)


def find_version(state: RegistryState, dataset_id: str, version: str, commit: str | None = None) -> Revision:
    """Return the newest revision of a version. Raise `ProblemError` if the version does not exist."""
    _require_dataset(state, dataset_id)
    try:
        found = get_version(state.select_history([dataset_id]), VersionSpec(dataset_id, version), commit)
    except UnknownVersionError as error:
        raise not_found(error.message, error.hint) from error
    return found.revision


def log_body(state: RegistryState, dataset_id: str) -> PreparedBody:
    """Return every version of a dataset with the bump it required and what it broke."""
    _require_dataset(state, dataset_id)
    history = state.select_history([dataset_id])
    steps = judge_steps(history, list_steps(history, dataset_id), state.policy)
    log = Log(dataset_id, list_versions(history, steps, dataset_id), steps, state.policy.get_mode(dataset_id))
    return prepare_json(log_document(state.snapshot, history, log))


def blame_body(state: RegistryState, dataset_id: str) -> PreparedBody:
    """Return who added and last changed each field."""
    _require_dataset(state, dataset_id)
    history = state.select_history([dataset_id])
    revisions = history.list_revisions(dataset_id)
    contracts = history.read_meanings(revisions)
    found = blame(revisions, (contracts[each] for each in revisions))
    return prepare_json(blame_listing.document(state.snapshot, history, dataset_id, found.fields, found.removed_fields))


def diff_body(state: RegistryState, dataset_id: str, before: str, after: str | None) -> PreparedBody:
    """Return what changed between two versions of a dataset; `after` None is what the dataset is now."""
    _require_dataset(state, dataset_id)
    history = state.select_history([dataset_id])
    sides = []
    for version in (before, after):
        try:
            sides.append(get_version(history, VersionSpec(dataset_id, version)).revision)
        except UnknownVersionError as error:
            raise not_found(error.message, error.hint) from error
    previous, proposed = history.read_contracts(sides)
    entry = build_entry(previous, proposed, state.policy.get_mode(dataset_id))
    names = [f"{dataset_id}@{each.version if each else ''}" for each in (previous, proposed)]
    log = changelog_listing.Changelog(names[0], names[1], (entry,), about=dataset_id)
    return prepare_json({**header_document(state.snapshot, history), **changelog_listing.document(log)})


def audit_body(state: RegistryState, dataset_id: str) -> PreparedBody:
    """Return the breaking changes of a dataset that were merged, by today's rules."""
    _require_dataset(state, dataset_id)
    history = state.select_history([dataset_id])
    try:
        found = audit(state.snapshot, history, [dataset_id])
    except UsageError as error:
        raise ProblemError(409, "conflict", error.message, error.hint) from error
    return prepare_json(audit_listing.document(state.snapshot, history, found))


def root_document(version: str, routes: dict[str, str], state: RegistryState | None) -> dict[str, Any]:
    """Return what the service is and which addresses it has."""
    return {
        "name": "data-contract-registry",
        "version": version,
        "description": "Registers and checks data contracts; the git history of one ref is the registry.",
        "ref": state.ref if state else None,
        "commit": state.commit if state else None,
        "endpoints": routes,
    }


def _require_dataset(state: RegistryState, dataset_id: str) -> tuple[Revision, ...]:
    revisions = state.revisions.get(dataset_id)
    if not revisions:
        raise not_found(f"there is no dataset '{dataset_id}'", "GET /datasets lists all of them")
    return revisions


def encode_cursor(position: str) -> str:
    """Return the cursor of the page after an entry."""
    return base64.urlsafe_b64encode(position.encode("utf-8", "surrogateescape")).decode("ascii").rstrip("=")


def decode_cursor(cursor: str) -> str:
    """Return the entry that a cursor stands for. Raise `ProblemError` for a text that is no cursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError) as error:
        raise ProblemError(400, "bad-request", "the cursor is not one that this server returned") from error
