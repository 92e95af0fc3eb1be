"""Defines what a use refers to if it does not name a dataset by its id."""

from __future__ import annotations

from typing import NamedTuple


class ModelTarget(NamedTuple):
    """A dbt model of a package, or of any package: the id of the use is its name, with its version if it has one."""

    package: str | None = None


class ContractTarget(NamedTuple):
    """All datasets of the contract whose file has this id."""

    contract_id: str


class FileTarget(NamedTuple):
    """An object of the contract in a file, or one of its properties.

    `paths` are the paths that the reference may mean. The first step is the id or the name of the object, the others
    those of nested properties.
    """

    paths: tuple[str, ...]
    steps: tuple[str, ...]


Target = ModelTarget | ContractTarget | FileTarget
