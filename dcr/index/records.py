"""Holds the records that queries of the index return."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.git.history import Commit

REMOVED = "removed"
"""The status of a dataset that no file defines any more."""


class KnownRepository(NamedTuple):
    """What decides whether the facts of a repository can be used; `checked_at` is None if it could never be read.

    `reader` is the version of dcr and of its facts that read it.
    """

    id: int
    name: str
    address: str
    checked_at: str | None
    reader: str | None


class StoredRepository(NamedTuple):
    """A repository of the index with the number of its datasets; `commit` is None if it could never be read.

    Times are UTC in ISO 8601. `error` is why the last attempt to read it failed, None if it did not.
    """

    name: str
    address: str
    ref: str | None
    read_ref: str | None
    commit: str | None
    is_complete: bool | None
    read_at: str | None
    checked_at: str | None
    error: str | None
    failed_at: str | None
    dataset_count: int


class StoredDataset(NamedTuple):
    """A dataset of a repository, with its latest facts and its owners, as pairs of team and contact."""

    repository: str
    dataset_id: str
    version: str
    status: str
    path: str
    other_paths: tuple[str, ...]
    format: str
    alias_of: str | None
    description: str | None
    freshness: tuple[int | None, str | None] | None
    deprecation_uri: str | None
    is_complete: bool
    last_change: Commit
    owners: tuple[tuple[str, str | None], ...]


class StoredVersion(NamedTuple):
    """A version of a dataset with one meaning, and the commit that introduced it. See `VersionFacts`."""

    repository: str
    dataset_id: str
    version: str
    digest: str
    status: str
    path: str
    required_bump: str | None
    actual_bump: str | None
    breaks: bool
    commit: Commit


class StoredField(NamedTuple):
    """A field of the latest version of a dataset, and the file that defines it.

    `is_complete` is whether all consumers of the dataset are declared.
    """

    repository: str
    dataset_id: str
    path: str
    type: str
    required: bool
    deprecated: bool
    description: str | None
    file: str
    is_complete: bool


class StoredIssue(NamedTuple):
    """An issue in the history of a dataset, or of a file that cannot be read now. See `IssueFacts`."""

    repository: str
    kind: str
    severity: str
    message: str
    hint: str
    dataset_id: str | None
    field: str | None
    previous: str | None
    version: str | None
    path: str
    accepted: str | None
    commit: Commit

    @property
    def is_current(self) -> bool:
        """Whether it is about a file that cannot be read now."""
        return self.kind in CURRENT_KINDS


CURRENT_KINDS = ("contract_invalid", "consumer_invalid")
"""The kinds of issues about files that cannot be read."""


MAX_NAMED = 5
"""The number of repositories that the message about a duplicate names."""


class DuplicateDataset(NamedTuple):
    """A dataset id that several repositories define."""

    dataset_id: str
    repositories: tuple[str, ...]

    @property
    def message(self) -> str:
        """What is wrong, for a report: the first repositories, and the number of the others."""
        named = list(self.repositories[:MAX_NAMED])
        further = len(self.repositories) - len(named)
        names = ", ".join(named) + (f" and {further:,} more" if further else "")
        return f"dataset id '{self.dataset_id}' is defined in several repositories: {names}"


DUPLICATE_KIND, DUPLICATE_HINT = "dataset_id_duplicated", "keep it in one of them, or rename the others"
