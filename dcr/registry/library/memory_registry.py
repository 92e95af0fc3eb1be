"""Keeps the versions of datasets in memory, for the Python API."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from dcr.compatibility.semver import parse_version
from dcr.contract.models import DataContract
from dcr.registry.library.arguments import ArgumentError, RegistryError, UnknownContractError, choose_mode, choose_uri
from dcr.registry.library.compatibility import CompatibilityReport, check_compatibility, validate_mode
from dcr.registry.library.interface import Registry

if TYPE_CHECKING:
    from dcr.registry.library.git_registry import GitRegistry


class ContractRegistry(Registry):
    """Datasets and their versions, in memory. Safe to use from several threads.

    The registry stores and returns copies, so changing a contract does not change the registry. Versions are never
    deleted.
    """

    def __init__(self, mode: str = "backward") -> None:
        """Create an empty registry. Calls without a mode use `mode`. Raise `ArgumentError` for an unknown mode."""
        self._mode = validate_mode(mode)
        self._versions: dict[str, dict[str, DataContract]] = {}
        self._lock = threading.RLock()

    @classmethod
    def from_git(cls, path: str | os.PathLike[str] = ".", ref: str | None = None) -> GitRegistry:
        """Return a read-only registry of the history of a branch.

        `ref` is resolved once. None selects the base that `dcr check` would find. Raise a `DcrError` if the
        repository or the ref does not exist, or the policy is invalid. docs/registry.md documents this registry.
        """
        from dcr.registry.library.git_registry import GitRegistry  # noqa: PLC0415 (a registry in memory does not load git)

        return GitRegistry(os.fspath(path), ref)

    def register(
        self, contract: DataContract, mode: str | None = None, *, compatibility: str | None = None
    ) -> CompatibilityReport:
        """Add a version if it is compatible with the newest one, and return the report either way.

        In a transitive mode it has to be compatible with every registered version. `compatibility` is another name
        for `mode`. The first version of a dataset is added unless it is invalid by itself.

        Raise `RegistryError` if the version is registered already (`deprecate` and `archive` change its status), and
        `ArgumentError` for an unknown mode. Both are a `ValueError`.
        """
        mode = choose_mode(mode, compatibility)
        with self._lock:
            report = self.check(contract, mode)
            if contract.version in self._versions.get(contract.dataset_id, {}):
                raise RegistryError(
                    f"version '{contract.version}' of '{contract.dataset_id}' is already registered",
                    "set a greater version",
                )
            if report.compatible:
                self._versions.setdefault(contract.dataset_id, {})[contract.version] = _copy_contract(contract)
            return report

    def check(
        self, contract: DataContract, mode: str | None = None, *, compatibility: str | None = None
    ) -> CompatibilityReport:
        """Return the report that `register` would return, without adding the version.

        A version that is registered already is compared with itself, and is not compatible. Raise `ArgumentError` for
        an unknown mode.
        """
        mode = choose_mode(mode, compatibility)
        with self._lock:
            versions = self._versions.get(contract.dataset_id, {})
            previous = versions.get(contract.version) or _find_newest(versions)
            older = sorted(
                (each for each in versions.values() if each is not previous), key=_get_sort_key, reverse=True
            )
            return check_compatibility(previous, contract, self._mode if mode is None else mode, older)

    def latest(self, dataset_id: str, *, include_non_active: bool = False) -> DataContract:
        """Return the newest active version, or the newest version of any status. Raise `UnknownContractError`."""
        versions = self._get_versions(dataset_id)
        if not include_non_active:
            versions = {number: version for number, version in versions.items() if version.status == "active"}
        newest = _find_newest(versions)
        if newest is None:
            raise UnknownContractError(
                f"dataset '{dataset_id}' has no active version", "register one with status active"
            )
        return _copy_contract(newest)

    def get(self, dataset_id: str, version: str) -> DataContract:
        """Return one version. Raise `UnknownContractError` if it does not exist."""
        versions = self._get_versions(dataset_id)
        if version not in versions:
            known = ", ".join(contract.version for contract in sorted(versions.values(), key=_get_sort_key))
            raise UnknownContractError(
                f"version '{version}' of dataset '{dataset_id}' does not exist", f"choose one of {known}"
            )
        return _copy_contract(versions[version])

    def history(self, dataset_id: str) -> list[DataContract]:
        """Return every version, oldest first. Raise `UnknownContractError` for an unknown dataset."""
        return [_copy_contract(each) for each in sorted(self._get_versions(dataset_id).values(), key=_get_sort_key)]

    def datasets(self) -> list[str]:
        """Return the ids of all datasets, in alphabetical order."""
        with self._lock:
            return sorted(self._versions)

    def __contains__(self, dataset_id: object) -> bool:
        """Return whether a dataset has a registered version."""
        with self._lock:
            return isinstance(dataset_id, str) and dataset_id in self._versions

    def deprecate(
        self, dataset_id: str, version: str, deprecation_uri: str | None = None, *, uri: str | None = None
    ) -> DataContract:
        """Mark a version deprecated, with the address of its migration plan. Return the changed version.

        `uri` is another name for `deprecation_uri`. Raise `UnknownContractError` if the version does not exist, and
        `ArgumentError` if the address is blank or the version is archived. Both are a `ValueError`.
        """
        address = choose_uri(deprecation_uri, uri)
        if isinstance(address, str) and not address.strip():
            raise ArgumentError("deprecation_uri is blank", "pass the address of the migration plan")
        with self._lock:
            if self.get(dataset_id, version).status == "archived":
                raise ArgumentError(
                    f"version '{version}' of '{dataset_id}' is archived and cannot be deprecated",
                    "deprecate a version that is in use",
                )
            return self._update(dataset_id, version, {"status": "deprecated", "deprecation_uri": address})

    def archive(self, dataset_id: str, version: str) -> DataContract:
        """Mark a version archived. It stays in the history. Return the changed version."""
        return self._update(dataset_id, version, {"status": "archived"})

    def _update(self, dataset_id: str, version: str, changes: dict[str, str]) -> DataContract:
        with self._lock:
            changed = self.get(dataset_id, version).model_copy(update=changes)
            DataContract.model_validate(changed.model_dump(warnings=False))  # model_copy does not validate
            self._versions[dataset_id][version] = changed
            return _copy_contract(changed)

    def _get_versions(self, dataset_id: str) -> dict[str, DataContract]:
        with self._lock:
            if dataset_id not in self._versions:
                raise UnknownContractError(f"dataset '{dataset_id}' does not exist", "list all datasets: datasets()")
            return dict(self._versions[dataset_id])


def _copy_contract(contract: DataContract) -> DataContract:
    return contract.model_copy(deep=True)


def _get_sort_key(contract: DataContract) -> tuple[int, int, int]:
    return parse_version(contract.version) or (0, 0, 0)


def _find_newest(versions: dict[str, DataContract]) -> DataContract | None:
    return max(versions.values(), key=_get_sort_key, default=None)
