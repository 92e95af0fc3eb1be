"""Reads the owners, freshness, status and terms of an Open Data Contract Standard file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import FreshnessSLA, Owner
from dcr.contract.service_levels import SERVICE_LEVELS, normalize_level_name
from dcr.contract.terms import NO_TERMS, QualityRule, Relationship, ServiceLevel, Terms
from dcr.contract.values.durations import parse_seconds
from dcr.formats._foreign.lifecycle import get_later_status, is_past, read_day, read_status_word
from dcr.formats._foreign.nodes import format_canonical
from dcr.formats._foreign.terms import deduplicate_by_location, read_quality_rules, read_relationships, read_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.formats._foreign.mapping import SourceMapping
    from dcr.parsing.location import Location

DEPRECATION_PROPERTY = "deprecationUri"
"""The custom property with the address of a migration plan; the standard itself has no key for it."""


def read_owners(file: SourceMapping) -> Iterator[Owner]:
    """Yield the team, or else the stakeholders (v2), the support channels, or the roles named as owners."""
    contact = next((mapping.text("url", "channel") for _, mapping in file.named_mappings("support", "channel")), None)
    team = file.mapping("team")
    if team is not None and team.text("name"):
        yield Owner(team.text("name") or "", contact)
        return
    members = list(team.named_mappings("members", "username")) if team else []
    members = (
        members
        or list(file.named_mappings("team", "username"))
        or list(file.named_mappings("stakeholders", "username"))
    )
    current = [mapping for _, mapping in members if mapping.text("dateOut") is None]
    owners = [Owner(mapping.text("name", "username", "role") or "", mapping.text("username")) for mapping in current]
    owners = [owner for owner in owners if owner.team]
    if not owners:
        owners = [
            Owner(name, mapping.text("url")) for name, mapping in file.named_mappings("support", "channel") if name
        ]
    if not owners:
        owners = [
            Owner(name, None) for name, _ in file.named_mappings("roles", "role") if name and "owner" in name.lower()
        ]
    if not owners and file.text("productDl", "productSlackChannel"):
        owners = [Owner(file.text("productDl", "productSlackChannel") or "", file.text("productSlackChannel"))]
    yield from owners


FreshnessPromise = tuple[FreshnessSLA, str]
"""A freshness promise and its key path in the file."""


def _find_sla_properties(file: SourceMapping, *names: str) -> Iterator[tuple[str, str, SourceMapping]]:
    """Yield the SLA properties of some names: the name, the key path, and the mapping."""
    for number, (name, mapping) in enumerate(file.named_mappings("slaProperties", "property")):
        if name is not None and name.lower() in names:
            yield name, f"slaProperties.{number if mapping.name is None else name}", mapping


def read_freshness_promises(file: SourceMapping) -> dict[str | None, FreshnessPromise]:
    """Return the strictest latency or freshness promise for each object, and for all objects (None).

    A promise that is not understood is kept only if there is no other.
    """
    promises: dict[str | None, FreshnessPromise] = {}
    for name, key_path, mapping in _find_sla_properties(file, "latency", "freshness", "ly"):
        element = mapping.text("element", "column") or file.text("slaDefaultElement", "slaDefaultColumn")
        object_name = element.split(".")[0] if element is not None and "." in element else None
        value, unit = mapping.text("value") or "", mapping.text("unit")
        lag = parse_seconds(value, unit)
        source_text = f"'{value}' '{unit}'" if unit else f"'{value}'"
        if lag is None:
            message = f"{name} {source_text} is not a duration"
            mapping.notes.add(mapping.locate("value"), message, "write value and unit: value: 4, unit: h")
        promise = FreshnessSLA(lag, element, source_text if lag is None else None), f"{key_path}.value"
        promises[object_name] = min(promises.get(object_name, promise), promise, key=_get_strictness)
    return promises


def find_freshness(promises: dict[str | None, FreshnessPromise], object_name: str) -> tuple[FreshnessSLA | None, str]:
    """Return the strictest promise for an object or for all objects, and its key path."""
    candidates = [promises[subject] for subject in (None, object_name) if subject in promises]
    return min(candidates, key=_get_strictness) if candidates else (None, "slaProperties")


def _get_strictness(promise: FreshnessPromise) -> tuple[bool, int]:
    return promise[0].max_lag_seconds is None, promise[0].max_lag_seconds or 0


def read_status(file: SourceMapping) -> str:
    """Return the status, advanced if the end of support (deprecated) or of life (archived) is past."""
    status = read_status_word(file)
    for names, after in ((("endofsupport", "es"), "deprecated"), (("endoflife", "el"), "archived")):
        for name, _, mapping in _find_sla_properties(file, *names):
            if is_past(read_day(mapping, "value", name)):
                status = get_later_status(status, after)
    return status


def is_deprecated(mapping: SourceMapping) -> bool:
    """Return whether a property is deprecated: by the key `deprecated` (v3.2), or by a custom property before v3.2."""
    if mapping.flag("deprecated") is not None or "customProperties" not in mapping:
        return bool(mapping.flag("deprecated"))
    marks = (
        custom_property
        for name, custom_property in mapping.named_mappings("customProperties", "property")
        if name == "deprecated"
    )
    return any(custom_property.flag("value") for custom_property in marks)


def locate_deprecated(mapping: SourceMapping) -> Location | None:
    """Return the location of the key `deprecated`, if it is written."""
    return mapping.locate("deprecated") if "deprecated" in mapping else None


def locate_object_status(mapping: SourceMapping) -> dict[str, Location] | None:
    """Return the location of an object's own status, if the object is deprecated."""
    return {"status": mapping.locate("deprecated")} if mapping.flag("deprecated") else None


