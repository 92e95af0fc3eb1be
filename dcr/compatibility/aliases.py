"""Leaves out the pairs of aliases that say nothing of their own: what readers get who name no version."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dcr.compatibility.match import Match
    from dcr.contract.contract import Contract


def drop_repeated_aliases(pairs: Iterable[Match]) -> list[Match]:
    """Return the pairs without those of aliases whose version reports the same: one cause, one issue."""
    by_id: dict[str | None, list[Match]] = {}
    listed = list(pairs)
    for each in listed:
        by_id.setdefault(each.dataset_id, []).append(each)
    return [each for each in listed if not _is_repeated(each, by_id)]


def _is_repeated(matched: Match, by_id: dict[str | None, list[Match]]) -> bool:
    previous, proposed = matched.pair.previous, matched.pair.proposed
    one = proposed or previous
    if one is None or one.alias_of is None:
        return False
    of_version = by_id.get(one.alias_of, [])
    if proposed is None:  # where the version stays, another one is the latest, and nobody enforces its contract
        return matched.pair.unenforced is None or any(each.pair.unenforced for each in of_version)
    told = not matched.pair.duplicates or any(each.pair.duplicates for each in of_version)
    return told and (previous is None or matched.pair.is_repeated)


def is_reported_by_version(dataset_id: str, before: Mapping[str, Contract], after: Mapping[str, Contract]) -> bool:
    """Whether a dataset is an alias on both sides of one version, or comes or goes with its version."""
    previous, proposed = before.get(dataset_id), after.get(dataset_id)
    if previous is not None and proposed is not None:
        return previous.alias_of == proposed.alias_of is not None
    if previous is not None:
        return previous.alias_of is not None and previous.alias_of not in after
    return proposed is not None and proposed.alias_of is not None and proposed.alias_of not in before
