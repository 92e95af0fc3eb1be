"""Converts consumers, uses and policies to JSON texts of the index and back."""

from __future__ import annotations

import json
from typing import Any

from dcr.compatibility.reach import locate_use
from dcr.consumers.consumer import Consumer, DeclaredUse, DeclaredValue, Use
from dcr.consumers.version_range import parse_version_range
from dcr.contract.contract import Owner
from dcr.parsing.location import Location, SourceNode
from dcr.policy.consumer_settings import ConsumerSettings
from dcr.policy.policy import Policy


def dump_consumer(consumer: Consumer) -> str:
    """Return a consumer without its uses as JSON text."""
    return json.dumps({
        "owners": [list(owner) for owner in consumer.owners],
        "description": consumer.description,
        "location": _dump_location(consumer.section.locate() if consumer.section else Location("")),
    })  # fmt: skip


def dump_use(consumer: Consumer, use: Use) -> str:
    """Return a use as JSON text, with all that decides whether a change reaches it."""
    return json.dumps({
        "versions": use.versions.text if use.versions else None,
        "fields": use.fields,
        "values": {path: [[value.text, value.value] for value in values] for path, values in use.values.items()},
        "reads": use.reads,
        "until": use.until,
        "strict": use.is_strict,
        "location": _dump_location(locate_use(consumer, use)),
    })  # fmt: skip


def load_use(name: str, source: str, consumer_text: str, dataset_id: str, use_text: str) -> DeclaredUse:
    """Return a stored use with its consumer, which has no other uses."""
    document, about = json.loads(use_text), json.loads(consumer_text)
    versions, fields = document["versions"], document["fields"]
    use = Use(
        dataset_id,
        None if versions is None else parse_version_range(versions),
        None if fields is None else tuple(fields),
        {path: tuple(DeclaredValue(*value) for value in values) for path, values in document["values"].items()},
        document["reads"],
        document["until"],
        _load_section(document["location"]),
        document["strict"],
    )
    owners = tuple(Owner(*owner) for owner in about["owners"])
    section = _load_section(about["location"])
    return DeclaredUse(Consumer(name, owners, (use,), about["description"], source, section), use)


def dump_policy(policy: Policy) -> str:
    """Return a policy as JSON text, without the index that it names."""
    return json.dumps({**policy._asdict(), "consumers": policy.consumers._asdict(), "index_settings": None})


def load_policy(text: str) -> Policy:
    """Return the policy of a JSON text. Settings that this version of dcr does not have are ignored."""
    document: dict[str, Any] = json.loads(text)
    consumers = _select(document.pop("consumers"), ConsumerSettings._fields)
    settings = _select(document, Policy._fields)
    teams = {team: tuple(handles) for team, handles in settings.pop("teams", {}).items()}
    return Policy(**settings, teams=teams, consumers=ConsumerSettings(**consumers))


def _select(document: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    selected = {name: value for name, value in document.items() if name in names}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in selected.items()}


def _dump_location(location: Location) -> list[Any]:
    return [location.path, location.line, location.column]


def _load_section(location: list[Any]) -> SourceNode:
    path, line, column = location
    return SourceNode(path, None, None, {"": Location(path, line, column), "dataset": Location(path, line, column)})
