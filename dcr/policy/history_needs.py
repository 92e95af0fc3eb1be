"""What one change has to ask the history under a policy; most changes ask nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.modes import DIRECTIONS, is_transitive
from dcr.compatibility.pairs import list_field_pairs
from dcr.compatibility.reintroductions import Additions, list_additions
from dcr.compatibility.severities import OFF, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair
    from dcr.policy.policy import StricterPolicy

_END_STATUSES = ("deprecated", "archived")


class HistoryNeeds(NamedTuple):
    """What is to be known of one dataset's past.

    `older_versions` asks for its released versions, `additions` for what was there before under these names, `has_removals` says that
    something goes for which the policy sets a time, and `deprecated_paths` names the fields whose deprecation has to be looked up
    for that: an empty name is the contract itself, and None stands for all.
    """

    older_versions: bool = False
    additions: Additions = Additions()
    has_removals: bool = False
    deprecated_paths: tuple[str, ...] | None = ()

    @property
    def needs_full_history(self) -> bool:
        """Whether only the whole history of the dataset can tell."""
        return self.older_versions or self.deprecated_paths != ()


def find_history_needs(pair: ContractPair, mode: str, policy: StricterPolicy) -> HistoryNeeds:
    """Return what a pair asks; an empty question is none."""
    older = is_transitive(mode) and pair.proposed is not None and (pair.previous is None or pair.is_changed)
    back = bool(DIRECTIONS[mode]) and policy.get_severity("field_resurrected", WARNING) != OFF
    timed, since = _find_removals(pair, older=older) if policy.min_deprecation_days else (False, ())
    return HistoryNeeds(older, list_additions(pair) if back else Additions(), timed, since)


def _find_removals(pair: ContractPair, *, older: bool) -> tuple[bool, tuple[str, ...] | None]:
    """Return whether anything goes that a time is set for, and what is marked, so that it may be over."""
    if pair.previous is None or pair.proposed is None:
        marked = pair.previous is not None and pair.previous.status in _END_STATUSES
        return pair.previous is not None or older, ("",) if marked else None if older else ()
    if older:
        return True, None
    gone = list(_list_removed_fields(pair))
    return bool(gone), tuple(path for path, deprecated in gone if deprecated)


def _list_removed_fields(pair: ContractPair) -> Iterator[tuple[str, bool]]:
    """Yield each field that goes, and whether it, or an object around it, is deprecated."""
    if pair.both is None:
        return
    deprecated: set[tuple[str, ...]] = set()
    for each in list_field_pairs(*pair.both):
        if each.previous and (each.previous.deprecated or each.steps[:-1] in deprecated):
            deprecated.add(each.steps)
        if each.previous and each.proposed is None:
            yield each.path, each.steps in deprecated
