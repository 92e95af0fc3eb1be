"""Reads the facts of valid native files without building their fields.

Successive contents of a file differ in a few lines, so most keys and fields were read before: the values of each
key are kept by its text, and the validity and the digest of each field by its values. The full reader reads every file
that is not clearly valid. A test compares the results of both readers.
"""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any, NamedTuple

from yaml import MappingNode, Mark, Node, ScalarNode, SequenceNode

from dcr.contract.contract import COMPLETENESS_KEY
from dcr.contract.digest import combine_digest, serialize_field
from dcr.contract.validity import find_field_violations, is_valid_outside_fields
from dcr.formats import detect_format, native
from dcr.parsing.location import SourceNode
from dcr.parsing.plain_tree import is_plain
from dcr.parsing.yaml_reader import InvalidYamlError, decode
from dcr.registry.history.native_text import compose_field, compose_key, split_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.contract.contract import Contract, Field
    from dcr.formats import Format
    from dcr.registry.history.native_text import SplitText

_START = Mark("", 0, 0, 0, None, 0)
_FIELDS = (ScalarNode("", "fields", _START), SequenceNode("", [], _START))
"""The key `fields` of a tree that is put together from keys that were read alone: no location in it is correct."""

NativeFacts = tuple[
    str, str, str, str, tuple[tuple[str, str | None], ...], tuple[int, str | None] | None, str | None, str
]


class _Field(NamedTuple):
    """The values of a top-level field and its part of the contract's digest; `record` is built if it is needed."""

    values: dict[str, Any]
    digest: str
    lists_texts: bool
    record: Field | None = None


class _Key(NamedTuple):
    """A top-level key other than `fields`, its node and that of its value, and the value, except for a user's key."""

    name: str
    pair: tuple[ScalarNode, Node]
    values: dict[str, Any]


class KnownTexts:
    """What was read before: the fields and the other keys by their texts, and the digests of fields by their values.

    When these have more characters than `maximum`, all of them are forgotten. What is kept of a text can take fifty
    times its memory.
    """

    def __init__(self, maximum: int = 8_000_000) -> None:
        self.fields: dict[str, _Field] = {}
        self.keys: dict[str, _Key] = {}
        self.digests: dict[bytes, str] = {}
        self._maximum, self._size = maximum, 0

    def add_field(self, text: str, field: _Field) -> None:
        """Keep a field."""
        self.fields[text] = field
        self._size += len(text)

    def add_key(self, text: str, key: _Key) -> None:
        """Keep another key."""
        self.keys[text] = key
        self._size += len(text)

    def add_digest(self, values: bytes, digest: str) -> None:
        """Keep the digest of a field."""
        self.digests[values] = digest
        self._size += len(values)

    def forget_excess(self) -> None:
        """Forget everything if there is too much."""
        if self._size > self._maximum:
            self.fields.clear()
            self.keys.clear()
            self.digests.clear()
            self._size = 0


