"""Many writers at once, pushes from outside, and servers that are killed while they write."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest
from servers import FIELDS, TOKEN, Server, contract_json, make_bare, push

if TYPE_CHECKING:
    from pathlib import Path

DATASETS = [f"shop.table_{number}" for number in range(10)]
VERSIONS = [f"1.{number}.0" for number in range(20)]


def body(dataset_id: str, version: str) -> dict:
    """Return a registration whose fields grow with its version."""
    more = [
        {"name": f"extra_{number}", "type": "string", "required": False} for number in range(int(version.split(".")[1]))
    ]
    return contract_json(version, dataset_id, fields=[*FIELDS, *more])


def test_fifty_clients_and_outside_pushes_lose_and_repeat_no_version(tmp_path: Path) -> None:
    bare = make_bare(tmp_path)
    accepted: list[tuple[str, str, str]] = []
    statuses: Counter[int] = Counter()
    lock = threading.Lock()
    done = threading.Event()

    def register(number: int, server: Server) -> None:
        """Race four other clients for every version of one dataset, in order."""
        dataset_id = DATASETS[number % len(DATASETS)]
        with server.new_client(TOKEN) as client:
            for version in VERSIONS:
                if version == VERSIONS[-1]:  # by then nobody is faster than a push from outside
                    was_pushed.wait(60)
                status = 409
                while status == 409:  # pushes from outside won ten times
                    answer = client.post("/contracts", json=body(dataset_id, version))
                    status = answer.status_code
                    with lock:
                        statuses[status] += 1
                if status == 201:
                    accepted.append((dataset_id, version, answer.json()["commit"]))

    def push_outside() -> None:
        number = 0
        while not done.is_set():
            number += 1
            try:
                push(tmp_path, bare, {f"notes/{number}.md": f"{number}\n"})
                pushed.append(number)
                was_pushed.set()
            except AssertionError:  # another commit was faster
                continue

    pushed: list[int] = []
    was_pushed = threading.Event()
    with Server(tmp_path, bare.folder) as server:
        outside = threading.Thread(target=push_outside)
        outside.start()
        with ThreadPoolExecutor(50) as pool:
            list(pool.map(lambda number: register(number, server), range(50)))
        done.set()
        outside.join()
        assert set(statuses) <= {201, 400, 409, 422}, statuses
        server.wait_for_commit(bare.git("rev-parse", "main"))
        listed = {each: server.reader.get(f"/contracts/{each}/versions").json() for each in DATASETS}
    assert pushed, "no push from outside was accepted"
    assert len({each[:2] for each in accepted}) == len(accepted)
    subjects = Counter(bare.git("log", "--first-parent", "--format=%H %s", "main").splitlines())
    for dataset_id, version, commit in accepted:
        assert subjects[f"{commit} Register {dataset_id} {version}"] == 1
    registered = Counter(line.partition(" ")[2] for line in subjects if " Register " in line)
    assert set(registered.values()) == {1}
    assert sum(registered.values()) == len(accepted) == len(DATASETS) * len(VERSIONS)
    for dataset_id, contracts in listed.items():
        assert [each["version"] for each in contracts] == VERSIONS, dataset_id
        assert [len(each["fields"]) for each in contracts] == [4 + number for number in range(len(VERSIONS))]
    assert len([line for line in subjects if line.endswith(" change")]) == len(pushed) + 1
    bare.git("fsck", "--strict")


def kill_while_writing(root: Path, times: int) -> None:
    """Kill a server at random moments while it writes; each time the ref is at a whole commit."""
    chosen = random.Random(times)
    bare = make_bare(root)
    number = 0
    acknowledged: list[str] = []
    for _ in range(times):
        with Server(root, bare.folder) as server:
            timer = threading.Timer(chosen.uniform(0.0, 0.12), os.kill, (server.pid, signal.SIGKILL))
            with server.new_client(TOKEN) as client:
                client.get("/healthz")
                timer.start()
                try:
                    while True:
                        answer = client.post("/contracts", json=body("shop.orders", f"1.{number}.0"))
                        if answer.status_code == 201:
                            acknowledged.append(answer.json()["commit"])
                        else:  # the one before was committed, and its answer lost
                            assert answer.status_code == 400, answer.text
                        number += 1
                except httpx.TransportError:
                    pass
            timer.join()
            server.kill()
        bare.git("fsck", "--strict", "--no-dangling")
        line = bare.git("rev-list", "--first-parent", "main").splitlines()
        assert set(acknowledged) <= set(line)
    with Server(root, bare.folder) as server:
        versions = [each["version"] for each in server.reader.get("/contracts/shop.orders/versions").json()]
        assert versions == [f"1.{each}.0" for each in range(len(versions))]
        assert len(versions) >= len(acknowledged) > 0
        assert server.client.post("/contracts", json=body("shop.orders", f"1.{len(versions)}.0")).status_code == 201


def test_a_killed_server_leaves_a_whole_commit_and_a_restart_goes_on(tmp_path: Path) -> None:
    kill_while_writing(tmp_path, 20)


@pytest.mark.slow
def test_two_hundred_kills_leave_whole_commits(tmp_path: Path) -> None:
    kill_while_writing(tmp_path, 200)


def test_two_servers_of_one_repository_do_not_overwrite_each_other(tmp_path: Path) -> None:
    bare = make_bare(tmp_path)
    with Server(tmp_path, bare.folder) as one, Server(tmp_path, bare.folder) as two:

        def register(arguments: tuple[Server, str, int]) -> int:
            server, dataset_id, number = arguments
            with server.new_client(TOKEN) as client:
                return client.post("/contracts", json=body(dataset_id, f"1.{number}.0")).status_code

        work = [(server, f"shop.{name}", 0) for name in "abcdefgh" for server in (one, two)]
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(register, work))
        head = bare.git("rev-parse", "main")
        for server in (one, two):
            server.wait_for_commit(head)
            assert len(server.reader.get("/datasets").json()["datasets"]) == 8
    assert Counter(statuses) == {201: 8, 400: 8}
    assert bare.git("rev-list", "--count", "main") == "9"
    bare.git("fsck", "--strict")


def test_a_ref_that_keeps_moving_is_a_conflict_after_ten_attempts(tmp_path: Path) -> None:
    bare = make_bare(tmp_path)
    lock = bare.folder / "refs/heads/main.lock"
    with Server(tmp_path, bare.folder) as server:
        lock.touch()  # as a process that moves the ref holds it
        answer = server.client.post("/contracts", json=contract_json())
        assert answer.status_code == 409, answer.text
        assert "10 times" in answer.json()["detail"]
        lock.unlink()
        assert server.client.post("/contracts", json=contract_json()).status_code == 201
        assert [each["status"] for each in server.audit_lines] == [409, 201]
        retries = [line for line in server.reader.get("/metrics").text.splitlines() if "write_retries_total" in line]
        assert retries[-1].endswith(" 10.0")


def test_a_change_is_judged_again_on_what_was_pushed_meanwhile(tmp_path: Path) -> None:
    bare = make_bare(tmp_path)
    with Server(tmp_path, bare.folder) as server:
        assert server.client.post("/contracts", json=contract_json()).status_code == 201
        text = bare.git("show", "main:contracts/users/daily_active.yaml") + "\n"
        push(tmp_path, bare, {"contracts/users/daily_active.yaml": text.replace("1.0.0", "1.5.0") + "# pushed\n"})
        answer = server.client.post("/contracts", json=contract_json("1.1.0"))
        assert answer.status_code == 422, answer.text
        assert [each["kind"] for each in answer.json()["detail"]["issues"]] == ["version_not_increasing"]
        assert server.client.post("/contracts", json=contract_json("1.6.0")).status_code == 201
    assert "# pushed" in bare.git("show", "main:contracts/users/daily_active.yaml")
