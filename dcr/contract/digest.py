"""Computes digests that are equal exactly for equivalent contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import build_comparison_key, build_field_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.contract.contract import Contract, Field


def compute_digest(contract: Contract) -> str:
    """Return 32 hexadecimal digits that identify everything a version fixes, the same in every process."""
    *head, fields = build_comparison_key(contract)
    texts = {name: _serialize_value(key) for name, key in fields.items()}  # type: ignore[attr-defined]
    return combine_digest(tuple(head), texts)


def serialize_field(field: Field) -> str:
    """Return a text that identifies everything a field declares, for `combine_digest`."""
    return _serialize_value(build_field_key(field))


def combine_digest(head: tuple[object, ...], fields: Mapping[str, str]) -> str:
    """Return the digest of a contract from its comparison key without fields and its serialized fields by name."""
    import hashlib  # noqa: PLC0415 (it loads a cryptographic library, and most commands need no digest)

    text = f"{_serialize_value(head)}{{{','.join([f'{name!r}:{fields[name]}' for name in sorted(fields)])}}}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _serialize_value(value: object) -> str:
    """Return a text that is the same for equal values: 1, 1.0 and True are equal in Python, and so here."""
    if isinstance(value, str):
        return repr(value)
    if value is None:
        return "-"
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) else repr(float(value))
    if isinstance(value, dict):
        return f"{{{','.join(f'{key!r}:{_serialize_value(item)}' for key, item in sorted(value.items()))}}}"
    if isinstance(value, frozenset):
        return f"<{','.join(sorted(map(_serialize_value, value)))}>"
    if isinstance(value, tuple):
        return f"({','.join(map(_serialize_value, value))})"
    raise TypeError(f"a contract cannot contain {type(value).__name__}")
