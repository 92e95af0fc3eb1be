"""Reads the facts of valid native files without building their fields.

Successive contents of a file differ in a few lines, so most fields were read before: the validity and the digest of
each field are kept by its values. The full reader reads every file that is not clearly valid. A test compares the
results of both readers.
"""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any

from yaml import MappingNode, Node

from dcr.contract.digest import combine_digest, serialize_field
from dcr.contract.validity import find_field_violations, find_violations_outside_fields
from dcr.formats import native
from dcr.parsing.plain_tree import is_plain

if TYPE_CHECKING:
    from dcr.formats import Format

MAX_FIELDS = 100_000
"""The maximum number of fields that one reader keeps."""

NativeFacts = tuple[
    str, str, str, str, tuple[tuple[str, str | None], ...], tuple[int, str | None] | None, str | None, str
]


class NativeFactsReader:
    """Reads valid native files, and keeps the digests of their fields."""

    def __init__(self) -> None:
        self._field_digests: dict[bytes, str] = {}

    def find_facts(self, root: Node | None, file_format: Format | None) -> NativeFacts | None:
        """Return the values of `DatasetFacts` in their order, or None if the full reader has to read the file."""
        if not isinstance(root, MappingNode) or file_format is not native or not is_plain(root):
            return None
        raw = native.read_plain_values(root)
        if raw is None:
            return None
        keys = [marshal.dumps(field, 2) for field in raw["fields"]]  # version 2 gives equal bytes for equal values
        fields = self._find_field_digests(raw["fields"], keys, root)
        lists_texts = any(b"pattern" in key and b"enum" in key for key in keys)
        if fields is None or find_violations_outside_fields(raw, has_enum_and_pattern=lists_texts):
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
            combine_digest(head, fields),
            owners,
            freshness,
            raw.get("deprecation_uri"),
            native.NAME,
        )

    def _find_field_digests(self, raw: list[Any], keys: list[bytes], root: MappingNode) -> dict[str, str] | None:
        """Return each field's part of the digest by name, or None if a field is not clearly valid."""
        digests: dict[str, str] = {}
        nodes: list[Any] = []
        for number, (field, key) in enumerate(zip(raw, keys, strict=True)):
            digest = self._field_digests.get(key)
            if digest is None:
                if not native.is_plain_field(field) or find_field_violations(field):
                    return None
                nodes = nodes or next(value for name, value in root.value if name.value == "fields").value
                digest = serialize_field(native.build_field("", field, nodes[number]))
                if len(self._field_digests) < MAX_FIELDS:
                    self._field_digests[key] = digest
            digests[field["name"]] = digest
        return digests
