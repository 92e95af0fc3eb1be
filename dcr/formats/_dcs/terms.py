"""Reads what a Data Contract Specification file promises beside its fields: service levels, quality, servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import FreshnessSLA
from dcr.contract.service_levels import UNLIMITED
from dcr.contract.terms import NO_TERMS, QualityRule, Relationship, ServiceLevel, Terms
from dcr.contract.values.durations import parse_seconds
from dcr.formats._foreign.mapping import format_canonical
from dcr.formats._foreign.terms import deduplicate_by_location, read_quality_rule, read_quality_rules, read_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.formats._foreign.mapping import SourceMapping

_NON_ADDRESS_KEYS = frozenset(("description", "environment", "roles"))
"""Keys of a server that do not say where or how its data is read."""

_SERVICE_LEVELS = (
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


def read_terms(tree: SourceMapping, model: SourceMapping, at_fields: FieldTermCollector) -> Terms | None:
    """Return the terms of one model, with those of its file and those that are written at its fields."""
    whole = tree.mapping("quality")
    rules = [read_quality_rule(None, whole, None)] if whole is not None and "type" in whole else []
    found = Terms(
        relationships=deduplicate_by_location(at_fields.relationships),
        quality=deduplicate_by_location([*rules, *read_quality_rules(model, None), *at_fields.quality]),
        service_levels=tuple(_read_service_levels(tree, at_fields.dataset)),
        servers=tuple(
            read_server(name, each, _NON_ADDRESS_KEYS) for name, each in tree.named_mappings("servers", "server")
        ),
    )
    return found if found != NO_TERMS else None


class FieldTermCollector:
    """Collects the quality rules and the references that are written at the fields of a model."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        self.relationships: list[Relationship] = []
        self.quality: list[QualityRule] = []

    def collect(self, tree: SourceMapping) -> None:
        """Add what the field that is being read holds."""
        path = tree.note.field_path
        target = tree.text("references")
        if target is not None:
            source = f"{self.dataset}.{path}"
            self.relationships.append(
                Relationship("", (source,), (target,), field=path, location=tree.locate("references"))
            )
        if "quality" in tree:
            self.quality += read_quality_rules(tree, path)


def _read_service_levels(tree: SourceMapping, model: str) -> Iterator[ServiceLevel]:
    levels = tree.mapping("servicelevels")
    for key, value_key, name in _SERVICE_LEVELS if levels else ():
        level = levels.mapping(key) if levels else None
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
            label=f"{key}.{value_key}",
            value=UNLIMITED if unlimited else format_canonical(level.pairs[value_key]),
            element=element,
            location=level.locate("unlimited" if unlimited else value_key),
        )


def read_freshness(tree: SourceMapping, model: str) -> tuple[FreshnessSLA | None, str]:
    """The promise of freshness, else of latency, that is about this model or about none, and its place."""
    levels = tree.mapping("servicelevels")
    for word in ("freshness", "latency"):
        level = levels.mapping(word) if levels else None
        threshold = level.text("threshold") if level else None
        if level is None or threshold is None:
            continue
        measured = level.text("timestampField", "sourceTimestampField")
        if measured and "." in measured and measured.split(".")[0] != model:
            continue
        lag = parse_seconds(threshold)
        if lag is None:
            message = f"{word} threshold '{threshold}' is no duration"
            level.note(level.locate("threshold"), message, "write it as 25h or PT25H")
        return FreshnessSLA(lag, measured, f"'{threshold}'" if lag is None else None), f"servicelevels.{word}.threshold"
    return None, "servicelevels"
