"""Reads dcr's own consumer files (docs/consumers.md), with one consumer in each file."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from dcr.consumers.consumer import QUERIES, READS, Consumer, DeclaredValue, ParsedConsumers, Use
from dcr.consumers.version_range import InvalidRangeError, VersionRange, parse_version_range
from dcr.contract.contract import Owner
from dcr.contract.validity import MAX_ID_LENGTH
from dcr.formats.parsed_file import Problem
from dcr.parsing.location import SourceNode, locate_node
from dcr.parsing.scalars import NotFiniteError, resolve_scalar
from dcr.parsing.yaml_reader import truncate
from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from yaml import MappingNode

NAME = "consumer"

CONSUMER_KEYS = ("consumer", "owners", "description", "uses")
OWNER_KEYS = ("team", "contact")
USE_KEYS = ("dataset", "versions", "fields", "values", "reads", "until")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def detect(root: MappingNode) -> bool:
    """Return whether the file has the key `consumer` or `uses`, and is not of another format."""
    keys = {key.value for key, _ in root.value if isinstance(key.value, str)}
    return not keys.isdisjoint(("consumer", "uses")) and keys.isdisjoint(
        ("dataset_id", "apiVersion", "dataContractSpecification", "dataUsageAgreementSpecification")
    )


def read(path: str, root: MappingNode) -> ParsedConsumers:
    """Return the consumer of the file. Uses that are invalid are left out, and each of their causes is a problem."""
    reader = _Reader(path)
    consumer = reader.read_consumer(root)
    return ParsedConsumers(path, NAME, (consumer,) if consumer else (), tuple(sorted(reader.problems, key=_get_place)))


def read_uses(path: str, node: Any) -> tuple[tuple[Use, ...], tuple[Problem, ...]]:
    """Return the uses of a list that another file contains, and its problems."""
    reader = _Reader(path)
    uses = tuple(reader.read_uses(node))
    return uses, tuple(sorted(reader.problems, key=_get_place))


def _get_place(problem: Problem) -> tuple[int, int]:
    return problem.location.line, problem.location.column


class _Reader:
    """Reads the nodes of one file and collects its problems."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def read_consumer(self, root: MappingNode) -> Consumer | None:
        values = self._read_keys(root, CONSUMER_KEYS, required=("consumer", "uses"))
        name = self._read_text(values.get("consumer"), "consumer", limit=MAX_ID_LENGTH)
        owners = tuple(self._read_owners(values.get("owners")))
        uses = tuple(self.read_uses(values.get("uses")))
        description = self._read_text(values.get("description"), "description")
        if name is None:
            return None
        return Consumer(name, owners, uses, description, NAME, SourceNode(self.path, root))

    def _add(self, node: Any, message: str, hint: str = "") -> None:
        self.problems.append(Problem(locate_node(self.path, node), message, hint))

    def _read_keys(self, node: Any, known: Iterable[str], required: Iterable[str] = ()) -> dict[str, Any]:
        """Return the value nodes of a mapping by key. Unknown keys, except those with `x-`, are problems."""
        values: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in known:
                values[key.value] = value
            elif not key.value.startswith("x-"):
                hint = format_suggestion(key.value, known) or f"remove it, or name it 'x-{key.value}' if it is your own"
                self._add(key, f"unknown key '{truncate(key.value)}'", hint)
        for key in required:
            if key not in values:
                self._add(node, f"{key} is missing", f"add {key}")
        return values

    def _read_text(self, node: Any, key: str, limit: int = 0) -> str | None:
        if node is None:
            return None
        if node.id != "scalar":
            self._add(node, f"{key} is a {_get_shape(node)}, expected text")
            return None
        if not node.value.strip() or _is_null(node):
            self._add(node, f"{key} is empty, expected text")
            return None
        if limit and len(node.value) > limit:
            self._add(node, f"{key} has {len(node.value):,} characters, expected at most {limit}")
            return None
        return str(node.value)

    def _list_entries(self, node: Any, key: str, expected: str) -> list[Any]:
        """Return the entries of a list. Anything else is a problem."""
        if node.id != "sequence":
            self._add(node, f"{key} is {_describe_shape(node)}, expected {expected}")
            return []
        return list(node.value)

    def _read_owners(self, node: Any) -> Iterator[Owner]:
        for entry in self._list_entries(node, "owners", "a list of teams") if node is not None else ():
            if entry.id != "mapping":
                self._add(entry, "an owner is no mapping", "write {team: NAME, contact: HOW TO REACH IT}")
                continue
            values = self._read_keys(entry, OWNER_KEYS, required=("team",))
            team = self._read_text(values.get("team"), "team")
            contact = self._read_text(values.get("contact"), "contact")
            if team is not None:
                yield Owner(team, contact)

    def read_uses(self, node: Any) -> Iterator[Use]:
        """Yield the uses of a list without the invalid ones, whose causes become problems."""
        if node is None:
            return
        entries = self._list_entries(node, "uses", "a list of datasets")
        if not entries and node.id == "sequence":
            self._add(node, "uses is empty", "list the datasets, or delete the file of a consumer that uses none")
        for entry in entries:
            use = self._read_use(entry)
            if use is not None:
                yield use

    def _read_use(self, node: Any) -> Use | None:
        if node.id != "mapping":
            self._add(node, "a use is no mapping", "write dataset: ID, and fields: [NAME] below it")
            return None
        before = len(self.problems)
        values = self._read_keys(node, USE_KEYS, required=("dataset",))
        dataset_id = self._read_text(values.get("dataset"), "dataset")
        use = Use(
            dataset_id or "",
            self._read_range(values.get("versions")),
            self._read_fields(values.get("fields")),
            self._read_values(values.get("values")),
            self._read_choice(values.get("reads")),
            self._read_day(values.get("until")),
            SourceNode(self.path, node),
        )
        return use if dataset_id is not None and len(self.problems) == before else None

    def _read_range(self, node: Any) -> VersionRange | None:
        text = self._read_text(node, "versions")
        if text is None:
            return None
        try:
            return parse_version_range(text)
        except InvalidRangeError:
            self._add(node, f"versions is '{truncate(text)}', expected a range", 'write it as ">=1.0 <3"')
            return None

    def _read_fields(self, node: Any) -> tuple[str, ...] | None:
        if node is None:
            return None
        entries = self._list_entries(node, "fields", "a list of field names")
        if not entries and node.id == "sequence":
            self._add(node, "fields is empty", "list the fields, or leave it out to use all of them")
        names: dict[str, None] = {}
        for entry in entries:
            name = self._read_text(entry, "a field name")
            if name in names:
                self._add(entry, f"duplicate field '{truncate(name or '')}'", "keep one of them")
            elif name is not None:
                names[name] = None
        return tuple(names)

    def _read_values(self, node: Any) -> dict[str, tuple[DeclaredValue, ...]]:
        if node is None:
            return {}
        if node.id != "mapping":
            self._add(node, f"values is {_describe_shape(node)}, expected a mapping", "write values: {FIELD: [VALUE]}")
            return {}
        values = {}
        for key, entry in node.value:
            members = self._list_entries(entry, f"values of '{truncate(key.value)}'", "a list of enum values")
            if not members and entry.id == "sequence":
                self._add(entry, f"values of '{truncate(key.value)}' is empty", "list the values, or remove it")
            values[key.value] = tuple(value for member in members if (value := self._read_value(member)))
        return values

    def _read_value(self, node: Any) -> DeclaredValue | None:
        if node.id != "scalar":
            self._add(node, f"a value is a {_get_shape(node)}, expected text, a number, true or false")
            return None
        if _is_null(node):
            self._add(
                node, "a value is empty, expected text, a number, true or false", 'quote it if it is text: "null"'
            )
            return None
        try:
            value = node.value if node.style else resolve_scalar(node.value)
        except NotFiniteError:
            value = None
        return DeclaredValue(node.value, value)

    def _read_choice(self, node: Any) -> str:
        text = self._read_text(node, "reads")
        if text is None or text in READS:
            return text or QUERIES
        self._add(node, f"reads is '{truncate(text)}', expected queries or rows", format_suggestion(text, READS))
        return QUERIES

    def _read_day(self, node: Any) -> str | None:
        text = self._read_text(node, "until")
        if text is None:
            return None
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text).isoformat()
        except ValueError:
            pass
        self._add(node, f"until is '{truncate(text)}', expected a date", "write it as 2027-01-31")
        return None


def _is_null(node: Any) -> bool:
    return not node.style and node.value in ("", "~", "null", "Null", "NULL")


def _get_shape(node: Any) -> str:
    return {"sequence": "list", "mapping": "mapping"}.get(node.id, "single value")


def _describe_shape(node: Any) -> str:
    if node.id != "scalar":
        return f"a {_get_shape(node)}"
    return f"'{truncate(node.value)}'" if node.value else "empty"
