"""A repository of a fleet that somebody prepared stops no other, and is reported."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest
from fleets import Fleet
from repositories import contract

from dcr.git.mirrors import Remote, find_local_ref

if TYPE_CHECKING:
    from pathlib import Path

SALES = """\
version: 1.0.0
kind: DataContract
apiVersion: v3.1.0
id: sales
status: active
schema: [{name: sales, properties: [{name: id, logicalType: string}]}]
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    made = Fleet(tmp_path, "shop", "growth")
    for name in ("shop", "growth"):
        made[name].commit({"contracts/a.yaml": contract(f"{name}.a")})
    return made


def test_a_ref_with_nul_and_a_folder_that_cannot_be_replaced_stop_no_other_repository(fleet):
    fleet.sync()
    (mirror,) = (fleet.folder / ".dcr-fleet/mirrors").glob("growth-*.git")
    shutil.rmtree(mirror)
    mirror.write_text("a file in its place", "utf-8")
    outcome = fleet.dcr("sync")
    assert (outcome.code, "'growth' was not synced: mirror '" in outcome.err) == (1, True), outcome
    assert outcome.err.endswith("1 unchanged, 1 failed\n")
    mirror.unlink()
    (fleet["growth"].folder / ".git/HEAD").write_bytes(b"ref: refs/heads/a\0b\n")
    fleet["shop"].commit({"contracts/a.yaml": contract("shop.a", "1.1.0")})
    assert fleet.sync(code=1) == "2 repositories: 1 moved, 1 failed"
    assert fleet.versions() == {"growth": ["growth.a 1.0.0"], "shop": ["shop.a 1.1.0"]}


@pytest.mark.parametrize("name", ["HEAD", "refs/heads/main", "packed-refs"])
def test_a_named_pipe_in_place_of_a_ref_does_not_wait_for_a_writer(fleet, name):
    folder = fleet["shop"].folder / ".git"
    if name == "packed-refs":
        fleet["shop"].git("pack-refs", "--all")
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert find_local_ref(Remote(str(folder), is_local=True), None) is None


def test_an_integer_that_no_database_stores_stops_nothing(fleet):
    latency = "slaProperties: [{property: latency, value: 99999999999999999999, unit: d}]"
    fleet["growth"].commit({"contracts/b.odcs.yaml": f"{SALES}{latency}\n"})
    assert fleet.sync() == "2 repositories: 2 moved"
    assert fleet.versions() == {"growth": ["growth.a 1.0.0", "sales/sales 1.0.0"], "shop": ["shop.a 1.0.0"]}


def test_a_program_that_outlives_git_does_not_hold_up_a_sync(fleet, tmp_path):
    fleet.sync()
    program, number = tmp_path / "ssh", tmp_path / "ssh.pid"
    program.write_text(f"#!/bin/sh\necho $$ > {number}\nexec sleep 90\n", "utf-8")
    program.chmod(0o755)
    fleet.write("shop", more='[[repositories]]\naddress = "ssh://git@example.org/growth"\n')
    outcome = fleet.dcr("sync", DCR_GIT_TIMEOUT="1.5", GIT_SSH=str(program))
    os.kill(int(number.read_text("utf-8")), signal.SIGKILL)  # fails if the sync has waited for its end
    assert "'growth' was not synced: git ls-remote did not finish within 1.5 seconds" in outcome.err
    assert outcome.err.endswith("1 unchanged, 1 failed\n")
