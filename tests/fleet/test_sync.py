"""`dcr fleet sync` mirrors repositories, reads what moved, and keeps the facts of those that fail."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from fleets import DASHBOARD, ORDERS, USERS, Fleet
from repositories import contract

from dcr.index.records import DuplicateDataset

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """A fleet of two repositories, one of which declares a consumer of the other's dataset."""
    made = Fleet(tmp_path, "shop", "growth")
    made["shop"].commit({"contracts/orders.yaml": ORDERS})
    made["growth"].commit({"contracts/users.yaml": USERS, "consumers/revenue.yaml": DASHBOARD})
    return made


def test_a_sync_stores_what_moved_and_nothing_else(fleet):
    assert fleet.sync() == "2 repositories: 2 moved"
    assert fleet.versions() == {"shop": ["shop.orders 1.0.0"], "growth": ["users.daily_active 1.0.0"]}
    assert fleet.sync() == "2 repositories: 2 unchanged"
    head = fleet["shop"].commit({"contracts/orders.yaml": contract("shop.orders", "1.1.0")})
    assert fleet.sync() == "2 repositories: 1 moved, 1 unchanged"
    assert fleet.versions()["shop"] == ["shop.orders 1.1.0"]
    listed = fleet.read()["repositories"]
    assert [(each["name"], each["commit"] == head, each["ref"]) for each in listed] == [
        ("growth", False, "main"),
        ("shop", True, "main"),
    ]
    assert (fleet.folder / ".dcr-fleet/.gitignore").read_text("utf-8") == "*\n"


def test_a_history_that_was_replaced_and_another_default_branch_are_read(fleet):
    fleet.sync()
    fleet["shop"].git("checkout", "-q", "--orphan", "trunk")
    fleet["shop"].commit({"contracts/orders.yaml": contract("shop.orders", "3.0.0")})
    fleet["shop"].git("branch", "-D", "main")
    fleet["growth"].git("commit", "--amend", "-q", "-m", "another message")
    fleet["growth"].git("pack-refs", "--all")
    assert fleet.sync() == "2 repositories: 2 moved"
    assert fleet.versions()["shop"] == ["shop.orders 3.0.0"]
    assert {each["name"]: each["ref"] for each in fleet.read()["repositories"]} == {"growth": "main", "shop": "trunk"}


def test_a_repository_that_fails_keeps_its_facts_and_stops_no_other(fleet):
    fleet.sync()
    elsewhere = fleet.root / "elsewhere"
    (fleet.root / "sources/growth").rename(elsewhere)
    fleet["shop"].commit({"contracts/orders.yaml": contract("shop.orders", "1.1.0")})
    outcome = fleet.dcr("sync")
    assert outcome.code == 1
    assert "'growth' was not synced: folder" in outcome.err
    assert outcome.err.endswith("dcr: synced 2 repositories: 1 moved, 1 failed\n")
    assert fleet.versions() == {"shop": ["shop.orders 1.1.0"], "growth": ["users.daily_active 1.0.0"]}
    (failed,) = (each for each in fleet.read()["repositories"] if each["error"])
    assert failed["name"] == "growth"
    assert "does not exist" in failed["error"]
    elsewhere.rename(fleet.root / "sources/growth")
    assert fleet.sync() == "2 repositories: 2 unchanged"
    assert [each["error"] for each in fleet.read()["repositories"]] == [None, None]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"dcr.toml": "mode = 'sideways'\n"}, "mode is 'sideways'"),
        ({}, "no commits on its default branch"),
    ],
)
def test_a_repository_that_cannot_be_read_is_reported(fleet, files, words):
    broken = fleet.add("broken")
    if files:
        broken.commit(files)
    fleet.write("shop", "broken", "growth")
    outcome = fleet.dcr("sync")
    assert outcome.code == 1
    assert "'broken' was not synced: " in outcome.err
    assert words in outcome.err
    assert outcome.err.endswith("synced 3 repositories: 2 moved, 1 failed\n")
    assert fleet.read()["repositories"][0]["commit"] is None


