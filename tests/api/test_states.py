"""A state that was read change by change equals one that was read in full, whatever was pushed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from repositories import Repository, contract
from servers import make_bare

from dcr.api.snapshots.live import LiveRegistry
from dcr.api.snapshots.reading import StateReader

if TYPE_CHECKING:
    from pathlib import Path

    from dcr.api.snapshots.state import RegistryState

DCS = """dataContractSpecification: 1.1.0
id: {id}
info: {{title: t, version: {version}, owner: shop, status: active}}
models:
  one: {{type: table, fields: {{a: {{type: string}}}}}}
  two: {{type: table, fields: {{b: {{type: string}}, c: {{type: integer}}}}}}
"""


def facts_of(state: RegistryState) -> dict[str, Any]:
    """Return all that a state knows, in a form that compares."""
    return {
        "commit": state.commit,
        "revisions": {key: [each[:4] for each in revisions] for key, revisions in state.revisions.items()},
        "files": {key: sorted(paths) for key, paths in state.source_files.items()},
        "unreadable": state.unreadable,
        "still": sorted(state.still_unreadable),
        "policy": state.policy,
        "history": {
            key: [(each.version, each.digest) for each in state.history.list_releases(key)]
            for key in state.history.list_datasets()
        },
    }


def change_something(repository: Repository, chosen: random.Random) -> None:
    """Commit one of the things that people do."""
    number = chosen.randrange(4)
    path = f"contracts/t{number}.yaml"
    folder = repository.folder
    version = f"1.{chosen.randrange(6)}.0"
    action = chosen.choice(
        ["write", "write", "write", "reword", "remove", "move", "other", "duplicate", "foreign", "broken", "link",
         "mode", "policy", "elsewhere", "becomes"]
    )  # fmt: skip
    files: dict[str, str | bytes | None] = {}
    if action == "write":
        files[path] = contract(f"shop.t{number}", version, without=["ltv"] if chosen.random() < 0.5 else [])
    elif action == "reword" and (folder / path).is_file():
        files[path] = (folder / path).read_bytes() + b"# reworded\n"
    elif action == "remove" and (folder / path).is_file():
        files[path] = None
    elif action == "move" and (folder / path).is_file():
        files[f"contracts/moved/t{number}.yaml"] = (folder / path).read_bytes()
        files[path] = None
    elif action == "duplicate":
        files["contracts/copy.yaml"] = contract(f"shop.t{number}", version)
    elif action == "foreign":
        files["contracts/many.yaml"] = DCS.format(id=f"shop{number}", version=version)
    elif action == "broken":
        files[path] = "dataset_id: [\n"
    elif action == "link":
        (folder / "contracts").mkdir(exist_ok=True)
        (folder / path).unlink(missing_ok=True)
        (folder / path).symlink_to("elsewhere.yaml")
    elif action == "mode" and (folder / path).is_file():
        (folder / path).chmod(0o755)
    elif action == "policy":
        files["dcr.toml"] = chosen.choice(['mode = "full"\n', 'contracts = ["contracts/**/*.yaml"]\n', ""])
    elif action == "elsewhere":
        files["data/other.yaml"] = contract("shop.elsewhere", version)
    elif action == "becomes":
        files["settings.yaml"] = chosen.choice(["a: 1\n", contract("shop.settings", version)])
    else:
        files["notes.md"] = str(chosen.random())
    repository.commit(files)


@pytest.mark.parametrize("seed", range(6))
def test_a_state_read_change_by_change_equals_one_read_in_full(tmp_path: Path, seed: int, monkeypatch: Any) -> None:
    monkeypatch.setenv("DCR_CACHE", "off")
    chosen = random.Random(seed)
    repository = Repository(tmp_path)
    repository.commit({"contracts/t0.yaml": contract("shop.t0")})
    live = LiveRegistry(str(repository.folder), "main")
    live.refresh()
    for _ in range(14):
        for _ in range(chosen.randrange(1, 4)):
            change_something(repository, chosen)
        found = live.refresh()
        full = StateReader(live.repository, live.name, live.source).read(repository.git("rev-parse", "HEAD"))
        assert facts_of(found) == facts_of(full)


def test_a_state_is_extended_without_reading_what_is_known(tmp_path: Path, monkeypatch: Any) -> None:
    bare = make_bare(tmp_path, {f"contracts/t{number}.yaml": contract(f"shop.t{number}") for number in range(30)})
    monkeypatch.setenv("DCR_CACHE", "off")
    live = LiveRegistry(str(bare.folder))
    before = live.refresh()
    source = Repository(tmp_path, "source", init=None)
    source.commit({"contracts/t3.yaml": contract("shop.t3", "1.1.0")})
    source.git("push", "-q", str(bare.folder), "main")
    (bare.folder / "contracts.log").touch()
    after = live.refresh()
    assert after.commit != before.commit
    shared = [key for key in before.revisions if after.revisions[key] is before.revisions[key]]
    assert len(shared) == 29
    assert [each.facts.version for each in after.revisions["shop.t3"] if each.facts] == ["1.0.0", "1.1.0"]
    assert before.revisions["shop.t3"][-1].facts is not None
    assert len(before.revisions["shop.t3"]) == 1


def test_a_forced_push_and_a_merge_are_read_right(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("DCR_CACHE", "off")
    repository = Repository(tmp_path)
    first = repository.commit({"contracts/a.yaml": contract("shop.a")})
    live = LiveRegistry(str(repository.folder), "main")
    live.refresh()
    repository.branch("feature")
    repository.commit({"contracts/b.yaml": contract("shop.b")})
    repository.git("checkout", "-q", "main")
    repository.commit({"contracts/a.yaml": contract("shop.a", "1.1.0")})
    repository.git("merge", "-q", "--no-edit", "feature")
    merged = live.refresh()
    assert sorted(merged.source_files) == ["shop.a", "shop.b"]
    assert facts_of(merged) == facts_of(StateReader(live.repository, live.name, live.source).read(merged.commit))
    repository.git("reset", "-q", "--hard", first)
    forced = live.refresh()
    assert (forced.commit, sorted(forced.source_files)) == (first, ["shop.a"])
    assert [each.facts.version for each in forced.revisions["shop.a"] if each.facts] == ["1.0.0"]
