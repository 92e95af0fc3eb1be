"""Reads what a file of the Open Data Contract Standard holds beside its schema: owners, freshness, status, terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import FreshnessSLA, Owner
from dcr.contract.service_levels import LEVELS, level_name
from dcr.contract.terms import NO_TERMS, QualityRule, Relationship, ServiceLevel, Terms
from dcr.contract.values.durations import seconds
from dcr.formats._foreign.lifecycle import day_of, is_over, later, status_of
from dcr.formats._foreign.mapping import source_text
from dcr.formats._foreign.terms import quality_rules, relationships, server, unique_by_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.formats._foreign.mapping import Tree
    from dcr.parsing.location import Location

DEPRECATION = "deprecationUri"
"""The custom property that holds the address of a migration plan; the standard itself has no place for it."""


def owners(tree: Tree) -> Iterator[Owner]:
    """The team, else the stakeholders (v2), else the support channels, else roles that say they own."""
    contact = next((each.text("url", "channel") for _, each in tree.named("support", "channel")), None)
    team = tree.tree("team")
    if team is not None and team.text("name"):
        yield Owner(team.text("name") or "", contact)
        return
    members = list(team.named("members", "username")) if team else []
    members = members or list(tree.named("team", "username")) or list(tree.named("stakeholders", "username"))
    current = [each for _, each in members if each.text("dateOut") is None]
    found = [Owner(each.text("name", "username", "role") or "", each.text("username")) for each in current]
    found = [owner for owner in found if owner.team]
    if not found:
        found = [Owner(name, each.text("url")) for name, each in tree.named("support", "channel") if name]
    if not found:
        found = [Owner(name, None) for name, _ in tree.named("roles", "role") if name and "owner" in name.lower()]
    if not found and tree.text("productDl", "productSlackChannel"):
        found = [Owner(tree.text("productDl", "productSlackChannel") or "", tree.text("productSlackChannel"))]
    yield from found


Promise = tuple[FreshnessSLA, str]
"""What is promised, and the way to it in the file."""


def _about(tree: Tree, *names: str) -> Iterator[tuple[str, str, Tree]]:
    """Yield the promises of some names: the name, the way to it in the file, and what it says."""
    for number, (word, each) in enumerate(tree.named("slaProperties", "property")):
        if word is not None and word.lower() in names:
            yield word, f"slaProperties.{number if each.name is None else word}", each


def promises(tree: Tree) -> dict[str | None, Promise]:
    """The strictest `latency` or `freshness` promise about each object, and about none in particular (None).

    One that cannot be understood is kept as it is written only where no other one can be.
    """
    found: dict[str | None, Promise] = {}
    for word, where, each in _about(tree, "latency", "freshness", "ly"):
        element = each.text("element", "column") or tree.text("slaDefaultElement", "slaDefaultColumn")
        about = element.split(".")[0] if element is not None and "." in element else None
        value, unit = each.text("value") or "", each.text("unit")
        lag = seconds(value, unit)
        written = f"'{value}' '{unit}'" if unit else f"'{value}'"
        if lag is None:
            each.note(
                each.at("value"), f"{word} of {written} is no duration", "write value and unit: value: 4, unit: h"
            )
        promise = FreshnessSLA(lag, element, written if lag is None else None), f"{where}.value"
        found[about] = min(found.get(about, promise), promise, key=_strictness)
    return found


def freshness(promises: dict[str | None, Promise], object_name: str) -> tuple[FreshnessSLA | None, str]:
    found = [promises[about] for about in (None, object_name) if about in promises]
    return min(found, key=_strictness) if found else (None, "slaProperties")


def _strictness(promise: Promise) -> tuple[bool, int]:
    return promise[0].max_lag_seconds is None, promise[0].max_lag_seconds or 0


def status(tree: Tree) -> str:
    """The status, further along once the end of support (deprecated) or of life (archived) is over."""
    found = status_of(tree)
    for names, after in ((("endofsupport", "es"), "deprecated"), (("endoflife", "el"), "archived")):
        for word, _, each in _about(tree, *names):
            if is_over(day_of(each, "value", word)):
                found = later(found, after)
    return found


def is_deprecated(tree: Tree) -> bool:
    """Whether a property is marked as deprecated: by the key of that name (v3.2), or by a custom property before it."""
    if tree.flag("deprecated") is not None or "customProperties" not in tree:
        return bool(tree.flag("deprecated"))
    marks = (each for name, each in tree.named("customProperties", "property") if name == "deprecated")
    return any(each.flag("value") for each in marks)


def deprecated_at(tree: Tree) -> Location | None:
    """Return where the key `deprecated` stands, if it is written."""
    return tree.at("deprecated") if "deprecated" in tree else None


def status_place(each: Tree) -> dict[str, Location] | None:
    """Return where an object says its own status: only that it is deprecated."""
    return {"status": each.at("deprecated")} if each.flag("deprecated") else None


def deprecation_uri(tree: Tree) -> str | None:
    """Where the migration plan is, by a custom property."""
    properties = (each for name, each in tree.named("customProperties", "property") if name == DEPRECATION)
    return next((each.text("value") for each in properties), None)


_LIFECYCLE = ("endofsupport", "es", "endoflife", "el")
_FRESHNESS = ("latency", "freshness", "ly")
_OF_NO_ADDRESS = frozenset(("server", "id", "description", "environment", "roles", "customProperties", "tags"))
"""Keys of a server that do not say where or how its data is read."""


class FileTerms:
    """The terms of a file, told apart by the object they are about."""

    def __init__(self, tree: Tree) -> None:
        self.servers = tuple(
            server(each.text("server"), each, _OF_NO_ADDRESS) for _, each in tree.named("servers", "server")
        )
        self.levels = tuple(_service_levels(tree))

    def of_object(self, each: Tree, name: str, at_fields: TermsAtFields) -> Terms | None:
        """Return the terms of one object, with those that are written at its fields."""
        terms = Terms(
            physical_name=each.text("physicalName"),
            relationships=unique_by_place([*relationships(each, name, None), *at_fields.relationships]),
            quality=unique_by_place([*quality_rules(each, None), *at_fields.quality]),
            service_levels=tuple(level for about, level in self.levels if about in (None, name)),
            servers=self.servers,
        )
        return terms if terms != NO_TERMS else None


class TermsAtFields:
    """Collects the quality rules and the relationships that are written at the fields of an object."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        self.relationships: list[Relationship] = []
        self.quality: list[QualityRule] = []

    def collect(self, tree: Tree, rules_of_values: list[Tree]) -> None:
        """Add what the property that is being read holds; some rules are its allowed values too."""
        path = tree.note.field
        if "relationships" in tree:
            self.relationships += relationships(tree, self.dataset, path)
        if "quality" in tree:
            self.quality += quality_rules(tree, path, rules_of_values)


def _service_levels(tree: Tree) -> Iterator[tuple[str | None, ServiceLevel]]:
    """Yield each service level with the object it is about; freshness and lifecycle are read on their own."""
    for word, each in tree.named("slaProperties", "property"):
        if word is None:
            each.note(each.at(), "a service level names no property, and is not compared", "add property")
            continue
        name = level_name(word)
        if name in _LIFECYCLE or name in _FRESHNESS:
            continue
        if name not in LEVELS:
            known = ", ".join(sorted(LEVELS))
            message = f"the service level '{word}' is not known: only judged equal or different"
            each.note(each.at("property"), message, f"known: latency, freshness, {known}")
        element = each.text("element", "column") or tree.text("slaDefaultElement", "slaDefaultColumn")
        about = element.split(".")[0] if element is not None and "." in element else None
        yield (
            about,
            ServiceLevel(
                id=each.text("id") or "",
                name=name,
                shown=word,
                value=source_text(each.pairs["value"]) if "value" in each else "",
                unit=each.text("unit"),
                more=each.text("valueExt"),
                element=each.text("element", "column"),
                driver=each.text("driver"),
                location=each.at("value") if "value" in each else each.at(),
            ),
        )