def test_a_repository_that_is_no_longer_listed_leaves_the_index_and_its_mirror(fleet):
    fleet.sync()
    mirrors = fleet.folder / ".dcr-fleet/mirrors"
    (mirrors / "kept.txt").write_text("not a mirror", "utf-8")
    (mirrors / ".part-aborted").mkdir()
    fleet.write("shop")
    assert fleet.sync() == "1 repository: 1 unchanged; 1 removed from the index"
    assert fleet.versions() == {"shop": ["shop.orders 1.0.0"]}
    (mirror,) = mirrors.glob("*.git")
    assert mirror.name.startswith("shop-")
    assert sorted(each.name for each in mirrors.iterdir() if each != mirror) == ["dcr-mirrors.lock", "kept.txt"]


def test_two_repositories_that_define_one_dataset_are_reported(fleet):
    fleet["growth"].commit({"contracts/copy.yaml": ORDERS})
    outcome = fleet.dcr("sync")
    message = "dataset id 'shop.orders' is defined in several repositories: growth, shop"
    assert f"{message} [dataset_id_duplicated]" in outcome.err
    document = fleet.read("datasets", "--pattern", "shop.*")
    assert [each["repository"] for each in document["datasets"]] == ["growth", "shop"]
    assert [each["message"] for each in document["issues"]] == [message]
    many = DuplicateDataset("a.b", tuple(f"r{number}" for number in range(45)))
    assert many.message == "dataset id 'a.b' is defined in several repositories: r0, r1, r2, r3, r4 and 40 more"
    fleet["growth"].commit({"contracts/copy.yaml": None})
    assert "several" not in fleet.dcr("sync").err
    assert fleet.read("datasets")["issues"] == []


def test_a_ref_can_be_a_branch_or_a_tag_and_a_repository_bare(fleet):
    shop = fleet["shop"]
    shop.git("tag", "-a", "-m", "release", "v1")
    shop.branch("next")
    shop.commit({"contracts/orders.yaml": contract("shop.orders", "2.0.0")})
    shop.git("clone", "-q", "--bare", ".", "../bare.git")
    more = (
        '[[repositories]]\naddress = "../sources/shop"\nname = "tag"\nref = "v1"\n'
        '[[repositories]]\naddress = "../sources/bare.git"\nref = "next"\n'
        '[[repositories]]\naddress = "../sources/shop"\nname = "missing"\nref = "v2"\n'
    )
    fleet.write(more=more)
    outcome = fleet.dcr("sync")
    assert outcome.code == 1
    assert "has no ref 'v2'" in outcome.err
    assert fleet.versions() == {"tag": ["shop.orders 1.0.0"], "bare": ["shop.orders 2.0.0"]}
    assert fleet.sync(code=1) == "3 repositories: 2 unchanged, 1 failed"


def test_a_command_lists_repositories(fleet):
    script = fleet.folder / "list.sh"
    lines = "# all of them\\n../sources/shop\\n../sources/growth\\tgrowth team\\tmain\\n"
    script.write_text(f"#!/bin/sh\nprintf '{lines}'\n", "utf-8")
    script.chmod(0o755)
    fleet.write(more='command = ["./list.sh"]\n')
    assert fleet.sync() == "2 repositories: 2 moved"
    assert sorted(fleet.versions()) == ["growth team", "shop"]
    for content, words in (
        ("exit 3", "failed with exit code 3"),
        ("true", "printed no repositories"),
        ("echo a; echo a", "two repositories have the name 'a'"),
        ("printf 'a\\tb\\tc\\td\\n'", "has 4 columns"),
    ):
        script.write_text(f"#!/bin/sh\n{content}\n", "utf-8")
        outcome = fleet.dcr("sync")
        assert outcome.code == 2
        assert words in outcome.err
    assert sorted(fleet.versions()) == ["growth team", "shop"], "an error of the list removes nothing"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_sync_that_is_killed_leaves_a_consistent_index_and_the_next_one_finishes(fleet, jobs):
    names = [f"more{number}" for number in range(6)]
    for name in names:
        fleet.add(name).commit({"contracts/a.yaml": contract(f"{name}.a"), "contracts/b.yaml": contract(f"{name}.b")})
    fleet.write(*names)
    running = subprocess.Popen(
        fleet.command("sync", "--jobs", jobs), cwd=fleet.folder, env=fleet.environment(), stderr=subprocess.PIPE
    )
    index = fleet.folder / ".dcr-fleet/index.db-wal"
    while running.poll() is None and not index.exists():
        pass
    running.send_signal(signal.SIGKILL)
    running.communicate()
    stored = fleet.dcr("datasets", "--format", "json")
    if stored.code == 0:
        assert all(len(datasets) == 2 for datasets in fleet.versions().values())
    else:
        assert "dcr fleet sync" in stored.err
    assert fleet.sync().startswith("6 repositories: ")
    assert {name: len(found) for name, found in fleet.versions().items()} == dict.fromkeys(names, 2)
    assert not list((fleet.folder / ".dcr-fleet/mirrors").glob(".part-*"))


