"""A key that dcr does not read changed in a contract of a foreign format.

Why it breaks
    dcr cannot determine whether it does. It compares every other key, or lists it in docs/formats.md as a key that
    breaks nobody. This key is neither, so its change was not checked.

Instead
    Compare both values by hand. If the key is misspelled, write the key that the format defines.
    `dcr lint --strict` lists every such key of a file.

Example
    dcr lint --strict contracts/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.rule import CONTRACT, Finding, rule
from dcr.compatibility.severities import WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair
    from dcr.formats.unread_keys import UnreadKey


@rule(about=CONTRACT, severity=WARNING)
def key_not_read(pair: ContractPair) -> Iterator[Finding]:
    """Yield one finding for each key that dcr does not read and that changed or is to be listed."""
    times: dict[str, int] = {}
    for key in pair.unread_keys:
        number = times[key.key_path] = times.get(key.key_path, 0) + 1
        yield Finding(
            _build_message(key),
            f"{key.suggestion} otherwise compare it by hand" if key.suggestion else "compare it by hand",
            detail=key.key_path if number == 1 else f"{key.key_path} {number}",
            location=key.location,
            previous_location=key.previous_location,
            field=key.field,
        )


def _build_message(key: UnreadKey) -> str:
    if not key.key_path:
        return "dcr does not read further keys of the file; only the first ones are listed"
    if key.is_uncompared:
        return f"key '{key.key_path}' is {key.proposed}, which dcr does not compare"
    if key.previous is None:
        return f"key '{key.key_path}' was added with value {key.proposed}, which dcr does not compare"
    if key.proposed is None:
        return f"key '{key.key_path}' was removed with value {key.previous}, which dcr does not compare"
    return f"key '{key.key_path}' changed from {key.previous} to {key.proposed}, which dcr does not compare"
