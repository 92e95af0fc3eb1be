"""Determines what a change needs from the history; most changes need nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.modes import DIRECTIONS, is_transitive
from dcr.compatibility.pairs import list_field_pairs
from dcr.compatibility.reintroductions import Additions, list_additions
from dcr.compatibility.severities import ERROR, OFF, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.pairs import ContractPair
    from dcr.policy.policy import StricterPolicy

_END_STATUSES = ("deprecated", "archived")


class RequiredHistory(NamedTuple):
    """What a check needs from the history of one dataset.

    - `older_versions`: whether it needs the released versions
    - `additions`: added fields and enum values that older versions may have had
    - `version`: the base's version, if older texts may have another meaning of it
    - `has_removals`: whether the policy requires a deprecation period for a removal
    - `deprecated_paths`: deprecated fields whose dates it needs; an empty path is the contract, None is all fields
    """

    older_versions: bool = False
    additions: Additions = Additions()
    version: str = ""
    has_removals: bool = False
    deprecated_paths: tuple[str, ...] | None = ()

    @property
    def needs_older_texts(self) -> bool:
        """Whether the check needs the older texts of the dataset's file."""
        return any(self.additions) or bool(self.version)

    @property
    def needs_full_history(self) -> bool:
        """Whether the check needs the full history of the dataset."""
        return self.older_versions or self.deprecated_paths != ()


def find_required_history(pair: ContractPair, mode: str, policy: StricterPolicy) -> RequiredHistory:
    """Return what a pair needs from the history."""
    needs_older = is_transitive(mode) and pair.proposed is not None and (pair.previous is None or pair.is_changed)
    needs_additions = bool(DIRECTIONS[mode]) and policy.get_severity("field_resurrected", WARNING) != OFF
    has_removals, paths = _find_removals(pair, needs_older=needs_older) if policy.min_deprecation_days else (False, ())
    additions = list_additions(pair) if needs_additions else Additions()
    return RequiredHistory(needs_older, additions, _find_version(pair, policy), has_removals, paths)


def _find_version(pair: ContractPair, policy: StricterPolicy) -> str:
    """Return the version that must not have had another meaning: the previous one, if the change replaces or keeps it.

    Once the base has a greater version, the redefinition of an older one no longer concerns a change.
    """
    if pair.both is None or pair.is_unchanged or pair.both[0].is_changed_in_place:
        return ""
    return pair.both[0].version if policy.get_severity("version_redefined", ERROR) != OFF else ""


def _find_removals(pair: ContractPair, *, needs_older: bool) -> tuple[bool, tuple[str, ...] | None]:
    """Return whether anything was removed, and the removed paths that are deprecated."""
    if pair.previous is None or pair.proposed is None:
        is_deprecated = pair.previous is not None and pair.previous.status in _END_STATUSES
        paths = ("",) if is_deprecated else None if needs_older else ()
        return pair.previous is not None or needs_older, paths
    if needs_older:
        return True, None
    removed = list(_list_removed_fields(pair))
    return bool(removed), tuple(path for path, is_deprecated in removed if is_deprecated)


def _list_removed_fields(pair: ContractPair) -> Iterator[tuple[str, bool]]:
    """Yield the path of each removed field, and whether the field or a parent of it is deprecated."""
    if pair.both is None:
        return
    deprecated: set[tuple[str, ...]] = set()
    for field in list_field_pairs(*pair.both):
        if field.previous and (field.previous.deprecated or field.steps[:-1] in deprecated):
            deprecated.add(field.steps)
        if field.previous and field.proposed is None:
            yield field.path, field.steps in deprecated
