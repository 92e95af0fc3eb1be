"""Finds versions whose meaning changed without a new number."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.history import Redefinition, VersionCommit
from dcr.compatibility.migration import make_comparable
from dcr.compatibility.semver import NONE
from dcr.contract.contract import is_equivalent
from dcr.registry.deprecation_dates import get_commit_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dcr.contract.contract import Contract
    from dcr.git.history import Commit
    from dcr.registry.history.timeline import Revision

_SHORT = 10


class _Meaning(NamedTuple):
    """A meaning of a version, in the first commit that has it."""

    contract: Contract
    commit: Commit


class RedefinitionSearch:
    """Compares the contents of one version, newest first. `commits` are the ids of those that redefined it, so far."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.commits: list[str] = []
        self._latest: _Meaning | None = None
        self._former: _Meaning | None = None
        self._oldest: _Meaning | None = None

    def add(self, contract: Contract, commit: Commit) -> None:
        """Add the next older content, if it has the version."""
        if contract.version != self.version or contract.is_changed_in_place:
            return
        meaning = _Meaning(contract, commit)
        if self._oldest is not None and not is_equivalent(*make_comparable(contract, self._oldest.contract)):
            self.commits.append(self._oldest.commit.id)
        if not self.commits:
            self._latest = meaning
        elif len(self.commits) == 1:
            self._former = meaning
        self._oldest = meaning

    def build(self) -> Redefinition | None:
        """Return what was found, or None if the version has one meaning."""
        if self._former is None or self._latest is None:
            return None
        former, latest = self._former, self._latest
        location = former.contract.section.locate("version") if former.contract.section else None
        return Redefinition(
            self.version,
            _describe_commit(former.commit),
            _describe_commit(latest.commit),
            _list_differences(former.contract, latest.contract),
            location._replace(commit=former.commit.id) if location else None,
            len(self.commits),
            are_drafts=former.contract.status == latest.contract.status == "draft",
        )


def list_redefined_versions(revisions: Iterable[Revision]) -> Iterator[list[Revision]]:
    """Yield the revisions of each version that may have several meanings, in their order."""
    by_version: dict[str, list[Revision]] = {}
    for revision in revisions:
        if revision.facts and revision.facts.version and revision.facts.format != "dbt":  # dbt changes models in place
            by_version.setdefault(revision.facts.version, []).append(revision)
    for group in by_version.values():
        if len({revision.facts.digest for revision in group if revision.facts}) > 1:
            yield group


def search_revisions(
    oldest_first: Sequence[Revision], read_contracts: Callable[[Sequence[Revision]], Iterable[Contract | None]]
) -> RedefinitionSearch:
    """Return the search of the revisions of one version."""
    newest_first = oldest_first[::-1]
    facts = newest_first[0].facts
    search = RedefinitionSearch(facts.version if facts else "")
    for revision, contract in zip(newest_first, read_contracts(newest_first), strict=True):
        if contract is not None:
            search.add(contract, revision.commit)
    return search


def _describe_commit(commit: Commit) -> VersionCommit:
    day = get_commit_day(commit)
    return VersionCommit(commit.id[:_SHORT], "without a valid date" if day == date.max else day.isoformat())


def _list_differences(former: Contract, latest: Contract) -> tuple[str, ...]:
    from dcr.registry.changelog import build_entry  # noqa: PLC0415 (few versions are redefined)

    entry = build_entry(*make_comparable(former, latest), "full")
    return tuple(line.message for line in entry.lines if line.bump != NONE) or ("the contract changed",)
