"""The files to copy for a deployment name options that exist, and have the restrictions that the page describes."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from configparser import RawConfigParser
from typing import TYPE_CHECKING, Any

import pytest
from repositories import ROOT
from servers import Server, make_bare
from typer.main import get_command

from dcr.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "docs/serve"


def read_options() -> set[str]:
    """Return the options of dcr serve."""
    group: Any = get_command(app)
    with group.make_context("dcr", ["serve"], resilient_parsing=True) as context:
        return {option for each in group.get_command(context, "serve").params for option in each.opts}


def test_the_image_runs_as_another_user_with_a_health_check_and_known_options(tmp_path: Path) -> None:
    text = (FOLDER / "Dockerfile").read_text("utf-8")
    assert re.search(r"(?m)^USER (?!0|root)\S+$", text)
    entry = json.loads(re.findall(r"(?m)^ENTRYPOINT (\[.*\])$", text)[0])
    assert entry[1] == "serve"
    assert {each for each in entry if each.startswith("--")} <= read_options()
    command = json.loads(re.findall(r"(?ms)^HEALTHCHECK .*?CMD (\[.*?\])$", text)[0])
    bare = make_bare(tmp_path)
    with Server(tmp_path, bare.folder, writable=False) as server:
        server.wait_for_commit(bare.git("rev-parse", "main"))
        code = command[2].replace("http://127.0.0.1:8090", server.address)
        subprocess.run(["python3", command[1], code], check=True, timeout=60)
    ended = subprocess.run(["python3", command[1], code], capture_output=True, check=False, timeout=60)
    assert ended.returncode == 1


def test_the_unit_has_known_options_and_is_valid() -> None:
    unit = RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign,assignment]
    unit.read(FOLDER / "dcr-serve.service")
    service = unit["Service"]
    words = shlex.split(service["ExecStart"])
    assert words[1] == "serve"
    assert {each for each in words if each.startswith("--")} <= read_options()
    assert service["User"] != "root"
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")
    assert service["ReadWritePaths"] == words[words.index("--repository") + 1]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_accepts_the_unit() -> None:
    ended = subprocess.run(
        ["systemd-analyze", "verify", str(FOLDER / "dcr-serve.service")], capture_output=True, text=True, check=False
    )
    complaints = [line for line in ended.stderr.splitlines() if "is not executable" not in line]
    assert complaints == [], ended.stderr
