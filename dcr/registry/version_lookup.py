"""Finds a version of a dataset in its history by `DATASET` or `DATASET@VERSION`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError, quote_for_shell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcr.registry.history.timeline import History, Release, Revision

MAX_LISTED_VERSIONS = 8
"""The number of versions that a hint lists, newest last."""

UNSHALLOW_COMMAND = "git fetch --unshallow origin"


class UnknownVersionError(DcrError):
    """The dataset has no such version, or did not change in the given commit."""


class VersionSpec(NamedTuple):
    """A dataset id, and a version or None for the newest one."""

    dataset_id: str
    version: str | None


class VersionMatch(NamedTuple):
    """The revision that a spec selects. `other_releases` are other meanings of the same version."""

    revision: Revision
    other_releases: tuple[Release, ...] = ()


def parse_version_spec(text: str) -> VersionSpec:
    """Return the dataset and version in `DATASET` or `DATASET@VERSION`."""
    dataset_id, at, version = text.rpartition("@")
    return VersionSpec(dataset_id, version) if at and dataset_id else VersionSpec(text, None)


def get_version(history: History, spec: VersionSpec, commit: str | None = None) -> VersionMatch:
    """Return the newest revision of a version, or of the dataset if the spec has no version.

    `commit`, an id or the start of one, selects the revision in that commit. Raise `UnknownVersionError` if there is
    no such version or revision.
    """
    revisions = [revision for revision in history.list_revisions(spec.dataset_id) if revision.facts]
    if spec.version is not None:
        of_version = [revision for revision in revisions if revision.facts and revision.facts.version == spec.version]
        if not of_version:
            raise _build_unknown_error(spec, revisions, is_complete=history.is_complete)
        revisions = of_version
    if commit is not None:
        return VersionMatch(_get_revision_in_commit(spec, revisions, commit))
    newest = revisions[-1]
    releases = history.list_releases(spec.dataset_id)
    return VersionMatch(newest, tuple(release for release in releases if _is_other_meaning(release, newest)))


def _is_other_meaning(release: Release, revision: Revision) -> bool:
    facts = revision.facts
    return (
        facts is not None
        and release.version != ""
        and release.version == facts.version
        and release.digest != facts.digest
    )


def _get_revision_in_commit(spec: VersionSpec, revisions: Sequence[Revision], commit: str) -> Revision:
    matching = [revision for revision in revisions if revision.commit.id.startswith(commit.lower())]
    if not commit or not matching:
        commits = ", ".join(dict.fromkeys(revision.commit.id[:10] for revision in revisions[-5:]))
        name = spec.dataset_id if spec.version is None else f"{spec.dataset_id}@{spec.version}"
        raise UnknownVersionError(
            f"'{name}' did not change in commit '{commit}'",
            f"it changed in {commits}; list all changes: dcr log {quote_for_shell(spec.dataset_id)}",
        )
    return matching[-1]


def _build_unknown_error(spec: VersionSpec, revisions: Sequence[Revision], *, is_complete: bool) -> UnknownVersionError:
    versions = list(dict.fromkeys(revision.facts.version for revision in revisions if revision.facts))
    ellipsis = "…, " if len(versions) > MAX_LISTED_VERSIONS else ""
    listed = f"{ellipsis}{', '.join(versions[-MAX_LISTED_VERSIONS:])}"
    if not is_complete:
        message = f"version '{spec.version}' of dataset '{spec.dataset_id}' does not exist in this shallow clone"
        return UnknownVersionError(message, f"fetch the versions before {listed}: {UNSHALLOW_COMMAND}")
    return UnknownVersionError(
        f"version '{spec.version}' of dataset '{spec.dataset_id}' does not exist",
        f"choose one of {listed}; list all: dcr log {quote_for_shell(spec.dataset_id)}",
    )
