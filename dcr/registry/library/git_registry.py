"""Reads the registry from the history of a git branch, for the Python API."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.semver import parse_version
from dcr.contract.models import DataContract, to_record
from dcr.errors import DcrError, quote_for_shell
from dcr.git.history import require_full_history
from dcr.git.repository import discover_repository
from dcr.policy.policy import StricterPolicy
from dcr.policy.required_history import RequiredHistory, find_required_history
from dcr.registry.history.facts import Retention
from dcr.registry.history_lookup import FULL_HISTORY_REASON, add_history, select_history
from dcr.registry.library.arguments import UnknownContractError, choose_mode, choose_uri
from dcr.registry.library.compatibility import check_pair, validate_mode
from dcr.registry.library.interface import Registry
from dcr.registry.library.model_conversion import build_model
from dcr.registry.snapshot import Snapshot, open_snapshot
from dcr.registry.version_lookup import UNSHALLOW_COMMAND

if TYPE_CHECKING:
    from dcr.registry.history.timeline import History, Revision
    from dcr.registry.library.compatibility import CompatibilityReport


class ReadOnlyRegistryError(DcrError):
    """The registry is read from git, where only commits change the history."""


class AmbiguousVersionError(DcrError):
    """A version has more than one meaning in the history."""


class GitRegistry(Registry):
    """The datasets and versions in a branch's history. Read-only, and safe to use from several threads.

    The history ends at the commit that the ref named when the registry was created. It is read on first use.
    """

    def __init__(self, folder: str, ref: str | None = None, mode: str | None = None) -> None:
        """Open the registry at `ref`, or at the base if it is None. Without a `mode`, the policy sets each dataset's.

        Raise a `DcrError` if the repository or the ref does not exist, or the policy is invalid.
        """
        self._default_mode = None if mode is None else validate_mode(mode)
        self._snapshot: Snapshot = open_snapshot(discover_repository(folder), ref)
        self._lock = threading.Lock()

    @property
    def commit(self) -> str:
        """The commit at which the history ends."""
        return self._snapshot.commit

    def datasets(self) -> list[str]:
        """Return the ids of all datasets in the history, in alphabetical order."""
        return self._loaded_history.list_datasets()

    def __contains__(self, dataset_id: object) -> bool:
        """Return whether the history has the dataset."""
        return isinstance(dataset_id, str) and dataset_id in self._loaded_history.list_datasets()

    def get(self, dataset_id: str, version: str) -> DataContract:
        """Return one version, from its last revision.

        Raise `UnknownContractError`, `AmbiguousVersionError` or `NotExpressibleError`.
        """
        return build_model(self._get_newest(dataset_id, version).read_contract())

    def latest(self, dataset_id: str, *, include_non_active: bool = False) -> DataContract:
        """Return the newest active version, or the newest version of any status.

        Raise `UnknownContractError` if there is none, and the errors of `get`.
        """
        active = [
            version
            for version in self._list_versions(dataset_id)
            if include_non_active or self._list_revisions(dataset_id, version)[-1].status == "active"
        ]
        if not active:
            raise UnknownContractError(
                f"dataset '{dataset_id}' has no active version", f"list all: dcr log {quote_for_shell(dataset_id)}"
            )
        return self.get(dataset_id, active[-1])

    def history(self, dataset_id: str) -> list[DataContract]:
        """Return every version, oldest first. Raise the errors of `get`."""
        revisions = [self._get_newest(dataset_id, version) for version in self._list_versions(dataset_id)]
        contracts = self._loaded_history.read_meanings(revisions)
        ordered = (contracts[revision] for revision in revisions)
        return [build_model(contract) for contract in ordered if contract is not None]

    def check(
        self, contract: DataContract, mode: str | None = None, *, compatibility: str | None = None
    ) -> CompatibilityReport:
        """Return the report of a check as if the contract were merged into the branch.

        A removed dataset is compared with its last version. Raise `ArgumentError` for an unknown mode, and
        `ShallowHistoryError` if the clone is shallow and may lack an older version.
        """
        mode = choose_mode(mode, compatibility)
        if mode is None:
            mode = self._default_mode or self._snapshot.policy.get_mode(contract.dataset_id)
        validate_mode(mode)
        history = self._loaded_history
        revisions = [revision for revision in history.list_revisions(contract.dataset_id) if revision.facts]
        if not revisions:
            require_full_history(self._snapshot.repository, "a check of an unknown dataset")
        previous = revisions[-1].read_contract() if revisions else None
        proposed = to_record(DataContract.model_validate(contract.model_dump()))
        pair = ContractPair(previous, proposed)
        policy = StricterPolicy(self._snapshot.policy, self._snapshot.policy)
        needs = find_required_history(pair, mode, policy)
        if needs != RequiredHistory():
            if needs.needs_full_history:
                require_full_history(self._snapshot.repository, FULL_HISTORY_REASON)
            dataset_history = select_history(history, [contract.dataset_id])
            pair = add_history(pair, needs, dataset_history, policy, datetime.now(UTC).date())
        return check_pair(pair, mode)

    def register(
        self, contract: DataContract, mode: str | None = None, *, compatibility: str | None = None
    ) -> CompatibilityReport:
        """Raise `ReadOnlyRegistryError`."""
        del mode, compatibility
        raise _build_read_only_error(f"commit '{contract.dataset_id}' and merge it")

    def deprecate(
        self, dataset_id: str, version: str, deprecation_uri: str | None = None, *, uri: str | None = None
    ) -> DataContract:
        """Raise `ReadOnlyRegistryError`."""
        del version
        address = quote_for_shell(choose_uri(deprecation_uri, uri))
        raise _build_read_only_error(
            f"edit the file and merge it: dcr deprecate {quote_for_shell(dataset_id)} --uri {address}"
        )

    def archive(self, dataset_id: str, version: str) -> DataContract:
        """Raise `ReadOnlyRegistryError`."""
        del version
        raise _build_read_only_error(f"edit the file and merge it: dcr archive {quote_for_shell(dataset_id)}")

    @cached_property
    def _history(self) -> History:
        return self._snapshot.read_history(
            retention=Retention(lambda _: True, last_versions=True, single_dataset_files=False)
        )

    @property
    def _loaded_history(self) -> History:
        with self._lock:
            return self._history

    @property
    def _shallow_note(self) -> str:
        return "" if self._loaded_history.is_complete else " in this shallow clone"

    @property
    def _fetch_hint(self) -> str:
        return "" if self._loaded_history.is_complete else UNSHALLOW_COMMAND

    def _list_versions(self, dataset_id: str) -> list[str]:
        """Return a dataset's versions, oldest first: by number if all are semver, otherwise by commit."""
        releases = self._loaded_history.list_releases(dataset_id)
        if not releases:
            raise UnknownContractError(
                f"dataset '{dataset_id}' does not exist{self._shallow_note}",
                self._fetch_hint or "list all datasets: datasets()",
            )
        versions = list(dict.fromkeys(release.version for release in releases))
        if not all(map(parse_version, versions)):
            return versions
        return sorted(versions, key=lambda version: parse_version(version) or (0, 0, 0))

    def _list_revisions(self, dataset_id: str, version: str) -> list[Revision]:
        versions = self._list_versions(dataset_id)
        if version not in versions:
            raise UnknownContractError(
                f"version '{version}' of dataset '{dataset_id}' does not exist{self._shallow_note}",
                self._fetch_hint or f"choose one of {', '.join(versions)}",
            )
        revisions = self._loaded_history.list_revisions(dataset_id)
        return [revision for revision in revisions if revision.facts and revision.facts.version == version]

    def _get_newest(self, dataset_id: str, version: str) -> Revision:
        revisions = self._list_revisions(dataset_id, version)
        commits = {revision.facts.digest: revision.commit.id[:10] for revision in reversed(revisions) if revision.facts}
        if len(commits) > 1:
            spec = quote_for_shell(f"{dataset_id}@{version}")
            raise AmbiguousVersionError(
                f"version '{version}' of '{dataset_id}' has {len(commits)} meanings in the history, "
                f"from {', '.join(reversed(commits.values()))}",
                f"compare them: dcr log {quote_for_shell(dataset_id)}; print one: dcr show {spec} --commit COMMIT",
            )
        return revisions[-1]


def _build_read_only_error(hint: str) -> ReadOnlyRegistryError:
    return ReadOnlyRegistryError("a registry from git is read-only: only commits change its history", hint)
