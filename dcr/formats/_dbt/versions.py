"""Reads the settings and columns of a dbt model's versions, with the model's own as defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.formats._foreign.mapping import SourceMapping

if TYPE_CHECKING:
    from dcr.parsing.location import Location

_FALSE_WORDS = ("false", "False", "FALSE", "no", "off", "0")


def find_greatest_version(numbers: list[str]) -> str | None:
    """Return the version that a reference without one resolves to: the greatest number, or else the last text.

    Source: docs.getdbt.com, "latest_version".
    """
    return max(
        numbers, default=None, key=lambda number: (number.isdecimal(), int(number) if number.isdecimal() else 0, number)
    )


def is_enforced(version: SourceMapping, model: SourceMapping) -> bool:
    """Return whether a contract is enforced, as the version declares it, or else its model."""
    for holder in (version, version.mapping("config"), model, model.mapping("config")):
        contract = holder.mapping("contract") if holder else None
        if contract is not None and contract.text("enforced") is not None:
            return contract.text("enforced") not in _FALSE_WORDS  # a Jinja expression may be true
    return False


def is_enabled(version: SourceMapping, model: SourceMapping) -> bool:
    """Return whether dbt builds a model; a disabled model does not exist for its readers."""
    return find_config_text(version, model, "enabled") not in _FALSE_WORDS


def locate_enforcement(version: SourceMapping, model: SourceMapping) -> Location | None:
    """Return the location of the key that enforces or does not enforce a contract, if it is written."""
    for holder in (version, version.mapping("config"), model, model.mapping("config")):
        contract = holder.mapping("contract") if holder else None
        if contract is not None and contract.text("enforced") is not None:
            return contract.locate("enforced")
    return None


def find_config_text(version: SourceMapping, model: SourceMapping, *keys: str) -> str | None:
    """Return the first of some settings that a version has, or else its model."""
    for holder in (version.mapping("config"), model.mapping("config")):
        text = holder.text(*keys) if holder is not None else None
        if text is not None:
            return text
    return None


def select_columns(model_columns: dict[str, SourceMapping], version: SourceMapping) -> dict[str, SourceMapping]:
    """Return a version's columns: its model's without the excluded ones, overridden by its own."""
    rules = [node for node in version.nodes("columns") if _is_column_rule(node)]
    own_columns: dict[str, SourceMapping] = {}
    for name, column in version.named_mappings("columns", "name"):
        if name is not None and name not in own_columns:
            own_columns[name] = column
        elif name is not None or not _is_column_rule(column.node):
            version.notes.add(
                column.locate(), "a column has no name or a duplicate one, and is not compared", "give it a unique name"
            )
    if not rules:
        return {**model_columns, **own_columns}
    rule = SourceMapping(version.path, rules[0], version.notes)
    for extra_rule in rules[1:]:
        location = SourceMapping(version.path, extra_rule, version.notes).locate()
        version.notes.add(location, "a second list of included columns is not read", "write one include")
    included = rule.texts("include")
    included_columns = (
        model_columns
        if included in (["all"], ["*"])
        else {name: model_columns[name] for name in included if name in model_columns}
    )
    excluded = frozenset(rule.texts("exclude"))
    remaining = {name: column for name, column in included_columns.items() if name not in excluded}
    version.count_columns("", len(included_columns) - len(remaining))  # excluded columns count towards the limit
    return {**remaining, **own_columns}


def _is_column_rule(node: Any) -> bool:
    return node.id == "mapping" and any(key.value in ("include", "exclude") for key, _ in node.value)
