"""dbt model YAML: each model whose contract is enforced is a dataset; each version of it one of its own.

Source: docs.getdbt.com, "Model contracts", "constraints", "versions", "deprecation_date". dbt's versions are
numbers without an order of compatibility: a version in place is not bumped, a new one is added beside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dcr.contract.contract import Contract, Owner
from dcr.formats._dbt.constraints import (
    ModelConstraints,
    model_constraints,
    primary_key,
    read_field,
    with_loose_checks,
)  # fmt: skip
from dcr.formats._dbt.terms import terms
from dcr.formats._dbt.versions import columns_of, enforced_at, greatest, is_enabled, is_enforced
from dcr.formats._foreign.lifecycle import day_of, is_over
from dcr.formats._foreign.mapping import Tree
from dcr.formats._foreign.notes import Notes
from dcr.formats._foreign.translation import named_once
from dcr.formats.parts import entries_of
from dcr.formats.reading import Listing, Reading, Unenforced, noted
from dcr.parsing.reader import YamlRefusedError, check_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import MappingNode

NAME = "dbt"
_MODEL_WORDS = {
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
    except YamlRefusedError:  # too odd to look into: what speaks of a contract is refused by name
        keys = (key.value for each in written for key, _ in each.value if isinstance(key.value, str))
        return not {"config", "contract", "<<"}.isdisjoint(keys)
    return any(_speaks_of_contracts(Tree("", each, Notes())) for each in written)


def _speaks_of_contracts(model: Tree) -> bool:
    return is_enforced(model, model) or any(is_enforced(version, model) for _, version in model.named("versions", "v"))


def claimed(root: MappingNode) -> str | None:
    """Return None: one file holds many models."""
    del root
    return None


def continues(root: MappingNode) -> bool:
    """Whether a file that speaks of no contract defines models: those that had one before lost it."""
    return any(key.value == "models" and value.id == "sequence" for key, value in root.value)


def list_parts(root: MappingNode) -> Listing | None:
    """Return the models: each has its own versions, and none says anything of another."""
    found = entries_of(root, "models")
    return Listing(found[0]) if found is not None and found[0][1].id == "sequence" else None


def read(path: str, root: MappingNode) -> Reading:
    """Return a contract for each version of each enforced model, and notes on what is not understood."""
    notes = Notes()
    contracts: list[Contract] = []
    unenforced: dict[str, Unenforced] = {}
    tree = Tree(path, root, notes)
    for name, model in tree.named("models", "name"):
        declared = list(model.named("versions", "v"))
        versions = [(number, version) for number, version in declared if is_enabled(version, model)]
        if not versions and (declared or not is_enabled(model, model)):
            continue
        if any(is_enforced(each, model) for each in (model, *(version for _, version in versions))):
            if name is None:
                notes(model.at(), "a model has no name, and is not compared", "add name")
                continue
            contracts += _contracts(name, model, versions)
        if name is not None:
            unenforced.update(_unenforced(name, model, versions))
    size = (notes.columns, notes.datasets, 0)
    return Reading(
        path, NAME, tuple(contracts), noted(notes), None, tree.at("models"), unenforced=unenforced, size=size
    )


Versions = list[tuple[str | None, Tree]]


def _latest(model: Tree, versions: Versions) -> str | None:
    return model.text("latest_version") or greatest([number for number, _ in versions if number])


def _contracts(name: str, model: Tree, versions: Versions) -> Iterator[Contract]:
    """Yield the contract of a model without versions, else that of each version and what a reference without one means.

    Source: docs.getdbt.com, "ref", "latest_version".
    """
    common, promised = dict(named_once(model, "columns")), model_constraints(model)
    if not versions:
        yield _contract(name, "", model, model, columns=common, promised=promised)
        return
    latest = _latest(model, versions)
    seen: set[str] = set()
    meant: Contract | None = None
    for number, version in versions:
        if number is None:
            model.note(version.at(), f"a version of '{name}' has no number, and is not compared", "add v")
            continue
        if number in seen:
            message = f"two versions of '{name}' are numbered '{number}'; the first is compared"
            model.note(version.at(), message, "renumber")
            continue
        seen.add(number)
        if not is_enforced(version, model):
            continue
        columns = columns_of(common, version)
        contract = _contract(f"{name}.v{number}", number, model, version, columns=columns, promised=promised)
        contract = replace(contract, latest=latest)
        meant = contract if number == latest else meant
        yield contract
    if meant is not None:
        yield replace(meant, dataset_id=name, alias_of=meant.dataset_id)
    elif latest not in seen:
        message = f"latest_version '{latest}' of '{name}' is none of its versions"
        model.note(model.at("latest_version"), message, f"write one of {', '.join(sorted(seen))}")


def _unenforced(name: str, model: Tree, versions: Versions) -> Iterator[tuple[str, Unenforced]]:
    """Yield the datasets of a model that have no enforced contract, with where that is said or would be."""
    latest = _latest(model, versions)
    for number, version in versions or [("", model)]:
        if is_enforced(version, model):
            continue
        place = enforced_at(version, model)
        found = Unenforced(place or version.at(), place is not None)
        if number:
            yield f"{name}.v{number}", found
        if not number or number == latest:
            yield name, found


def _contract(
    dataset_id: str, number: str, model: Tree, version: Tree, *, columns: dict[str, Tree], promised: ModelConstraints
) -> Contract:
    model.note.count_dataset(version.at(), dataset_id)
    own = version.over(model) if number else model
    if number and "constraints" in version:
        promised = model_constraints(version)
    promised = with_loose_checks(promised, columns)
    keys, keys_at = primary_key(columns)
    if promised.key is not None:
        keys, keys_at = promised.key, {"primary_key": promised.key_at} if promised.key_at else {}
    keyed = frozenset(keys)
    fields = (read_field(name, column, promised, keyed=name in keyed) for name, column in columns.items())
    dated = version if "deprecation_date" in version else model
    return Contract(
        dataset_id=dataset_id,
        version=number,
        fields=tuple(fields),
        description=own.text("description"),
        status=_status(dated),
        primary_key=keys,
        owners=tuple(_owners(model)),
        place=dated.place({**_MODEL_WORDS, **_where(version, model)}),
        body=own.place(_MODEL_WORDS, keys_at),
        format=NAME,
        in_place=True,
        says_status="deprecation_date" in dated,
        access=_access(version, model),
        terms=terms(model.text("name") or dataset_id, version, model, columns),
    )


def _where(version: Tree, model: Tree) -> dict[str, str]:
    """Where a model says what may be written in two places."""
    direct = any("access" in each for each in (version, model))
    return {
        "access": "access" if direct else "config.access",
        "latest": "latest_version" if "latest_version" in model else "versions",
    }


def _access(version: Tree, model: Tree) -> str:
    """Who may refer to the model: `private`, `protected` (what dbt takes it for) or `public`."""
    holders = (version, version.tree("config"), model, model.tree("config"))
    found = next((word for each in holders if each and (word := each.text("access"))), "protected")
    return found.strip().lower()


def _status(tree: Tree) -> str:
    """A model with a deprecation date is deprecated, and archived once the date is over."""
    if tree.text("deprecation_date") is None:
        return "active"
    return "archived" if is_over(day_of(tree, "deprecation_date", "deprecation_date")) else "deprecated"


def _owners(model: Tree) -> Iterator[Owner]:
    config = model.tree("config")
    for holder in (model.tree("meta"), config.tree("meta") if config else None):
        named = list(_named_owners(holder)) if holder is not None else []
        if named:
            yield from named
            return
    group = model.text("group") or (config.text("group") if config else None)
    if group:
        yield Owner(group, None)


def _named_owners(meta: Tree) -> Iterator[Owner]:
    """The owner is a name, several, or a mapping as dbt's groups have it."""
    owner = meta.tree("owner")
    if owner is not None:
        name = owner.text("name", "email")
        yield from (Owner(name, owner.text("email")),) if name else ()
        return
    names = [meta.text("owner"), *(each.value for each in meta.nodes("owner") if each.id == "scalar")]
    yield from (Owner(name, None) for name in names if name)