def find_deprecation_uri(file: SourceMapping) -> str | None:
    """Return the address of the migration plan from a custom property, or None."""
    properties = (
        custom_property
        for name, custom_property in file.named_mappings("customProperties", "property")
        if name == DEPRECATION_PROPERTY
    )
    return next((custom_property.text("value") for custom_property in properties), None)


_LIFECYCLE_LEVELS = ("endofsupport", "es", "endoflife", "el")
_FRESHNESS_LEVELS = ("latency", "freshness", "ly")
_NON_ADDRESS_KEYS = frozenset(("server", "id", "description", "environment", "roles", "customProperties", "tags"))
"""Keys of a server that are not part of its address."""


class FileTerms:
    """The terms of a file by the object that they apply to."""

    def __init__(self, file: SourceMapping) -> None:
        self.servers = tuple(
            read_server(mapping.text("server"), mapping, _NON_ADDRESS_KEYS)
            for _, mapping in file.named_mappings("servers", "server")
        )
        self.levels = tuple(_read_service_levels(file))

    def build_object_terms(self, mapping: SourceMapping, name: str, collector: FieldTermCollector) -> Terms | None:
        """Return the terms of one object, including those of its fields."""
        terms = Terms(
            physical_name=mapping.text("physicalName"),
            relationships=deduplicate_by_location([*read_relationships(mapping, name, None), *collector.relationships]),
            quality=deduplicate_by_location([*read_quality_rules(mapping, None), *collector.quality]),
            service_levels=tuple(level for object_name, level in self.levels if object_name in (None, name)),
            servers=self.servers,
        )
        return terms if terms != NO_TERMS else None


class FieldTermCollector:
    """Collects the quality rules and the relationships of the fields of an object."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        self.relationships: list[Relationship] = []
        self.quality: list[QualityRule] = []

    def collect(self, mapping: SourceMapping, value_rules: list[SourceMapping]) -> None:
        """Add the terms of the property that is being read; `value_rules` are also read as its constraints."""
        path = mapping.notes.field_path
        if "relationships" in mapping:
            self.relationships += read_relationships(mapping, self.dataset, path)
        if "quality" in mapping:
            self.quality += read_quality_rules(mapping, path, value_rules)


def _read_service_levels(file: SourceMapping) -> Iterator[tuple[str | None, ServiceLevel]]:
    """Yield each service level with its object; freshness and lifecycle are read separately."""
    for property_name, mapping in file.named_mappings("slaProperties", "property"):
        if property_name is None:
            mapping.notes.add(
                mapping.locate(), "a service level names no property, and is not compared", "add property"
            )
            continue
        name = normalize_level_name(property_name)
        if name in _LIFECYCLE_LEVELS or name in _FRESHNESS_LEVELS:
            continue
        if name not in SERVICE_LEVELS:
            known_names = ", ".join(sorted(SERVICE_LEVELS))
            message = f"unknown service level '{property_name}', only compared for equality"
            mapping.notes.add(
                mapping.locate("property"), message, f"known service levels: latency, freshness, {known_names}"
            )
        element = mapping.text("element", "column") or file.text("slaDefaultElement", "slaDefaultColumn")
        object_name = element.split(".")[0] if element is not None and "." in element else None
        yield (
            object_name,
            ServiceLevel(
                id=mapping.text("id") or "",
                name=name,
                label=property_name,
                value=format_canonical(mapping.pairs["value"]) if "value" in mapping else "",
                unit=mapping.text("unit"),
                value_ext=mapping.text("valueExt"),
                element=mapping.text("element", "column"),
                driver=mapping.text("driver"),
                location=mapping.locate("value") if "value" in mapping else mapping.locate(),
            ),
        )
