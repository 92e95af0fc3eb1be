"""Holds the facts of one repository that the index stores, as plain values that can be sent between processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dcr.git.history import Commit

FACTS_VERSION = 2
"""Increases when the facts change. An index with other facts of a repository reads it again."""


class VersionFacts(NamedTuple):
    """A version of a dataset with one meaning, and the commit that introduced it.

    The bumps are None for the first version. `breaks` is whether its transition had an error that was not accepted.
    """

    version: str
    digest: str
    status: str
    path: str
    commit: Commit
    required_bump: str | None
    actual_bump: str | None
    breaks: bool


class FieldFacts(NamedTuple):
    """A field of the latest version of a dataset."""

    path: str
    type: str
    required: bool
    deprecated: bool
    description: str | None


class DatasetFacts(NamedTuple):
    """A dataset with its latest facts, versions (newest first) and fields; a removed one has no fields.

    `freshness` is the lag in seconds and the measurement. `is_complete` is whether all its consumers are declared.
    """

    dataset_id: str
    version: str
    status: str
    path: str
    other_paths: tuple[str, ...]
    format: str
    alias_of: str | None
    mode: str
    description: str | None
    owners: tuple[tuple[str, str | None], ...]
    freshness: tuple[int | None, str | None] | None
    deprecation_uri: str | None
    is_complete: bool
    last_change: Commit
    versions: tuple[VersionFacts, ...]
    fields: tuple[FieldFacts, ...]


class UseFacts(NamedTuple):
    """A use of a dataset. `document` is the use as JSON text (`dcr.index.stored_uses`)."""

    dataset_id: str
    document: str


class ConsumerFacts(NamedTuple):
    """A declared consumer and its uses. `document` is the consumer without them as JSON text."""

    name: str
    source: str
    path: str
    document: str
    uses: tuple[UseFacts, ...]


class IssueFacts(NamedTuple):
    """An issue in the history of a dataset, or a file that cannot be read. `accepted` is the reason of an acceptance.

    `previous` and `version` are the versions of the transition; None for a dataset that was removed or added again.
    """

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


class FileFacts(NamedTuple):
    """The text of a file: a contract of the latest versions, or a declaration of consumers that cannot be read."""

    purpose: str
    path: str
    text: bytes


CONTRACT_FILE, CONSUMER_FILE = "contract", "consumers"
"""The purposes of stored files."""


class RepositoryFacts(NamedTuple):
    """What the index stores of a repository at one commit.

    `policy` is JSON text. `valid_on` is the day, as YYYY-MM-DD, of facts that depend on the date, None for others.
    `declares_consumers` is whether a consumer is declared, or a declaration cannot be read.
    """

    ref: str
    commit: str
    is_complete: bool
    policy: str
    valid_on: str | None
    declares_consumers: bool
    datasets: tuple[DatasetFacts, ...]
    consumers: tuple[ConsumerFacts, ...]
    issues: tuple[IssueFacts, ...]
    files: tuple[FileFacts, ...]
    facts_version: int = FACTS_VERSION
