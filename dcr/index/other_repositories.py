"""Finds the consumers and datasets of other repositories in the index that a check uses, when they are first needed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from dcr.compatibility.consumer_pairs import UsedDataset
from dcr.errors import DcrError
from dcr.git.consumers.declared_uses import UNKNOWN_USE
from dcr.index import require_extra
from dcr.index.facts import FACTS_VERSION
from dcr.policy.index_settings import FAIL, WARN, IndexSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sqlalchemy import Connection

    from dcr.consumers.consumer import DeclaredUse
    from dcr.consumers.dataset_index import SearchedDataset
    from dcr.git.consumers.declared_uses import DeclaredUses
    from dcr.git.repository import Repository
    from dcr.index.records import KnownRepository

    _Result = TypeVar("_Result")

SUBJECT = "the consumers of other repositories are unknown"
_UNJUDGED = "which has no contract here, and the index of other repositories cannot be read"
_MAX_LISTED = 3
_MAX_CLOCK_DIFFERENCE = 3600.0
"""The seconds by which the clocks of two machines may differ."""


class UnavailableIndexError(DcrError):
    """The index cannot be used, and the policy does not allow a check without it."""


class StaleIndexError(DcrError):
    """The index lacks facts of repositories, or they are older than the policy allows."""


def create_other_repositories(
    repository: Repository, settings: IndexSettings | None, url: str | None, folder: str
) -> OtherRepositories:
    """Return the other repositories of an index; `settings` are the policy's, None if it names no index.

    A `url` replaces that of the settings; the path of its SQLite file is relative to `folder`, and that of the policy
    to the root of the repository.
    """
    settings = settings or IndexSettings()
    if url:
        return OtherRepositories(settings._replace(url=url), folder, repository)
    return OtherRepositories(settings, repository.top or repository.git_dir, repository)


class OtherRepositories:
    """The repositories of an index except the one that is checked.

    `problem` is why the index could not be used, None if it was used or not needed. If the policy does not allow that,
    the methods raise `UnavailableIndexError`. Another process may use a copy.
    """

    def __init__(self, settings: IndexSettings, folder: str, repository: Repository) -> None:
        """Take the settings with the URL; the path of an SQLite file is relative to `folder`."""
        self._settings, self._folder, self._repository = settings, folder, repository
        self._refusal: DcrError | None = None
        self.problem: DcrError | None = None

    def refuse(self, message: str, hint: str) -> None:
        """Do not use the index, and give the reason as the problem if it would be needed."""
        self._settings = self._settings._replace(unavailable=WARN)
        self._refusal = DcrError(message, hint)

    def add_uses(self, uses: DeclaredUses | None, datasets: Collection[SearchedDataset]) -> DeclaredUses:
        """Return the uses of datasets in this repository with those in the others.

        `uses` are None if this repository declares no consumers. If the index cannot be read, each dataset also has
        `UNKNOWN_USE`.
        """
        known, names = uses or {}, {dataset.dataset_id: dataset.names for dataset in datasets}

        def read(connection: Connection, repositories: Mapping[int, str], *, is_own_known: bool) -> DeclaredUses:
            from dcr.index.other_uses import read_uses  # noqa: PLC0415 (needs the packages of the extra)

            by_name = read_uses(connection, {name for group in names.values() for name in group}, repositories)
            found = {
                dataset_id: tuple(
                    each._replace(use=each.use._replace(dataset_id=dataset_id))
                    for name in group
                    for each in by_name[name]
                )
                for dataset_id, group in names.items()
            }
            return found if is_own_known else _exclude_known(found, known)

        others = self._read(read)
        return {
            dataset_id: (*known.get(dataset_id, ()), *((UNKNOWN_USE,) if others is None else others[dataset_id]))
            for dataset_id in names
        }

    def find_datasets(self, ids: Collection[str]) -> dict[str, UsedDataset]:
        """Return those of some datasets that another repository defines; all as not judged without the index."""
        if not ids:
            return {}

        def read(connection: Connection, repositories: Mapping[int, str], **_: bool) -> dict[str, UsedDataset]:
            from dcr.index.other_uses import read_datasets  # noqa: PLC0415 (needs the packages of the extra)

            return read_datasets(connection, ids, repositories)

        found = self._read(read)
        return dict.fromkeys(ids, UsedDataset(unjudged=_UNJUDGED)) if found is None else found

    def _read(self, read: Callable[..., _Result]) -> _Result | None:
        """Return what a function reads from the index, or None with the problem if the index cannot be used."""
        if self.problem is not None:
            return None
        try:
            return self._open(read)
        except DcrError as error:
            if self._settings.unavailable == FAIL:
                raise UnavailableIndexError(f"{SUBJECT}: {error.message}", error.hint) from error
            self.problem = DcrError(f"{SUBJECT}: {error.message}", error.hint)
            return None

    def _open(self, read: Callable[..., _Result]) -> _Result:
        if self._refusal is not None or self._settings.url is None:
            raise self._refusal or DcrError("the policy names no index", "write url in its table 'index'")
        require_extra()
        from dcr.index.connection import DamagedIndexError  # noqa: PLC0415 (needs the packages of the extra)
        from dcr.index.queries import list_known_repositories  # noqa: PLC0415
        from dcr.index.revisions import open_index  # noqa: PLC0415

        index = open_index(self._settings.url, self._folder, read_only=True)
        try:
            with index.read() as connection:
                known = list_known_repositories(connection)
                own = self._find_own(known)
                others = [each for each in known if each.id not in own]
                if not known:
                    raise StaleIndexError(f"index '{index.name}' has no repositories", "add them: dcr fleet sync")
                self._check_age(index.name, others)
                return read(connection, {each.id: each.name for each in others}, is_own_known=bool(own))
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedIndexError(
                f"index '{index.name}' has facts that cannot be read", "upgrade dcr, then run dcr fleet sync"
            ) from error
        finally:
            index.close()

    def _find_own(self, known: Collection[KnownRepository]) -> set[int]:
        """Return the ids of this repository: by the name in the settings, or else by its addresses."""
        own = {each.id for each in known if each.name == self._settings.repository}
        if own:
            return own
        from dcr.git.remotes import list_own_addresses, normalize_address  # noqa: PLC0415 (few checks need an index)

        addresses = list_own_addresses(self._repository, os.environ)
        return {each.id for each in known if normalize_address(each.address, self._folder) in addresses}

    def _check_age(self, name: str, repositories: Collection[KnownRepository]) -> None:
        """Raise `StaleIndexError` if the facts of a repository are missing, too old, or of a newer version of dcr."""
        newer = [each.name for each in repositories if _parse_facts_version(each.reader) > FACTS_VERSION]
        if newer:
            raise StaleIndexError(
                f"index '{name}' has facts of {_list_names(newer)} that a newer version of dcr stored",
                "upgrade dcr: pip install --upgrade 'dcr-cli[fleet]'",
            )
        never = [each.name for each in repositories if each.checked_at is None]
        if never:
            raise StaleIndexError(
                f"index '{name}' has no facts of {_list_names(never)}, which could never be read",
                "see why: dcr fleet; then run dcr fleet sync",
            )
        future = [each.name for each in repositories if _compute_age(each.checked_at or "") < -_MAX_CLOCK_DIFFERENCE]
        if future:
            raise StaleIndexError(
                f"index '{name}' has facts of {_list_names(future)} with a time in the future",
                "correct the clock of this machine, or of the one that runs dcr fleet; then run dcr fleet sync",
            )
        limit = self._settings.max_age_seconds
        old = [each for each in repositories if _compute_age(each.checked_at or "") > limit]
        if old:
            oldest = min(each.checked_at or "" for each in old)
            raise StaleIndexError(
                f"index '{name}' is older than {self._settings.max_age}: {_list_names([each.name for each in old])} "
                f"was last read at {oldest}",
                "run dcr fleet sync, or dcr fleet publish in that repository; or raise max_age in the policy",
            )


def _exclude_known(found: DeclaredUses, known: DeclaredUses) -> DeclaredUses:
    """Return the uses without those that this repository declares too: it may be in the index under another address."""
    return {
        dataset_id: tuple(
            each for each in uses if _get_content(each) not in set(map(_get_content, known.get(dataset_id, ())))
        )
        for dataset_id, uses in found.items()
    }


def _get_content(declared: DeclaredUse) -> tuple[object, ...]:
    """Return what a use declares, and in which file, without the line."""
    consumer, use = declared.consumer, declared.use
    values = tuple((path, *values) for path, values in use.values.items())
    versions = use.versions.text if use.versions else None
    content = (use.dataset_id, versions, use.fields, values, use.reads, use.until, use.is_strict)
    return consumer.name, consumer.source, consumer.path, consumer.owners, content


def _compute_age(time: str) -> float:
    """Return the seconds since a stored time; a time that cannot be read is too old."""
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds()
    except (ValueError, TypeError):
        return float("inf")


def _parse_facts_version(reader: str | None) -> int:
    version = (reader or "").rpartition("/")[2]
    return int(version) if version.isdecimal() else 0


def _list_names(names: list[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in sorted(names)[:_MAX_LISTED])
    return f"{shown} and {len(names) - _MAX_LISTED} more" if len(names) > _MAX_LISTED else shown
