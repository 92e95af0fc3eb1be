"""Reads what a file of the Open Data Contract Standard holds beside its schema: owners, freshness, status, terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import FreshnessSLA, Owner
from dcr.contract.service_levels import SERVICE_LEVELS, normalize_level_name
from dcr.contract.terms import NO_TERMS, QualityRule, Relationship, ServiceLevel, Terms
from dcr.contract.values.durations import parse_seconds
from dcr.formats._foreign.lifecycle import get_later_status, is_past, read_day, read_status_word
from dcr.formats._foreign.mapping import format_canonical
from dcr.formats._foreign.terms import deduplicate_by_location, read_quality_rules, read_relationships, read_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.formats._foreign.mapping import SourceMapping
    from dcr.parsing.location import Location

DEPRECATION_PROPERTY = "deprecationUri"
"""The custom property that holds the address of a migration plan; the standard itself has no place for it."""


def read_owners(tree: SourceMapping) -> Iterator[Owner]:
    """The team, else the stakeholders (v2), else the support channels, else roles that say they own."""
    contact = next((each.text("url", "channel") for _, each in tree.named_mappings("support", "channel")), None)
    team = tree.mapping("team")
    if team is not None and team.text("name"):
        yield Owner(team.text("name") or "", contact)
        return
    members = list(team.named_mappings("members", "username")) if team else []
    members = (
        members
        or list(tree.named_mappings("team", "username"))
        or list(tree.named_mappings("stakeholders", "username"))
    )
    current = [each for _, each in members if each.text("dateOut") is None]
    found = [Owner(each.text("name", "username", "role") or "", each.text("username")) for each in current]
    found = [owner for owner in found if owner.team]
    if not found:
        found = [Owner(name, each.text("url")) for name, each in tree.named_mappings("support", "channel") if name]
    if not found:
        found = [
            Owner(name, None) for name, _ in tree.named_mappings("roles", "role") if name and "owner" in name.lower()
        ]
    if not found and tree.text("productDl", "productSlackChannel"):
        found = [Owner(tree.text("productDl", "productSlackChannel") or "", tree.text("productSlackChannel"))]
    yield from found


FreshnessPromise = tuple[FreshnessSLA, str]
"""What is promised, and the way to it in the file."""


def _find_sla_properties(tree: SourceMapping, *names: str) -> Iterator[tuple[str, str, SourceMapping]]:
    """Yield the promises of some names: the name, the way to it in the file, and what it says."""
    for number, (word, each) in enumerate(tree.named_mappings("slaProperties", "property")):
        if word is not None and word.lower() in names:
            yield word, f"slaProperties.{number if each.name is None else word}", each


def read_freshness_promises(tree: SourceMapping) -> dict[str | None, FreshnessPromise]:
    """The strictest `latency` or `find_freshness` promise about each object, and about none in particular (None).

    One that cannot be understood is kept as it is written only where no other one can be.
    """
    found: dict[str | None, FreshnessPromise] = {}
    for word, where, each in _find_sla_properties(tree, "latency", "freshness", "ly"):
        element = each.text("element", "column") or tree.text("slaDefaultElement", "slaDefaultColumn")
        about = element.split(".")[0] if element is not None and "." in element else None
        value, unit = each.text("value") or "", each.text("unit")
        lag = parse_seconds(value, unit)
        written = f"'{value}' '{unit}'" if unit else f"'{value}'"
        if lag is None:
            each.note(
                each.locate("value"), f"{word} of {written} is no duration", "write value and unit: value: 4, unit: h"
            )
        promise = FreshnessSLA(lag, element, written if lag is None else None), f"{where}.value"
        found[about] = min(found.get(about, promise), promise, key=_get_strictness)
    return found


def find_freshness(promises: dict[str | None, FreshnessPromise], object_name: str) -> tuple[FreshnessSLA | None, str]:
    found = [promises[about] for about in (None, object_name) if about in promises]
    return min(found, key=_get_strictness) if found else (None, "slaProperties")


def _get_strictness(promise: FreshnessPromise) -> tuple[bool, int]:
    return promise[0].max_lag_seconds is None, promise[0].max_lag_seconds or 0


def read_status(tree: SourceMapping) -> str:
    """The status, further along once the end of support (deprecated) or of life (archived) is over."""
    found = read_status_word(tree)
    for names, after in ((("endofsupport", "es"), "deprecated"), (("endoflife", "el"), "archived")):
        for word, _, each in _find_sla_properties(tree, *names):
            if is_past(read_day(each, "value", word)):
                found = get_later_status(found, after)
    return found


def is_deprecated(tree: SourceMapping) -> bool:
    """Whether a property is marked as deprecated: by the key of that name (v3.2), or by a custom property before it."""
    if tree.flag("deprecated") is not None or "customProperties" not in tree:
        return bool(tree.flag("deprecated"))
    marks = (each for name, each in tree.named_mappings("customProperties", "property") if name == "deprecated")
    return any(each.flag("value") for each in marks)


def locate_deprecated(tree: SourceMapping) -> Location | None:
    """Return where the key `deprecated` stands, if it is written."""
    return tree.locate("deprecated") if "deprecated" in tree else None


def locate_object_status(each: SourceMapping) -> dict[str, Location] | None:
    """Return where an object says its own status: only that it is deprecated."""
    return {"status": each.locate("deprecated")} if each.flag("deprecated") else None


def find_deprecation_uri(tree: SourceMapping) -> str | None:
    """Where the migration plan is, by a custom property."""
    properties = (
        each for name, each in tree.named_mappings("customProperties", "property") if name == DEPRECATION_PROPERTY
    )
    return next((each.text("value") for each in properties), None)


_LIFECYCLE_LEVELS = ("endofsupport", "es", "endoflife", "el")
_FRESHNESS_LEVELS = ("latency", "freshness", "ly")
_NON_ADDRESS_KEYS = frozenset(("server", "id", "description", "environment", "roles", "customProperties", "tags"))
"""Keys of a server that do not say where or how its data is read."""


class FileTerms:
    """The terms of a file, told apart by the object they are about."""

    def __init__(self, tree: SourceMapping) -> None:
        self.servers = tuple(
            read_server(each.text("server"), each, _NON_ADDRESS_KEYS)
            for _, each in tree.named_mappings("servers", "server")
        )
        self.levels = tuple(_read_service_levels(tree))

    def build_object_terms(self, each: SourceMapping, name: str, at_fields: FieldTermCollector) -> Terms | None:
        """Return the terms of one object, with those that are written at its fields."""
        terms = Terms(
            physical_name=each.text("physicalName"),
            relationships=deduplicate_by_location([*read_relationships(each, name, None), *at_fields.relationships]),
            quality=deduplicate_by_location([*read_quality_rules(each, None), *at_fields.quality]),
            service_levels=tuple(level for about, level in self.levels if about in (None, name)),
            servers=self.servers,
        )
        return terms if terms != NO_TERMS else None


class FieldTermCollector:
    """Collects the quality rules and the relationships that are written at the fields of an object."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        self.relationships: list[Relationship] = []
        self.quality: list[QualityRule] = []

    def collect(self, tree: SourceMapping, rules_of_values: list[SourceMapping]) -> None:
        """Add what the property that is being read holds; some rules are its allowed values too."""
        path = tree.note.field_path
        if "relationships" in tree:
            self.relationships += read_relationships(tree, self.dataset, path)
        if "quality" in tree:
            self.quality += read_quality_rules(tree, path, rules_of_values)


