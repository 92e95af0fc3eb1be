"""Declares the interface that both registries implement."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.contract.models import DataContract
    from dcr.registry.library.compatibility import CompatibilityReport


class Registry(ABC):
    """Datasets and their versions: `ContractRegistry` keeps them in memory, `ContractRegistry.from_git` reads git."""

    @abstractmethod
    def register(
        self, contract: DataContract, mode: str | None = None, *, compatibility: str | None = None
    ) -> CompatibilityReport:
        """Add a version if it is compatible with the newest one, and return the report either way."""

    @abstractmethod
    def check(
        self, contract: DataContract, mode: str | None = None, *, compatibility: str | None = None
    ) -> CompatibilityReport:
        """Return the report that `register` would return, without adding the version."""

    @abstractmethod
    def latest(self, dataset_id: str, *, include_non_active: bool = False) -> DataContract:
        """Return the newest active version, or the newest version of any status. Raise `UnknownContractError`."""

    @abstractmethod
    def get(self, dataset_id: str, version: str) -> DataContract:
        """Return one version. Raise `UnknownContractError` if it does not exist."""

    @abstractmethod
    def history(self, dataset_id: str) -> list[DataContract]:
        """Return every version, oldest first. Raise `UnknownContractError` for an unknown dataset."""

    @abstractmethod
    def datasets(self) -> list[str]:
        """Return the ids of all datasets, in alphabetical order."""

    @abstractmethod
    def __contains__(self, dataset_id: object) -> bool:
        """Return whether the registry has the dataset."""

    @abstractmethod
    def deprecate(
        self, dataset_id: str, version: str, deprecation_uri: str | None = None, *, uri: str | None = None
    ) -> DataContract:
        """Mark a version deprecated, with the address of its migration plan. Return the changed version."""

    @abstractmethod
    def archive(self, dataset_id: str, version: str) -> DataContract:
        """Mark a version archived. It stays in the history. Return the changed version."""
