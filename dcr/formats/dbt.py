"""dbt model YAML: each model whose contract is enforced is a dataset; each version of it one of its own.

Source: docs.getdbt.com, "Model contracts", "constraints", "versions", "deprecation_date". dbt's versions are
numbers without an order of compatibility: a version in place is not bumped, a new one is added beside it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import Contract, Field, Owner
from dcr.contract.foreign import field_of_type
from dcr.contract.lifecycle import day_of, is_over
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
    "check": "constraints", "fields": "columns", "deprecated": "description",
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
    tree = Tree(path, root, note)
    for name, model in tree.named("models", "name"):
        if not _enforced(model):
            continue
        if name is None:
            note(model.at(), "a model has no name, and is not compared", "add name")
            continue
        versions = list(model.named("versions", "v"))
        if not versions:
            contracts.append(_contract(name, "", model, model, dict(_columns(model))))
        latest = model.text("latest_version") or _greatest([number for number, _ in versions if number])
        for number, version in versions:
            if number is None:
                note(version.at(), f"a version of '{name}' has no number, and is not compared", "add v")
                continue
            contract = _contract(f"{name}.v{number}", number, model, version, _of_version(model, version))
            contracts.append(replace(contract, latest=latest))
    return Reading(path, NAME, tuple(contracts), tuple(dict.fromkeys(notes)), None, tree.at("models"))


def _greatest(numbers: list[str]) -> str | None:
    """The version that a reference without one means: the greatest number, else the last text ("latest_version")."""
    return max(numbers, default=None, key=lambda each: (each.isdecimal(), int(each) if each.isdecimal() else 0, each))


def _silent(_place: Location, _message: str, _hint: str) -> None:
    """Notes are taken when the file is read, not while it is looked at."""


def _enforced(model: Tree) -> bool:
    for holder in (model, model.tree("config")):
        contract = holder.tree("contract") if holder else None
        if contract is not None and contract.text("enforced") is not None:
            return contract.text("enforced") not in _OFF  # Jinja that may be true counts as a promise
    return False


def _contract(dataset_id: str, number: str, model: Tree, version: Tree, columns: dict[str, Tree]) -> Contract:
    own = version.over(model) if number else model
    keys = _primary_key(own, columns)
    checks = _checks(own, list(columns))
    fields = (_field(name, column, own, keyed=name in keys, checks=checks) for name, column in columns.items())
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
        body=own.place(_MODEL_WORDS),
        format=NAME,
        in_place=True,
        access=_access(version, model),
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


def _checks(model: Tree, columns: list[str]) -> dict[str, list[str]]:
    """Return the model's checks by the column they are about: those it names, else the first in its expression."""
    found: dict[str, list[str]] = {}
    for word, each in _constraints(model):
        if word != "check":
            continue
        expression = _expression(each)
        named = [name for name in each.texts("columns") if name in columns]
        words = re.findall(r"\w+", expression)
        named = named or [name for name in words if name in columns][:1] or columns[:1]
        for name in named:
            found.setdefault(name, []).append(expression)
    return found


def _expression(check: Tree) -> str:
    return " ".join((check.text("expression") or "").split())


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


def _field(name: str, column: Tree, model: Tree, *, keyed: bool, checks: dict[str, list[str]]) -> Field:
    written = column.text("data_type")
    kind = logical_type(written) if written else LogicalType("any", known=False)
    words = {word for word, _ in _constraints(column)}
    for word, each in _constraints(model):
        if name in each.texts("columns") and (word != "unique" or len(each.texts("columns")) == 1):
            words.add(word)
    constraints: dict[str, Any] = {"unique": True} if "unique" in words else {}
    own = [_expression(each) for word, each in _constraints(column) if word == "check"]
    if about := sorted([*own, *checks.get(name, ())]):
        constraints["check"] = "; ".join(about)
    values = {
        "description": column.text("description"),
        "constraints": constraints,
    }
    required = keyed or "not_null" in words or "primary_key" in words
    return field_of_type(name, kind, column.place(_WORDS), required=required, known=values)


def _status(tree: Tree) -> str:
    """A model with a deprecation date is deprecated, and archived once the date is over."""
    if tree.text("deprecation_date") is None:
        return "active"
    return "archived" if is_over(day_of(tree, "deprecation_date", "deprecation_date")) else "deprecated"


def _owners(model: Tree) -> Iterator[Owner]:
    config = model.tree("config")
    for holder in (model.tree("meta"), config.tree("meta") if config else None):
        if holder is not None and holder.text("owner"):
            yield Owner(holder.text("owner") or "", None)
            return
    group = model.text("group") or (config.text("group") if config else None)
    if group:
        yield Owner(group, None)
