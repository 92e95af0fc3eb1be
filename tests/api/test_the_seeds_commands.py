"""The commands of the seed's README, typed with curl against a real `dcr serve`, and what they leave in git."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from repositories import ROOT, Repository
from servers import FIELDS, contract_json, make_bare, wait_until, with_field, without_field

if TYPE_CHECKING:
    from pathlib import Path

CARD = {
    "decision_card_version": "0.1",
    "buyer": {"name": "Springfield USD", "contact": "#data-platform"},
    "decision_maker": {"role": "Director of Data", "name": "Alex Chen"},
}


class Shell:
    """Commands in one folder, and a server that was started as people start it."""

    def __init__(self, folder: Path, repository: Repository) -> None:
        self.folder, self.repository = folder, repository
        self.environment = {**repository.environment(), "PYTHONPATH": str(ROOT)}
        self.process: subprocess.Popen[bytes] | None = None
        self.port = ""

    def dcr(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "dcr", *arguments],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, check=True, timeout=60,
        ).stdout  # fmt: skip

    def start(self) -> None:
        log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "dcr", "serve", "--repository", str(self.repository.folder), "--ref", "main",
                "--writable", "--tokens", "tokens.jsonl", "--port", "0",
            ],
            cwd=self.folder, env=self.environment, stdout=log, stderr=log,
        )  # fmt: skip
        log.close()
        found = wait_until(lambda: re.search(r"127\.0\.0\.1:(\d+)", (self.folder / "log").read_text()))
        self.port = found[1]

    def kill(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)

    def curl(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        more = ["-H", f"Authorization: Bearer {token}"] if token else []
        if body is not None:
            more += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
        answered = subprocess.run(
            ["curl", "-s", "-X", method, "-w", "\n%{http_code}", *more, f"http://127.0.0.1:{self.port}{path}"],
            capture_output=True, text=True, check=True, timeout=60,
        ).stdout  # fmt: skip
        content, _, status = answered.rpartition("\n")
        return int(status), json.loads(content)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_commands_of_the_seeds_readme_work_and_survive_a_kill(tmp_path: Path) -> None:
    bare = make_bare(tmp_path)
    shell = Shell(tmp_path, bare)
    token = shell.dcr("token", "Alex Chen", "--email", "alex@example.com").strip()
    assert token not in (tmp_path / "tokens.jsonl").read_text()
    assert os.stat(tmp_path / "tokens.jsonl").st_mode & 0o077 == 0
    shell.start()
    try:
        assert shell.curl("GET", "/")[1]["name"] == "data-contract-registry"
        assert shell.curl("GET", "/healthz") == (200, {"status": "ok"})
        assert shell.curl("POST", "/contracts", contract_json())[0] == 401
        status, registered = shell.curl("POST", "/contracts", contract_json(), token)
        assert status == 201
        assert {key: registered[key] for key in ("status", "dataset_id", "version")} == {
            "status": "registered", "dataset_id": "users.daily_active", "version": "1.0.0",
        }  # fmt: skip
        assert registered["compatibility"]["compatible"] is True
        assert shell.curl("POST", "/contracts", contract_json(), token)[0] == 400
        assert shell.curl("POST", "/contracts", with_field("signup_source", "1.1.0"), token)[0] == 201
        status, checked = shell.curl("POST", "/contracts/check", without_field("ltv", "2.0.0"))
        assert (status, checked["compatible"]) == (200, False)
        status, refused = shell.curl("POST", "/contracts", without_field("ltv", "2.0.0"), token)
        assert status == 422
        assert refused["detail"]["compatible"] is False
        assert refused["detail"]["mode"] == "backward"
        assert "field_removed" in [each["kind"] for each in refused["detail"]["issues"]]
        shell.kill()
        shell.start()
        assert shell.curl("GET", "/datasets")[1]["datasets"] == ["users.daily_active"]
        assert shell.curl("GET", "/contracts/users.daily_active/latest")[1]["version"] == "1.1.0"
        versions = shell.curl("GET", "/contracts/users.daily_active/versions")[1]
        assert [each["version"] for each in versions] == ["1.0.0", "1.1.0"]
        assert shell.curl("GET", "/contracts/users.daily_active/versions/1.0.0")[1]["fields"][0]["name"] == "user_id"
        assert shell.curl("GET", "/contracts/nope/latest")[0] == 404
        address = "/contracts/users.daily_active/versions/1.1.0"
        status, deprecated = shell.curl(
            "POST", f"{address}/deprecate", {"deprecation_uri": "https://wiki/migrate"}, token
        )
        assert (status, deprecated["status"], deprecated["deprecation_uri"]) == (
            200, "deprecated", "https://wiki/migrate",
        )  # fmt: skip
        assert shell.curl("POST", f"{address}/deprecate", {"deprecation_uri": " "}, token)[0] == 400
        status, archived = shell.curl("POST", f"{address}/archive", token=token)
        assert (status, archived["status"]) == (200, "archived")
        assert shell.curl("POST", "/contracts/owners/from-decision-card", CARD) == (
            200,
            [
                {"team": "Springfield USD", "contact": "#data-platform"},
                {"team": "Director of Data (Alex Chen)", "contact": None},
            ],
        )
        assert shell.curl("POST", "/contracts/owners/from-decision-card", {"no": "buyer"})[0] == 400
    finally:
        shell.kill()
    log = bare.git("log", "--format=%s|%an|%ae", "main")
    assert log.splitlines() == [
        "Archive users.daily_active 1.1.0|Alex Chen|alex@example.com",
        "Deprecate users.daily_active 1.1.0|Alex Chen|alex@example.com",
        "Register users.daily_active 1.1.0|Alex Chen|alex@example.com",
        "Register users.daily_active 1.0.0|Alex Chen|alex@example.com",
        "change|a|a@example.com",
    ]
    assert "required bump MINOR, actual bump MINOR" in bare.git("log", "-1", "--format=%b", "main~2")
    patch = bare.git("log", "-1", "-p", "--format=", "main~2")
    changed = [line for line in patch.splitlines() if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    assert changed == [
        '-version: "1.0.0"',
        '+version: "1.1.0"',
        "+  - {name: signup_source, type: string, required: false}",
    ]
    assert len(FIELDS) == 4
    bare.git("fsck", "--strict")
