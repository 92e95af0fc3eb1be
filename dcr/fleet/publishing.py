"""Stores the facts of one repository in the index from its own clone, so that no mirror is needed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dcr.errors import DcrError, quote_for_shell
from dcr.fleet.addresses import derive_name
from dcr.fleet.repository_facts import read_facts
from dcr.fleet.settings import MAX_NAME, is_valid_name
from dcr.git.history import find_order, require_full_history
from dcr.git.policies import read_policy
from dcr.git.refs import find_branch, resolve_commit
from dcr.git.remotes import find_address, list_own_addresses, normalize_address
from dcr.git.repository import discover_repository
from dcr.index.revisions import upgrade_index
from dcr.index.store import (
    PUBLISHED,
    READER,
    RepositoryKey,
    confirm_unchanged,
    list_indexed,
    remove_repositories,
    replace_facts,
)
from dcr.report.policy_issues import get_today

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.git.repository import Repository
    from dcr.index.connection import FleetIndex
    from dcr.index.store import IndexedRepository

_MAX_ATTEMPTS = 5
"""How often a repository is compared with the index again, because another job has published it meanwhile."""


class PublishError(DcrError):
    """The index has facts under this name that must not be replaced."""

    consequence = "nothing was published"


class PublishRequest(NamedTuple):
    """What to publish: `ref` is None for HEAD, and `name` for that of the policy or of the address.

    With `force`, the facts of any commit and of any repository under this name are replaced.
    """

    folder: str
    index_url: str
    name: str | None = None
    ref: str | None = None
    force: bool = False


class _Publication(NamedTuple):
    """A repository at the commit to publish, and the index to publish it to."""

    repository: Repository
    key: RepositoryKey
    commit: str
    target: FleetIndex
    is_forced: bool

    @property
    def subject(self) -> str:
        return f"'{self.key.name}' at {self.commit[:10]}"


def publish(request: PublishRequest, progress: Callable[[str], None]) -> str:
    """Store the facts of a repository in one transaction, unless the index has them or those of a newer commit.

    Return what was done, as a sentence without a full stop. Raise a `DcrError` if the clone is shallow, if the index
    cannot be written, or if it has facts that must not be replaced.
    """
    repository = discover_repository(request.folder)
    require_full_history(repository, "publishing it")
    commit = resolve_commit(repository, request.ref or "HEAD", option="--ref ")
    key = _build_key(request, repository, commit)
    index = upgrade_index(request.index_url, request.folder)
    try:
        publication = _Publication(repository, key, commit, index, request.force)
        for _ in range(_MAX_ATTEMPTS):
            summary = _publish_once(publication, progress)
            if summary is not None:
                return summary
    finally:
        index.close()
    raise PublishError(f"other jobs publish '{key.name}' at the same time", "publish it again")


def remove_published(request: PublishRequest) -> str:
    """Remove the facts of a repository from the index. Raise a `DcrError` if it is not in there."""
    repository = discover_repository(request.folder)
    commit = resolve_commit(repository, request.ref or "HEAD", option="--ref ")
    key = _build_key(request, repository, commit)
    name = key.name
    index = upgrade_index(request.index_url, request.folder)
    try:
        known = list_indexed(index).get(name)
        if known is None:
            raise PublishError(f"index '{index.name}' has no repository '{name}'", "list them: dcr fleet --index URL")
        if not request.force:
            _check_address(_Publication(repository, key, commit, index, is_forced=False), known)
        remove_repositories(index, [name])
        return f"removed '{name}' from the index"
    finally:
        index.close()


def _build_key(request: PublishRequest, repository: Repository, commit: str) -> RepositoryKey:
    address = find_address(repository, os.environ)
    settings = read_policy(repository, commit).index_settings
    name = request.name or (settings.repository if settings else None) or derive_name(address)
    if not is_valid_name(name):
        raise PublishError(f"the name is not printable or longer than {MAX_NAME}", "choose another one: --name NAME")
    return RepositoryKey(name, address, request.ref or find_branch(repository), PUBLISHED)


def _publish_once(publication: _Publication, progress: Callable[[str], None]) -> str | None:
    """Return what was done, or None if the index has changed meanwhile."""
    repository, key, commit, index, is_forced = publication
    known = list_indexed(index).get(key.name)
    if known is not None and not is_forced:
        _check_address(publication, known)
    former = known.commit if known else None
    if known and (former, known.reader) == (commit, READER) and known.valid_on in (None, get_today()):
        confirm_unchanged(index, [key.name])
        return f"{publication.subject} is in the index already"
    if former is not None and former != commit and not is_forced and _is_newer(publication, former):
        return f"{publication.subject} was not published: the index has the newer commit {former[:10]}"
    progress("reading the history")
    facts = read_facts(repository, key.ref or "HEAD", commit)
    if not replace_facts(index, key, facts, former):
        return None
    return f"published {publication.subject}"


def _check_address(publication: _Publication, known: IndexedRepository) -> None:
    """Raise `PublishError` if the index has another repository under this name."""
    folder = publication.repository.top or publication.repository.git_dir
    own = list_own_addresses(publication.repository, os.environ)
    own |= {normalize_address(publication.key.address, folder)}
    if normalize_address(known.address, folder) not in own:
        raise PublishError(
            f"index '{publication.target.name}' has another repository '{known.name}': {known.address}",
            "choose another name: --name NAME; or replace or remove it: --force",
        )


def _is_newer(publication: _Publication, former: str) -> bool:
    """Return whether the commit in the index is newer. Raise `PublishError` if it is not on the same line."""
    order = find_order(publication.repository, publication.commit, former)
    if order is None:
        raise PublishError(
            f"index '{publication.target.name}' has {quote_for_shell(publication.key.name)} at {former[:10]}, which is "
            f"neither older nor newer than {publication.commit[:10]} in this clone",
            "run git fetch, then publish the newest commit; or replace it: --force",
        )
    return order > 0
