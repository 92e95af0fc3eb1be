"""Reads the terms that the Open Data Contract Standard and the Data Contract Specification share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.contract.terms import QualityRule, Relationship, Server
from dcr.formats._foreign.nodes import format_canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.formats._foreign.mapping import SourceMapping

_STATEMENT_KEYS = (
    "type", "metric", "rule", "code", "query", "engine", "implementation", "arguments", "validValues", "pattern",
    "column", "columns", "specification", "templateName", "toolName", "toolRuleName",
)  # fmt: skip
"""Keys of a quality rule that define what is measured."""

_LIBRARY = "library"
_MAX_LABEL_LENGTH = 60


def read_quality_rules(
    mapping: SourceMapping, field: str | None, value_rules: Iterable[SourceMapping] = ()
) -> Iterator[QualityRule]:
    """Yield the quality rules of a dataset or a field.

    Those in `value_rules` are also read as constraints of the field.
    """
    value_rule_ids = {id(rule.node) for rule in value_rules}
    for name, rule in mapping.named_mappings("quality", "name"):
        yield replace(read_quality_rule(name, rule, field), is_field_constraint=id(rule.node) in value_rule_ids)


def read_quality_rule(name: str | None, rule: SourceMapping, field: str | None) -> QualityRule:
    """Return one quality rule of a dataset or a field."""
    statement = {key: format_canonical(rule.pairs[key]) for key in _STATEMENT_KEYS if key in rule}
    if statement.get("type") == _LIBRARY:
        del statement["type"]  # the default type
    if statement.get("type") == "text" or not statement:
        statement["description"] = rule.text("description") or ""
    thresholds = tuple(
        (key, format_canonical(node)) for key, node in sorted(rule.pairs.items()) if key.startswith("must")
    )
    measure = rule.text("metric", "rule", "query", "engine", "description", "code", "type") or "without a name"
    label = " ".join((rule.text("id") or name or measure).split())
    return QualityRule(
        id=rule.text("id") or "",
        label=label if len(label) <= _MAX_LABEL_LENGTH else f"{label[:_MAX_LABEL_LENGTH]}…",
        name=name or "",
        statement=tuple(sorted(statement.items())),
        thresholds=thresholds,
        unit=rule.text("unit"),
        severity=rule.text("severity"),
        field=field,
        location=rule.locate(),
    )


def read_relationships(mapping: SourceMapping, dataset: str, field: str | None) -> Iterator[Relationship]:
    """Yield the relationships of a dataset or of one of its fields, which is then their default source."""
    for number, node in enumerate(mapping.nodes("relationships")):
        if node.id != "mapping":
            mapping.notes.add(
                mapping.locate("relationships"),
                f"entry {number + 1} of relationships is not a mapping",
                "write from and to",
            )
            continue
        relationship = type(mapping)(mapping.path, node, mapping.notes)
        source = tuple(relationship.texts("from")) or ((f"{dataset}.{field}",) if field else ())
        yield Relationship(
            id=relationship.text("id") or "",
            source=source,
            target=tuple(relationship.texts("to")),
            type=relationship.text("type") or "foreignKey",
            field=field,
            location=relationship.locate(),
        )


def read_server(name: str | None, mapping: SourceMapping, ignored_keys: frozenset[str]) -> Server:
    """Return a server with every key of its address."""
    address = {key: format_canonical(node) for key, node in mapping.pairs.items() if key not in ignored_keys}
    return Server(name or "", tuple(sorted(address.items())), mapping.locate())


def deduplicate_by_location(terms: Iterable[Any]) -> tuple[Any, ...]:
    """Return terms without those of the same location, which are copies of an anchor."""
    return tuple({term.location: term for term in terms}.values())
