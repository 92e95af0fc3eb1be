"""What goes wrong in a repository while it is served: every answer is right or an error with its reason."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from repositories import Repository, contract
from servers import Server, contract_json, make_bare, push, wait_until, with_field

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 12


def test_no_body_is_wrong_while_the_ref_is_forced_and_objects_are_pruned(tmp_path: Path) -> None:
    """Each commit gives every dataset the same version, so that a mixture of two commits would show."""

    def files(number: int) -> dict[str, str | bytes | None]:
        return {f"contracts/t{each}.yaml": contract(f"shop.t{each}", f"1.{number}.0") for each in range(COUNT)}

    bare = make_bare(tmp_path, files(0))
    source = Repository(tmp_path, "source", init=None)
    versions = {bare.git("rev-parse", "main"): "1.0.0"}
    done = threading.Event()
    failures: list[str] = []
    answered: list[int] = []

    def read(server: Server, path: str) -> None:
        with server.new_client() as client:
            while not done.is_set():
                answer = client.get(path)
                answered.append(answer.status_code)
                if answer.status_code != 200:
                    failures.append(answer.text)
                    continue
                commit, body = answer.headers["dcr-commit"], answer.json()
                if "details" in body:
                    found = {each["version"] for each in body["details"]}
                    found_commit = body["ref"]["commit"]
                else:
                    found, found_commit = {body["version"]}, commit
                seen.append((commit, found_commit, tuple(sorted(found))))

    seen: list[tuple[str, str, tuple[str, ...]]] = []
    with Server(tmp_path, bare.folder, writable=False) as server:
        server.wait_for_commit(bare.git("rev-parse", "main"))
        threads = [
            threading.Thread(target=read, args=(server, path))
            for path in ("/datasets", "/contracts/shop.t1/latest", "/contracts/shop.t7/latest")
        ]
        for thread in threads:
            thread.start()
        for number in range(1, 9):
            tree = f"{source.commit(files(number))}^{{tree}}"
            commit = source.git("commit-tree", "-m", f"only {number}", tree)  # it has no parent
            versions[commit] = f"1.{number}.0"
            source.git("push", "-q", "--force", str(bare.folder), f"{commit}:refs/heads/main")
            source.git("reset", "-q", "--hard", commit)
            bare.git("reflog", "expire", "--expire=now", "--all")
            bare.git("gc", "-q", "--prune=now")
            try:
                server.wait_for_commit(commit, 10)
            except AssertionError:
                print(server.reader.get("/readyz").text, server.log, failures[:2], number)
                done.set()
                raise
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len(answered) > 50
    for commit, found_commit, found in seen:
        assert found_commit == commit
        assert found == (versions[commit],)
    assert len({commit for commit, _, _ in seen}) >= 4


def test_a_lost_object_is_an_error_with_its_reason(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract()})
    with Server(tmp_path, bare.folder) as server:
        server.wait_for_commit(bare.git("rev-parse", "main"))
        blob = bare.git("rev-parse", "main:contracts/users.yaml")
        shutil.rmtree(bare.folder / "objects/pack", ignore_errors=True)
        lost = bare.folder / "objects" / blob[:2] / blob[2:]
        assert lost.exists()
        aside = tmp_path / "aside"
        lost.rename(aside)
        for method, path in (("GET", "/contracts/users.daily_active/latest"), ("POST", "/contracts")):
            answer = server.client.request(method, path, json=contract_json("1.1.0") if method == "POST" else None)
            assert answer.status_code == 500, answer.text
            assert blob in answer.json()["detail"]
        aside.rename(lost)
        assert server.client.get("/contracts/users.daily_active/latest").status_code == 200
        assert server.client.post("/contracts", json=with_field("a", "1.1.0")).status_code == 201
    bare.git("fsck", "--strict")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system of its own, of one MiB; it needs the right to mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def make_bare_on(disk: Path, root: Path) -> Repository:
    bare = make_bare(root, {"contracts/users.yaml": contract()})
    shutil.move(bare.folder, disk / "contracts.git")
    moved = Repository(root, "moved", init=None)
    moved.folder = disk / "contracts.git"
    return moved


def list_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_full_disk_is_an_error_and_nothing_is_half_written(tmp_path: Path, small_disk: Path) -> None:
    bare = make_bare_on(small_disk, tmp_path)
    with Server(tmp_path, bare.folder) as server:
        server.wait_for_commit(bare.git("rev-parse", "main"))
        before = bare.git("rev-parse", "main")
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        known = list_files(bare.folder)
        answer = server.client.post("/contracts", json=with_field("a", "1.1.0"))
        assert answer.status_code == 507, answer.text
        assert "disk is full" in answer.json()["detail"]
        assert bare.git("rev-parse", "main") == before
        assert [path for path in list_files(bare.folder) if path not in known and "/tmp_" in path] == []
        assert server.reader.get("/contracts/users.daily_active/latest").json()["version"] == "1.0.0"
        filler.unlink()
        assert server.client.post("/contracts", json=with_field("a", "1.1.0")).status_code == 201
    bare.git("fsck", "--strict")


def test_a_read_only_repository_is_read_and_not_written(tmp_path: Path, small_disk: Path) -> None:
    bare = make_bare_on(small_disk, tmp_path)
    with Server(tmp_path, bare.folder) as server:
        server.wait_for_commit(bare.git("rev-parse", "main"))
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        assert server.reader.get("/contracts/users.daily_active/latest").status_code == 200
        answer = server.client.post("/contracts", json=with_field("a", "1.1.0"))
        assert answer.status_code == 500, answer.text
        assert "read-only file system" in answer.json()["detail"]
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
        assert server.client.post("/contracts", json=with_field("a", "1.1.0")).status_code == 201


def test_a_repository_that_is_removed_and_back_is_reported_and_read_again(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract()})
    aside = tmp_path / "aside.git"
    with Server(tmp_path, bare.folder) as server:
        server.wait_for_commit(bare.git("rev-parse", "main"))
        os.rename(bare.folder, aside)
        wait_until(lambda: server.reader.get("/readyz").status_code == 503, 10)
        assert server.reader.get("/healthz").status_code == 200
        answer = server.client.post("/contracts", json=with_field("a", "1.1.0"))
        assert answer.status_code >= 500, answer.text
        os.rename(aside, bare.folder)
        commit = push(tmp_path, bare, {"contracts/users.yaml": contract(version="1.5.0")})
        server.wait_for_commit(commit, 10)


def test_a_server_starts_only_with_a_repository_a_ref_and_safe_options(tmp_path: Path) -> None:
    from servers import NotStartedError

    bare = make_bare(tmp_path)
    (tmp_path / "nothing").mkdir()
    (tmp_path / "open.jsonl").write_text("")
    (tmp_path / "open.jsonl").chmod(0o666)
    (tmp_path / "odd.jsonl").write_text('{"sha256": "x"}\n')
    refused = [
        ([str(tmp_path / "nothing")], "not in a git repository", False),
        ([str(bare.folder), "--ref", "nope"], "'nope'", False),
        ([str(bare.folder), "--writable"], "--tokens", False),
        ([str(bare.folder), "--private"], "--tokens", False),
        ([str(bare.folder), "--propose"], "--writable", False),
        ([str(bare.folder), "--host", "0.0.0.0"], "--behind-proxy", False),
        ([str(bare.folder), "--writable", "--tokens", "missing.jsonl"], "missing.jsonl", False),
        ([str(bare.folder), "--writable", "--tokens", "open.jsonl"], "chmod 600", False),
        ([str(bare.folder), "--writable", "--tokens", "odd.jsonl"], "line 1", False),
        ([str(bare.folder), "--port", "70000"], "--port", False),
        ([str(bare.folder), "--ref", bare.git("rev-parse", "main")], "not a local branch", True),
    ]  # fmt: skip
    for (repository, *arguments), words, writable in refused:
        with pytest.raises(NotStartedError) as error:
            Server(tmp_path, Path(repository), *arguments, writable=writable)
        code, log = error.value.args
        assert code == 2, log
        assert "(nothing was" in log, log
        assert words in log, log
    for name, value, words in (
        ("DCR_EVENTS_URL", "http://example.com/", "https"), ("DCR_EVENTS_URL", "file:///etc/passwd", "https"),
        ("DCR_PRIVATE", "perhaps", "DCR_PRIVATE"),
    ):  # fmt: skip
        with pytest.raises(NotStartedError) as error:
            Server(tmp_path, bare.folder, writable=False, **{name: value})
        assert words in error.value.args[1]
    with Server(tmp_path, bare.folder, "--host", "0.0.0.0", "--behind-proxy", writable=False) as server:
        assert server.reader.get("/healthz").status_code == 200
        with pytest.raises(NotStartedError) as error:
            Server(
                tmp_path,
                bare.folder,
                "--port",
                server.address.rpartition(":")[2],
                "--host",
                "0.0.0.0",
                "--behind-proxy",
            )
        assert "address already in use" in error.value.args[1]
