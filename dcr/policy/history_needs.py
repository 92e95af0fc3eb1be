"""What one change has to ask the history under a policy; most changes ask nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.modes import DIRECTIONS, is_transitive
from dcr.compatibility.pairs import field_pairs
from dcr.compatibility.reintroductions import Added, added
from dcr.compatibility.severities import OFF, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair
    from dcr.policy.policy import StricterPolicy

_ENDING = ("deprecated", "archived")


class Question(NamedTuple):
    """What is to be known of one dataset's past.

    `older` asks for its released versions, `added` for what was there before under these names, `timed` says that
    something goes for which the policy sets a time, and `since` names the fields whose deprecation has to be looked up
    for that: an empty name is the contract itself, and None stands for all.
    """

    older: bool = False
    added: Added = Added()
    timed: bool = False
    since: tuple[str, ...] | None = ()

    @property
    def whole(self) -> bool:
        """Whether only the whole history of the dataset can tell."""
        return self.older or self.since != ()


def question_of(pair: ContractPair, mode: str, policy: StricterPolicy) -> Question:
    """Return what a pair asks; an empty question is none."""
    older = is_transitive(mode) and pair.proposed is not None and (pair.previous is None or pair.changed)
    back = bool(DIRECTIONS[mode]) and policy.severity_of("field_resurrected", WARNING) != OFF
    timed, since = _timed(pair, older=older) if policy.min_deprecation_days else (False, ())
    return Question(older, added(pair) if back else Added(), timed, since)


def _timed(pair: ContractPair, *, older: bool) -> tuple[bool, tuple[str, ...] | None]:
    """Return whether anything goes that a time is set for, and what is marked, so that it may be over."""
    if pair.previous is None or pair.proposed is None:
        marked = pair.previous is not None and pair.previous.status in _ENDING
        return pair.previous is not None or older, ("",) if marked else None if older else ()
    if older:
        return True, None
    gone = list(_gone(pair))
    return bool(gone), tuple(path for path, deprecated in gone if deprecated)


def _gone(pair: ContractPair) -> Iterator[tuple[str, bool]]:
    """Yield each field that goes, and whether it, or an object around it, is deprecated."""
    if pair.both is None:
        return
    deprecated: set[tuple[str, ...]] = set()
    for each in field_pairs(*pair.both):
        if each.previous and (each.previous.deprecated or each.steps[:-1] in deprecated):
            deprecated.add(each.steps)
        if each.previous and each.proposed is None:
            yield each.path, each.steps in deprecated
