"""Checks that files with many datasets are read part by part, with the results of the whole file."""

from __future__ import annotations

import gc
import random
import sys
import tracemalloc
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repositories import Repository

from dcr.check import Request, check
from dcr.contract.contract import walk_fields
from dcr.formats import read_content
from dcr.git.repository import discover_repository
from dcr.parsing.yaml_reader import compose
from dcr.policy.policy import Policy
from dcr.registry.audit import audit
from dcr.registry.blame import blame
from dcr.registry.history.facts import Retention
from dcr.registry.history.facts_reader import FactsReader
from dcr.registry.library.git_registry import GitRegistry
from dcr.registry.releases import judge_steps, list_steps
from dcr.registry.snapshot import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dcr.contract.contract import Contract

PATH = "contracts/warehouse.yaml"
SPOILS = ("*a", "&a ", "<<: *a", "'", '"', "- ", "  ", "\n", "# é", "!!str ", "|\n", "{", "}", "R&D *", "v", "\r\n")


def odcs(names: list[str], version: str = "1.0.0", words: int = 0, without: str = "") -> str:
    """Return a file of the Open Data Contract Standard whose head goes on below its schema."""
    lines = ["apiVersion: v3.1.0", "kind: DataContract", "id: shop", f"version: {version}", "status: active", "schema:"]
    for name in names:
        lines += [f"- name: {name}", f"  description: the é rows of {name}, {words} times worded", "  properties:"]
        lines += ["  - {name: id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}"]
        lines += ["  - name: state", "    logicalType: string", "    logicalTypeOptions: {maxLength: 9}"]
        lines += (
            [] if name == without else ["  - name: note", "    logicalType: string", "    description: |", "      x"]
        )
    tail = [
        "team: {name: core}",
        "slaProperties:",
        f"- {{property: latency, value: 4, unit: h, element: {names[0]}.id}}",
    ]
    return "\n".join([*lines, *tail, ""])


DCS = """dataContractSpecification: 1.1.0
id: shop
info: {title: shop, version: 1.0.0, owner: core}
models:
  orders:
    fields:
      id: {type: string, $ref: '#/definitions/id'}
      note: {type: text}
  visits:
    description: é
    fields:
      id: {$ref: '#/definitions/id'}
definitions:
  id: {type: string, minLength: 3}
"""
DBT = """version: 2
models:
  - name: orders
    latest_version: 2
    config: {contract: {enforced: true}, meta: {owner: core}}
    columns:
      - {name: id, data_type: text, constraints: [{type: not_null}]}
      - {name: note, data_type: int}
    versions: [{v: 1}, {v: 2, columns: [{include: all, exclude: [note]}]}]
  - name: visits
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: text}]
  - name: free
"""
TEXTS = (odcs(["orders", "visits", "carts"]), DCS, DBT, DCS.replace("{type: text}", "&n {type: text}"))


def places(contract: Contract) -> list[Any]:
    """Return where a contract and its fields stand, key by key."""
    keys = ("version", "status", "owners", "freshness_sla", "dataset_id")
    section, fields = contract.section, contract.fields_section
    found: list[Any] = [section.locate(key) if section else None for key in keys]
    found += [fields.locate(key) if fields else None for key in ("primary_key", "dataset")]
    for _, field in walk_fields(contract.fields):
        field_keys = (None, "type", "description", "required")
        found += [field.section.locate(key) if field.section else None for key in field_keys]
    return found


