"""Locates the keys, fields and values of a use in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.parsing.location import Location, locate_paths

if TYPE_CHECKING:
    from dcr.consumers.consumer import Consumer, Use


def locate_consumer(consumer: Consumer, key: str = "consumer") -> Location:
    """Return where a consumer is declared, or one of its keys."""
    return consumer.section.locate(key) if consumer.section else Location(consumer.path)


def has_owner_entries(consumer: Consumer) -> bool:
    """Return whether the file has anything as owners, even if it cannot be read."""
    node: Any = consumer.section.node if consumer.section else None
    pairs = node.value if node is not None and node.id == "mapping" else ()
    owners = next((value for key, value in pairs if key.value == "owners"), None)
    return owners is not None and (owners.id != "sequence" or bool(owners.value))


def locate_key(consumer: Consumer, use: Use, key: str = "dataset") -> Location:
    """Return where a use is declared, or one of its keys."""
    section = use.section or consumer.section
    return section.locate(key) if section else Location(consumer.path)


def locate_field(consumer: Consumer, use: Use, path: str) -> Location:
    """Return the location of a field in the list of fields, of its values, or of the list."""
    if use.fields is not None and path in use.fields:
        return _locate_entry(consumer, use, ("fields", use.fields.index(path)))
    return locate_value(consumer, use, path) if path in use.values else locate_key(consumer, use, "fields")


def locate_value(consumer: Consumer, use: Use, path: str, number: int | None = None) -> Location:
    """Return the location of the values of a field, or of one of them by its number."""
    return _locate_entry(consumer, use, ("values", path, *(() if number is None else (number,))))


def _locate_entry(consumer: Consumer, use: Use, steps: tuple[str | int, ...]) -> Location:
    section = use.section
    if section is None or section.node is None or section.key_names:
        return locate_key(consumer, use, str(steps[0]))
    return locate_paths(section.path, section.node, [steps])[0]
