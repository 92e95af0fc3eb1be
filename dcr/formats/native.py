"""Reads dcr's own contract format (docs/contract.md), with one dataset in each file.

A plainly valid file becomes a record directly. Any other file is validated by the pydantic models, which have the final
decision and list the violations. A test checks that both ways agree.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dcr.contract.contract import COMPLETENESS_KEY, CONSTRAINTS, Contract, Field, FreshnessSLA, Owner
from dcr.contract.validity import find_violations
from dcr.formats.parsed_file import ParsedFile, Problem
from dcr.parsing.location import SourceNode, locate_node, locate_paths
from dcr.parsing.scalars import (
    NotFiniteError,
    describe_misreading,
    describe_number_misreading,
    format_number,
    resolve_scalar,
)
from dcr.parsing.yaml_reader import truncate

if TYPE_CHECKING:
    from yaml import MappingNode, Node

NAME = "native"

_TEXT_KEYS = frozenset((
    "dataset_id", "version", "description", "status", "deprecation_uri", "team", "contact", "measurement", "name",
    "type", "pattern", "format",
))  # fmt: skip
_LITERAL_NULL_KEYS = frozenset(("name", "primary_key", "enum"))  # here `null` is text, as the author wrote it
_IDENTIFYING_KEYS = frozenset(("version", "fields", "owners", "primary_key", "freshness_sla", "deprecation_uri"))
_FOREIGN_KEYS = frozenset(("kind", "apiVersion", "dataContractSpecification", "models"))
_CONTRACT_KEYS = {
    "dataset_id": str, "version": str, "description": str, "status": str, "primary_key": list, "owners": list,
    "freshness_sla": dict, "deprecation_uri": str, "fields": list,
}  # fmt: skip
_FIELD_KEYS: dict[str, tuple[type, ...]] = {
    "name": (str,), "type": (str,), "required": (bool,), "description": (str,), "deprecated": (bool,),
    "enum": (list,), "fields": (list,), "items": (dict,), "min_length": (int,), "max_length": (int,),
    "pattern": (str,), "format": (str,), "minimum": (int, float), "maximum": (int, float),
    "exclusive_minimum": (int, float), "exclusive_maximum": (int, float), "multiple_of": (int, float),
    "unique": (bool,), "min_items": (int,), "max_items": (int,),
}  # fmt: skip
_MAX_QUOTED_LENGTH = 60
_OWNER_KEYS = {"team", "contact"}
_SLA_KEYS = {"max_lag_seconds", "measurement"}


def detect(root: MappingNode) -> bool:
    """Return whether the file has a dataset_id, or two other keys that only contracts have."""
    keys = {key.value for key, _ in root.value if isinstance(key.value, str)}
    if "dataset_id" in keys:
        return True
    return len(keys & _IDENTIFYING_KEYS) >= 2 and not keys & _FOREIGN_KEYS


def find_dataset_id(root: MappingNode) -> str | None:
    """Return the text of dataset_id."""
    return next((value.value for key, value in root.value if key.value == "dataset_id" and value.id == "scalar"), None)


def read(path: str, root: MappingNode, *, needs_fields: bool = True) -> ParsedFile:
    """Return the contract of the file or all its violations, together with its ambiguous values."""
    reader = _ValueReader(path)
    values = reader.read_mapping(root)
    dataset_id = values.get("dataset_id") if isinstance(values.get("dataset_id"), str) else None
    if reader.fatal:
        return ParsedFile(path, NAME, problems=tuple(reader.problems), dataset_id=dataset_id)
    contract: Contract | None
    if _is_plainly_valid(values):
        contract = _build_contract(path, values, root, needs_fields=needs_fields)
    else:
        contract, problems = _validate_with_models(path, values, root)
        reader.problems += problems
    if contract is not None and reader.completeness_marks:
        from dcr.formats.completeness import apply_native_mark  # noqa: PLC0415 (few contracts have the mark)

        contract = apply_native_mark(contract, root, reader.completeness_marks, reader.problems)
    return ParsedFile(path, NAME, (contract,) if contract else (), tuple(reader.problems), dataset_id)


read_headers = partial(read, needs_fields=False)
"""Return the same as `read`, but without fields, which are validated all the same."""


class _ValueReader:
    """Converts nodes into plain values, depending on the keys they belong to."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.fatal = False
        self.completeness_marks: list[tuple[Any, Any]] = []

    def read_mapping(self, node: Any) -> dict[str, Any]:
        """Return a mapping's values by key, without the keys starting with `x-`, which are the user's own."""
        values: dict[str, Any] = {}
        enum = None
        for key_node, node_value in node.value:
            key = key_node.value
            if key.startswith("x-"):
                if key == COMPLETENESS_KEY:
                    self.completeness_marks.append((node, node_value))
                continue
            if key == "enum" and type(node_value.value) is list and node_value.id == "sequence":
                enum = node_value
                values[key] = None
            elif type(node_value.value) is str:
                values[key] = self.read_scalar(node_value, key)
            else:
                values[key] = self.read_collection(node_value, key)
        if enum is not None:
            enum_key = "enum" if values.get("type") == "string" else ""
            values["enum"] = [
                self.read_scalar(entry, enum_key) if type(entry.value) is str else self.read_collection(entry, "")
                for entry in enum.value
            ]
        return values

    def read_collection(self, node: Any, key: str) -> Any:
        """Return a nested mapping or list."""
        if node.id == "mapping":
            return self.read_mapping(node)
        return [
            self.read_scalar(entry, key) if type(entry.value) is str else self.read_collection(entry, "")
            for entry in node.value
        ]

    def read_scalar(self, node: Any, key: str) -> Any:
        """Return a scalar's value: its source text for a key that takes text, otherwise by the YAML 1.2 core schema."""
        text: str = node.value
        if node.style:  # quoted or block scalars are always text
            return text
        if key in _TEXT_KEYS or key in _LITERAL_NULL_KEYS:
            misreading = describe_misreading(text)
            if misreading is None:
                return text or None
            if misreading == "null" and key not in _LITERAL_NULL_KEYS:
                return None
            hint = f'write "{text}"' if len(text) <= _MAX_QUOTED_LENGTH else "quote it"
            self.add_ambiguity(
                node, f"'{truncate(text)}' is read as text; other YAML parsers read it as {misreading}", hint
            )
            return text
        try:
            value = resolve_scalar(text)
        except NotFiniteError:
            self.fatal = True
            message = f"'{truncate(text, 40)}' is not a finite number"
            self.problems.append(Problem(locate_node(self.path, node), message, "write a number"))
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            misreading = describe_number_misreading(text)
            if misreading:
                number = format_number(value)
                message = f"'{truncate(text, 40)}' is read as {truncate(number, 40)}"
                self.add_ambiguity(node, f"{message}; a YAML 1.1 parser reads it as {misreading}", f"write {number}")
        return value

    def add_ambiguity(self, node: Node, message: str, hint: str) -> None:
        self.problems.append(Problem(locate_node(self.path, node), message, hint, is_fatal=False))


