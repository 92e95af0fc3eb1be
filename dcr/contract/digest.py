"""A short name for what a contract means: equal for two contracts exactly when `meaning` is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.contract.contract import field_meaning, meaning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcr.contract.contract import Contract, Field


def digest(contract: Contract) -> str:
    """Return 32 hexadecimal digits that stand for everything a version fixes, the same in every process."""
    *head, fields = meaning(contract)
    return joined(tuple(head), {name: _written(each) for name, each in fields.items()})  # type: ignore[attr-defined]


def field_digest(field: Field) -> str:
    """Return a text that stands for everything a field says, for `joined`."""
    return _written(field_meaning(field))


def joined(head: tuple[object, ...], fields: Mapping[str, str]) -> str:
    """Return the digest of a contract from the head of its meaning and the texts of its fields by name."""
    import hashlib  # noqa: PLC0415 (it loads a cryptographic library, and a look back needs no digest)

    text = f"{_written(head)}{{{','.join([f'{name!r}:{fields[name]}' for name in sorted(fields)])}}}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _written(value: object) -> str:
    """Write values so that the same text comes of equal ones: 1, 1.0 and True are equal to Python, and so here."""
    if isinstance(value, str):
        return repr(value)
    if value is None:
        return "-"
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) else repr(float(value))
    if isinstance(value, dict):
        return f"{{{','.join(f'{key!r}:{_written(each)}' for key, each in sorted(value.items()))}}}"
    if isinstance(value, frozenset):
        return f"<{','.join(sorted(map(_written, value)))}>"
    if isinstance(value, tuple):
        return f"({','.join(map(_written, value))})"
    raise TypeError(f"a contract holds no {type(value).__name__}")
