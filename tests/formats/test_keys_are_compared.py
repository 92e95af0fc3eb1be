"""The vocabularies are correct: a compared key is read, an ignored one has no effect, an unread one is reported.

The files in `full/` have every compared key of their format. Each key in them is changed, and each other one added.
"""

from __future__ import annotations

import copy
import datetime as dt
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml
from change_cases import list_reports

from dcr.formats import read_content
from dcr.formats._keys.vocabularies import find_vocabulary
from dcr.formats._keys.vocabulary import COMPARED, MappingKeys, NestedMappings, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = sorted((Path(__file__).parent / "full").glob("*.yaml"))
NOT_READ = "key_not_read"

PAIRED_BY = "identifies its counterpart in the other version"
OF_THE_STATUS = "what status allows is judged when the dataset changes or goes; it may change by itself"
TESTS_OF_DBT = ("data_tests", "tests")
READ_AND_NOT_COMPARED = {
    **dict.fromkeys(
        (
            ("odcs", "quality rule", "id"),
            ("odcs", "quality rule", "name"),
            ("dcs", "quality rule", "id"),
            ("dcs", "quality rule", "name"),
            ("odcs", "relationship", "id"),
            ("odcs", "service level", "id"),
            ("odcs", "service level", "driver"),
        ),
        PAIRED_BY,
    ),
    ("odcs", "object of the schema", "deprecated"): OF_THE_STATUS,
    ("odcs", "file", "customProperties"): "deprecationUri may change by itself",
}
"""Keys whose change alone is not reported, each with the reason."""


class Spot(NamedTuple):
    """One mapping of an example, and the steps to it."""

    kind: MappingKeys
    steps: tuple[Any, ...]


def spots(vocabulary: Vocabulary, kind: str, value: Any, steps: tuple[Any, ...] = ()) -> Iterator[Spot]:
    yield Spot(vocabulary.kinds[kind], steps)
    for name, inner in value.items():
        below = vocabulary.kinds[kind].nested.get(name)
        if below:
            for one, step in entries(below, inner):
                if isinstance(at(inner, step), dict):
                    yield from spots(vocabulary, one, at(inner, step), (*steps, name, *step))


def entries(below: NestedMappings, value: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if isinstance(value, list):
        yield from ((below.many, (number,)) for number in range(len(value)))
    elif below.one and (not below.many or set(below.one_if) & set(value)):
        yield below.one, ()
    else:
        yield from ((below.many, (name,)) for name in value)


def at(value: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps:
        value = value[step]
    return value


def others(value: Any) -> Iterator[Any]:
    """Yield values that differ from one."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1, value / 2 if value else 7)
    elif isinstance(value, str):
        yield from (f"{value}x", "integer", "string", "1.0.1", "retired", "2h", "48h", "not_null", "private", "view")
    elif isinstance(value, dt.date):
        yield dt.date(2001, 1, 1)
    elif isinstance(value, list):
        yield from (value[1:], value[:-1], [*value, *value[-1:]], [*value, "other"], [*value, "id"])
    elif isinstance(value, dict):
        yield from ({**value, each: next(others(value[each]))} for each in value)


def kinds_of(before: Any, after: Any) -> set[str]:
    texts = [
        None if each is None else yaml.dump(each, Dumper=yaml.CSafeDumper, sort_keys=False) for each in (before, after)
    ]
    return {issue.kind for report in list_reports(*texts) for issue in report.issues}


@cache
def example(path: Path) -> Any:
    return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)


def vocabulary_for(path: Path) -> tuple[str, Vocabulary]:
    name = read_content("contract.yaml", path.read_bytes()).format
    found = find_vocabulary(name or "")
    assert name is not None
    assert found is not None
    return name, found


@cache
def known_kinds(path: Path) -> frozenset[str]:
    """The issues of an example compared with itself."""
    return frozenset(kinds_of(example(path), example(path)))


@cache
def proven(path: Path) -> set[tuple[str, str, str]]:
    """Return the compared keys whose change is reported otherwise than as not read."""
    name, vocabulary = vocabulary_for(path)
    found = set()
    for spot in spots(vocabulary, "file", example(path)):
        for key, value in at(example(path), spot.steps).items():
            if spot.kind.get_use(key) != COMPARED or (name, spot.kind.title, key) in found:
                continue
            for other in (*others(value), None):
                after = copy.deepcopy(example(path))
                if other is None:
                    del at(after, spot.steps)[key]
                else:
                    at(after, spot.steps)[key] = other
                if kinds_of(example(path), after) - known_kinds(path) - {NOT_READ}:
                    found.add((name, spot.kind.title, key))
                    break
    return found


def test_every_judged_key_is_read() -> None:
    claimed = {
        (name, kind.title, key)
        for name, vocabulary in map(vocabulary_for, FULL)
        for kind in vocabulary.kinds.values()
        for key in (*kind.compared, *(each for each in kind.nested if leads_to_judged(vocabulary, kind.nested[each])))
    }
    found = set().union(*map(proven, FULL))
    assert claimed - found == READ_AND_NOT_COMPARED.keys()


def leads_to_judged(vocabulary: Vocabulary, below: NestedMappings) -> bool:
    kinds = [vocabulary.kinds[each] for each in (below.one, below.many) if each]
    return any(kind.compared or kind.nested for kind in kinds)


@pytest.mark.parametrize("path", FULL, ids=lambda path: path.stem)
def test_a_key_that_breaks_no_consumer_is_silent_and_one_that_is_not_read_is_reported(path: Path) -> None:
    _, vocabulary = vocabulary_for(path)
    tried = set()
    for spot in spots(vocabulary, "file", example(path)):
        for key in sorted(spot.kind.ignored | spot.kind.unread | {"unknownToAll"} - {""}):
            if (spot.kind.title, key) in tried or key in at(example(path), spot.steps):
                continue
            tried.add((spot.kind.title, key))
            after = copy.deepcopy(example(path))
            at(after, spot.steps)[key] = "some words"
            new = kinds_of(example(path), after) - known_kinds(path)
            new = {each for each in new if not each.startswith("version_")}
            silent = key in spot.kind.ignored or spot.kind.get_use(key) == COMPARED
            assert (NOT_READ in new) is not silent, (spot, key)
            assert new <= {NOT_READ, "server_changed", "archived_contract_changed"}, (spot, key, new)
