from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from odd_changes import build_odd_repository
from repositories import Repository, breaking, contract

from dcr.check import Request, check
from dcr.errors import DcrError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEEDS = int(os.environ.get("DCR_PORTION_SEEDS", "4"))
FIRST_SEED = int(os.environ.get("DCR_PORTION_FIRST_SEED", "0"))
POLICIES = (
    "",
    'mode = "full_transitive"\nmin_deprecation_days = 30\n',
    'contracts = ["contracts/**/*.yaml"]\nbreaking = "allow-with-major"\n[consumers]\nbreaking = "declared"\n',
)


@pytest.fixture(autouse=True)
def without_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep checks of this process from the user's cache; a cache that cannot be written is none."""
    (tmp_path / "cache").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def judge(repository: Repository, **options: Any) -> str:
    """Return everything in the report of a check, or its error."""
    try:
        return repr(check(Request(str(repository.folder), base="main", sources=True, **options)))
    except DcrError as error:
        return repr((type(error), error.message, error.hint))


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SEEDS))
def test_portions_have_the_report_of_all_changes_at_once(tmp_path, seed):
    policy = POLICIES[seed % len(POLICIES)]
    repository = build_odd_repository(tmp_path, seed, policy=policy, consumers=12 * (seed % 2))
    requests = [({}, 1), ({"head": "feature"}, 4), ({"paths": ("contracts/f01.yaml", "other", "notes.txt")}, 3)]
    for options, size in requests:
        assert judge(repository, portion_size=size, **options) == judge(repository, **options), (options, size)


def test_a_dataset_that_moved_to_an_invalid_file_is_judged_there(tmp_path):
    repository = Repository(tmp_path)
    repository.commit({f"contracts/d{number}.yaml": contract(f"shop.d{number}") for number in range(3)})
    (repository.folder / "contracts/d1.yaml").unlink()
    invalid = contract("shop.d1").replace("fields:", "columns:")
    repository.write("contracts/moved.yaml", f"{invalid}# not one of the models\n")  # so it has to be parsed
    whole = judge(repository)
    assert "contract_invalid" in whole
    assert "contract_removed" not in whole
    assert judge(repository, portion_size=1) == whole


def test_an_id_in_two_lines_is_found_in_a_file_whose_line_ends_changed(tmp_path):
    repository = Repository(tmp_path)
    text = contract("shop.d1").replace("shop.d1", '"sh\\\n  op.d1"')
    repository.commit({"contracts/a.yaml": text})
    (repository.folder / "contracts/a.yaml").write_bytes(text.replace("\n", "\r\n").encode())
    repository.write("contracts/b.yaml", contract("shop.d1"))
    whole = judge(repository)
    assert "dataset_id_duplicated" in whole
    assert judge(repository, portion_size=1) == whole


def test_processes_have_the_report_of_one(tmp_path):
    repository = build_odd_repository(tmp_path, 1, policy=POLICIES[1], consumers=12)
    assert judge(repository, portion_size=3, jobs=2) == judge(repository)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """300 changed contracts: two portions."""
    repository = Repository(tmp_path_factory.mktemp("many"))
    ids = [f"shop.d{number}" for number in range(300)]
    repository.commit({f"contracts/{dataset_id}.yaml": contract(dataset_id) for dataset_id in ids})
    repository.branch()
    repository.commit({f"contracts/{dataset_id}.yaml": breaking(dataset_id=dataset_id) for dataset_id in ids})
    return repository


def test_jobs_change_no_byte_of_the_output(many, tmp_path):
    formats = ("text", "json", "markdown", "sarif")
    outcomes = [
        many.dcr("check", "--jobs", jobs, *(f"--format={name}:{tmp_path / jobs}.{name}" for name in formats))
        for jobs in ("1", "2")
    ]
    assert outcomes[0].code == 1
    assert "600 errors" in outcomes[0].err
    assert outcomes[0] == outcomes[1]
    for name in formats:
        assert (tmp_path / f"1.{name}").read_bytes() == (tmp_path / f"2.{name}").read_bytes()
    assert many.dcr("check") == many.dcr("check", "--jobs", "1")


@contextmanager
def check_that_waits_for_git(repository: Repository, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start a check in two processes whose git commands do not answer; yield it, and the id of one of them."""
    started, answer = folder / "started", folder / "answer"
    os.mkfifo(started)
    os.mkfifo(answer)
    shim = folder / "bin" / "git"
    shim.parent.mkdir()
    first = f"mkdir '{folder / 'first'}' 2>/dev/null && echo $PPID > '{started}'"
    waiting = f"if grep -q spawn_main /proc/$PPID/cmdline; then {first}; exec cat '{answer}'; fi"
    shim.write_text(f'#!/bin/sh\n{waiting}\nexec "$GIT" "$@"\n', "utf-8")
    shim.chmod(0o755)
    environment = repository.environment()
    git = subprocess.run(["sh", "-c", "command -v git"], capture_output=True, text=True, check=True).stdout.strip()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "dcr", "check", "--jobs", "2"],
        cwd=repository.folder,
        env={**environment, "GIT": git, "PATH": f"{shim.parent}{os.pathsep}{environment['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with open(started, encoding="utf-8") as fifo:  # waits until a process reads files
        yield process, int(fifo.readline())
    with suppress(OSError):  # no git waits any more
        os.close(os.open(answer, os.O_WRONLY | os.O_NONBLOCK))


@pytest.mark.skipif(not os.path.exists("/proc/self/cmdline"), reason="this system does not list processes as files")
class TestEndings:
    def test_a_killed_process_is_an_error_and_leaves_none_behind(self, many, tmp_path):
        with check_that_waits_for_git(many, tmp_path) as (process, pid):
            os.kill(pid, signal.SIGKILL)
            out, err = process.communicate(timeout=60)  # the streams are closed only when no process holds them
        assert (process.returncode, out) == (2, b"")
        assert err.decode() == (
            "dcr: error: a process of dcr was killed, perhaps because memory ran out (nothing was checked)\n"
            "  help: use one process: --jobs 1\n"
        )

    def test_an_interrupt_ends_all_processes_at_once_and_quietly(self, many, tmp_path):
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # of a job in the background, which its programs inherit
            signal.signal(signal.SIGINT, signal.default_int_handler)
        with check_that_waits_for_git(many, tmp_path) as (process, _):
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (130, b"", b"")
