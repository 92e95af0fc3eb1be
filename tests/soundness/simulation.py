"""Consumers that really run: queries in SQLite, and rows validated by jsonschema.

Nothing of dcr is used here. A failure is a field and its cause: `column` (a query selects a column that does not
exist), `column type`, `key` (the primary key is another one), `lost …` (a filter on a value can no longer match),
`unknown` (a switch has no branch for a value), or what jsonschema refuses in a row.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from .consumers import is_within
from .edits import all_values
from .judge import (
    KEYS,
    Refusal,
    below,
    field_at,
    field_schema,
    field_validator,
    fields_of,
    object_schema,
    refusals,
    validator,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .consumers import Consumer
    from .judge import Mapping

BACKWARD = "backward"
Rows = list[dict[str, Any]]


class Database:
    """One version of a dataset as a table with its rows, and a catalog table with the types and the primary key.

    Each field is a column, named by its path. Elements of arrays are further rows of the table.
    """

    def __init__(self, contract: Mapping, rows: Rows, more: Mapping) -> None:
        self.fields = dict(fields_of(contract))
        self.connection = sqlite3.connect(":memory:")
        columns = ", ".join(f"{_quote(path)} {_quote(field['type'])}" for path, field in self.fields.items())
        keys = ", ".join(_quote(below("", name)) for name in contract.get("primary_key", ()))
        self.connection.execute(f"CREATE TABLE catalog ({columns}{f', PRIMARY KEY ({keys})' if keys else ''})")
        self.connection.execute(f"CREATE TABLE dataset ({', '.join(map(_quote, self.fields))})")
        catalog = self.connection.execute("PRAGMA table_info(catalog)").fetchall()
        self.types = {name: type_name for _, name, type_name, *_ in catalog}
        self.key = [name for _, name, *_, position in sorted(catalog, key=lambda each: each[-1]) if position]
        columns_of_values: dict[str, set[Any]] = {path: set(more.get(path, ())) for path in self.fields}
        for row in rows:
            for path, value in _flatten_object("", contract["fields"], row):
                columns_of_values[path].add(value)
        for path, values in columns_of_values.items():
            self.connection.executemany(
                f"INSERT INTO dataset ({_quote(path)}) VALUES (?)", [(value,) for value in values if value is not None]
            )

    def can_select(self, path: str) -> bool:
        """Run a query that selects a column, and return whether it succeeds."""
        try:
            self.connection.execute(f"SELECT dataset.{_quote(path)} FROM dataset").fetchall()
        except sqlite3.OperationalError:
            return False
        return True

    def count(self, path: str, value: Any) -> int:
        """Return how many rows a filter on a value matches."""
        query = f"SELECT count(*) FROM dataset WHERE dataset.{_quote(path)} = ?"
        (count,) = self.connection.execute(query, (value,)).fetchone()
        return int(count)

    def is_switch_complete(self, path: str, known: list[Any]) -> bool:
        """Run a query that switches on known values, and return whether each value has a branch."""
        branches = " ".join(["WHEN ? THEN 1"] * len(known))
        switch = f"CASE dataset.{_quote(path)} {branches} ELSE 0 END" if known else "0"
        query = f"SELECT min({switch}) FROM dataset WHERE dataset.{_quote(path)} IS NOT NULL"
        (least,) = self.connection.execute(query, known).fetchone()
        return least != 0


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _flatten_object(parent: str, fields: list[Mapping], row: Mapping) -> Iterator[tuple[str, Any]]:
    for field in fields:
        yield from _flatten_value(below(parent, field["name"]), field, row.get(field["name"]))


def _flatten_value(path: str, field: Mapping, value: Any) -> Iterator[tuple[str, Any]]:
    yield path, json.dumps(value) if isinstance(value, dict | list) else value
    if field["type"] == "object" and value is not None:
        yield from _flatten_object(path, field["fields"], value)
    if field["type"] == "array":
        for element in value or ():
            yield from _flatten_value(f"{path}[]", field["items"], element)


class Simulation:
    """Both versions of a dataset, with rows that are valid under the contract of the side that writes them."""

    def __init__(self, previous: Mapping, proposed: Mapping, rows: dict[str, Rows], candidates: Mapping) -> None:
        self.previous, self.proposed, self.rows = previous, proposed, rows
        self.before = Database(previous, rows["backward"], _list_valid(previous, candidates))
        self.after = Database(proposed, rows["forward"], _list_valid(proposed, candidates))

    def close(self) -> None:
        """Close both databases."""
        with closing(self.before.connection), closing(self.after.connection):
            pass

    def run(self, consumer: Consumer, direction: str) -> set[Refusal]:
        """Return everything that fails for a consumer in one direction of a mode."""
        failures = {*self._check_key(consumer), *self._select(consumer, direction)}
        if consumer.reads_rows:  # jsonschema judges the types
            return {each for each in failures if each.cause != "column type"} | self._validate_rows(consumer, direction)
        switch = self._filter if direction == BACKWARD else self._switch
        return failures | {failure for path, values in consumer.values.items() for failure in switch(path, values)}

    def _check_key(self, consumer: Consumer) -> Iterator[Refusal]:
        """Yield a failure if the consumer uses a field of the key, and joins rows by another one than there is."""
        keys = {*self.before.key, *self.after.key}
        paths = consumer.paths
        if self.before.key != self.after.key and (
            paths is None or any(_overlap(path, key) for path in paths for key in keys)
        ):
            yield Refusal("", "key")

    def _select(self, consumer: Consumer, direction: str) -> Iterator[Refusal]:
        """Select the consumer's columns, with all that is nested in them, from the proposed table."""
        for path in self.before.fields:
            if consumer.paths is not None and not any(is_within(path, used) for used in consumer.paths):
                continue
            if not self.after.can_select(path):
                if direction == BACKWARD or self._is_promised(path):
                    yield Refusal(path, "column")
            elif self.before.types[path] != self.after.types[path]:
                yield Refusal(path, "column type")

    def _is_promised(self, path: str) -> bool:
        """Return whether readers of the previous contract may expect a column that the proposed table lacks.

        A forward mode lets the writer leave out an optional field, with all that is nested in it.
        """
        parents = [each for each in self.before.fields if is_within(path, each)]
        if any(self.before.types[each] != self.after.types.get(each, self.before.types[each]) for each in parents):
            return True  # it was nested in a field of another type
        removed = [each for each in parents if not self.after.can_select(each)]
        return bool(self.before.fields[min(removed, key=len)].get("required", True))

    def _filter(self, path: str, values: list[Any]) -> Iterator[Refusal]:
        """Filter on each value that occurred; a filter that can no longer match is a failure."""
        field = self.after.fields.get(path)
        if field is None or field["type"] != self.before.fields[path]["type"]:
            return  # its column is a failure
        for value in values:
            if self.before.count(path, value) and not self.after.count(path, value):
                for error in field_validator(field).iter_errors(value):
                    yield Refusal(path, f"lost {KEYS.get(error.validator, error.validator)}")

    def _switch(self, path: str, values: list[Any]) -> Iterator[Refusal]:
        """Switch on the values, with a branch also for the others of the enum that the consumer was built for.

        Without an enum, any value was possible, and the switch has a default branch.
        """
        before, after = self.before.fields[path], self.after.fields.get(path)
        if after is None or after["type"] != before["type"] or "enum" not in before:
            return
        if not self.after.is_switch_complete(path, [*values, *before["enum"]]):
            yield Refusal(path, "unknown")

    def _validate_rows(self, consumer: Consumer, direction: str) -> set[Refusal]:
        """Validate rows by the part of the reader's contract that the consumer uses."""
        writer, reader = (self.previous, self.proposed) if direction == BACKWARD else (self.proposed, self.previous)
        schema = validator(build_schema(reader["fields"], consumer.paths, closed=direction == BACKWARD))
        failures = {failure for row in self.rows[direction] for failure in refusals(schema, row)}
        for path, field in fields_of(reader):
            written = field_at(writer, path)
            is_used = consumer.paths is None or any(is_within(path, used) for used in consumer.paths)
            if is_used and field.get("unique") and written and not written.get("unique"):
                failures.add(Refusal(path, "unique"))
        return failures


