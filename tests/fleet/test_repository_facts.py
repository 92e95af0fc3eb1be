"""The facts of a repository are read with few git processes, and fields that versions share change no verdict."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from fleets import DASHBOARD
from repositories import Repository, contract

from dcr.errors import DcrError
from dcr.fleet.reading import read_request
from dcr.fleet.repository_facts import FactsRequest, read_mirror
from dcr.git.mirrors import open_mirror
from dcr.git.object_session import share_object_process
from dcr.git.objects import ObjectMissingError, read_blobs, stream_blobs
from dcr.git.policies import read_policy
from dcr.registry.audit import judge_transitions
from dcr.registry.history.facts import Retention
from dcr.registry.history.native_facts import KnownTexts
from dcr.registry.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

NOTED = contract("shop.orders", "1.1.0", more="x-note: 1")
WITHOUT = contract("shop.orders", "1.2.0", without=["ltv"])
RETYPED = contract("shop.orders", "1.3.0", without=["ltv"]).replace(
    "fields:\n", "fields:\n  - {name: ltv, type: string}\n"
)


@pytest.fixture
def mirror(tmp_path: Path) -> tuple[str, str]:
    """A bare repository in which a field is removed and added again, and its commit."""
    made = Repository(tmp_path)
    for text in (contract("shop.orders"), NOTED, WITHOUT, RETYPED, None):
        made.commit({"contracts/orders.yaml": text, "contracts/users.yaml": contract(), "consumers/a.yaml": DASHBOARD})
    without_status = contract("users.daily_active", "1.1.0").replace("status: active\n", "")
    made.commit({"contracts/users.yaml": without_status})
    head = made.commit({"contracts/orders.yaml": contract("shop.orders", "2.0.0")})
    made.git("clone", "-q", "--bare", ".", str(tmp_path / "mirror.git"))
    return str(tmp_path / "mirror.git"), head


def judge(mirror: tuple[str, str], known_texts: KnownTexts | None = None) -> list[tuple[object, ...]]:
    """Return the verdicts on every transition, without locations."""
    repository, commit = open_mirror(mirror[0]), mirror[1]
    snapshot = Snapshot(repository, "main", "fleet", commit, read_policy(repository, commit))
    history = snapshot.read_history(retention=Retention(lambda _: True, last_versions=True, known_texts=known_texts))
    ids = history.list_datasets()
    contracts = history.read_meanings([each for name in ids for each in history.list_revisions(name)])
    return [
        (each.dataset_id, each.step.required_bump, each.step.actual_bump, issue.kind, issue.field, issue.message)
        for each in judge_transitions(snapshot, history, ids, contracts)
        for issue in each.step.issues or (None,)
        if issue
    ]


def test_versions_that_share_fields_have_the_same_verdicts(mirror, monkeypatch):
    monkeypatch.setenv("DCR_CACHE", "off")
    known = KnownTexts()
    verdicts = judge(mirror, known)
    assert {"field_removed", "field_resurrected", "status_regressed"} <= {kind for _, _, _, kind, _, _ in verdicts}
    assert verdicts == judge(mirror, known) == judge(mirror, KnownTexts(1)) == judge(mirror)


def test_a_mirror_is_read_with_two_git_processes(mirror, monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/seen\nexec {shutil.which("git")} "$@"\n')
    (tmp_path / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DCR_CACHE", "off")
    facts = read_mirror(FactsRequest(mirror[0], "main", mirror[1]))
    assert [dataset.dataset_id for dataset in facts.datasets] == ["shop.orders", "users.daily_active"]
    assert len((tmp_path / "seen").read_text("utf-8").splitlines()) <= 2


def test_readings_that_share_a_process_can_overlap_and_fail(mirror):
    git = open_mirror(mirror[0]).git
    blobs = git.run("rev-parse", "HEAD:contracts/orders.yaml", "HEAD:contracts/users.yaml").decode().split()
    expected = read_blobs(git, blobs)
    with share_object_process(git):
        reading = stream_blobs(git, blobs)
        assert next(reading)[0] == blobs[0]
        assert read_blobs(git, blobs) == expected
        assert [blob for blob, _ in reading] == blobs[1:]
        with pytest.raises(ObjectMissingError):
            read_blobs(git, [blobs[0], "0" * 40, blobs[1]])
        abandoned = stream_blobs(git, blobs)
        next(abandoned)
        abandoned.close()
        assert read_blobs(git, blobs) == expected


def test_a_bug_in_dcr_is_an_error_of_the_repository_that_shows_it():
    wrong: Any = 3
    found = read_request(FactsRequest(wrong, "main", "0" * 40))
    assert isinstance(found, DcrError)
    assert re.fullmatch(r"this is a bug in dcr [\d.]+: TypeError: .* \(dcr\.git\.[a-z.]+, line \d+\)", found.message)
