"""dcr's own contract format (docs/contract.md): one dataset to a file.

A file that is plainly valid becomes a record directly; anything else goes to the models, whose word is
final and whose complaints are given back with their places. A test holds the two to the same answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.contract.contract import CONSTRAINTS, Contract, Field, FreshnessSLA, Owner
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
_LITERAL_NULL_KEYS = frozenset(("name", "primary_key", "enum"))  # here `null` is a word, as the author wrote it
_IDENTIFYING_KEYS = frozenset(("version", "fields", "owners", "primary_key", "freshness_sla", "deprecation_uri"))
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
    """Whether the file has a dataset_id, or two other keys that only contracts have."""
    keys = {key.value for key, _ in root.value if isinstance(key.value, str)}
    if "dataset_id" in keys:
        return True
    return len(keys & _IDENTIFYING_KEYS) >= 2 and not keys & {
        "kind",
        "apiVersion",
        "dataContractSpecification",
        "models",
    }


def find_dataset_id(root: MappingNode) -> str | None:
    """Return the text of dataset_id."""
    return next((value.value for key, value in root.value if key.value == "dataset_id" and value.id == "scalar"), None)


def read(path: str, root: MappingNode) -> ParsedFile:
    """Return the file's one contract, or every cause why it is none; ambiguous values come along."""
    source = _ValueReader(path)
    raw = source.read_mapping(root)
    claimed = raw.get("dataset_id") if isinstance(raw.get("dataset_id"), str) else None
    if source.fatal:
        return ParsedFile(path, NAME, problems=tuple(source.problems), dataset_id=claimed)
    contract = _build_valid_contract(path, raw, root)
    if contract is None:
        contract, problems = _validate_with_models(path, raw, root)
        source.problems += problems
    return ParsedFile(path, NAME, (contract,) if contract else (), tuple(source.problems), claimed)


class _ValueReader:
    """Turns nodes into plain values, by the meaning of the keys they stand under."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.fatal = False

    def read_mapping(self, node: Any) -> dict[str, Any]:
        """Return a mapping's values by key; keys starting with `x-` are the user's own and left out."""
        found: dict[str, Any] = {}
        enum = None
        for key_node, node_value in node.value:
            key = key_node.value
            if key.startswith("x-"):
                continue
            if key == "enum" and type(node_value.value) is list and node_value.id == "sequence":
                enum = node_value
                found[key] = None
            elif type(node_value.value) is str:
                found[key] = self.read_scalar(node_value, key)
            else:
                found[key] = self.read_collection(node_value, key)
        if enum is not None:
            word = "enum" if found.get("type") == "string" else ""
            found["enum"] = [
                self.read_scalar(each, word) if type(each.value) is str else self.read_collection(each, "")
                for each in enum.value
            ]
        return found

    def read_collection(self, node: Any, key: str) -> Any:
        """Return a nested mapping or list."""
        if node.id == "mapping":
            return self.read_mapping(node)
        return [
            self.read_scalar(each, key) if type(each.value) is str else self.read_collection(each, "")
            for each in node.value
        ]

    def read_scalar(self, node: Any, key: str) -> Any:
        """Return a scalar's value: the source text where the key takes text, else by YAML 1.2 core rules."""
        text: str = node.value
        if node.style:  # quoted or block: text, whatever it looks like
            return text
        if key in _TEXT_KEYS or key in _LITERAL_NULL_KEYS:
            seen = describe_misreading(text)
            if seen is None:
                return text or None
            if seen == "null" and key not in _LITERAL_NULL_KEYS:
                return None
            hint = f'write "{text}"' if len(text) <= _MAX_QUOTED_LENGTH else "put it in quotes"
            self.add_ambiguity(node, f"'{truncate(text)}' is read as text; other YAML readers see {seen}", hint)
            return text
        try:
            value = resolve_scalar(text)
        except NotFiniteError:
            self.fatal = True
            self.problems.append(
                Problem(
                    locate_node(self.path, node),
                    f"'{truncate(text, 40)}' is not a number that can be held",
                    "write a number",
                )
            )
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            seen = describe_number_misreading(text)
            if seen:
                written = format_number(value)
                said = f"'{truncate(text, 40)}' is read as {truncate(written, 40)}; a YAML 1.1 reader sees {seen}"
                self.add_ambiguity(node, said, f"write {written}")
        return value

    def add_ambiguity(self, node: Node, message: str, hint: str) -> None:
        self.problems.append(Problem(locate_node(self.path, node), message, hint, is_fatal=False))


def _build_valid_contract(path: str, raw: dict[str, Any], root: Node) -> Contract | None:
    """Return the contract when every value has the shape its key takes and nothing is at fault, else None."""
    if not _has_plain_header(raw) or not all(is_plain_field(each) for each in raw["fields"]) or find_violations(raw):
        return None
    nodes = {key.value: value for key, value in root.value}
    return _build_contract(path, raw, root, nodes)