def _is_plainly_valid(values: dict[str, Any]) -> bool:
    """Return whether every value has the expected shape and the content is valid."""
    return has_plain_header(values) and all(map(is_plain_field, values["fields"])) and not find_violations(values)


def read_plain_values(root: MappingNode) -> dict[str, Any] | None:
    """Return the values of a file if all of them except those of its fields have the expected shape, else None."""
    values = read_finite_values(root)
    return values if values is not None and has_plain_header(values) else None


def read_finite_values(node: MappingNode) -> dict[str, Any] | None:
    """Return the values of a file or a field, or None if a number is not finite."""
    reader = _ValueReader("")
    values = reader.read_mapping(node)
    return None if reader.fatal else values


def has_plain_header(values: dict[str, Any]) -> bool:
    """Return whether all values of a file except those of its fields have the expected shape."""
    if any(type(value) is not _CONTRACT_KEYS.get(key) for key, value in values.items()):
        return False
    if not ("dataset_id" in values and "version" in values and "fields" in values):
        return False
    return all(type(name) is str for name in values.get("primary_key", ())) and _has_plain_metadata(values)


def _has_plain_metadata(values: dict[str, Any]) -> bool:
    for owner in values.get("owners", ()):
        if type(owner) is not dict or not owner.keys() <= _OWNER_KEYS or type(owner.get("team")) is not str:
            return False
        if "contact" in owner and type(owner["contact"]) is not str:
            return False
    sla = values.get("freshness_sla")
    if sla is None:
        return True
    if not sla.keys() <= _SLA_KEYS or type(sla.get("max_lag_seconds")) is not int:
        return False
    return "measurement" not in sla or type(sla["measurement"]) is str


