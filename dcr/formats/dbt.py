"""Reads dbt model YAML: each enforced model, and each of its versions, is a dataset.

Source: docs.getdbt.com, "Model contracts", "constraints", "versions", "deprecation_date". dbt's versions are numbers
without an order of compatibility: a version is not bumped, a new one is added next to it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dcr.contract.contract import Contract
from dcr.formats._dbt.columns import (
    ModelConstraints,
    assign_checks,
    find_primary_key,
    read_field,
    read_model_constraints,
)  # fmt: skip
from dcr.formats._dbt.owners import read_owners
from dcr.formats._dbt.terms import read_terms
from dcr.formats._dbt.versions import find_greatest_version, is_enabled, is_enforced, locate_enforcement, select_columns
from dcr.formats._foreign.fields import read_unique_mappings
from dcr.formats._foreign.lifecycle import is_past, read_day
from dcr.formats._foreign.mapping import SourceMapping
from dcr.formats._foreign.notes import Notes
from dcr.formats.completeness import has_completeness_mark
from dcr.formats.parsed_file import DatasetList, ParsedFile, UnenforcedDataset, convert_notes
from dcr.formats.parts import find_dataset_entries
from dcr.parsing.yaml_reader import InvalidYamlError, check_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import MappingNode

NAME = "dbt"
_MODEL_KEYS = {
    "dataset_id": "name", "version": "versions", "fields": "columns", "owners": "config", "status": "deprecation_date",
    "physical_name": "config.alias", "materialized": "config.materialized", "servers": "config",
}  # fmt: skip


def detect(root: MappingNode) -> bool:
    """Return whether the file has models and one of them has a contract."""
    models = next((value for key, value in root.value if key.value == "models" and value.id == "sequence"), None)
    if models is None or any(key.value == "dataContractSpecification" for key, _ in root.value):
        return False
    mappings = [model for model in models.value if model.id == "mapping"]
    try:
        check_tree(root)
    except InvalidYamlError:  # not readable, but still reported if it has the keys of a contract
        keys = (key.value for model in mappings for key, _ in model.value if isinstance(key.value, str))
        return not {"config", "contract", "<<"}.isdisjoint(keys)
    return any(_has_contract(SourceMapping("", model, Notes())) for model in mappings)


def _has_contract(model: SourceMapping) -> bool:
    return is_enforced(model, model) or any(
        is_enforced(version, model) for _, version in model.named_mappings("versions", "v")
    )


def find_dataset_id(root: MappingNode) -> str | None:
    """Return None: one file has many models."""
    del root
    return None


def defines_datasets(root: MappingNode) -> bool:
    """Return whether a file without contracts defines models, which may have had contracts before."""
    return any(key.value == "models" and value.id == "sequence" for key, value in root.value)


def list_parts(root: MappingNode) -> DatasetList | None:
    """Return the list of models: each has its own versions, and none depends on another."""
    entries = find_dataset_entries(root, "models")
    return DatasetList(entries[0]) if entries is not None and entries[0][1].id == "sequence" else None


def read(path: str, root: MappingNode) -> ParsedFile:
    """Return a contract for each version of each enforced model, and notes on what is not understood."""
    notes = Notes()
    contracts: list[Contract] = []
    unenforced: dict[str, UnenforcedDataset] = {}
    root_mapping = SourceMapping(path, root, notes)
    for name, model in root_mapping.named_mappings("models", "name"):
        all_versions = list(model.named_mappings("versions", "v"))
        versions = [(number, version) for number, version in all_versions if is_enabled(version, model)]
        if not versions and (all_versions or not is_enabled(model, model)):
            continue
        if any(is_enforced(holder, model) for holder in (model, *(version for _, version in versions))):
            if name is None:
                notes.add(model.locate(), "a model has no name, and is not compared", "add name")
                continue
            contracts += _build_contracts(name, model, versions)
        if name is not None:
            unenforced.update(_list_unenforced(name, model, versions))
    size = (notes.columns, notes.datasets, 0)
    return ParsedFile(
        path,
        NAME,
        tuple(contracts),
        convert_notes(notes),
        None,
        root_mapping.locate("models"),
        unenforced=unenforced,
        size=size,
    )


ModelVersions = list[tuple[str | None, SourceMapping]]


def _find_latest_version(model: SourceMapping, versions: ModelVersions) -> str | None:
    return model.text("latest_version") or find_greatest_version([number for number, _ in versions if number])


def _build_contracts(name: str, model: SourceMapping, versions: ModelVersions) -> Iterator[Contract]:
    """Yield the contract of a model without versions, or those of its versions and of references without a version.

    Source: docs.getdbt.com, "ref", "latest_version".
    """
    shared_columns, constraints = dict(read_unique_mappings(model, "columns")), read_model_constraints(model)
    if not versions:
        yield _build_contract(name, "", model, model, columns=shared_columns, constraints=constraints)
        return
    latest_number = _find_latest_version(model, versions)
    numbers: set[str] = set()
    latest_contract: Contract | None = None
    for number, version in versions:
        if number is None:
            model.notes.add(version.locate(), f"a version of '{name}' has no number, and is not compared", "add v")
            continue
        if number in numbers:
            message = f"duplicate version '{number}' of '{name}'; only the first is compared"
            model.notes.add(version.locate(), message, "renumber one of them")
            continue
        numbers.add(number)
        if not is_enforced(version, model):
            continue
        columns = select_columns(shared_columns, version)
        contract = _build_contract(
            f"{name}.v{number}", number, model, version, columns=columns, constraints=constraints
        )
        contract = replace(contract, latest=latest_number)
        latest_contract = contract if number == latest_number else latest_contract
        yield contract
    if latest_contract is not None:
        yield replace(latest_contract, dataset_id=name, alias_of=latest_contract.dataset_id)
    elif latest_number not in numbers:
        message = f"latest_version '{latest_number}' of '{name}' is not one of its versions"
        model.notes.add(model.locate("latest_version"), message, f"write one of {', '.join(sorted(numbers))}")


def _list_unenforced(
    name: str, model: SourceMapping, versions: ModelVersions
) -> Iterator[tuple[str, UnenforcedDataset]]:
    """Yield the datasets of a model without an enforced contract, each with the location that would enforce it."""
    latest_number = _find_latest_version(model, versions)
    for number, version in versions or [("", model)]:
        if is_enforced(version, model):
            continue
        location = locate_enforcement(version, model)
        dataset = UnenforcedDataset(location or version.locate(), location is not None)
        if number:
            yield f"{name}.v{number}", dataset
        if not number or number == latest_number:
            yield name, dataset


def _build_contract(
    dataset_id: str,
    number: str,
    model: SourceMapping,
    version: SourceMapping,
    *,
    columns: dict[str, SourceMapping],
    constraints: ModelConstraints,
) -> Contract:
    model.notes.count_dataset(version.locate(), dataset_id)
    merged = version.with_defaults(model) if number else model
    if number and "constraints" in version:
        constraints = read_model_constraints(version)
    constraints = assign_checks(constraints, columns)
    primary_key, key_locations = find_primary_key(columns)
    if constraints.key is not None:
        primary_key, key_locations = (
            constraints.key,
            {"primary_key": constraints.key_location} if constraints.key_location else {},
        )
    key_names = frozenset(primary_key)
    fields = (read_field(name, column, constraints, is_key=name in key_names) for name, column in columns.items())
    status_holder = version if "deprecation_date" in version else model
    return Contract(
        dataset_id=dataset_id,
        version=number,
        fields=tuple(fields),
        description=merged.text("description"),
        status=_read_status(status_holder),
        primary_key=primary_key,
        owners=tuple(read_owners(model)),
        section=status_holder.section({**_MODEL_KEYS, **_select_key_names(version, model)}),
        dataset_section=merged.section(_MODEL_KEYS, key_locations),
        format=NAME,
        is_changed_in_place=True,
        has_status="deprecation_date" in status_holder,
        access=_read_access(version, model),
        terms=read_terms(model.text("name") or dataset_id, version, model, columns),
        consumers_complete=_has_complete_consumers(version, model),
    )


def _has_complete_consumers(version: SourceMapping, model: SourceMapping) -> bool:
    """Return whether the metadata of a version or of its model declares the consumers complete."""
    holders = (version, version.mapping("config"), model, model.mapping("config"))
    return any(has_completeness_mark(holder.mapping("meta")) for holder in holders if holder is not None)


def _select_key_names(version: SourceMapping, model: SourceMapping) -> dict[str, str]:
    """Return the names of the keys that a model may write in two ways."""
    is_top_level = any("access" in holder for holder in (version, model))
    return {
        "access": "access" if is_top_level else "config.access",
        "latest": "latest_version" if "latest_version" in model else "versions",
    }


def _read_access(version: SourceMapping, model: SourceMapping) -> str:
    """Return who may refer to the model: `private`, `protected` (dbt's default) or `public`."""
    holders = (version, version.mapping("config"), model, model.mapping("config"))
    access = next((text for holder in holders if holder and (text := holder.text("access"))), "protected")
    return access.strip().lower()


def _read_status(mapping: SourceMapping) -> str:
    """Return `deprecated` for a model with a deprecation date, `archived` once that date is past, else `active`."""
    if mapping.text("deprecation_date") is None:
        return "active"
    return "archived" if is_past(read_day(mapping, "deprecation_date", "deprecation_date")) else "deprecated"
