"""dbt model YAML: each model whose contract is enforced is a dataset; each version of it one of its own.

Source: docs.getdbt.com, "Model contracts", "constraints", "versions", "deprecation_date". dbt's versions are
numbers without an order of compatibility: a version in place is not bumped, a new one is added beside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dcr.contract.contract import Contract, Owner
from dcr.formats._dbt.columns import (
    ModelConstraints,
    assign_loose_checks,
    find_primary_key,
    read_field,
    read_model_constraints,
)  # fmt: skip
from dcr.formats._dbt.terms import read_terms
from dcr.formats._dbt.versions import find_greatest_version, is_enabled, is_enforced, locate_enforcement, select_columns
from dcr.formats._foreign.fields import read_unique_mappings
from dcr.formats._foreign.lifecycle import is_past, read_day
from dcr.formats._foreign.mapping import SourceMapping
from dcr.formats._foreign.notes import Notes
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
    """Whether the file has models and one of them speaks of a contract."""
    models = next((value for key, value in root.value if key.value == "models" and value.id == "sequence"), None)
    if models is None or any(key.value == "dataContractSpecification" for key, _ in root.value):
        return False
    written = [each for each in models.value if each.id == "mapping"]
    try:
        check_tree(root)
    except InvalidYamlError:  # too odd to look into: what speaks of a contract is refused by name
        keys = (key.value for each in written for key, _ in each.value if isinstance(key.value, str))
        return not {"config", "contract", "<<"}.isdisjoint(keys)
    return any(_has_contract(SourceMapping("", each, Notes())) for each in written)


def _has_contract(model: SourceMapping) -> bool:
    return is_enforced(model, model) or any(
        is_enforced(version, model) for _, version in model.named_mappings("versions", "v")
    )


def find_dataset_id(root: MappingNode) -> str | None:
    """Return None: one file holds many models."""
    del root
    return None


def continues(root: MappingNode) -> bool:
    """Whether a file that speaks of no contract defines models: those that had one before lost it."""
    return any(key.value == "models" and value.id == "sequence" for key, value in root.value)


def list_parts(root: MappingNode) -> DatasetList | None:
    """Return the models: each has its own versions, and none says anything of another."""
    found = find_dataset_entries(root, "models")
    return DatasetList(found[0]) if found is not None and found[0][1].id == "sequence" else None


def read(path: str, root: MappingNode) -> ParsedFile:
    """Return a contract for each version of each enforced model, and notes on what is not understood."""
    notes = Notes()
    contracts: list[Contract] = []
    unenforced: dict[str, UnenforcedDataset] = {}
    tree = SourceMapping(path, root, notes)
    for name, model in tree.named_mappings("models", "name"):
        declared = list(model.named_mappings("versions", "v"))
        versions = [(number, version) for number, version in declared if is_enabled(version, model)]
        if not versions and (declared or not is_enabled(model, model)):
            continue
        if any(is_enforced(each, model) for each in (model, *(version for _, version in versions))):
            if name is None:
                notes(model.locate(), "a model has no name, and is not compared", "add name")
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
        tree.locate("models"),
        unenforced=unenforced,
        size=size,
    )


ModelVersions = list[tuple[str | None, SourceMapping]]


def _find_latest_version(model: SourceMapping, versions: ModelVersions) -> str | None:
    return model.text("latest_version") or find_greatest_version([number for number, _ in versions if number])


def _build_contracts(name: str, model: SourceMapping, versions: ModelVersions) -> Iterator[Contract]:
    """Yield the contract of a model without versions, else that of each version and what a reference without one means.

    Source: docs.getdbt.com, "ref", "latest_version".
    """
    common, promised = dict(read_unique_mappings(model, "columns")), read_model_constraints(model)
    if not versions:
        yield _build_contract(name, "", model, model, columns=common, promised=promised)
        return
    latest = _find_latest_version(model, versions)
    seen: set[str] = set()
    meant: Contract | None = None
    for number, version in versions:
        if number is None:
            model.note(version.locate(), f"a version of '{name}' has no number, and is not compared", "add v")
            continue
        if number in seen:
            message = f"two versions of '{name}' are numbered '{number}'; the first is compared"
            model.note(version.locate(), message, "renumber")
            continue
        seen.add(number)
        if not is_enforced(version, model):
            continue
        columns = select_columns(common, version)
        contract = _build_contract(f"{name}.v{number}", number, model, version, columns=columns, promised=promised)
        contract = replace(contract, latest=latest)
        meant = contract if number == latest else meant
        yield contract
    if meant is not None:
        yield replace(meant, dataset_id=name, alias_of=meant.dataset_id)
    elif latest not in seen:
        message = f"latest_version '{latest}' of '{name}' is none of its versions"
        model.note(model.locate("latest_version"), message, f"write one of {', '.join(sorted(seen))}")


def _list_unenforced(
    name: str, model: SourceMapping, versions: ModelVersions
) -> Iterator[tuple[str, UnenforcedDataset]]:
    """Yield the datasets of a model that have no enforced contract, with where that is said or would be."""
    latest = _find_latest_version(model, versions)
    for number, version in versions or [("", model)]:
        if is_enforced(version, model):
            continue
        place = locate_enforcement(version, model)
        found = UnenforcedDataset(place or version.locate(), place is not None)
        if number:
            yield f"{name}.v{number}", found
        if not number or number == latest:
            yield name, found


def _build_contract(
    dataset_id: str,
    number: str,
    model: SourceMapping,
    version: SourceMapping,
    *,
    columns: dict[str, SourceMapping],
    promised: ModelConstraints,
) -> Contract:
    model.note.count_dataset(version.locate(), dataset_id)
    own = version.with_defaults(model) if number else model
    if number and "constraints" in version:
        promised = read_model_constraints(version)
    promised = assign_loose_checks(promised, columns)
    keys, keys_at = find_primary_key(columns)
    if promised.key is not None:
        keys, keys_at = promised.key, {"primary_key": promised.key_location} if promised.key_location else {}
    keyed = frozenset(keys)
    fields = (read_field(name, column, promised, keyed=name in keyed) for name, column in columns.items())
    dated = version if "deprecation_date" in version else model
    return Contract(
        dataset_id=dataset_id,
        version=number,
        fields=tuple(fields),
        description=own.text("description"),
        status=_read_status(dated),
        primary_key=keys,
        owners=tuple(_read_owners(model)),
        section=dated.section({**_MODEL_KEYS, **_select_key_names(version, model)}),
        dataset_section=own.section(_MODEL_KEYS, keys_at),
        format=NAME,
        is_changed_in_place=True,
        has_status="deprecation_date" in dated,
        access=_read_access(version, model),
        terms=read_terms(model.text("name") or dataset_id, version, model, columns),
    )


def _select_key_names(version: SourceMapping, model: SourceMapping) -> dict[str, str]:
    """Where a model says what may be written in two places."""
    direct = any("access" in each for each in (version, model))
    return {
        "access": "access" if direct else "config.access",
        "latest": "latest_version" if "latest_version" in model else "versions",
    }


def _read_access(version: SourceMapping, model: SourceMapping) -> str:
    """Who may refer to the model: `private`, `protected` (what dbt takes it for) or `public`."""
    holders = (version, version.mapping("config"), model, model.mapping("config"))
    found = next((word for each in holders if each and (word := each.text("access"))), "protected")
    return found.strip().lower()


def _read_status(tree: SourceMapping) -> str:
    """A model with a deprecation date is deprecated, and archived once the date is over."""
    if tree.text("deprecation_date") is None:
        return "active"
    return "archived" if is_past(read_day(tree, "deprecation_date", "deprecation_date")) else "deprecated"


def _read_owners(model: SourceMapping) -> Iterator[Owner]:
    config = model.mapping("config")
    for holder in (model.mapping("meta"), config.mapping("meta") if config else None):
        named = list(_read_named_owners(holder)) if holder is not None else []
        if named:
            yield from named
            return
    group = model.text("group") or (config.text("group") if config else None)
    if group:
        yield Owner(group, None)


def _read_named_owners(meta: SourceMapping) -> Iterator[Owner]:
    """The owner is a name, several, or a mapping as dbt's groups have it."""
    owner = meta.mapping("owner")
    if owner is not None:
        name = owner.text("name", "email")
        yield from (Owner(name, owner.text("email")),) if name else ()
        return
    names = [meta.text("owner"), *(each.value for each in meta.nodes("owner") if each.id == "scalar")]
    yield from (Owner(name, None) for name in names if name)
