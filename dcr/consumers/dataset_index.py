"""Finds the datasets that a use refers to, whatever format declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.dbt_projects import DbtProjects
from dcr.consumers.targets import ContractTarget, FileTarget, ModelTarget
from dcr.formats._odcs.references import find_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.consumers.consumer import Consumer, Use
    from dcr.contract.contract import Contract


class SearchedDataset(NamedTuple):
    """A dataset that consumers may use, and its contracts: before and after a change, or only one of them."""

    dataset_id: str
    contracts: tuple[Contract, ...] = ()

    def has_format(self, name: str) -> bool:
        """Return whether one of its contracts has a format."""
        return any(contract.format == name for contract in self.contracts)

    @property
    def contract_id(self) -> str | None:
        """The id of the file that contains it, if that may contain several datasets."""
        name = self.dataset_id.rpartition("/")[0]
        return name if name and any(contract.format in ("odcs", "dcs") for contract in self.contracts) else None

    @property
    def model_names(self) -> tuple[str, ...]:
        """What references in a dbt project call it, with its version and, for the latest one, without."""
        if not self.has_format("dbt"):
            return ()
        first = next(contract for contract in self.contracts if contract.format == "dbt")
        suffix = f".v{first.version}"
        is_latest = first.latest is not None and first.latest == first.version and first.alias_of is None
        names = (self.dataset_id, self.dataset_id.removesuffix(suffix)) if is_latest else (self.dataset_id,)
        return tuple(dict.fromkeys(names))

    @property
    def names(self) -> tuple[str, ...]:
        """What another repository may call it: its id, that of its file, and the names of its model."""
        others = (self.contract_id, *self.model_names)
        return tuple(dict.fromkeys((self.dataset_id, *(name for name in others if name is not None))))

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of its contracts."""
        return tuple(dict.fromkeys(contract.path for contract in self.contracts))


class DatasetIndex:
    """Datasets by each of the ways in which a use may refer to them."""

    def __init__(self, datasets: Iterable[SearchedDataset], projects: DbtProjects | None = None) -> None:
        self._projects = projects or DbtProjects()
        self._by_id: dict[str, SearchedDataset] = {}
        self._by_contract: dict[str, list[SearchedDataset]] = {}
        self._by_model: dict[str, list[SearchedDataset]] = {}
        self._by_path: dict[str, list[SearchedDataset]] = {}
        for dataset in datasets:
            self._by_id[dataset.dataset_id] = dataset
            if dataset.contract_id is not None:
                self._by_contract.setdefault(dataset.contract_id, []).append(dataset)
            for name in dataset.model_names:
                self._by_model.setdefault(name, []).append(dataset)
            if dataset.has_format("odcs"):
                for path in dataset.paths:
                    self._by_path.setdefault(path, []).append(dataset)

    def list_uses(self, consumer: Consumer) -> Iterator[Use]:
        """Yield the uses of a consumer, one for each dataset that they refer to, with the id of that dataset."""
        for use in consumer.uses:
            yield from self._find_uses(consumer, use)

    def is_used_by(self, consumer: Consumer) -> bool:
        """Return whether a consumer uses one of the datasets."""
        return next(self.list_uses(consumer), None) is not None

    def _find_uses(self, consumer: Consumer, use: Use) -> Iterator[Use]:
        if isinstance(use.target, ModelTarget):
            datasets = list(self._find_models(consumer, use, use.target))
        elif isinstance(use.target, ContractTarget):
            datasets = self._by_contract.get(use.target.contract_id, [])
            datasets = datasets or self._find_by_id(use.target.contract_id)
        elif isinstance(use.target, FileTarget):
            yield from self._find_properties(consumer, use, use.target)
            return
        else:
            datasets = self._find_by_id(use.dataset_id)
        for dataset in datasets:
            yield use._replace(dataset_id=dataset.dataset_id, target=None)

    def _find_by_id(self, dataset_id: str) -> list[SearchedDataset]:
        return [self._by_id[dataset_id]] if dataset_id in self._by_id else []

    def _find_models(self, consumer: Consumer, use: Use, target: ModelTarget) -> Iterator[SearchedDataset]:
        name = use.dataset_id.rpartition(".v")[0] or use.dataset_id
        for dataset in self._by_model.get(use.dataset_id, ()):
            is_same = dataset.dataset_id == consumer.name and consumer.source == "dbt model"
            if not is_same and self._projects.may_refer(target.package, name, consumer.path, dataset.paths):
                yield dataset

    def _find_properties(self, consumer: Consumer, use: Use, target: FileTarget) -> Iterator[Use]:
        for path in target.paths:
            for dataset in self._by_path.get(path, ()):
                fields = [
                    field
                    for contract in dataset.contracts
                    if contract.path == path and contract.format == "odcs"
                    and (field := find_property(contract, target.steps)) is not None
                ]  # fmt: skip
                if fields and dataset.dataset_id != consumer.name:
                    names = tuple(dict.fromkeys(fields)) if all(fields) else None
                    yield use._replace(dataset_id=dataset.dataset_id, fields=names, target=None)