def _read_service_levels(tree: SourceMapping) -> Iterator[tuple[str | None, ServiceLevel]]:
    """Yield each service level with the object it is about; freshness and lifecycle are read on their own."""
    for word, each in tree.named_mappings("slaProperties", "property"):
        if word is None:
            each.note(each.locate(), "a service level names no property, and is not compared", "add property")
            continue
        name = normalize_level_name(word)
        if name in _LIFECYCLE_LEVELS or name in _FRESHNESS_LEVELS:
            continue
        if name not in SERVICE_LEVELS:
            known = ", ".join(sorted(SERVICE_LEVELS))
            message = f"the service level '{word}' is not known: only judged equal or different"
            each.note(each.locate("property"), message, f"known: latency, freshness, {known}")
        element = each.text("element", "column") or tree.text("slaDefaultElement", "slaDefaultColumn")
        about = element.split(".")[0] if element is not None and "." in element else None
        yield (
            about,
            ServiceLevel(
                id=each.text("id") or "",
                name=name,
                label=word,
                value=format_canonical(each.pairs["value"]) if "value" in each else "",
                unit=each.text("unit"),
                value_ext=each.text("valueExt"),
                element=each.text("element", "column"),
                driver=each.text("driver"),
                location=each.locate("value") if "value" in each else each.locate(),
            ),
        )
