"""What matching asks beyond the changed files: other claims, contracts that left the scope, the base's newest."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dcr.compatibility.matching import Surroundings
from dcr.formats import read
from dcr.git.changes import commit_changes
from dcr.git.contents import proposed_contents
from dcr.git.search import claims_of
from dcr.git.sides import previous_readings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dcr.contract.contract import Contract
    from dcr.contract.location import Location
    from dcr.git.base import Base
    from dcr.git.changes import Change
    from dcr.git.repository import Repository


def surroundings(
    repository: Repository,
    base: Base,
    head: str,
    *,
    changes: Sequence[Change],
    looked_at: Sequence[Change],
    covers: Callable[[str], bool],
) -> Surroundings:
    """Return the answers to what matching may ask; nothing is read before it is asked for."""
    changed = {each.path for each in changes}

    def claims(ids: Iterable[str]) -> Mapping[str, tuple[Location, ...]]:
        return claims_of(repository, head, set(ids), lambda path: path not in changed and covers(path))

    def elsewhere(ids: Iterable[str]) -> Mapping[str, Contract]:
        known = {each.path for each in looked_at}
        return _found_in(repository, [each for each in changes if each.path not in known], set(ids))

    @cache
    def published() -> Mapping[str, Contract]:
        if base.commit == base.merge_base:
            return {}
        since = [each for each in commit_changes(repository, base.commit, base.merge_base) if covers(each.path)]
        readings = previous_readings(repository, since, base.commit).values()
        return {each.dataset_id: each for reading in readings if not reading.unreadable for each in reading.contracts}

    return Surroundings(claims, elsewhere, published)


def _found_in(repository: Repository, changes: Sequence[Change], ids: set[str]) -> dict[str, Contract]:
    """Return the contracts of some datasets that changed files outside the scope hold."""
    wanted = [each.encode("utf-8", "surrogateescape") for each in ids]
    homes: dict[str, Contract] = {}
    for path, content in proposed_contents(repository, [each for each in changes if each.in_proposed]).items():
        if isinstance(content, bytes) and any(each in content for each in wanted):
            homes.update({each.dataset_id: each for each in read(path, content).contracts if each.dataset_id in ids})
    return homes
