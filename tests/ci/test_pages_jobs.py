"""The jobs that publish pages: their scripts write a site in a full clone, and fail in a shallow one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ci_checkouts import Server, github
from ci_jobs import FILES, Machine, Step, installed, words

from dcr.setup.platforms import PLACEHOLDER

if TYPE_CHECKING:
    from pathlib import Path


def load(name: str) -> dict[str, Any]:
    return yaml.safe_load((FILES / name).read_text("utf-8"))


def github_steps() -> list[Step]:
    job = load("github-pages.yml")["jobs"]["build"]
    return [Step(step["run"], ("bash", "-e"), job["env"]) for step in job["steps"] if "run" in step]


def gitlab_steps() -> list[Step]:
    job = load("gitlab-pages.yml")["pages"]
    return [Step("\n".join(job["script"]), ("bash", "-eo", "pipefail"), job["variables"])]


JOBS = {"github": (github_steps, "<temp>/site"), "gitlab": (gitlab_steps, "public")}
every_job = pytest.mark.parametrize("name", JOBS)


@every_job
def test_a_full_clone_gives_pages_and_another_run_writes_none_again(name: str, tmp_path: Path) -> None:
    steps, where = JOBS[name]
    made = Machine(github(Server(tmp_path)), {"CI": "true"})
    made.environment["RUNNER_TEMP"] = str(made.temp)
    ended = made.run(steps())
    assert ended.code == 0, ended.log
    folder = made.clone.folder / where.replace("<temp>", str(made.temp))
    assert (folder / "index.html").is_file()
    assert PLACEHOLDER in words(installed(made.clone))
    assert "wrote 0 files" in made.run(steps()).log


@every_job
def test_a_shallow_clone_fails_the_job_with_the_command_that_helps(name: str, tmp_path: Path) -> None:
    steps, _ = JOBS[name]
    made = Machine(github(Server(tmp_path), depth=1), {"CI": "true", "RUNNER_TEMP": str(tmp_path)})
    ended = made.run(steps())
    assert ended.code == 2, ended.log
    assert "git fetch --unshallow origin" in ended.log


def test_the_uploaded_folder_is_the_one_that_is_written() -> None:
    upload = load("github-pages.yml")["jobs"]["build"]["steps"][-1]
    assert upload["with"]["path"] == "${{ runner.temp }}/site"
    assert 'dcr site "$RUNNER_TEMP/site" --ref HEAD' in github_steps()[-1].script
    assert load("gitlab-pages.yml")["pages"]["artifacts"]["paths"] == ["public"]