class NativeFactsReader:
    """Reads valid native files, and with `builds_contracts` the contracts too.

    It begins with what is known, if given, and adds to it.
    """

    def __init__(self, known: KnownTexts | None = None, *, builds_contracts: bool = False) -> None:
        self._builds_contracts = builds_contracts
        self._known = known or KnownTexts()

    def find_facts(self, root: Node | None, file_format: Format | None) -> NativeFacts | None:
        """Return the values of `DatasetFacts` in their order, or None if the full reader has to read the file."""
        if not isinstance(root, MappingNode) or file_format is not native or not is_plain(root):
            return None
        raw = native.read_plain_values(root)
        if raw is None:
            return None
        nodes = next(value for name, value in root.value if name.value == "fields").value
        fields = [self._read_field(values, node) for values, node in zip(raw["fields"], nodes, strict=True)]
        self._known.forget_excess()
        valid = [field for field in fields if field]
        return _build_facts(raw, valid) if len(valid) == len(fields) else None

    def read_text(self, path: str, content: bytes) -> tuple[NativeFacts, Contract | None] | None:
        """Return what `find_facts` returns, or None if the text has another form. Only new keys and fields are parsed.

        With `builds_contracts` the contract comes with it, without correct locations, except for a contract with a mark
        of complete consumers.
        """
        try:
            text = decode(content)
        except InvalidYamlError:
            return None
        parts = split_text(text)
        found = self._read_parts(path, parts) if parts else None
        if found is None:
            return None
        values, root, fields = found
        facts = _build_facts(values, fields)
        if facts is None or not self._builds_contracts:
            return None if facts is None else (facts, None)
        records = tuple([field.record for field in fields if field.record])
        has_mark = COMPLETENESS_KEY in text or any(key.value == COMPLETENESS_KEY for key, _ in root.value)
        if has_mark or len(records) < len(fields):
            return facts, None
        return facts, native.combine_contract(values, records, SourceNode(path, root))

    def _read_parts(self, path: str, parts: SplitText) -> tuple[dict[str, Any], MappingNode, list[_Field]] | None:
        """Return the values of a file, its tree without fields, and its fields; None unless all are clearly valid."""
        known = self._known
        fields = [known.fields.get(each) or self._read_field_text(path, each) for each in parts.fields]
        keys = [known.keys.get(each) or self._read_key(each) for each in parts.keys]
        known.forget_excess()
        valid_fields, valid_keys = [each for each in fields if each], [each for each in keys if each]
        if len(valid_fields) < len(fields) or len(valid_keys) < len(keys):
            return None
        root = MappingNode("", [*(key.pair for key in valid_keys), _FIELDS], _START)
        if len({"fields", *(key.name for key in valid_keys)}) <= len(keys) or detect_format(root) is not native:
            return None
        values = {name: value for key in valid_keys for name, value in key.values.items()}
        values["fields"] = [field.values for field in valid_fields]
        return (values, root, valid_fields) if native.has_plain_header(values) else None

    def read_contract(self, path: str, content: bytes) -> Contract | None:
        """Return the contract that `read_text` returns; None also if none are built."""
        found = self.read_text(path, content) if self._builds_contracts else None
        return found[1] if found else None

    def _read_key(self, text: str) -> _Key | None:
        pair = compose_key(text)
        values = native.read_finite_values(MappingNode("", [pair])) if pair else None
        if pair is None or values is None:
            return None
        key = _Key(pair[0].value, pair, values)
        self._known.add_key(text, key)
        return key

    def _read_field_text(self, path: str, text: str) -> _Field | None:
        node = compose_field(text)
        values = native.read_finite_values(node) if isinstance(node, MappingNode) else None
        field = None if values is None else self._read_field(values, node, path)
        if field is not None:
            self._known.add_field(text, field)
        return field

    def _read_field(self, values: Any, node: Any, path: str | None = None) -> _Field | None:
        """Return a field, or None if it is not clearly valid. With a `path`, it has a record if those are built."""
        key = marshal.dumps(values, 2)  # version 2 gives equal bytes for equal values
        digest = self._known.digests.get(key)
        record = None
        if digest is None:
            if not native.is_plain_field(values) or find_field_violations(values):
                return None
            record = native.build_field(path or "", values, node)
            digest = serialize_field(record)
            self._known.add_digest(key, digest)
        if self._builds_contracts and path is not None:
            record = record or native.build_field(path, values, node)
        else:
            record = None
        return _Field(values, digest, b"pattern" in key and b"enum" in key, record)


def _build_facts(raw: dict[str, Any], fields: Sequence[_Field]) -> NativeFacts | None:
    """Return the facts of a file with valid fields, or None if the rest is not clearly valid."""
    if not is_valid_outside_fields(raw, has_enum_and_pattern=any(field.lists_texts for field in fields)):
        return None
    owners = tuple([(owner["team"], owner.get("contact")) for owner in raw.get("owners", ())])
    freshness_sla = raw.get("freshness_sla")
    freshness = (freshness_sla["max_lag_seconds"], freshness_sla.get("measurement")) if freshness_sla else None
    head = (
        raw["dataset_id"],
        raw.get("description"),
        tuple(raw.get("primary_key", ())),
        frozenset(owners),
        (*freshness, None) if freshness else None,  # only a lag that dcr cannot read has a text
        None,
        None,
    )
    return (
        raw["dataset_id"],
        raw["version"],
        raw.get("status") or "draft",
        combine_digest(head, {field.values["name"]: field.digest for field in fields}),
        owners,
        freshness,
        raw.get("deprecation_uri"),
        native.NAME,
    )
