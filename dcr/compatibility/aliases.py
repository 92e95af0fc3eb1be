"""Drops pairs of aliases whose issues the aliased version already reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.compatibility.match import Match
    from dcr.contract.contract import Contract


def drop_repeated_aliases(pairs: Iterable[Match]) -> list[Match]:
    """Return the matches without aliases whose version has the same issues, so that each cause is reported once."""
    matches = list(pairs)
    by_id: dict[str | None, list[Match]] = {}
    for match in matches:
        by_id.setdefault(match.dataset_id, []).append(match)
    return [match for match in matches if not _is_repeated(match, by_id)]


def _is_repeated(match: Match, by_id: dict[str | None, list[Match]]) -> bool:
    previous, proposed = match.pair.previous, match.pair.proposed
    contract = proposed or previous
    if contract is None or contract.alias_of is None:
        return False
    versions = by_id.get(contract.alias_of, [])
    if proposed is None:  # if the version still exists, another one is the latest and its contract is not enforced
        return match.pair.unenforced is None or any(version.pair.unenforced for version in versions)
    is_reported = not match.pair.duplicates or any(version.pair.duplicates for version in versions)
    return is_reported and (previous is None or match.pair.is_repeated)


def is_reported_by_version(dataset_id: str, before: Mapping[str, Contract], after: Mapping[str, Contract]) -> bool:
    """Return whether a dataset is an alias of one version before and after, or was added or removed with it."""
    previous, proposed = before.get(dataset_id), after.get(dataset_id)
    if previous is not None and proposed is not None:
        return previous.alias_of == proposed.alias_of is not None
    if previous is not None:
        return previous.alias_of is not None and previous.alias_of not in after
    return proposed is not None and proposed.alias_of is not None and proposed.alias_of not in before
