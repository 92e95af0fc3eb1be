"""Reads what a Data Contract Specification file promises beside its fields: service levels, quality, servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import FreshnessSLA
from dcr.contract.service_levels import UNLIMITED
from dcr.contract.terms import NO_TERMS, QualityRule, Relationship, ServiceLevel, Terms
from dcr.contract.values.durations import seconds
from dcr.formats._foreign.mapping import source_text
from dcr.formats._foreign.terms import quality_rule, quality_rules, server, unique_by_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.formats._foreign.mapping import Tree

_OF_NO_ADDRESS = frozenset(("description", "environment", "roles"))
"""Keys of a server that do not say where or how its data is read."""

_LEVELS = (
    ("availability", "percentage", "availability"),
    ("retention", "period", "retention"),
    ("frequency", "interval", "frequency"),
    ("frequency", "cron", "frequency by cron"),
    ("frequency", "type", "type of frequency"),
    ("support", "time", "supporthours"),
    ("support", "responseTime", "responsetime"),
    ("backup", "interval", "backup"),
    ("backup", "cron", "backup by cron"),
    ("backup", "recoveryTime", "recoverytime"),
    ("backup", "recoveryPoint", "recoverypoint"),
)
"""Each service level that is compared: its key, the key of its value, and dcr's word for it ("Service Levels")."""


def terms(tree: Tree, model: Tree, at_fields: TermsAtFields) -> Terms | None:
    """Return the terms of one model, with those of its file and those that are written at its fields."""
    whole = tree.tree("quality")
    rules = [quality_rule(None, whole, None)] if whole is not None and "type" in whole else []
    found = Terms(
        relationships=unique_by_place(at_fields.relationships),
        quality=unique_by_place([*rules, *quality_rules(model, None), *at_fields.quality]),
        service_levels=tuple(_service_levels(tree, at_fields.dataset)),
        servers=tuple(server(name, each, _OF_NO_ADDRESS) for name, each in tree.named("servers", "server")),
    )
    return found if found != NO_TERMS else None


class TermsAtFields:
    """Collects the quality rules and the references that are written at the fields of a model."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        self.relationships: list[Relationship] = []
        self.quality: list[QualityRule] = []

    def collect(self, tree: Tree) -> None:
        """Add what the field that is being read holds."""
        path = tree.note.field
        target = tree.text("references")
        if target is not None:
            source = f"{self.dataset}.{path}"
            self.relationships.append(
                Relationship("", (source,), (target,), field=path, location=tree.at("references"))
            )
        if "quality" in tree:
            self.quality += quality_rules(tree, path)


def _service_levels(tree: Tree, model: str) -> Iterator[ServiceLevel]:
    levels = tree.tree("servicelevels")
    for key, value_key, name in _LEVELS if levels else ():
        level = levels.tree(key) if levels else None
        if level is None:
            continue
        element = level.text("timestampField")
        if element and "." in element and element.split(".")[0] != model:
            continue
        unlimited = value_key == "period" and level.flag("unlimited")
        if value_key not in level and not unlimited:
            continue
        yield ServiceLevel(
            id="",
            name=name,
            shown=f"{key}.{value_key}",
            value=UNLIMITED if unlimited else source_text(level.pairs[value_key]),
            element=element,
            location=level.at("unlimited" if unlimited else value_key),
        )


def freshness(tree: Tree, model: str) -> tuple[FreshnessSLA | None, str]:
    """The promise of freshness, else of latency, that is about this model or about none, and its place."""
    levels = tree.tree("servicelevels")
    for word in ("freshness", "latency"):
        level = levels.tree(word) if levels else None
        threshold = level.text("threshold") if level else None
        if level is None or threshold is None:
            continue
        measured = level.text("timestampField", "sourceTimestampField")
        if measured and "." in measured and measured.split(".")[0] != model:
            continue
        lag = seconds(threshold)
        if lag is None:
            message = f"{word} threshold '{threshold}' is no duration"
            level.note(level.at("threshold"), message, "write it as 25h or PT25H")
        return FreshnessSLA(lag, measured, f"'{threshold}'" if lag is None else None), f"servicelevels.{word}.threshold"
    return None, "servicelevels"
