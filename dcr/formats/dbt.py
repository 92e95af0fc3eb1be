"""dbt model YAML: each model whose contract is enforced is a dataset; each version of it one of its own.

Source: docs.getdbt.com, "Model contracts", "constraints", "versions", "deprecation_date". dbt's versions are
numbers without an order of compatibility: a version in place is not bumped, a new one is added beside it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.contract.contract import ANY, Contract, Field, Owner
from dcr.contract.foreign import field_of_type, named_once
from dcr.contract.lifecycle import day_of, is_over
from dcr.contract.notes import Notes
from dcr.contract.physical import LogicalType, logical_type
from dcr.contract.tree import Tree
from dcr.contract.yaml_reader import YamlRefusedError, check_tree
from dcr.formats.reading import Reading, noted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import MappingNode

    from dcr.contract.location import Location

NAME = "dbt"
_MAX_CHECK = 1_000
_OFF = ("false", "False", "FALSE", "no", "off", "0")
_WORDS = {
    "type": "data_type", "physical_type": "data_type", "required": "constraints.not_null",
    "unique": "constraints.unique", "check": "constraints.expression", "fields": "columns", "deprecated": "description",
}  # fmt: skip
_MODEL_WORDS = {
    "dataset_id": "name", "version": "versions", "fields": "columns", "owners": "config", "status": "deprecation_date",
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
    return _enforced(model, model) or any(_enforced(version, model) for _, version in model.named("versions", "v"))


def claimed(root: MappingNode) -> str | None:
    """Return None: one file holds many models."""
    del root
    return None


def read(path: str, root: MappingNode) -> Reading:
    """Return a contract for each version of each enforced model, and notes on what is not understood."""
    notes = Notes()
    contracts: list[Contract] = []
    tree = Tree(path, root, notes)
    for name, model in tree.named("models", "name"):
        versions = list(model.named("versions", "v"))
        if not any(_enforced(each, model) for each in (model, *(version for _, version in versions))):
            continue
        if name is None:
            notes(model.at(), "a model has no name, and is not compared", "add name")
            continue
        common, promised = dict(named_once(model, "columns")), _promises(model)
        if not versions:
            contracts.append(_contract(name, "", model, model, columns=common, promised=promised))
        latest = model.text("latest_version") or _greatest([number for number, _ in versions if number])
        seen: set[str] = set()
        for number, version in versions:
            if number is None:
                notes(version.at(), f"a version of '{name}' has no number, and is not compared", "add v")
                continue
            if number in seen:
                message = f"two versions of '{name}' are numbered '{number}'; the first is compared"
                notes(version.at(), message, "renumber")
                continue
            seen.add(number)
            if not _enforced(version, model):
                continue
            columns = _of_version(common, version)
            contract = _contract(f"{name}.v{number}", number, model, version, columns=columns, promised=promised)
            contracts.append(replace(contract, latest=latest))
    return Reading(path, NAME, tuple(contracts), noted(notes), None, tree.at("models"))


def _greatest(numbers: list[str]) -> str | None:
    """The version that a reference without one means: the greatest number, else the last text ("latest_version")."""
    return max(numbers, default=None, key=lambda each: (each.isdecimal(), int(each) if each.isdecimal() else 0, each))


def _enforced(version: Tree, model: Tree) -> bool:
    """Whether a contract is enforced, by what a version says of itself, else by what its model says."""
    for holder in (version, version.tree("config"), model, model.tree("config")):
        contract = holder.tree("contract") if holder else None
        if contract is not None and contract.text("enforced") is not None:
            return contract.text("enforced") not in _OFF  # Jinja that may be true counts as a promise
    return False


def _contract(
    dataset_id: str, number: str, model: Tree, version: Tree, *, columns: dict[str, Tree], promised: _Promises
) -> Contract:
    model.note.count_dataset(version.at(), dataset_id)
    own = version.over(model) if number else model
    if number and "constraints" in version:
        promised = _promises(version)
    promised = _with_loose(promised, columns)
    keys, keys_at = _primary_key(columns)
    if promised.key is not None:
        keys, keys_at = promised.key, {"primary_key": promised.key_at} if promised.key_at else {}
    keyed = frozenset(keys)
    fields = (_field(name, column, promised, keyed=name in keyed) for name, column in columns.items())
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


_Check = tuple[str, "Location"]
"""A check's expression, blanks aside, and its place."""


def _check(written: Tree) -> _Check:
    return " ".join((written.text("expression") or "").split()), written.at("expression")


