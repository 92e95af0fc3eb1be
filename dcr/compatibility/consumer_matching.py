"""Matches previous and proposed consumers by name, independent of their files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dcr.compatibility.consumer_pairs import ConsumerPair
from dcr.consumers.use_locations import locate_consumer
from dcr.formats.parsed_file import Problem
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from dcr.consumers.consumer import Consumer, ParsedConsumers

ConsumersByName = dict[str, list["Consumer"]]


def match_consumers(
    previous: Mapping[str, ParsedConsumers],
    proposed: Mapping[str, ParsedConsumers],
    find_unchanged: Callable[[Collection[str]], Iterable[Consumer]],
) -> list[ConsumerPair]:
    """Return a pair for each consumer of the changed files, which are given by path, and for each unreadable file.

    `find_unchanged(names)` returns the consumers with these names in unchanged files. Pairs lack their datasets.
    """
    before, after = _group_by_name(previous), _group_by_name(proposed)
    added = [name for name in after if name not in before]
    unchanged: ConsumersByName = {}
    for consumer in find_unchanged(added) if added else ():
        unchanged.setdefault(consumer.name, []).append(consumer)
    renamed = dict(_find_renamed(before, after))
    problems = {path: parsed.problems for path, parsed in proposed.items()}
    pairs: list[ConsumerPair] = []
    for name, consumers in after.items():
        for consumer in consumers:
            former = _find_previous(consumer, before.get(name, []), consumers) or renamed.get(consumer.path)
            duplicates: tuple[Location, ...] = ()
            if former is None or (former.path, former.name) != (consumer.path, name):
                others = (other for other in (*consumers, *unchanged.get(name, ())) if other is not consumer)
                duplicates = tuple(map(locate_consumer, others))
            pairs.append(ConsumerPair(consumer.path, former, consumer, problems.pop(consumer.path, ()), duplicates))
    paired = {id(pair.previous) for pair in pairs if pair.previous}
    for former in (former for consumers in before.values() for former in consumers if id(former) not in paired):
        parsed, found = proposed.get(former.path), problems.pop(former.path, ())
        if parsed is not None and parsed.format is None and former.name not in after:
            found = (_describe_lost_declaration(former),)
        pairs.append(ConsumerPair(former.path, former, None, found))
    pairs += [ConsumerPair(path, None, None, found) for path, found in problems.items() if found]
    return sorted(pairs, key=lambda pair: pair.path)


def _group_by_name(files: Mapping[str, ParsedConsumers]) -> ConsumersByName:
    consumers: ConsumersByName = {}
    for parsed in files.values():
        for consumer in parsed.consumers:
            consumers.setdefault(consumer.name, []).append(consumer)
    return consumers


def _find_previous(consumer: Consumer, before: list[Consumer], after: list[Consumer]) -> Consumer | None:
    """Return the previous version of a consumer: the one in the same file, or one that moved to the first new file."""
    same = next((former for former in before if former.path == consumer.path), None)
    if same is not None:
        return same
    former_paths, paths = {former.path for former in before}, {other.path for other in after}
    is_first = consumer is next(other for other in after if other.path not in former_paths)
    return next((former for former in before if is_first and former.path not in paths), None)


def _find_renamed(before: ConsumersByName, after: ConsumersByName) -> Iterator[tuple[str, Consumer]]:
    """Yield the path and the previous version of each consumer with another name in the same file."""
    removed = [consumer for name, consumers in before.items() if name not in after for consumer in consumers]
    added = [consumer for name, consumers in after.items() if name not in before for consumer in consumers]
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
