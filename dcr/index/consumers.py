"""Reads the uses of datasets that the repositories of the index declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from dcr.index import schema
from dcr.index.facts import CONSUMER_FILE
from dcr.index.queries import fetch
from dcr.index.stored_uses import load_use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from dcr.consumers.consumer import DeclaredUse


def list_uses(connection: Connection, ids: Sequence[str] = ()) -> list[DeclaredUse]:
    """Return the declared uses of all repositories, by consumer and repository; with `ids`, only of these datasets.

    Each consumer has the name of its repository. With `ids`, a file that cannot be read and mentions one of them
    counts as a use, as in a check; these uses are last.
    """
    consumers, uses, repositories = schema.consumers, schema.uses, schema.repositories
    query = (
        select(
            repositories.c.name, consumers.c.name, consumers.c.source, consumers.c.document, uses.c.dataset_id,
            uses.c.document,
        )
        .join_from(uses, consumers)
        .join(repositories, repositories.c.id == uses.c.repository_id)
        .order_by(consumers.c.name, repositories.c.name, uses.c.number, uses.c.position)
    )  # fmt: skip
    if ids:
        query = query.where(uses.c.dataset_id.in_(ids))
    found = []
    for repository, name, source, about, dataset_id, document in fetch(connection, query):
        found.append(_add_repository(load_use(name, source, about, dataset_id, document), repository))
    return [*found, *_list_possible_uses(connection, ids)] if ids else found


def declares_consumers(connection: Connection) -> bool:
    """Return whether any repository declares a consumer."""
    table = schema.repositories
    query = select(table.c.id).where(table.c.declares_consumers.is_(True)).limit(1)
    return bool(fetch(connection, query))


def _list_possible_uses(connection: Connection, ids: Sequence[str]) -> list[DeclaredUse]:
    """Return a use of each dataset that a file mentions, which may declare consumers and cannot be read."""
    from dcr.consumers.consumer import ParsedConsumers  # noqa: PLC0415 (few files cannot be read)
    from dcr.git.consumers.declared_uses import ConsumerFile, list_possible_uses  # noqa: PLC0415
    from dcr.git.consumers.sources import may_mention_dataset  # noqa: PLC0415

    files, repositories = schema.files, schema.repositories
    query = (
        select(repositories.c.name, files.c.path, files.c.text)
        .join_from(files, repositories)
        .where(files.c.purpose == CONSUMER_FILE)
        .order_by(repositories.c.name, files.c.path)
    )
    found = []
    for repository, path, text in fetch(connection, query):
        mentioned = [dataset_id for dataset_id in ids if may_mention_dataset(text, dataset_id)]
        file = ConsumerFile(ParsedConsumers(path, None), text)
        found += [_add_repository(declared, repository) for declared in list_possible_uses(file, mentioned)]
    return found


def _add_repository(declared: DeclaredUse, repository: str) -> DeclaredUse:
    return declared._replace(consumer=declared.consumer._replace(repository=repository))
