"""Finds one version of a dataset in its history, as people write it: `DATASET`, `DATASET@VERSION`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError, typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.registry.history.timeline import History, Release, State


MAX_LISTED = 8
"""Versions that a hint lists, the newest ones."""

UNSHALLOW = "git fetch --unshallow origin"


class UnknownVersionError(DcrError):
    """The dataset never had that version, or not in that commit."""


class Named(NamedTuple):
    """A dataset and perhaps a version, as written."""

    dataset_id: str
    version: str | None


class Found(NamedTuple):
    """The state that is meant; `others` are further meanings that the version has."""

    state: State
    others: tuple[Release, ...] = ()


def parse(written: str) -> Named:
    """Return what `DATASET` or `DATASET@VERSION` names."""
    dataset_id, at, version = written.rpartition("@")
    return Named(dataset_id, version) if at and dataset_id else Named(written, None)


def find(history: History, named: Named, commit: str | None = None) -> Found:
    """Return the newest state of a version; without one, what the dataset is now or was last.

    `commit` chooses among the meanings of a version: the state as of that commit, which may be a part of its
    id. Raises `UnknownVersionError`.
    """
    states = [each for each in history.states(named.dataset_id) if each.facts]
    if named.version is not None:
        having = [each for each in states if each.facts and each.facts.version == named.version]
        if not having:
            raise _unknown(named, states, whole=history.whole)
        states = having
    if commit is not None:
        return Found(_in_commit(named, states, commit))
    chosen = states[-1]
    rivals = [each for each in history.released(named.dataset_id) if chosen.facts and _rivals(each, chosen)]
    return Found(chosen, tuple(rivals))


def _rivals(release: Release, state: State) -> bool:
    facts = state.facts
    return (
        facts is not None
        and release.version != ""
        and release.version == facts.version
        and release.digest != facts.digest
    )


def _in_commit(named: Named, states: Sequence[State], commit: str) -> State:
    found = [each for each in states if each.commit.id.startswith(commit.lower())]
    if not commit or not found:
        known = ", ".join(dict.fromkeys(each.commit.id[:10] for each in states[-5:]))
        raise UnknownVersionError(
            f"'{_shown(named)}' did not change in commit '{commit}'",
            f"it did in {known}: dcr log {typed(named.dataset_id)}",
        )
    return found[-1]


def _unknown(named: Named, states: Sequence[State], *, whole: bool) -> UnknownVersionError:
    known = list(dict.fromkeys(each.facts.version for each in states if each.facts))
    listed = f"{'…, ' if len(known) > MAX_LISTED else ''}{', '.join(known[-MAX_LISTED:])}"
    if not whole:
        message = f"dataset '{named.dataset_id}' has no version '{named.version}' in this shallow clone"
        return UnknownVersionError(message, f"{UNSHALLOW} brings those before {listed}")
    return UnknownVersionError(
        f"dataset '{named.dataset_id}' never had version '{named.version}'",
        f"it had {listed}: dcr log {typed(named.dataset_id)}",
    )


def _shown(named: Named) -> str:
    return named.dataset_id if named.version is None else f"{named.dataset_id}@{named.version}"
