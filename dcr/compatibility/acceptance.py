"""Defines an acceptance: a record that allows one break."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.parsing.location import Location


class Acceptance(NamedTuple):
    """One entry of `dcr.accepted.yaml`; `expires` is its last day, as YYYY-MM-DD.

    `is_elsewhere` is whether its issue has to be accepted in other files, those of the consumers.
    """

    dataset: str
    version: str
    kind: str
    field: str | None
    reason: str
    expires: str | None
    location: Location
    is_elsewhere: bool = False

    @property
    def key(self) -> tuple[str, str, str, str | None]:
        """The values that an issue must have to be accepted."""
        return self.dataset, self.version, self.kind, self.field

    @property
    def label(self) -> str:
        """The accepted break in words; fingerprints contain this text."""
        field = f" on '{self.field}'" if self.field else ""
        return f"{self.kind}{field} in '{self.dataset}' {self.version}"