def _of_version(common: dict[str, Tree], version: Tree) -> dict[str, Tree]:
    """Return a version's columns: the model's, less those excluded, with its own above them."""
    rules = [node for node in version.nodes("columns") if _is_rule(node)]
    own: dict[str, Tree] = {}
    for name, column in version.named("columns", "name"):
        if name is not None and name not in own:
            own[name] = column
        elif name is not None or not _is_rule(column.node):
            version.note(column.at(), "a column has no name or a taken one, and is not compared", "name it")
    if not rules:
        return {**common, **own}
    rule = Tree(version.path, rules[0], version.note)
    for further in rules[1:]:
        place = Tree(version.path, further, version.note).at()
        version.note(place, "a second list of included columns is not read", "write one include")
    included = rule.texts("include")
    kept = common if included in (["all"], ["*"]) else {name: common[name] for name in included if name in common}
    excluded = frozenset(rule.texts("exclude"))
    left = {name: each for name, each in kept.items() if name not in excluded}
    version.count("", len(kept) - len(left))  # what is left out is looked at too
    return {**left, **own}


def _is_rule(node: Any) -> bool:
    return node.id == "mapping" and any(key.value in ("include", "exclude") for key, _ in node.value)


def _constraints(tree: Tree) -> Iterator[tuple[str, Tree]]:
    for word, each in tree.named("constraints", "type"):
        if word is not None:
            yield word, each


class _Promises(NamedTuple):
    """What a model's own constraints say of its columns: where each word of a column is, its checks, and the key.

    `loose` are checks that name no column, with the words in them.
    """

    words: dict[str, dict[str, Location]]
    checks: dict[str, list[_Check]]
    loose: list[_Check]
    key: tuple[str, ...] | None = None
    key_at: Location | None = None


def _promises(model: Tree) -> _Promises:
    found = _Promises({}, {}, [])
    for word, each in _constraints(model):
        columns = tuple(each.texts("columns"))
        if word == "primary_key" and found.key is None:
            found = found._replace(key=columns, key_at=each.at("columns"))
        for name in columns if word != "unique" or len(columns) == 1 else ():
            found.words.setdefault(name, {}).setdefault(word, each.at())
            if word == "check":
                found.checks.setdefault(name, []).append(_check(each))
        if word == "check" and not columns:
            found.loose.append(_check(each))
    return found


def _with_loose(promised: _Promises, columns: dict[str, Tree]) -> _Promises:
    """Tell checks that name no column of the first one in their expression, else of the first of all."""
    checks = {name: [*each] for name, each in promised.checks.items()}
    for expression, place in promised.loose:
        words = re.findall(r"\w+", expression)
        name = next((word for word in words if word in columns), next(iter(columns), None))
        if name is not None:
            checks.setdefault(name, []).append((expression, place))
    return promised._replace(checks=checks)


def _primary_key(columns: dict[str, Tree]) -> tuple[tuple[str, ...], dict[str, Location]]:
    """Return the columns that say of themselves that they are of the key, and where."""
    keyed = [
        (name, each.at()) for name, column in columns.items() for word, each in _constraints(column)
        if word == "primary_key"
    ]  # fmt: skip
    places = {f"primary_key.{name}": place for name, place in keyed}
    return tuple(dict.fromkeys(name for name, _ in keyed)), places | {"primary_key": keyed[0][1]} if keyed else {}


def _field(name: str, column: Tree, promised: _Promises, *, keyed: bool) -> Field:
    column.note.enter(name)
    field = _read_field(name, column, promised, keyed=keyed)
    column.note.leave()
    return field


def _read_field(name: str, column: Tree, promised: _Promises, *, keyed: bool) -> Field:
    written = column.text("data_type")
    kind = logical_type(written) if written else LogicalType(ANY, known=False)
    column.count(name, kind.columns)
    places = {**promised.words.get(name, {}), **{word: each.at() for word, each in _constraints(column)}}
    checks = [_check(each) for word, each in _constraints(column) if word == "check"]
    checks = sorted([*checks, *promised.checks.get(name, ())])
    constraints: dict[str, Any] = {"unique": True} if "unique" in places else {}
    if checks:
        column.count(name, sum(len(each) for each, _ in checks) // _MAX_CHECK)  # one check may be about many columns
        constraints["check"] = "; ".join(each for each, _ in checks)
    required = next((places[word] for word in ("not_null", "primary_key") if word in places), None)
    said = {"required": required, "unique": places.get("unique"), "check": checks[0][1] if checks else None}
    place = column.place(_WORDS, {word: each for word, each in said.items() if each} or None)
    values = {"description": column.text("description"), "constraints": constraints}
    return field_of_type(name, kind, place, required=keyed or required is not None, known=values)


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
