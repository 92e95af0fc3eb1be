"""Looks up the key vocabulary of a foreign format."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.formats._keys.vocabulary import Vocabulary


def find_vocabulary(name: str) -> Vocabulary | None:
    """Return the vocabulary of a foreign format; None for the native format, in which an unknown key is an error."""
    if name == "odcs":
        from dcr.formats._odcs.vocabulary import VOCABULARY as ODCS  # noqa: PLC0415 (only a changed file needs it)

        return ODCS
    if name == "dcs":
        from dcr.formats._dcs.vocabulary import VOCABULARY as DCS  # noqa: PLC0415

        return DCS
    if name == "dbt":
        from dcr.formats._dbt.vocabulary import VOCABULARY as DBT  # noqa: PLC0415

        return DBT
    return None
