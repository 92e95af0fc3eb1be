"""The action's scripts with inputs as the runner passes them: outputs, summary, exit code, nothing injected."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml
from ci_checkouts import Server, github
from ci_jobs import Machine, installed
from ci_jobs import github as steps_of
from repositories import ROOT, USERS, contract
from test_ci_steps import plant

if TYPE_CHECKING:
    from pathlib import Path

    from repositories import Repository

ACTION = ROOT / "action.yml"
DOCUMENT = yaml.safe_load(ACTION.read_text("utf-8"))


class Run(NamedTuple):
    """What the action left: its exit code, log, outputs and summary."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


def play(clone: Repository, *, python: str = "", **inputs: str) -> Run:
    """Run the action in a pull request's job; with a `python` of its own it installs dcr from an index."""
    temp = clone.root / "temp"
    files = {"GITHUB_OUTPUT": temp / "output", "GITHUB_STEP_SUMMARY": temp / "summary"}
    made = Machine(
        clone,
        {
            "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main", "RUNNER_TEMP": str(temp),
            **{name: str(path) for name, path in files.items()},
        },
    )  # fmt: skip
    for path in files.values():
        path.touch()
    given = {name: each["default"] for name, each in DOCUMENT["inputs"].items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    context = {f"inputs.{name}": value for name, value in given.items()}
    context["steps.python.outputs.python-path"] = python or str(made.bin / "python3")
    if python:
        made.environment |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        del made.environment["PYTHONPATH"]
    context["inputs.install || github.action_path"] = given["install"] or str(ROOT)
    ended = made.run(steps_of(ACTION, context))
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text("utf-8").splitlines())
    return Run(ended.code, ended.log, outputs, files["GITHUB_STEP_SUMMARY"].read_text("utf-8"))


def test_a_break_fails_the_step_and_says_so_in_outputs_summary_and_annotations(tmp_path: Path) -> None:
    clone = github(Server(tmp_path))
    run = play(clone)
    assert run.code == 1, run.log
    expected = {"exit-code": "1", "compatible": "false", "errors": "2", "warnings": "0"}
    assert {name: run.outputs[name] for name in expected} == expected
    with open(run.outputs["report"], encoding="utf-8") as file:
        assert json.load(file)["base"]["source"] == "GITHUB_BASE_REF"
    with open(run.outputs["markdown"], encoding="utf-8") as file:
        assert file.read() == run.summary
    assert "ltv" in run.summary
    assert "✗ users.daily_active" in run.log
    assert "::error file=contracts/users.yaml,line=" in run.log
    assert str(ROOT) in installed(clone)


def test_every_output_of_the_action_is_one_of_its_step(tmp_path: Path) -> None:
    run = play(github(Server(tmp_path)))
    assert {each["value"] for each in DOCUMENT["outputs"].values()} == {
        f"${{{{ steps.check.outputs.{name} }}}}" for name in run.outputs
    }
    assert set(run.outputs) == set(DOCUMENT["outputs"])


def test_a_compatible_change_passes(tmp_path: Path) -> None:
    clone = github(Server(tmp_path))
    clone.commit({USERS: contract()})
    run = play(clone)
    assert (run.code, run.outputs["compatible"], run.outputs["errors"], run.outputs["exit-code"]) == (
        0,
        "true",
        "0",
        "0",
    )


def test_a_shallow_checkout_is_said_in_the_summary_and_leaves_no_report(tmp_path: Path) -> None:
    run = play(github(Server(tmp_path), depth=1))
    assert run.code == 2, run.log
    assert set(run.outputs) == {"exit-code", "report", "markdown"}
    assert not (tmp_path / "temp/dcr-report.json").exists()
    assert run.summary.startswith("No contract was checked:\n\n    dcr: error: GITHUB_BASE_REF is 'main'")
    assert "    " + "  help: in the workflow: actions/checkout with fetch-depth: 0" in run.summary
    assert "nothing was checked" in run.log


def test_inputs_become_options(tmp_path: Path) -> None:
    clone = github(Server(tmp_path))
    run = play(
        clone,
        base="origin/release/1.x",
        paths="contracts/orders.yaml\n\ncontracts/users.yaml\n",
        args="--mode=none\n--quiet",
    )
    report = json.loads((tmp_path / "temp/dcr-report.json").read_text("utf-8"))
    assert (report["base"]["ref"], report["base"]["source"]) == ("origin/release/1.x", "--base")
    assert [each["mode"] for each in report["contracts"]] == ["none", "none"]
    assert (run.code, run.log) == (0, "")


def test_the_sarif_file_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    clone = github(Server(tmp_path))
    play(clone, sarif_file="dcr.sarif", annotations="false", summary="false")
    assert (clone.folder / "dcr.sarif").is_file()


def test_a_module_in_the_change_is_not_run(tmp_path: Path) -> None:
    clone = github(Server(tmp_path))
    plant(clone)
    assert play(clone).code == 1
    assert not (tmp_path / "canary").exists()


@pytest.mark.network
def test_the_action_installs_dcr_from_its_own_folder(tmp_path: Path) -> None:
    clone = github(Server(tmp_path))
    plant(clone)
    run = play(clone, python=sys.executable)
    assert (run.code, run.outputs.get("errors")) == (1, "2"), run.log
    assert (tmp_path / "temp/dcr/bin/dcr").is_file()
    assert not (tmp_path / "canary").exists()


def test_a_link_in_the_change_is_not_written_through(tmp_path: Path) -> None:
    clone = github(Server(tmp_path))
    (tmp_path / "precious").write_text("precious", "utf-8")
    (clone.folder / "dcr.sarif").symlink_to(tmp_path / "precious")
    play(clone, sarif_file="dcr.sarif")
    assert (tmp_path / "precious").read_text("utf-8") == "precious"
    assert not (clone.folder / "dcr.sarif").is_symlink()


def test_what_is_not_wanted_is_left_out(tmp_path: Path) -> None:
    run = play(github(Server(tmp_path)), annotations="false", summary="false")
    assert (run.code, run.summary) == (1, "")
    assert "::error" not in run.log


def test_the_action_runs_in_a_folder_of_the_workspace(tmp_path: Path) -> None:
    clone = github(Server(tmp_path))
    assert play(clone, working_directory="contracts", paths="users.yaml").code == 1


@pytest.mark.parametrize("name", ["base", "paths", "args", "format", "annotations", "sarif_file", "summary", "install"])
@pytest.mark.parametrize(
    "hostile", ['$(touch "$RUNNER_TEMP/canary")', '"; touch "$RUNNER_TEMP/canary"; "', "`touch $RUNNER_TEMP/canary`"]
)
def test_an_input_is_never_run(tmp_path: Path, name: str, hostile: str) -> None:
    play(github(Server(tmp_path)), **{name: hostile})
    assert not (tmp_path / "temp/canary").exists()


@pytest.mark.parametrize("name", ["base", "paths"])
def test_an_input_is_never_an_option(tmp_path: Path, name: str) -> None:
    run = play(github(Server(tmp_path)), **{name: f"--output={tmp_path}/canary"})
    assert run.code in (1, 2), run.log
    assert not (tmp_path / "canary").exists()