@pytest.mark.parametrize("text", TEXTS, ids=("odcs", "dcs", "dbt", "anchors"))
@given(st.integers(0, 2**32))
def test_a_file_says_the_same_whether_its_parts_were_met_before(text: str, seed: int) -> None:
    chance, readings = random.Random(seed), FactsReader()
    for _ in range(8):
        content = text.encode()
        facts, whole = readings.read_facts("a.yaml", str(hash(text)), content), read_content("a.yaml", content)
        fresh = FactsReader().read_facts("a.yaml", "", content)
        assert facts == fresh
        first = {each.dataset_id: each for each in reversed(whole.contracts)}
        assert {each.dataset_id: (each.version, each.status) for each in facts.datasets} == {
            each.dataset_id: (each.version, each.status) for each in first.values()
        }
        assert (facts.error is None) is not whole.is_unreadable
        known = readings.read_contracts("a.yaml", "", content, frozenset(first))
        assert known == first
        assert {each: places(known[each]) for each in known} == {each: places(first[each]) for each in first}
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(SPOILS) + text[at + chance.choice((0, 1, 9)) :]
        if chance.random() < 0.5:
            text = text.replace("1.0.0", f"1.{chance.randrange(9)}.0").replace("  - name: free", "")


def build(root: Path, datasets: int, commits: int, rewording: int = 5) -> Repository:
    """Make a history of releases: some drop a field of one dataset for once, every fifth or so rewords all of them."""
    root.mkdir(exist_ok=True)
    repository = Repository(root)
    names = [f"table_{number}" for number in range(datasets)]
    for number in range(commits):
        dropped = names[number % datasets] if number % 3 == 2 else ""
        repository.commit({PATH: odcs(names, f"1.{number}.0", number // rewording, dropped)})
    repository.write(PATH, odcs(names, f"1.{commits}.0", 1000))
    return repository


def parsed(work: Callable[[], object]) -> Counter[int]:
    """Return how often each content was parsed during some work, as Python's own profiler sees the calls."""
    found: Counter[int] = Counter()

    def look(frame: Any, event: str, _: object) -> None:
        if event == "call" and frame.f_code is compose.__code__:
            found[hash(frame.f_locals["content"])] += 1

    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(None)
    return found


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DCR_CACHE", "off")
        yield build(tmp_path_factory.mktemp("many"), datasets=12, commits=10)


def test_an_audit_parses_each_content_once(repository: Repository) -> None:
    def work() -> None:
        opened = open_snapshot(discover_repository(str(repository.folder)), "main")
        history = opened.read_history(retention=Retention(lambda _: True))
        found = audit(opened, history, history.list_datasets())
        assert found.transition_count == 12 * 9
        assert {slip.dataset_id for slip in found.findings} == {"shop/table_2", "shop/table_5", "shop/table_8"}

    assert sorted(parsed(work).values()) == [1] * 10


def test_a_transitive_check_parses_each_older_content_once(repository: Repository) -> None:
    def work() -> None:
        report = check(Request(str(repository.folder), base="main", mode="full_transitive"))
        assert len(report.contracts) == 12

    counted = sorted(parsed(work).values())
    assert counted == [*[1] * 10, 2]  # the base's own content is one side of the change too


def test_the_history_of_one_dataset_parses_each_content_once(repository: Repository) -> None:
    def work() -> None:
        one = "shop/table_2"
        history = open_snapshot(discover_repository(str(repository.folder)), "main").read_history(
            one, retention=Retention(one.__eq__, last_versions=True)
        )
        states = history.list_revisions(one)
        assert len(blame(states, history.read_meanings(states).values()).fields) == 3
        assert len(judge_steps(history, list_steps(history, one), Policy())) == len(states) == 10

    assert sorted(parsed(work).values()) == [1] * 10


def test_the_library_parses_each_content_once_whatever_it_is_asked(repository: Repository) -> None:
    registry = GitRegistry(str(repository.folder), "main")

    def work() -> None:
        for dataset_id in registry.datasets():
            assert len(registry.history(dataset_id)) == 10
            assert registry.latest(dataset_id).version == "1.9.0"

    assert sorted(parsed(work).values()) == [1] * 10


def test_a_longer_history_of_a_file_takes_hardly_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCR_CACHE", "off")
    peaks = []
    for commits in (4, 16):
        opened = open_snapshot(
            discover_repository(str(build(tmp_path / str(commits), 12, commits, commits).folder)), "main"
        )
        gc.collect()
        tracemalloc.start()
        history = opened.read_history(retention=Retention(lambda _: True))
        audit(opened, history, history.list_datasets())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2.5 * peaks[0], peaks
