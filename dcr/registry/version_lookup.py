"""Finds one version of a dataset in its history, as people write it: `DATASET`, `DATASET@VERSION`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError, quote_for_shell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.registry.history.timeline import History, Release, Revision


MAX_LISTED_VERSIONS = 8
"""Versions that a hint lists, the newest ones."""

UNSHALLOW_COMMAND = "git fetch --unshallow origin"


class UnknownVersionError(DcrError):
    """The dataset never had that version, or not in that commit."""


class VersionSpec(NamedTuple):
    """A dataset and perhaps a version, as written."""

    dataset_id: str
    version: str | None


class VersionMatch(NamedTuple):
    """The state that is meant; `other_releases` are further meanings that the version has."""

    revision: Revision
    other_releases: tuple[Release, ...] = ()


def parse_version_spec(written: str) -> VersionSpec:
    """Return what `DATASET` or `DATASET@VERSION` names."""
    dataset_id, at, version = written.rpartition("@")
    return VersionSpec(dataset_id, version) if at and dataset_id else VersionSpec(written, None)


def get_version(history: History, named: VersionSpec, commit: str | None = None) -> VersionMatch:
    """Return the newest state of a version; without one, what the dataset is now or was last.

    `commit` chooses among the meanings of a version: the state as of that commit, which may be a part of its
    id. Raises `UnknownVersionError`.
    """
    states = [each for each in history.list_revisions(named.dataset_id) if each.facts]
    if named.version is not None:
        having = [each for each in states if each.facts and each.facts.version == named.version]
        if not having:
            raise _build_unknown_error(named, states, whole=history.is_complete)
        states = having
    if commit is not None:
        return VersionMatch(_get_revision_in_commit(named, states, commit))
    chosen = states[-1]
    rivals = [
        each for each in history.list_releases(named.dataset_id) if chosen.facts and _is_other_meaning(each, chosen)
    ]
    return VersionMatch(chosen, tuple(rivals))


def _is_other_meaning(release: Release, state: Revision) -> bool:
    facts = state.facts
    return (
        facts is not None
        and release.version != ""
        and release.version == facts.version
        and release.digest != facts.digest
    )


def _get_revision_in_commit(named: VersionSpec, states: Sequence[Revision], commit: str) -> Revision:
    found = [each for each in states if each.commit.id.startswith(commit.lower())]
    if not commit or not found:
        known = ", ".join(dict.fromkeys(each.commit.id[:10] for each in states[-5:]))
        raise UnknownVersionError(
            f"'{_format_spec(named)}' did not change in commit '{commit}'",
            f"it did in {known}: dcr log {quote_for_shell(named.dataset_id)}",
        )
    return found[-1]


def _build_unknown_error(named: VersionSpec, states: Sequence[Revision], *, whole: bool) -> UnknownVersionError:
    known = list(dict.fromkeys(each.facts.version for each in states if each.facts))
    listed = f"{'…, ' if len(known) > MAX_LISTED_VERSIONS else ''}{', '.join(known[-MAX_LISTED_VERSIONS:])}"
    if not whole:
        message = f"dataset '{named.dataset_id}' has no version '{named.version}' in this shallow clone"
        return UnknownVersionError(message, f"{UNSHALLOW_COMMAND} brings those before {listed}")
    return UnknownVersionError(
        f"dataset '{named.dataset_id}' never had version '{named.version}'",
        f"it had {listed}: dcr log {quote_for_shell(named.dataset_id)}",
    )


def _format_spec(named: VersionSpec) -> str:
    return named.dataset_id if named.version is None else f"{named.dataset_id}@{named.version}"
