"""Reads the terms of a Data Contract Specification file: service levels, quality rules and servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import FreshnessSLA
from dcr.contract.service_levels import UNLIMITED
from dcr.contract.terms import NO_TERMS, QualityRule, Relationship, ServiceLevel, Terms
from dcr.contract.values.durations import parse_seconds
from dcr.formats._foreign.nodes import format_canonical
from dcr.formats._foreign.terms import deduplicate_by_location, read_quality_rule, read_quality_rules, read_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.formats._foreign.mapping import SourceMapping

_NON_ADDRESS_KEYS = frozenset(("description", "environment", "roles"))
"""Keys of a server that are not part of its address."""

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
"""Each compared service level: its key, the key of its value, and its format-neutral name ("Service Levels")."""


def read_terms(file: SourceMapping, model: SourceMapping, at_fields: FieldTermCollector) -> Terms | None:
    """Return the terms of one model, including those of its file and of its fields."""
    file_quality = file.mapping("quality")
    rules = [read_quality_rule(None, file_quality, None)] if file_quality is not None and "type" in file_quality else []
    terms = Terms(
        relationships=deduplicate_by_location(at_fields.relationships),
        quality=deduplicate_by_location([*rules, *read_quality_rules(model, None), *at_fields.quality]),
        service_levels=tuple(_read_service_levels(file, at_fields.dataset)),
        servers=tuple(
            read_server(name, mapping, _NON_ADDRESS_KEYS) for name, mapping in file.named_mappings("servers", "server")
        ),
    )
    return terms if terms != NO_TERMS else None


class FieldTermCollector:
    """Collects the quality rules and the relationships of the fields of a model."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        self.relationships: list[Relationship] = []
        self.quality: list[QualityRule] = []

    def collect(self, field: SourceMapping) -> None:
        """Add the terms of the field that is being read."""
        path = field.notes.field_path
        target = field.text("references")
        if target is not None:
            source = f"{self.dataset}.{path}"
            self.relationships.append(
                Relationship("", (source,), (target,), field=path, location=field.locate("references"))
            )
        if "quality" in field:
            self.quality += read_quality_rules(field, path)


def _read_service_levels(file: SourceMapping, model: str) -> Iterator[ServiceLevel]:
    levels = file.mapping("servicelevels")
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


def read_freshness(file: SourceMapping, model: str) -> tuple[FreshnessSLA | None, str]:
    """Return the freshness promise for this model or for all models, or else the latency promise, and its key path."""
    levels = file.mapping("servicelevels")
    for name in ("freshness", "latency"):
        level = levels.mapping(name) if levels else None
        threshold = level.text("threshold") if level else None
        if level is None or threshold is None:
            continue
        measurement = level.text("timestampField", "sourceTimestampField")
        if measurement and "." in measurement and measurement.split(".")[0] != model:
            continue
        lag = parse_seconds(threshold)
        if lag is None:
            message = f"{name} threshold '{threshold}' is not a duration"
            level.notes.add(level.locate("threshold"), message, "write it as 25h or PT25H")
        return FreshnessSLA(
            lag, measurement, f"'{threshold}'" if lag is None else None
        ), f"servicelevels.{name}.threshold"
    return None, "servicelevels"
