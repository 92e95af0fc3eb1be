"""What a version of a dbt model says of itself, and what of it is its model's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.formats._foreign.mapping import SourceMapping

if TYPE_CHECKING:
    from dcr.parsing.location import Location

_FALSE_WORDS = ("false", "False", "FALSE", "no", "off", "0")


def find_greatest_version(numbers: list[str]) -> str | None:
    """The version that a reference without one means: the greatest number, else the last text ("latest_version")."""
    return max(numbers, default=None, key=lambda each: (each.isdecimal(), int(each) if each.isdecimal() else 0, each))


def is_enforced(version: SourceMapping, model: SourceMapping) -> bool:
    """Whether a contract is enforced, by what a version says of itself, else by what its model says."""
    for holder in (version, version.mapping("config"), model, model.mapping("config")):
        contract = holder.mapping("contract") if holder else None
        if contract is not None and contract.text("enforced") is not None:
            return contract.text("enforced") not in _FALSE_WORDS  # Jinja that may be true counts as a promise
    return False


def is_enabled(version: SourceMapping, model: SourceMapping) -> bool:
    """Whether dbt builds a model; one that is switched off is not there for those who read it."""
    return find_config_text(version, model, "enabled") not in _FALSE_WORDS


def locate_enforcement(version: SourceMapping, model: SourceMapping) -> Location | None:
    """Return where it is written whether a contract is enforced."""
    for holder in (version, version.mapping("config"), model, model.mapping("config")):
        contract = holder.mapping("contract") if holder else None
        if contract is not None and contract.text("enforced") is not None:
            return contract.locate("enforced")
    return None


def find_config_text(version: SourceMapping, model: SourceMapping, *keys: str) -> str | None:
    """Return the first of some settings, as a version has it, else as its model has it."""
    for holder in (version.mapping("config"), model.mapping("config")):
        found = holder.text(*keys) if holder is not None else None
        if found is not None:
            return found
    return None


def select_columns(common: dict[str, SourceMapping], version: SourceMapping) -> dict[str, SourceMapping]:
    """Return a version's columns: the model's, less those excluded, with its own above them."""
    rules = [node for node in version.nodes("columns") if _is_column_rule(node)]
    own: dict[str, SourceMapping] = {}
    for name, column in version.named_mappings("columns", "name"):
        if name is not None and name not in own:
            own[name] = column
        elif name is not None or not _is_column_rule(column.node):
            version.note(column.locate(), "a column has no name or a taken one, and is not compared", "name it")
    if not rules:
        return {**common, **own}
    rule = SourceMapping(version.path, rules[0], version.note)
    for further in rules[1:]:
        place = SourceMapping(version.path, further, version.note).locate()
        version.note(place, "a second list of included columns is not read", "write one include")
    included = rule.texts("include")
    kept = common if included in (["all"], ["*"]) else {name: common[name] for name in included if name in common}
    excluded = frozenset(rule.texts("exclude"))
    left = {name: each for name, each in kept.items() if name not in excluded}
    version.count_columns("", len(kept) - len(left))  # what is left out is looked at too
    return {**left, **own}


def _is_column_rule(node: Any) -> bool:
    return node.id == "mapping" and any(key.value in ("include", "exclude") for key, _ in node.value)
