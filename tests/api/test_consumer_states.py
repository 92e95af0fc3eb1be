"""Consumers that were read commit by commit equal those that are read in full, and only changed files are read."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from repositories import Repository, contract

from dcr.api.snapshots.live import LiveRegistry
from dcr.git.sides import Side
from dcr.registry.usage import Usage, read_usage
from dcr.rendering.listings.consumers import use_document

if TYPE_CHECKING:
    from pathlib import Path

MODELS = """\
version: 2
models:
  - {name: visits, config: {contract: {enforced: true}}, columns: [{name: id, data_type: text}]}
  - {name: report, config: {meta: {owner: TEAM}}}
exposures:
  - {name: board, type: dashboard, owner: {name: TEAM}, depends_on: ["ref('visits')"]}
"""


def consumer(number: int, more: str = "") -> str:
    return f"consumer: team.c{number}\nuses: [{{dataset: users.daily_active{more}}}]\n"


def describe(usage: Usage) -> list[Any]:
    uses = [use_document(each, "2026-01-01") for each in usage.list_uses()]
    possible = [use_document(each, "2026-01-01") for each in usage.find_uses("users.daily_active")]
    return [uses, possible, [file.parsed.path for file in usage.unreadable]]


def change_something(repository: Repository, chosen: random.Random) -> None:
    """Commit one of the things that people do to consumers."""
    number = chosen.randrange(4)
    path = f"consumers/c{number}.yaml"
    files: dict[str, str | bytes | None] = chosen.choice([
        {path: consumer(number)},
        {path: consumer(number, ", reads: rows")},
        {path: f"# a comment\n{consumer(number)}"},
        {path: "consumer: broken\nuses: [{dataset: users.daily_active, ["},
        {path: None} if (repository.folder / path).exists() else {},
        {f"elsewhere/c{number}.yaml": consumer(number + 10)},
        {"dcr.toml": chosen.choice(['[consumers]\npaths = ["elsewhere/*.yaml"]\n', ""])},
        {"dbt_project.yml": f"name: shop\nmodel-paths: [{chosen.choice(['models', 'other'])}]\n"},
        {"models/schema.yml": MODELS.replace("TEAM", chosen.choice(["finance", "growth"]))},
        {"models/report.sql": chosen.choice(["select * from {{ ref('visits') }}", "select 1"])},
        {"contracts/users.yaml": contract(version=f"1.{chosen.randrange(9)}.0")},
    ])  # fmt: skip
    repository.commit({**files, "notes.md": str(chosen.random())})


@pytest.mark.parametrize("seed", range(6))
def test_consumers_read_commit_by_commit_equal_those_read_in_full(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DCR_CACHE", "off")
    chosen = random.Random(seed)
    repository = Repository(tmp_path)
    repository.commit({"contracts/users.yaml": contract(), "consumers/c0.yaml": consumer(0)})
    live = LiveRegistry(str(repository.folder), "main")
    for _ in range(14):
        change_something(repository, chosen)
        state = live.refresh()
        side = Side(state.repository, state.commit, state.ref, state.policy)
        assert describe(state.usage) == describe(read_usage(side))
        assert state.usage is state.usage


def test_only_changed_files_are_read_when_the_ref_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCR_CACHE", "off")
    repository = Repository(tmp_path)
    repository.commit({
        "contracts/users.yaml": contract(), **{f"consumers/c{n}.yaml": consumer(n) for n in range(3)},
    })  # fmt: skip
    live = LiveRegistry(str(repository.folder), "main")
    before = live.refresh()
    assert len(before.usage.declared.consumers) == 3
    oid = repository.git("rev-parse", "HEAD:consumers/c0.yaml")
    repository.commit({"consumers/c1.yaml": consumer(7)})
    (repository.folder / ".git/objects" / oid[:2] / oid[2:]).unlink()
    after = live.refresh()
    assert [each.name for each in after.usage.declared.consumers] == ["team.c0", "team.c2", "team.c7"]
    assert [each.name for each in before.usage.declared.consumers] == ["team.c0", "team.c1", "team.c2"]