def build_schema(fields: list[Mapping], paths: list[str] | None, *, closed: bool) -> Mapping:
    """Return the schema of the fields at some paths, of what is nested in them, and of the fields that contain them."""
    if paths is None:
        return object_schema(fields, closed=closed)
    return _build_object("", fields, paths, closed=closed)


def _build_object(parent: str, fields: list[Mapping], paths: list[str], *, closed: bool) -> Mapping:
    used = {below(parent, each["name"]): each for each in fields}
    used = {path: each for path, each in used.items() if any(_overlap(path, wanted) for wanted in paths)}
    return {
        "type": "object",
        "properties": {each["name"]: _build_field(path, each, paths, closed=closed) for path, each in used.items()},
        "required": [each["name"] for each in used.values() if each.get("required", True)],
    }


def _build_field(path: str, field: Mapping, paths: list[str], *, closed: bool) -> Mapping:
    schema = field_schema(field, closed=closed)
    if any(is_within(path, wanted) for wanted in paths):
        return schema
    if field["type"] == "array":
        return {**schema, "items": _build_field(f"{path}[]", field["items"], paths, closed=closed)}
    if field["type"] == "object":
        nested = _build_object(path, field["fields"], paths, closed=closed)
        return {
            key: value
            for key, value in {**schema, **nested, "type": schema["type"]}.items()
            if key != "additionalProperties"
        }
    return schema


def _overlap(first: str, second: str) -> bool:
    return is_within(first, second) or is_within(second, first)


def _list_valid(contract: Mapping, candidates: Mapping) -> Mapping:
    """Return those candidates that each field allows, and all values of a field that has few."""
    found: Mapping = {}
    for path, values in candidates.items():
        field = field_at(contract, path)
        if field is not None:
            judge = field_validator(field)
            found[path] = [value for value in (*values, *(all_values(field) or ())) if judge.is_valid(value)]
    return found


def list_candidates(consumers: Iterable[Consumer]) -> Mapping:
    """Return every value that consumers switch on, by path."""
    found: Mapping = {}
    for consumer in consumers:
        for path, values in consumer.values.items():
            found.setdefault(path, []).extend(values)
    return found
