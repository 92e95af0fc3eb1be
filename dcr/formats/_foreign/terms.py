"""Reads the terms that the Open Data Contract Standard and the Data Contract Specification write alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dcr.contract.terms import QualityRule, Relationship, Server
from dcr.formats._foreign.mapping import source_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.formats._foreign.mapping import Tree

_STATEMENT = (
    "type", "metric", "rule", "code", "query", "engine", "implementation", "arguments", "validValues", "pattern",
    "column", "columns", "specification", "templateName", "toolName", "toolRuleName",
)  # fmt: skip
"""Keys of a quality rule that say what is measured."""

_LIBRARY = "library"
_MAX_SHOWN = 60


def quality_rules(tree: Tree, field: str | None, of_values: Iterable[Tree] = ()) -> Iterator[QualityRule]:
    """Yield the quality rules of a dataset or of a field; those of `of_values` are read as its allowed values too."""
    known = {id(each.node) for each in of_values}
    for name, rule in tree.named("quality", "name"):
        yield replace(quality_rule(name, rule, field), of_values=id(rule.node) in known)


def quality_rule(name: str | None, rule: Tree, field: str | None) -> QualityRule:
    """Return one quality rule, of the dataset or of a field."""
    said = {key: source_text(rule.pairs[key]) for key in _STATEMENT if key in rule}
    if said.get("type") == _LIBRARY:
        del said["type"]  # what a rule without a type is
    if said.get("type") == "text" or not said:
        said["description"] = rule.text("description") or ""
    thresholds = tuple((key, source_text(node)) for key, node in sorted(rule.pairs.items()) if key.startswith("must"))
    measured = rule.text("metric", "rule", "query", "engine", "description", "code", "type") or "without a name"
    shown = " ".join((rule.text("id") or name or measured).split())
    return QualityRule(
        id=rule.text("id") or "",
        shown=shown if len(shown) <= _MAX_SHOWN else f"{shown[:_MAX_SHOWN]}…",
        name=name or "",
        statement=tuple(sorted(said.items())),
        thresholds=thresholds,
        unit=rule.text("unit"),
        severity=rule.text("severity"),
        field=field,
        location=rule.at(),
    )


def relationships(tree: Tree, dataset: str, field: str | None) -> Iterator[Relationship]:
    """Yield the relationships of a dataset, or of one of its fields, which is then where they come from."""
    for number, each in enumerate(tree.nodes("relationships")):
        if each.id != "mapping":
            tree.note(
                tree.at("relationships"), f"entry {number + 1} of relationships is no mapping", "write from and to"
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
            location=one.at(),
        )


def server(name: str | None, tree: Tree, breaks_nobody: frozenset[str]) -> Server:
    """Return a server with every key that says where the data is and how it is read there."""
    address = {key: source_text(node) for key, node in tree.pairs.items() if key not in breaks_nobody}
    return Server(name or "", tuple(sorted(address.items())), tree.at())


def unique_by_place(terms: Iterable[Any]) -> tuple[Any, ...]:
    """Return terms, each place once: what anchors repeat is one promise."""
    return tuple({each.location: each for each in terms}.values())
