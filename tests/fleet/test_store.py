"""Readers of the index see a repository before or after a sync, never half of it, and odd values are stored."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest
from fleets import Fleet
from repositories import Repository, contract
from sqlalchemy import text

from dcr.fleet.repository_facts import read_facts
from dcr.git.repository import discover_repository
from dcr.index.consumers import list_uses
from dcr.index.queries import list_datasets, list_repositories
from dcr.index.revisions import open_index, upgrade_index
from dcr.index.store import RepositoryKey, remove_repositories, store_facts, store_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dcr.index.connection import FleetIndex

KEY = RepositoryKey("shop", "../shop", None)


@pytest.fixture
def index(create_index: Callable[[], str], tmp_path: Path) -> Iterator[FleetIndex]:
    made = upgrade_index(create_index() or "sqlite:///index.db", str(tmp_path))
    yield made
    made.close()


def test_a_reader_never_sees_half_of_a_repository(index: FleetIndex, tmp_path: Path) -> None:
    made = Repository(tmp_path, "shop")
    states = []
    for version in ("1.0.0", "2.0.0"):
        texts = {f"contracts/{number}.yaml": contract(f"shop.d{number}", version) for number in range(5)}
        head = made.commit(texts)
        states.append(read_facts(discover_repository(str(made.folder)), "main", head))
    store_facts(index, KEY, states[0])
    is_over = threading.Event()

    def write() -> None:
        for number in range(1, 16):
            store_facts(index, KEY, states[number % 2])
        is_over.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not is_over.is_set():
        with index.read() as connection:
            before = {each.version for each in list_datasets(connection)}
            (repository,) = list_repositories(connection)
            after = {each.version for each in list_datasets(connection)}
        assert (before, repository.dataset_count) == (after, 5)
        assert len(before) == 1
        seen |= before
    writer.join()
    assert seen


def test_a_failure_keeps_the_facts_and_a_removal_leaves_nothing(index: FleetIndex, tmp_path: Path) -> None:
    made = Repository(tmp_path, "shop")
    head = made.commit({"contracts/a.yaml": contract(), "consumers/a.yaml": "consumer: a\nuses: [{dataset: b}]\n"})
    store_facts(index, KEY, read_facts(discover_repository(str(made.folder)), "main", head))
    store_failure(index, KEY, "no \0answer \udce9")
    store_failure(index, RepositoryKey("other", "../other", None), "no answer")
    with index.read() as connection:
        found = {each.name: (each.commit, each.dataset_count, each.error) for each in list_repositories(connection)}
    assert found == {"shop": (head, 1, "no \ufffdanswer \ufffd"), "other": (None, 0, "no answer")}
    remove_repositories(index, ["shop", "other"])
    with index.read() as connection:
        for table in (
            "repositories",
            "datasets",
            "versions",
            "fields",
            "owners",
            "consumers",
            "uses",
            "issues",
            "files",
        ):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0, table


def test_names_that_no_database_stores_are_replaced(index: FleetIndex, tmp_path: Path) -> None:
    made = Repository(tmp_path, "shop")
    made.git("config", "i18n.commitEncoding", "latin1")
    odd = 'consumer: "a\\0b"\nowners: [{team: "é"}]\nuses: [{dataset: users.daily_active, fields: [plan]}]\n'
    made.write("contracts/a.yaml", contract())
    made.write("consumers/a.yaml", odd)
    made.git("add", "-A")
    made.git("commit", "-q", "-m", "change", "--author", "J\udcf6rg <j@example.com>")
    head = made.git("rev-parse", "HEAD")
    store_facts(index, KEY, read_facts(discover_repository(str(made.folder)), "main", head))
    with index.read() as connection:
        (dataset,) = list_datasets(connection)
        uses = list_uses(connection, ["users.daily_active"])
    assert dataset.last_change.author.startswith("J")
    assert len(uses) == 1


def test_an_interrupted_sync_ends_at_once(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, "shop")
    script = fleet.folder / "list.sh"
    script.write_text("#!/bin/sh\necho started >&2\nexec sleep 100\n", "utf-8")
    script.chmod(0o755)
    fleet.write(more='command = ["./list.sh"]\n')
    running = subprocess.Popen(
        fleet.command("sync"), cwd=fleet.folder, env=fleet.environment(), stderr=subprocess.PIPE, start_new_session=True
    )
    assert running.stderr.readline() == b"started\n"
    os.killpg(running.pid, signal.SIGINT)  # a terminal interrupts the command that lists the repositories too
    _, stderr = running.communicate(timeout=60)
    assert (running.returncode, stderr) == (130, b"")


def test_a_query_changes_no_database_of_another_program(tmp_path: Path) -> None:
    fleet, path = Fleet(tmp_path, "shop"), tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.close()
    before = path.read_bytes()
    assert "has no index" in fleet.dcr("--index", f"sqlite:///{path}").err
    assert path.read_bytes() == before


def test_an_index_of_another_folder_is_read_by_its_url(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, "shop")
    fleet["shop"].commit({"contracts/a.yaml": contract()})
    fleet.sync("--index", f"sqlite:///{tmp_path}/shared.db")
    assert open_index(f"sqlite:///{tmp_path}/shared.db", "/").name == f"sqlite:///{tmp_path}/shared.db"
    outcome = fleet.dcr("datasets", "--index", "sqlite:///../shared.db", "--format", "json")
    assert "users.daily_active" in outcome.out
    assert "dcr fleet sync" in fleet.dcr("datasets").err
