"""Locates the keys, fields and values of a use in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.parsing.location import Location, locate_node

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


class UseLocator:
    """Locates the fields and values of one use; it looks up each of them in constant time."""

    def __init__(self, consumer: Consumer, use: Use) -> None:
        self._consumer, self._use = consumer, use
        section = use.section
        self._path = section.path if section else ""
        node: Any = section.node if section and not section.key_names else None
        keys = {key.value: value for key, value in node.value} if node is not None and node.id == "mapping" else {}
        self._fields = {entry.value: entry for entry in _list_values(keys.get("fields"), "sequence")}
        self._values = {key.value: (key, value) for key, value in _list_values(keys.get("values"), "mapping")}

    def locate_field(self, path: str) -> Location:
        """Return the location of a field in the list of fields, of its values, or of the list."""
        if path in self._fields:
            return locate_node(self._path, self._fields[path])
        return self.locate_value(path) if path in self._values else locate_key(self._consumer, self._use, "fields")

    def locate_value(self, path: str, number: int | None = None) -> Location:
        """Return the location of the values of a field, or of one of them by its number."""
        if path not in self._values:
            return locate_key(self._consumer, self._use, "values")
        key, value = self._values[path]
        entries = [] if number is None else _list_values(value, "sequence")
        return locate_node(self._path, entries[number] if number is not None and number < len(entries) else key)


def _list_values(node: Any, shape: str) -> list[Any]:
    return node.value if node is not None and node.id == shape else []
