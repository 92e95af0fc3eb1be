"""Reads all declared consumers of a commit, of the index or of the working tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.consumers.consumer import pin_locations
from dcr.consumers.readers import read_consumers
from dcr.git.consumers.declared_uses import ConsumerFile
from dcr.git.sides import list_side_files, stream_side_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dcr.consumers.consumer import ParsedConsumers
    from dcr.git.repository import Repository
    from dcr.policy.policy import Policy


class ConsumerSource(NamedTuple):
    """A kind of files that may declare consumers: its paths among all paths, and its reader."""

    filter_paths: Callable[[Iterable[str]], list[str]]
    read: Callable[[str, bytes], ParsedConsumers]


def list_sources(policy: Policy) -> tuple[ConsumerSource, ...]:
    """Return every kind of files that declare consumers. A new kind is added here."""
    return (ConsumerSource(policy.consumers.scope.filter_paths, read_consumers),)


def read_all_consumers(repository: Repository, head: str, policy: Policy) -> tuple[ParsedConsumers, ...]:
    """Return the files that declare consumers, sorted by path, without their trees.

    `head` is `worktree`, `index` or a commit id, and the policy is the one to apply there. Raise a `DcrError` if git
    fails or a file of the working tree cannot be read.
    """
    files = [pin_locations(file.parsed) for file in stream_consumer_files(repository, head, policy)]
    return tuple(sorted(files, key=lambda file: (file.path, file.format)))


def stream_consumer_files(repository: Repository, head: str, policy: Policy) -> Iterator[ConsumerFile]:
    """Yield the files that declare consumers, or are meant to, as `read_all_consumers` selects them."""
    readers: dict[str, list[Callable[[str, bytes], ParsedConsumers]]] = {}
    entries = list_side_files(repository, head)
    for source in list_sources(policy):
        for path in source.filter_paths(entries):
            readers.setdefault(path, []).append(source.read)
    ids = {path: oid for path, oid in entries.items() if path in readers}
    for path, text in stream_side_texts(repository, head, ids):
        for read in readers[path]:
            parsed = read(path, text)
            if parsed.format is not None:
                yield ConsumerFile(parsed, text)
