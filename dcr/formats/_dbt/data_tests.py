"""Reads the data tests of a dbt model and of its columns as quality rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.contract.terms import QualityRule
from dcr.formats._foreign.mapping import SourceMapping, format_canonical, parse_flag
from dcr.parsing.location import locate_node

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIG_KEYS = frozenset((
    "config", "severity", "warn_if", "error_if", "where", "limit", "store_failures", "store_failures_as", "enabled",
    "tags", "meta", "group", "database", "schema", "alias",
))  # fmt: skip
"""Keys that set a test up; they stand below `config`, and beside the arguments in older files ("Data test configs")."""

_IGNORED_KEYS = frozenset(("name", "test_name", "description", "arguments", "column_name", "docs", "quote"))


def read_data_tests(tree: SourceMapping, field: str | None) -> Iterator[QualityRule]:
    """Yield the data tests of a model or of a column, under either of the names that the key has had."""
    for key in ("tests", "data_tests"):
        for node in tree.nodes(key):
            rule = _read_test(tree, node, field)
            if rule is not None:
                yield rule


def _read_test(tree: SourceMapping, node: Any, field: str | None) -> QualityRule | None:
    """Return one data test: a name, a name with a mapping below it, or a mapping with a `test_name`."""
    if node.id == "scalar":
        return _build_rule(tree, node, node.value, {}, field) if node.value else None
    if node.id != "mapping":
        tree.note(locate_node(tree.path, node), "a data test is a list, and is not compared", "name the test")
        return None
    said = SourceMapping(tree.path, node, tree.note)
    name = said.text("test_name")
    if name is not None:
        return _build_rule(tree, node, name, said.pairs, field)
    name = next((key for key in said.pairs if key not in _CONFIG_KEYS and key not in _IGNORED_KEYS), None)
    if name is None:
        tree.note(said.locate(), "a data test has no name, and is not compared", "name the test")
        return None
    inner = said.mapping(name)
    beside = {key: value for key, value in said.pairs.items() if key != name}
    return _build_rule(tree, node, name, {**beside, **(inner.pairs if inner else {})}, field)


def _build_rule(
    tree: SourceMapping, node: Any, name: str, pairs: dict[str, Any], field: str | None
) -> QualityRule | None:
    arguments = {key: value for key, value in pairs.items() if key not in _CONFIG_KEYS and key not in _IGNORED_KEYS}
    below = pairs.get("arguments")
    if below is not None and below.id == "mapping":
        arguments.update(SourceMapping(tree.path, below, tree.note).pairs)
        arguments.pop("quote", None)
    config = _read_config(tree, pairs)
    if parse_flag(config.get("enabled", "true")) is False:
        return None
    severity = config.get("severity", "error").lower()
    thresholds = [(key, config[key]) for key in (f"{severity}_if", "where") if config.get(key)]
    if name == "accepted_values" and "values" in arguments:
        values = arguments.pop("values")
        listed = values.value if values.id == "sequence" else [values]
        thresholds += [("values", text) for text in sorted({format_canonical(each) for each in listed})]
    column = pairs.get("column_name") or arguments.pop("column_name", None)
    custom = pairs.get("name")
    statement = {key: format_canonical(value) for key, value in arguments.items()} | {"test": name}
    return QualityRule(
        id="",
        label=name,
        name=custom.value if custom is not None and custom.id == "scalar" else "",
        statement=tuple(sorted(statement.items())),
        thresholds=tuple(sorted(thresholds)),
        severity=severity,
        field=column.value if column is not None and column.id == "scalar" else field,
        is_relationship=name == "relationships",
        location=locate_node(tree.path, node),
    )


def _read_config(tree: SourceMapping, pairs: dict[str, Any]) -> dict[str, str]:
    """Return how a test is set up, what stands below `config` above what stands beside it."""
    below = pairs.get("config")
    inner = SourceMapping(tree.path, below, tree.note).pairs if below is not None and below.id == "mapping" else {}
    nodes = {**{key: value for key, value in pairs.items() if key in _CONFIG_KEYS}, **inner}
    return {key: format_canonical(node) for key, node in nodes.items() if node.id == "scalar"}