def read_plain_values(root: MappingNode) -> dict[str, Any] | None:
    """Return the values of a file in which everything but what its fields hold has the shape it ought to have."""
    source = _ValueReader("")
    raw = source.read_mapping(root)
    return None if source.fatal or not _has_plain_header(raw) else raw


def _has_plain_header(raw: dict[str, Any]) -> bool:
    for key, value in raw.items():
        if type(value) is not _CONTRACT_KEYS.get(key):
            return False
    if not ("dataset_id" in raw and "version" in raw and "fields" in raw):
        return False
    return all(type(name) is str for name in raw.get("primary_key", ())) and _has_plain_metadata(raw)


def _has_plain_metadata(raw: dict[str, Any]) -> bool:
    for owner in raw.get("owners", ()):
        if type(owner) is not dict or not owner.keys() <= _OWNER_KEYS or type(owner.get("team")) is not str:
            return False
        if "contact" in owner and type(owner["contact"]) is not str:
            return False
    sla = raw.get("freshness_sla")
    if sla is None:
        return True
    if not sla.keys() <= _SLA_KEYS or type(sla.get("max_lag_seconds")) is not int:
        return False
    return "measurement" not in sla or type(sla["measurement"]) is str


def is_plain_field(field: Any) -> bool:
    """Whether a topmost field has the shape it ought to have; what its values say may still be at fault."""
    return type(field) is dict and _has_plain_shape(field, named=True)


def _has_plain_shape(field: dict[str, Any], *, named: bool) -> bool:
    for key, value in field.items():
        shapes = _FIELD_KEYS.get(key)
        if shapes is None or type(value) not in shapes:
            return False
    if "type" not in field or ("name" in field) is not named:
        return False
    if "fields" in field and not all(
        type(each) is dict and _has_plain_shape(each, named=True) for each in field["fields"]
    ):
        return False
    return "items" not in field or _has_plain_shape(field["items"], named=False)


def _build_contract(path: str, raw: dict[str, Any], root: Node, nodes: dict[str, Any]) -> Contract:
    sla = raw.get("freshness_sla")
    return Contract(
        dataset_id=raw["dataset_id"],
        version=raw["version"],
        fields=_build_fields(path, raw["fields"], nodes.get("fields")),
        description=raw.get("description"),
        status=raw.get("status") or "draft",
        primary_key=tuple(raw.get("primary_key") or ()),
        owners=tuple(Owner(owner["team"], owner.get("contact")) for owner in raw.get("owners") or ()),
        freshness_sla=FreshnessSLA(sla["max_lag_seconds"], sla.get("measurement")) if sla else None,
        deprecation_uri=raw.get("deprecation_uri"),
        section=SourceNode(path, root),
    )


def _build_fields(path: str, raw: list[dict[str, Any]], node: Any) -> tuple[Field, ...]:
    return tuple(build_field(path, each, at) for each, at in zip(raw, node.value, strict=True))


def build_field(path: str, raw: dict[str, Any], node: Any) -> Field:
    """Return the record of a field from its values and its node."""
    nested = raw.keys() & {"fields", "items"}
    nodes = {key.value: value for key, value in node.value} if nested else {}
    enum = raw.get("enum")
    return Field(
        raw.get("name") or "",
        raw["type"],
        raw.get("required", True),
        raw.get("description"),
        raw.get("deprecated", False),
        None if enum is None else tuple(enum),
        _collect_constraints(raw) if len(raw) > (2 if "name" in raw else 1) else {},
        _build_fields(path, raw["fields"], nodes["fields"]) if raw.get("fields") else (),
        build_field(path, raw["items"], nodes["items"]) if raw.get("items") else None,
        None,
        SourceNode(path, node),
    )


def _collect_constraints(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: raw[key] for key in CONSTRAINTS if raw.get(key) is not None and raw[key] is not False}


def _validate_with_models(path: str, raw: dict[str, Any], root: Node) -> tuple[Contract | None, list[Problem]]:
    from dcr.contract.model_validation import validate_mapping  # noqa: PLC0415 (pydantic costs more than an ordinary check)

    found = validate_mapping(raw)
    if found:
        places = locate_paths(path, root, (fault.path for fault in found))
        problems = [Problem(place, fault.message, fault.hint) for place, fault in zip(places, found, strict=True)]
        return None, sorted(problems, key=lambda problem: problem.location)
    nodes = {key.value: value for key, value in root.value}
    return _build_contract(path, _without_empty(raw), root, nodes), []


def _without_empty(raw: Any) -> Any:
    """Leave out keys written with no value: they mean the same as keys not written."""
    if isinstance(raw, dict):
        return {key: _without_empty(value) for key, value in raw.items() if value is not None}
    return [_without_empty(each) for each in raw] if isinstance(raw, list) else raw
