"""What a plainly valid native file says, without the records of its fields: most of history is fields met before.

Two contents of one file differ in a line or two, so a field's verdict and its part of the digest are kept by its
values. Whatever is not plainly valid is left to the full reader; a test holds the two to the same answers.
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
"""Fields that are remembered, in one walk."""

NativeFacts = tuple[
    str, str, str, str, tuple[tuple[str, str | None], ...], tuple[int, str | None] | None, str | None, str
]


class NativeFactsReader:
    """Reads plainly valid native files; remembers the fields it has met."""

    def __init__(self) -> None:
        self._field_digests: dict[bytes, str] = {}

    def find_facts(self, root: Node | None, found: Format | None) -> NativeFacts | None:
        """Return the values of `Facts` in their order, or None for a file that the full reader has to judge.

        `found` is the format of the file.
        """
        if not isinstance(root, MappingNode) or found is not native or not is_plain(root):
            return None
        raw = native.read_plain_values(root)
        if raw is None:
            return None
        keys = [marshal.dumps(each, 2) for each in raw["fields"]]  # the form that is the same for the same values
        fields = self._find_field_digests(raw["fields"], keys, root)
        lists_texts = any(b"pattern" in key and b"enum" in key for key in keys)
        if fields is None or find_violations_outside_fields(raw, has_enum_and_pattern=lists_texts):
            return None
        owners = tuple([(owner["team"], owner.get("contact")) for owner in raw.get("owners", ())])
        promised = raw.get("freshness_sla")
        sla = (promised["max_lag_seconds"], promised.get("measurement")) if promised else None
        meant = (*sla, None) if sla else None  # a promise that is understood needs no other text
        head = (
            raw["dataset_id"],
            raw.get("description"),
            tuple(raw.get("primary_key", ())),
            frozenset(owners),
            meant,
            None,
            None,
        )
        return (
            raw["dataset_id"],
            raw["version"],
            raw.get("status") or "draft",
            combine_digest(head, fields),
            owners,
            sla,
            raw.get("deprecation_uri"),
            native.NAME,
        )

    def _find_field_digests(self, raw: list[Any], keys: list[bytes], root: MappingNode) -> dict[str, str] | None:
        """Return each field's part of the digest by name, or None when one is not plainly valid."""
        found: dict[str, str] = {}
        nodes: list[Any] = []
        for number, (field, key) in enumerate(zip(raw, keys, strict=True)):
            text = self._field_digests.get(key)
            if text is None:
                if not native.is_plain_field(field) or find_field_violations(field):
                    return None
                nodes = nodes or next(value for name, value in root.value if name.value == "fields").value
                text = serialize_field(native.build_field("", field, nodes[number]))
                if len(self._field_digests) < MAX_FIELDS:
                    self._field_digests[key] = text
            found[field["name"]] = text
        return found
