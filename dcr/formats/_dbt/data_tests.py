"""Reads the data tests of a dbt model and of its columns as quality rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.contract.terms import QualityRule
from dcr.formats._foreign.mapping import SourceMapping
from dcr.formats._foreign.nodes import format_canonical, parse_flag
from dcr.parsing.location import locate_node

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIG_KEYS = frozenset((
    "config", "severity", "warn_if", "error_if", "where", "limit", "store_failures", "store_failures_as", "enabled",
    "tags", "meta", "group", "database", "schema", "alias",
))  # fmt: skip
"""Keys that configure a test, below `config` or, in older files, next to the arguments ("Data test configs")."""

_IGNORED_KEYS = frozenset(("name", "test_name", "description", "arguments", "column_name", "docs", "quote"))


def read_data_tests(mapping: SourceMapping, field: str | None) -> Iterator[QualityRule]:
    """Yield the data tests of a model or a column, under the current and the former name of the key."""
    for key in ("tests", "data_tests"):
        for node in mapping.nodes(key):
            rule = _read_test(mapping, node, field)
            if rule is not None:
                yield rule


def _read_test(mapping: SourceMapping, node: Any, field: str | None) -> QualityRule | None:
    """Return one data test: a name, a name with a mapping below it, or a mapping with a `test_name`."""
    if node.id == "scalar":
        return _build_rule(mapping, node, node.value, {}, field) if node.value else None
    if node.id != "mapping":
        mapping.notes.add(
            locate_node(mapping.path, node), "a data test is a list, and is not compared", "name the test"
        )
        return None
    test = SourceMapping(mapping.path, node, mapping.notes)
    name = test.text("test_name")
    if name is not None:
        return _build_rule(mapping, node, name, test.pairs, field)
    name = next((key for key in test.pairs if key not in _CONFIG_KEYS and key not in _IGNORED_KEYS), None)
    if name is None:
        mapping.notes.add(test.locate(), "a data test has no name, and is not compared", "name the test")
        return None
    arguments = test.mapping(name)
    siblings = {key: value for key, value in test.pairs.items() if key != name}
    return _build_rule(mapping, node, name, {**siblings, **(arguments.pairs if arguments else {})}, field)


def _build_rule(
    mapping: SourceMapping, node: Any, name: str, pairs: dict[str, Any], field: str | None
) -> QualityRule | None:
    arguments = {key: value for key, value in pairs.items() if key not in _CONFIG_KEYS and key not in _IGNORED_KEYS}
    nested_arguments = pairs.get("arguments")
    if nested_arguments is not None and nested_arguments.id == "mapping":
        arguments.update(SourceMapping(mapping.path, nested_arguments, mapping.notes).pairs)
        arguments.pop("quote", None)
    config = _read_config(mapping, pairs)
    if parse_flag(config.get("enabled", "true")) is False:
        return None
    severity = config.get("severity", "error").lower()
    thresholds = [(key, config[key]) for key in (f"{severity}_if", "where") if config.get(key)]
    if name == "accepted_values" and "values" in arguments:
        values = arguments.pop("values")
        value_nodes = values.value if values.id == "sequence" else [values]
        thresholds += [("values", text) for text in sorted({format_canonical(each) for each in value_nodes})]
    column = pairs.get("column_name") or arguments.pop("column_name", None)
    custom_name = pairs.get("name")
    statement = {key: format_canonical(value) for key, value in arguments.items()} | {"test": name}
    return QualityRule(
        id="",
        label=name,
        name=custom_name.value if custom_name is not None and custom_name.id == "scalar" else "",
        statement=tuple(sorted(statement.items())),
        thresholds=tuple(sorted(thresholds)),
        severity=severity,
        field=column.value if column is not None and column.id == "scalar" else field,
        is_relationship=name == "relationships",
        location=locate_node(mapping.path, node),
    )


def _read_config(mapping: SourceMapping, pairs: dict[str, Any]) -> dict[str, str]:
    """Return the configuration of a test; keys below `config` override those next to it."""
    config = pairs.get("config")
    config_pairs = (
        SourceMapping(mapping.path, config, mapping.notes).pairs
        if config is not None and config.id == "mapping"
        else {}
    )
    nodes = {**{key: value for key, value in pairs.items() if key in _CONFIG_KEYS}, **config_pairs}
    return {key: format_canonical(node) for key, node in nodes.items() if node.id == "scalar"}