def is_plain_field(field: Any) -> bool:
    """Return whether a top-level field has the expected shape; its content may still be invalid."""
    return type(field) is dict and _has_plain_shape(field, has_name=True)


def _has_plain_shape(field: dict[str, Any], *, has_name: bool) -> bool:
    for key, value in field.items():
        shapes = _FIELD_KEYS.get(key)
        if shapes is None or type(value) not in shapes:
            return False
    if "type" not in field or ("name" in field) is not has_name:
        return False
    if "fields" in field and not all(
        type(nested) is dict and _has_plain_shape(nested, has_name=True) for nested in field["fields"]
    ):
        return False
    return "items" not in field or _has_plain_shape(field["items"], has_name=False)


def _build_contract(path: str, values: dict[str, Any], root: Node, *, needs_fields: bool = True) -> Contract:
    fields_node = next(value for key, value in root.value if key.value == "fields")
    fields = _build_fields(path, values["fields"], fields_node) if needs_fields else ()
    return combine_contract(values, fields, SourceNode(path, root))


def combine_contract(values: dict[str, Any], fields: tuple[Field, ...], section: SourceNode) -> Contract:
    """Return the contract of valid values, with fields that were built from theirs."""
    sla = values.get("freshness_sla")
    return Contract(
        dataset_id=values["dataset_id"],
        version=values["version"],
        fields=fields,
        description=values.get("description"),
        status=values.get("status") or "draft",
        primary_key=tuple(values.get("primary_key") or ()),
        owners=tuple(Owner(owner["team"], owner.get("contact")) for owner in values.get("owners") or ()),
        freshness_sla=FreshnessSLA(sla["max_lag_seconds"], sla.get("measurement")) if sla else None,
        deprecation_uri=values.get("deprecation_uri"),
        section=section,
    )


def _build_fields(path: str, values: list[dict[str, Any]], node: Any) -> tuple[Field, ...]:
    return tuple(
        build_field(path, field_values, field_node) for field_values, field_node in zip(values, node.value, strict=True)
    )


def build_field(path: str, values: dict[str, Any], node: Any) -> Field:
    """Return the record of a field from its values and its node."""
    nested = values.keys() & {"fields", "items"}
    nodes = {key.value: value for key, value in node.value} if nested else {}
    enum = values.get("enum")
    return Field(
        values.get("name") or "",
        values["type"],
        values.get("required", True),
        values.get("description"),
        values.get("deprecated", False),
        None if enum is None else tuple(enum),
        _collect_constraints(values) if len(values) > (2 if "name" in values else 1) else {},
        _build_fields(path, values["fields"], nodes["fields"]) if values.get("fields") else (),
        build_field(path, values["items"], nodes["items"]) if values.get("items") else None,
        None,
        SourceNode(path, node),
    )


def _collect_constraints(values: dict[str, Any]) -> dict[str, Any]:
    return {key: values[key] for key in CONSTRAINTS if values.get(key) is not None and values[key] is not False}


def _validate_with_models(path: str, values: dict[str, Any], root: Node) -> tuple[Contract | None, list[Problem]]:
    # Importing pydantic costs more than an ordinary check.
    from dcr.contract.model_validation import validate_mapping  # noqa: PLC0415

    violations = validate_mapping(values)
    if violations:
        locations = locate_paths(path, root, (violation.path for violation in violations))
        problems = [
            Problem(location, violation.message, violation.hint)
            for location, violation in zip(locations, violations, strict=True)
        ]
        return None, sorted(problems, key=lambda problem: problem.location)
    return _build_contract(path, _without_empty(values), root), []


def _without_empty(raw: Any) -> Any:
    """Remove keys without a value: they mean the same as missing keys."""
    if isinstance(raw, dict):
        return {key: _without_empty(value) for key, value in raw.items() if value is not None}
    return [_without_empty(each) for each in raw] if isinstance(raw, list) else raw
