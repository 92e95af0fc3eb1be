"""A recorded decision to let one break through: exactly what it names, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.parsing.location import Location


class Acceptance(NamedTuple):
    """One entry of `dcr.accepted.yaml`; `expires` is its last day, as YYYY-MM-DD."""

    dataset: str
    version: str
    kind: str
    field: str | None
    reason: str
    expires: str | None
    location: Location

    @property
    def key(self) -> tuple[str, str, str, str | None]:
        """What an issue has to be, exactly, to be let through."""
        return self.dataset, self.version, self.kind, self.field

    @property
    def label(self) -> str:
        """What it accepts, in words."""
        about = f" on '{self.field}'" if self.field else ""
        return f"{self.kind}{about} in '{self.dataset}' {self.version}"
