"""Defines an issue: its kind, severity, message, locations, witness and fingerprint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.compatibility.modes import BACKWARD, FORWARD

if TYPE_CHECKING:
    from dcr.compatibility.reach import Reach, ReachedConsumer
    from dcr.parsing.location import Location

CONSUMERS, NEW_READERS, OLD_READERS = "consumers", "new_readers", "old_readers"
"""Who breaks: consumers of the data, readers of existing rows with the proposed contract, and readers of new rows
with the previous contract."""

READERS_BY_DIRECTION = {BACKWARD: NEW_READERS, FORWARD: OLD_READERS}
"""The readers that a change breaks in each direction."""


class Witness(NamedTuple):
    """The smallest row that one contract accepts and the other refuses if it is written `times` times."""

    row: Any
    accepted_by: str
    refused_by: str
    times: int = 1


class IssueAcceptance(NamedTuple):
    """The acceptance of an issue, and the severity that the issue had.

    `accepted_by` are the names of the consumers that accept it, empty for an acceptance at the root of the repository.
    """

    reason: str
    severity: str
    expires: str | None = None
    accepted_by: tuple[str, ...] = ()


class Issue(NamedTuple):
    """An issue of one contract; `field` is None if it is about the whole contract.

    `reach` is what it breaks for declared consumers, None if it breaks nobody. `consumers` are those that it reaches,
    None if the repository declares no consumers. `missing_acceptances` are the names of those that have to accept the
    issue and do not.
    """

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
    reach: Reach | None = None
    consumers: tuple[ReachedConsumer, ...] | None = None
    missing_acceptances: tuple[str, ...] = ()

    @property
    def parties(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Who breaks, and in which directions; the readers of the witness come first."""
        if self.breaks is None:
            return ()
        if self.breaks not in READERS_BY_DIRECTION.values():
            return ((self.breaks, self.modes),)
        both = tuple((READERS_BY_DIRECTION[mode], (mode,)) for mode in self.modes)
        return tuple(sorted(both, key=lambda party: party[0] != self.breaks)) or ((self.breaks, ()),)

    def without_fields(self) -> Issue:
        """Return the issue without the fields of its reach: these hold the whole file that they were read from."""
        if self.reach is None or self.reach.previous is self.reach.proposed is None:
            return self
        return self._replace(reach=self.reach._replace(previous=None, proposed=None))


def compute_fingerprint(dataset_id: str, kind: str, field: str | None, detail: str) -> str:
    """Return an id that does not depend on unrelated lines, versions and files."""
    import hashlib  # noqa: PLC0415 (a run without issues needs none)

    text = "\x00".join((dataset_id, kind, field or "", detail))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
