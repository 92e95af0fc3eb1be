"""What a version of a dbt model says of itself, and what of it is its model's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.formats._foreign.mapping import Tree

if TYPE_CHECKING:
    from dcr.parsing.location import Location

_OFF = ("false", "False", "FALSE", "no", "off", "0")


def greatest(numbers: list[str]) -> str | None:
    """The version that a reference without one means: the greatest number, else the last text ("latest_version")."""
    return max(numbers, default=None, key=lambda each: (each.isdecimal(), int(each) if each.isdecimal() else 0, each))


def is_enforced(version: Tree, model: Tree) -> bool:
    """Whether a contract is enforced, by what a version says of itself, else by what its model says."""
    for holder in (version, version.tree("config"), model, model.tree("config")):
        contract = holder.tree("contract") if holder else None
        if contract is not None and contract.text("enforced") is not None:
            return contract.text("enforced") not in _OFF  # Jinja that may be true counts as a promise
    return False


def is_enabled(version: Tree, model: Tree) -> bool:
    """Whether dbt builds a model; one that is switched off is not there for those who read it."""
    return config_text(version, model, "enabled") not in _OFF


def enforced_at(version: Tree, model: Tree) -> Location | None:
    """Return where it is written whether a contract is enforced."""
    for holder in (version, version.tree("config"), model, model.tree("config")):
        contract = holder.tree("contract") if holder else None
        if contract is not None and contract.text("enforced") is not None:
            return contract.at("enforced")
    return None


def config_text(version: Tree, model: Tree, *keys: str) -> str | None:
    """Return the first of some settings, as a version has it, else as its model has it."""
    for holder in (version.tree("config"), model.tree("config")):
        found = holder.text(*keys) if holder is not None else None
        if found is not None:
            return found
    return None


def columns_of(common: dict[str, Tree], version: Tree) -> dict[str, Tree]:
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
