"""One finding: what it is about, how bad, where, for whom, and the row that proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.compatibility.modes import BACKWARD, FORWARD

if TYPE_CHECKING:
    from dcr.parsing.location import Location

CONSUMERS, NEW_READERS, OLD_READERS = "consumers", "new_readers", "old_readers"
"""Who breaks: those who select the field, the proposed contract on rows already written, the previous
contract on rows to come."""

READERS_BY_DIRECTION = {BACKWARD: NEW_READERS, FORWARD: OLD_READERS}
"""The readers that a change breaks in each direction."""


class Witness(NamedTuple):
    """The smallest row that one side accepts and the other refuses, written `times` times."""

    row: Any
    accepted_by: str
    refused_by: str
    times: int = 1


class IssueAcceptance(NamedTuple):
    """The recorded decision that lets an issue through, and the severity it had."""

    reason: str
    severity: str
    expires: str | None = None


class Issue(NamedTuple):
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
    accepted: IssueAcceptance | None = None

    @property
    def parties(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Who breaks and in which directions: what breaks readers both ways breaks both, those of the witness first."""
        if self.breaks is None:
            return ()
        if self.breaks not in READERS_BY_DIRECTION.values():
            return ((self.breaks, self.modes),)
        both = tuple((READERS_BY_DIRECTION[mode], (mode,)) for mode in self.modes)
        return tuple(sorted(both, key=lambda party: party[0] != self.breaks)) or ((self.breaks, ()),)


def compute_fingerprint(dataset_id: str, kind: str, field: str | None, detail: str) -> str:
    """Return an id that stays the same while unrelated lines, versions and files change."""
    import hashlib  # noqa: PLC0415 (a run without issues needs none)

    text = "\x00".join((dataset_id, kind, field or "", detail))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