def test_two_syncs_at_a_time_are_refused_and_a_folder_of_others_is_not_touched(fleet):
    fleet.sync()
    with (fleet.folder / ".dcr-fleet/mirrors/dcr-mirrors.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        outcome = fleet.dcr("sync")
    assert outcome.code == 2
    assert "another dcr fleet sync uses" in outcome.err
    fleet.write("shop", more=f'mirrors = "{fleet.root / "sources"}"\n')
    outcome = fleet.dcr("sync")
    assert outcome.code == 2
    assert "is not empty, and not a folder of mirrors" in outcome.err


def test_a_mirror_that_was_deleted_or_is_damaged_is_replaced_or_reported(fleet):
    fleet.sync()
    (mirror,) = (fleet.folder / ".dcr-fleet/mirrors").glob("shop-*.git")
    shutil.rmtree(mirror)
    assert fleet.sync() == "2 repositories: 1 moved, 1 unchanged"
    for name in ("objects", "HEAD"):
        os.rename(mirror / name, mirror / f"{name}-lost")
    fleet["shop"].commit({"contracts/orders.yaml": contract("shop.orders", "1.1.0")})
    assert fleet.sync() == "2 repositories: 1 moved, 1 unchanged"
    assert fleet.versions()["shop"] == ["shop.orders 1.1.0"]


def test_uses_of_contracts_and_models_of_other_repositories_are_found(fleet):
    dataset = "version: 3.1.0\nkind: DataContract\napiVersion: v3.1.0\nid: sales\nstatus: active\nschema:\n"
    tables = "".join(
        f"  - name: {name}\n    properties: [{{name: id, logicalType: string}}]\n" for name in ("orders", "items")
    )
    fleet["shop"].commit({"contracts/sales.odcs.yaml": dataset + tables})
    agreement = (
        "dataUsageAgreementSpecification: 0.0.1\nid: a\ninfo: {status: approved, active: true}\n"
        "provider: {dataContractId: sales}\nconsumer: {teamId: finance}\n"
    )
    project = {
        "dbt_project.yml": "name: mart\nmodel-paths: [models]\n",
        "models/a.sql": "select id from {{ ref('other', 'payments') }} join {{ ref('local') }}\n",
    }
    fleet.add("mart").commit({"sales.dua.yaml": agreement, **project})
    fleet["growth"].commit({"contracts/payments.yaml": contract("payments")})
    fleet.write("shop", "growth", "mart")
    assert fleet.sync() == "3 repositories: 3 moved"
    for dataset_id, consumer in (("sales/orders", "finance"), ("sales/items", "finance"), ("payments", "a")):
        reached = fleet.read("impact", dataset_id, code=1)["impacts"][0]["reached"]
        assert [(each["repository"], each["consumer"]) for each in reached] == [("mart", consumer)], dataset_id
    uses = [each for each in fleet.read("consumers")["uses"] if each["repository"] == "mart"]
    assert sorted(each["dataset_id"] for each in uses) == ["payments", "sales"]
