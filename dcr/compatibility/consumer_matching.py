"""Matches previous and proposed consumers by name, independent of their files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dcr.compatibility.consumer_pairs import ConsumerPair
from dcr.consumers.consumer import NATIVE
from dcr.consumers.use_locations import locate_consumer
from dcr.formats.parsed_file import Problem
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from dcr.consumers.consumer import Consumer, ParsedConsumers

_Key = tuple[str, str]
"""The source and the name of a consumer: a consumer file and a dbt exposure with one name are two consumers."""

_ConsumersByKey = dict[_Key, list["Consumer"]]


def match_consumers(
    previous: Mapping[str, ParsedConsumers],
    proposed: Mapping[str, ParsedConsumers],
    find_unchanged: Callable[[Collection[str]], Iterable[Consumer]],
) -> list[ConsumerPair]:
    """Return a pair for each consumer of the changed files, which are given by path, and for each unreadable file.

    `find_unchanged(names)` returns the consumers with these names in unchanged files. Pairs lack their datasets.
    """
    before, after = _group_by_key(previous.values()), _group_by_key(proposed.values())
    added = [name for source, name in after if source == NATIVE and (source, name) not in before]
    unchanged: _ConsumersByKey = {}
    for consumer in find_unchanged(added) if added else ():
        unchanged.setdefault(_get_key(consumer), []).append(consumer)
    renamed = dict(_find_renamed(before, after))
    problems = {path: parsed.problems for path, parsed in proposed.items()}
    pairs: list[ConsumerPair] = []
    for key, consumers in after.items():
        for consumer in consumers:
            former = _find_previous(consumer, before.get(key, []), consumers) or renamed.get(consumer.path)
            duplicates: tuple[Location, ...] = ()
            is_new = former is None or (former.path, former.name) != (consumer.path, consumer.name)
            if is_new and consumer.source == NATIVE:
                others = (other for other in (*consumers, *unchanged.get(key, ())) if other is not consumer)
                duplicates = tuple(map(locate_consumer, others))
            pairs.append(ConsumerPair(consumer.path, former, consumer, problems.pop(consumer.path, ()), duplicates))
    paired = {id(pair.previous) for pair in pairs if pair.previous}
    for former in (former for consumers in before.values() for former in consumers if id(former) not in paired):
        parsed, found = proposed.get(former.path), problems.pop(former.path, ())
        is_lost = former.source == NATIVE and _get_key(former) not in after
        if is_lost and parsed is not None and parsed.format is None:
            found = (_describe_lost_declaration(former),)
        pairs.append(ConsumerPair(former.path, former, None, found))
    pairs += [ConsumerPair(path, None, None, found) for path, found in problems.items() if found]
    return sorted(pairs, key=lambda pair: pair.path)


def _get_key(consumer: Consumer) -> _Key:
    return consumer.source, consumer.name


def _group_by_key(files: Iterable[ParsedConsumers]) -> _ConsumersByKey:
    consumers: _ConsumersByKey = {}
    for parsed in files:
        for consumer in parsed.consumers:
            consumers.setdefault(_get_key(consumer), []).append(consumer)
    return consumers


def _find_previous(consumer: Consumer, before: list[Consumer], after: list[Consumer]) -> Consumer | None:
    """Return the previous version of a consumer: the one in the same file, or one that moved to the first new file."""
    same = next((former for former in before if former.path == consumer.path), None)
    if same is not None:
        return same
    former_paths, paths = {former.path for former in before}, {other.path for other in after}
    is_first = consumer is next(other for other in after if other.path not in former_paths)
    return next((former for former in before if is_first and former.path not in paths), None)


def _find_renamed(before: _ConsumersByKey, after: _ConsumersByKey) -> Iterator[tuple[str, Consumer]]:
    """Yield the path and the previous version of each consumer with another name in the same file."""
    removed = [consumer for key, consumers in before.items() if key not in after for consumer in consumers]
    added = [consumer for key, consumers in after.items() if key not in before for consumer in consumers]
    counts = [Counter(consumer.path for consumer in consumers) for consumers in (removed, added)]
    for consumer in removed:
        if all(count[consumer.path] == 1 for count in counts):
            yield consumer.path, consumer


def _describe_lost_declaration(former: Consumer) -> Problem:
    return Problem(
        Location(former.path),
        f"the file no longer declares consumer '{former.name}'",
        "restore the declaration, or delete the file if the consumer no longer exists",
    )
