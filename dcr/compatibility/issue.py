"""One finding: what it is about, how bad, where, for whom, and the row that proves it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dcr.contract.location import Location

ERROR, WARNING, INFO, OFF = "error", "warning", "info", "off"
SEVERITIES = (ERROR, WARNING, INFO)
"""Every severity, worst first; a policy may also turn a kind `off`."""

CONSUMERS, NEW_READERS, OLD_READERS = "consumers", "new_readers", "old_readers"
"""Who breaks: those who select the field, the proposed contract on rows already written, the previous
contract on rows to come."""


@dataclass(frozen=True, slots=True)
class Witness:
    """The smallest row that one side accepts and the other refuses, written `times` times."""

    row: Any
    accepted_by: str
    refused_by: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Accepted:
    """The recorded decision that lets an issue through, and the severity it had."""

    reason: str
    severity: str
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding of a rule on one contract; `field` is None when it is about the whole contract."""

    kind: str
    severity: str
    message: str
    field: str | None = None
    hint: str = ""
    modes: tuple[str, ...] = ()
    breaks: str | None = None
    against: str | None = None
    location: Location | None = None
    previous_location: Location | None = None
    witness: Witness | None = None
    fingerprint: str = ""
    accepted: Accepted | None = None


def fingerprint_of(dataset_id: str, kind: str, field: str | None, detail: str) -> str:
    """Return an id that stays the same while unrelated lines, versions and files change."""
    text = "\x00".join((dataset_id, kind, field or "", detail))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
