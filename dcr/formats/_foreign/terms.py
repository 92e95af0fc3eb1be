"""Reads the terms that the Open Data Contract Standard and the Data Contract Specification write alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.contract.terms import QualityRule, Relationship, Server
from dcr.formats._foreign.mapping import format_canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.formats._foreign.mapping import SourceMapping

_STATEMENT_KEYS = (
    "type", "metric", "rule", "code", "query", "engine", "implementation", "arguments", "validValues", "pattern",
    "column", "columns", "specification", "templateName", "toolName", "toolRuleName",
)  # fmt: skip
"""Keys of a quality rule that say what is measured."""

_LIBRARY = "library"
_MAX_LABEL_LENGTH = 60


def read_quality_rules(
    tree: SourceMapping, field: str | None, of_values: Iterable[SourceMapping] = ()
) -> Iterator[QualityRule]:
    """Yield the quality rules of a dataset or of a field; those of `of_values` are read as its allowed values too."""
    known = {id(each.node) for each in of_values}
    for name, rule in tree.named_mappings("quality", "name"):
        yield replace(read_quality_rule(name, rule, field), is_field_constraint=id(rule.node) in known)


def read_quality_rule(name: str | None, rule: SourceMapping, field: str | None) -> QualityRule:
    """Return one quality rule, of the dataset or of a field."""
    said = {key: format_canonical(rule.pairs[key]) for key in _STATEMENT_KEYS if key in rule}
    if said.get("type") == _LIBRARY:
        del said["type"]  # what a rule without a type is
    if said.get("type") == "text" or not said:
        said["description"] = rule.text("description") or ""
    thresholds = tuple(
        (key, format_canonical(node)) for key, node in sorted(rule.pairs.items()) if key.startswith("must")
    )
    measured = rule.text("metric", "rule", "query", "engine", "description", "code", "type") or "without a name"
    shown = " ".join((rule.text("id") or name or measured).split())
    return QualityRule(
        id=rule.text("id") or "",
        label=shown if len(shown) <= _MAX_LABEL_LENGTH else f"{shown[:_MAX_LABEL_LENGTH]}…",
        name=name or "",
        statement=tuple(sorted(said.items())),
        thresholds=thresholds,
        unit=rule.text("unit"),
        severity=rule.text("severity"),
        field=field,
        location=rule.locate(),
    )


def read_relationships(tree: SourceMapping, dataset: str, field: str | None) -> Iterator[Relationship]:
    """Yield the relationships of a dataset, or of one of its fields, which is then where they come from."""
    for number, each in enumerate(tree.nodes("relationships")):
        if each.id != "mapping":
            tree.note(
                tree.locate("relationships"), f"entry {number + 1} of relationships is no mapping", "write from and to"
            )
            continue
        one = type(tree)(tree.path, each, tree.note)
        source = tuple(one.texts("from")) or ((f"{dataset}.{field}",) if field else ())
        yield Relationship(
            id=one.text("id") or "",
            source=source,
            target=tuple(one.texts("to")),
            type=one.text("type") or "foreignKey",
            field=field,
            location=one.locate(),
        )


def read_server(name: str | None, tree: SourceMapping, breaks_nobody: frozenset[str]) -> Server:
    """Return a server with every key that says where the data is and how it is read there."""
    address = {key: format_canonical(node) for key, node in tree.pairs.items() if key not in breaks_nobody}
    return Server(name or "", tuple(sorted(address.items())), tree.locate())


def deduplicate_by_location(terms: Iterable[Any]) -> tuple[Any, ...]:
    """Return terms, each place once: what anchors repeat is one promise."""
    return tuple({each.location: each for each in terms}.values())
