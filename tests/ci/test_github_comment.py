"""The job that comments on pull requests from forks: it believes GitHub, and nothing that the artifact says.

`gh` is a program of the tests that answers what GitHub would and writes down what it is asked for.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from ci_jobs import FILES, Ended, Machine, write_program
from ci_jobs import github as steps_of
from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

COMMIT, FORK = "1" * 40, "someone/contracts"
CONTEXT = {
    "github.token": "token",
    "github.repository": "org/contracts",
    "github.event.workflow_run.html_url": "https://github.com/org/contracts/actions/runs/1",
    "github.event.workflow_run.head_sha": COMMIT,
    "github.event.workflow_run.head_repository.full_name": FORK,
}
PULL = {"state": "open", "head": {"sha": COMMIT, "repo": {"full_name": FORK}}}
GH = """
import json, os, pathlib, sys
folder = pathlib.Path(os.environ["RUNNER_TEMP"])
arguments = sys.argv[1:]
method = arguments[arguments.index("--method") + 1] if "--method" in arguments else "GET"
path = next(each for each in arguments if each.startswith("repos/"))
answers = json.loads((folder / "answers.json").read_text())
if method == "GET":
    wanted = arguments[arguments.index("--jq") + 1]
    (folder / "filters").open("a").write(wanted + chr(10))
    print(answers[path])
else:
    name, _, value = arguments[arguments.index("-F") + 1].partition("=@")
    sent = {"method": method, "path": path, name: pathlib.Path(value).read_text()}
    (folder / "sent.json").write_text(json.dumps(sent))
"""


class Job:
    """One run of the job, with an artifact and with what GitHub answers."""

    def __init__(self, root: Path, number: str = "7\n", report: str | bytes = "**2 errors**\n") -> None:
        self.machine = Machine(Repository(root), {"RUNNER_TEMP": str(root / "temp")})
        self.temp = self.machine.temp
        self.artifact = self.temp / "comment"
        self.artifact.mkdir()
        (self.artifact / "number").write_text(number, "utf-8")
        (self.artifact / "dcr.md").write_bytes(report if isinstance(report, bytes) else report.encode())
        (self.temp / "gh.py").write_text(GH, "utf-8")
        write_program(self.machine.bin / "gh", f'exec {sys.executable} -I {self.temp}/gh.py "$@"')

    def run(self, *, pull: dict[str, Any] = PULL, comment: str = "") -> Ended:
        head = pull["head"]
        answers = {
            "repos/org/contracts/pulls/7": f"{pull['state']} {head['sha']} {head['repo']['full_name']}",
            "repos/org/contracts/issues/7/comments": comment,
        }
        (self.temp / "answers.json").write_text(json.dumps(answers), "utf-8")
        return self.machine.run(steps_of(FILES / "github-comment.yml", CONTEXT))

    @property
    def sent(self) -> dict[str, str] | None:
        path = self.temp / "sent.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else None


def test_the_report_becomes_a_comment(tmp_path: Path) -> None:
    job = Job(tmp_path)
    assert job.run().code == 0
    assert job.sent == {
        "method": "POST",
        "path": "repos/org/contracts/issues/7/comments",
        "body": f"<!-- dcr: contracts -->\n**2 errors**\n\n\n<sub>Commit {COMMIT}, "
        "[run](https://github.com/org/contracts/actions/runs/1).</sub>\n",
    }


def test_the_comment_of_an_earlier_push_is_written_anew(tmp_path: Path) -> None:
    job = Job(tmp_path)
    assert job.run(comment="41\n42").code == 0
    assert job.sent
    assert (job.sent["method"], job.sent["path"]) == ("PATCH", "repos/org/contracts/issues/comments/41")
    assert 'select(.user.login == "github-actions[bot]"' in (job.temp / "filters").read_text("utf-8")


@pytest.mark.parametrize(
    "pull",
    [
        {**PULL, "state": "closed"},
        {**PULL, "head": {**PULL["head"], "sha": "2" * 40}},
        {**PULL, "head": {**PULL["head"], "repo": {"full_name": "org/contracts"}}},
    ],
    ids=["closed", "at another commit", "of another repository"],
)
def test_a_number_that_is_not_what_the_run_was_of_gets_no_comment(tmp_path: Path, pull: dict[str, Any]) -> None:
    job = Job(tmp_path)
    ended = job.run(pull=pull)
    assert (ended.code, job.sent) == (0, None)
    assert "::notice::pull request 7 is closed, or has changed since the run" in ended.log


@pytest.mark.parametrize(
    "number",
    ["", "0", "-1", "7/../8", "7 8", "$(id)", "7\n8", "\N{FULLWIDTH DIGIT ONE}", "1" * 30, "https://x", "7;id"],
)
def test_a_number_that_is_none_ends_the_job(tmp_path: Path, number: str) -> None:
    job = Job(tmp_path, number)
    ended = job.run()
    assert (ended.code, job.sent) == (1, None)
    assert ended.log == "::error::the artifact contains no pull request number\n"


@pytest.mark.parametrize("report", ["x" * 65_536, "x" * 300_000, "@" * 40_000], ids=["long", "huge", "mentions"])
def test_a_report_that_is_too_long_is_not_sent(tmp_path: Path, report: str) -> None:
    job = Job(tmp_path, report=report)
    ended = job.run()
    assert (ended.code, job.sent) == (1, None)
    assert ended.log == "::error::the report is too long for a comment\n"


def test_the_longest_report_of_dcr_fits_in_a_comment(tmp_path: Path) -> None:
    job = Job(tmp_path, report="\N{SNOWMAN}" * 60_000)  # the limit counts characters, not bytes
    assert job.run().code == 0
    assert job.sent
    assert 60_000 < len(job.sent["body"]) <= 65_536


@pytest.mark.parametrize("name", ["number", "dcr.md"])
def test_a_link_in_the_artifact_is_not_followed(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("7\n", "utf-8")
    job = Job(tmp_path)
    (job.artifact / name).unlink()
    os.symlink(secret, job.artifact / name)
    ended = job.run()
    assert (ended.code, job.sent) == (1, None)
    assert ended.log == f"::error::the artifact has no file {name}\n"


def test_a_comment_mentions_nobody_and_holds_no_control_characters(tmp_path: Path) -> None:
    job = Job(tmp_path, report=b"@org/everyone \x1b[31mred\x00 $(id) `id`\r\n")
    assert job.run().code == 0
    assert job.sent
    body = job.sent["body"]
    assert "@\u200borg/everyone [31mred $(id) `id`" in body
    assert not {"\x1b", "\x00", "\r"} & set(body)
