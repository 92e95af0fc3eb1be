"""dbt model YAML: each model whose contract is enforced is a dataset; each version of it one of its own.

Source: docs.getdbt.com, "Model contracts", "constraints", "versions", "deprecation_date". dbt's versions are
numbers without an order of compatibility: a version in place is not bumped, a new one is added beside it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import Contract, Field, Owner
from dcr.contract.foreign import field_of_type
from dcr.contract.physical import LogicalType, logical_type
from dcr.contract.tree import Tree
from dcr.formats.reading import Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import MappingNode

    from dcr.contract.location import Location

NAME = "dbt"
_OFF = ("false", "False", "FALSE", "no", "off", "0")
_WORDS = {
    "type": "data_type", "physical_type": "data_type", "required": "constraints", "unique": "constraints",
    "check": "constraints", "fields": "columns",
}  # fmt: skip
_MODEL_WORDS = {
    "dataset_id": "name", "version": "versions", "fields": "columns", "owners": "config", "status": "deprecation_date",
}  # fmt: skip


def detect(root: MappingNode) -> bool:
    """Whether the file has models and one of them speaks of a contract."""
    models = next((value for key, value in root.value if key.value == "models" and value.id == "sequence"), None)
    if models is None or any(key.value == "dataContractSpecification" for key, _ in root.value):
        return False
    return any(_enforced(Tree("", each, _silent)) for each in models.value if each.id == "mapping")


def claimed(root: MappingNode) -> str | None:
    """Return None: one file holds many models."""
    del root
    return None


def read(path: str, root: MappingNode) -> Reading:
    """Return a contract for each version of each enforced model, and notes on what is not understood."""
    notes: list[Problem] = []

    def note(place: Location, message: str, hint: str) -> None:
        notes.append(Problem(place, message, hint, fatal=False, understood=False))

    contracts: list[Contract] = []
    for name, model in Tree(path, root, note).named("models", "name"):
        if not _enforced(model):
            continue
        if name is None:
            note(model.at(), "a model has no name, and is not compared", "add name")
            continue
        versions = list(model.named("versions", "v"))
        if not versions:
            contracts.append(_contract(name, "", model, model, dict(_columns(model))))
        for number, version in versions:
            if number is None:
                note(version.at(), f"a version of '{name}' has no number, and is not compared", "add v")
                continue
            contracts.append(_contract(f"{name}.v{number}", number, model, version, _of_version(model, version)))
    return Reading(path, NAME, tuple(contracts), tuple(dict.fromkeys(notes)), None)


def _silent(_place: Location, _message: str, _hint: str) -> None:
    """Notes are taken when the file is read, not while it is looked at."""


def _enforced(model: Tree) -> bool:
    for holder in (model, model.tree("config")):
        contract = holder.tree("contract") if holder else None
        if contract is not None and contract.text("enforced") is not None:
            return contract.text("enforced") not in _OFF  # Jinja that may be true counts as a promise
    return False


def _contract(dataset_id: str, number: str, model: Tree, version: Tree, columns: dict[str, Tree]) -> Contract:
    keys = _primary_key(model, columns)
    fields = tuple(_field(name, column, model, keyed=name in keys) for name, column in columns.items())
    return Contract(
        dataset_id=dataset_id,
        version=number,
        fields=fields,
        description=version.text("description") or model.text("description"),
        status=_status(version if "deprecation_date" in version else model),
        primary_key=keys,
        owners=tuple(_owners(model)),
        place=(version if number else model).place(_MODEL_WORDS),
        format=NAME,
        in_place=True,
    )


def _columns(tree: Tree) -> Iterator[tuple[str, Tree]]:
    for name, column in tree.named("columns", "name"):
        if name is not None:
            yield name, column


def _of_version(model: Tree, version: Tree) -> dict[str, Tree]:
    """Return a version's columns: the model's, less those excluded, with its own above them."""
    common, own = dict(_columns(model)), dict(_columns(version))
    rule = next((Tree(model.path, node, model.note) for node in version.nodes("columns") if _is_rule(node)), None)
    if rule is None:
        return {**common, **own}
    included = rule.texts("include")
    kept = common if included in (["all"], ["*"]) else {name: common[name] for name in included if name in common}
    return {**{name: each for name, each in kept.items() if name not in rule.texts("exclude")}, **own}


def _is_rule(node: Any) -> bool:
    return node.id == "mapping" and any(key.value in ("include", "exclude") for key, _ in node.value)


def _constraints(tree: Tree) -> Iterator[tuple[str, Tree]]:
    for word, each in tree.named("constraints", "type"):
        if word is not None:
            yield word, each


def _primary_key(model: Tree, columns: dict[str, Tree]) -> tuple[str, ...]:
    for word, each in _constraints(model):
        if word == "primary_key":
            return tuple(each.texts("columns"))
    return tuple(name for name, column in columns.items() if any(w == "primary_key" for w, _ in _constraints(column)))


def _field(name: str, column: Tree, model: Tree, *, keyed: bool) -> Field:
    written = column.text("data_type")
    kind = logical_type(written) if written else LogicalType("any", known=False)
    words = {word for word, _ in _constraints(column)}
    for word, each in _constraints(model):
        if name in each.texts("columns") and (word != "unique" or len(each.texts("columns")) == 1):
            words.add(word)
    constraints: dict[str, Any] = {"unique": True} if "unique" in words else {}
    about = [each for word, each in _constraints(column) if word == "check"]
    about += [each for word, each in _constraints(model) if word == "check" and name in each.texts("columns")]
    checks = sorted(each.text("expression") or "" for each in about)
    if checks:
        constraints["check"] = "; ".join(" ".join(check.split()) for check in checks)
    values = {
        "description": column.text("description"),
        "constraints": constraints,
        "physical_type": None if written is None else " ".join(written.lower().split()),
    }
    required = keyed or "not_null" in words or "primary_key" in words
    return field_of_type(name, kind, column.place(_WORDS), required=required, known=values)


def _status(tree: Tree) -> str:
    """A model with a deprecation date is deprecated, and archived once the date is over."""
    written = tree.text("deprecation_date")
    if written is None:
        return "active"
    match = re.match(r"\d{4}-\d{2}-\d{2}", written)
    try:
        over = match is not None and date.fromisoformat(match.group()) < date.today()  # noqa: DTZ011 (the user's own day)
    except ValueError:
        match = None
        over = False
    if match is None:
        tree.note(tree.at("deprecation_date"), f"deprecation_date '{written}' is no date", "write it as 2027-01-31")
    return "archived" if over else "deprecated"


def _owners(model: Tree) -> Iterator[Owner]:
    config = model.tree("config")
    for holder in (model.tree("meta"), config.tree("meta") if config else None):
        if holder is not None and holder.text("owner"):
            yield Owner(holder.text("owner") or "", None)
            return
    group = model.text("group") or (config.text("group") if config else None)
    if group:
        yield Owner(group, None)
