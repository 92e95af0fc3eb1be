"""What a file of the Open Data Contract Standard says beside its schema: owners, promises of freshness, lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import FreshnessSLA, Owner
from dcr.contract.foreign import seconds
from dcr.contract.lifecycle import day_of, is_over, later, status_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.contract.tree import Tree

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
    """Whether a property is marked as deprecated: by a custom property, or by a key of that name.

    The standard has no such key, and its JSON Schema of v3.1 allows no others (`unevaluatedProperties`); files have it.
    """
    if tree.flag("deprecated") is not None or "customProperties" not in tree:
        return bool(tree.flag("deprecated"))
    marks = (each for name, each in tree.named("customProperties", "property") if name == "deprecated")
    return any(each.flag("value") for each in marks)


def deprecation_uri(tree: Tree) -> str | None:
    """Where the migration plan is, by a custom property."""
    properties = (each for name, each in tree.named("customProperties", "property") if name == DEPRECATION)
    return next((each.text("value") for each in properties), None)
