"""Reads from the index which consumers some repositories declare for datasets, and how they define datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from dcr.compatibility.consumer_pairs import UsedDataset
from dcr.consumers.consumer import ParsedConsumers
from dcr.consumers.readers import UNREADABLE
from dcr.formats import read_content
from dcr.git.consumers.declared_uses import ConsumerFile, list_possible_uses
from dcr.git.consumers.sources import may_mention_dataset
from dcr.index import schema
from dcr.index.facts import CONSUMER_FILE, CONTRACT_FILE
from dcr.index.queries import fetch
from dcr.index.records import REMOVED
from dcr.index.stored_uses import load_use

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Select

    from dcr.consumers.consumer import DeclaredUse
    from dcr.contract.contract import Contract
    from dcr.git.consumers.declared_uses import DeclaredUses

_BATCH_SIZE = 500


def read_uses(connection: Connection, ids: Collection[str], repositories: Mapping[int, str]) -> DeclaredUses:
    """Return the uses of datasets that some repositories declare; `repositories` are their names by their ids.

    A file that cannot be read and mentions a dataset counts as a use of all of it, as it does in its own repository.
    Raise ValueError, KeyError or TypeError if a stored text is damaged.
    """
    table, consumers = schema.uses, schema.consumers
    same = and_(consumers.c.repository_id == table.c.repository_id, consumers.c.number == table.c.number)
    query = select(
        table.c.repository_id, table.c.number, table.c.position, consumers.c.name, consumers.c.source,
        consumers.c.document, table.c.dataset_id, table.c.document,
    ).join(consumers, same)  # fmt: skip
    rows = [row for row in _fetch_batches(connection, query, table.c.dataset_id, ids) if row[0] in repositories]
    found: dict[str, list[DeclaredUse]] = {dataset_id: [] for dataset_id in ids}
    for declared in _build_uses(sorted(rows, key=lambda row: (repositories[row[0]], *row[1:3])), repositories):
        found[declared.use.dataset_id].append(declared)
    for declared in _read_possible_uses(connection, ids, repositories):
        found[declared.use.dataset_id].append(declared)
    return {dataset_id: tuple(uses) for dataset_id, uses in found.items()}


def _fetch_batches(
    connection: Connection, query: Select[Any], column: Any, ids: Collection[str]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query in which a column has one of some values."""
    values = sorted(ids)
    for start in range(0, len(values), _BATCH_SIZE):
        yield from fetch(connection, query.where(column.in_(values[start : start + _BATCH_SIZE])))


def _build_uses(rows: Sequence[Sequence[Any]], repositories: Mapping[int, str]) -> Iterator[DeclaredUse]:
    """Yield the uses of sorted rows. The consumer of each has all of its uses among the rows."""
    consumers: dict[tuple[int, int], list[DeclaredUse]] = {}
    for repository_id, number, _, *texts in rows:
        consumers.setdefault((repository_id, number), []).append(load_use(*texts))
    for (repository_id, _), declared in consumers.items():
        uses = tuple(each.use for each in declared)
        consumer = declared[0].consumer._replace(uses=uses, repository=repositories[repository_id])
        yield from (each._replace(consumer=consumer) for each in declared)


def _read_possible_uses(
    connection: Connection, ids: Collection[str], repositories: Mapping[int, str]
) -> Iterator[DeclaredUse]:
    table = schema.files
    query = select(table.c.repository_id, table.c.path, table.c.text).where(table.c.purpose == CONSUMER_FILE)
    for repository_id, path, text in fetch(connection, query.order_by(table.c.repository_id, table.c.path)):
        if repository_id in repositories:
            file = ConsumerFile(ParsedConsumers(path, UNREADABLE), text)
            mentioned = [dataset_id for dataset_id in ids if may_mention_dataset(text, dataset_id)]
            for declared in list_possible_uses(file, mentioned):
                consumer = declared.consumer._replace(repository=repositories[repository_id])
                yield declared._replace(consumer=consumer)


def read_datasets(
    connection: Connection, ids: Collection[str], repositories: Mapping[int, str]
) -> dict[str, UsedDataset]:
    """Return those of some datasets that one of the repositories defines, each as it is defined there.

    A dataset that several of them define is not judged.
    """
    datasets, files = schema.datasets, schema.files
    is_source = and_(
        files.c.repository_id == datasets.c.repository_id,
        files.c.path == datasets.c.path,
        files.c.purpose == CONTRACT_FILE,
    )
    query = (
        select(datasets.c.repository_id, datasets.c.dataset_id, datasets.c.path, files.c.text)
        .outerjoin(files, is_source)
        .where(datasets.c.status != REMOVED)
    )
    found: dict[str, list[tuple[str, str, bytes | None]]] = {}
    for repository_id, dataset_id, path, text in _fetch_batches(connection, query, datasets.c.dataset_id, ids):
        if repository_id in repositories:
            found.setdefault(dataset_id, []).append((repositories[repository_id], path, text))
    return {dataset_id: _build_dataset(dataset_id, sorted(sources)) for dataset_id, sources in found.items()}


def _build_dataset(dataset_id: str, sources: Sequence[tuple[str, str, bytes | None]]) -> UsedDataset:
    if len(sources) > 1:
        return UsedDataset(unjudged=f"which several repositories define: {', '.join(source[0] for source in sources)}")
    repository, path, text = sources[0]
    contract = _parse(dataset_id, path, text)
    if contract is None:
        return UsedDataset(unjudged=f"whose contract in '{path}' of repository '{repository}' cannot be read")
    return UsedDataset(contract)


def _parse(dataset_id: str, path: str, text: bytes | None) -> Contract | None:
    contracts = read_content(path, text).contracts if text is not None else ()
    return next((contract for contract in contracts if contract.dataset_id == dataset_id), None)
