"""The scripts of every file for a CI, run in that CI's own clone: a break fails the job, and the reports are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ci_checkouts as checkouts
import ci_jobs as jobs
import pytest
from ci_checkouts import Server
from ci_jobs import FILES, Machine, installed, write_program
from repositories import USERS, contract

from dcr.setup.platforms import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ci_jobs import Step
    from repositories import Repository

GITHUB = {"github.event.pull_request.number": "7"}


class Service(NamedTuple):
    """A file for a CI: its steps, the clones it gets whole and shallow, its variables, what it leaves behind."""

    steps: Callable[[], list[Step]]
    whole: Callable[[Server], Repository]
    shallow: Callable[[Server], Repository]
    variables: dict[str, str]
    reports: tuple[str, ...]


SERVICES = {
    "github": Service(
        lambda: jobs.github(FILES / "github.yml", GITHUB),
        checkouts.github, lambda server: checkouts.github(server, depth=1),
        {"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main", "GITHUB_STEP_SUMMARY": "<temp>/summary"},
        ("<temp>/dcr.md", "<temp>/comment/dcr.md"),
    ),
    "gitlab": Service(
        lambda: jobs.gitlab(FILES / "gitlab.yml"),
        checkouts.gitlab, lambda server: checkouts.gitlab(server, depth=1),
        {"GITLAB_CI": "true", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"},
        ("gl-code-quality-report.json", "dcr.xml"),
    ),
    "azure": Service(
        lambda: jobs.azure(FILES / "azure-pipelines.yml"),
        checkouts.azure, lambda server: checkouts.azure(server, depth=1),
        {"TF_BUILD": "True", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main", "AGENT_TEMPDIRECTORY": "<temp>"},
        ("<temp>/dcr.xml", "<temp>/dcr.md"),
    ),
    "bitbucket": Service(
        lambda: jobs.bitbucket(FILES / "bitbucket-pipelines.yml"),
        checkouts.bitbucket, lambda server: checkouts.bitbucket(server, depth=1),
        {"BITBUCKET_BUILD_NUMBER": "7", "BITBUCKET_PR_DESTINATION_BRANCH": "main"},
        ("test-results/dcr.xml",),
    ),
    "buildkite": Service(
        lambda: jobs.buildkite(FILES / "buildkite.yml"),
        checkouts.buildkite, lambda server: checkouts.buildkite(server, "--depth=1"),
        {"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main"},
        (),
    ),
    "circleci": Service(
        lambda: jobs.circleci(FILES / "circleci.yml"),
        checkouts.circleci, lambda server: checkouts.circleci(server, "--filter=blob:none"),
        {"CIRCLECI": "true", "CIRCLE_PULL_REQUEST": "https://github.com/org/contracts/pull/7"},
        ("test-results/dcr.xml",),
    ),
    "jenkins": Service(
        lambda: jobs.jenkins(FILES / "Jenkinsfile"),
        checkouts.jenkins, lambda server: checkouts.jenkins(server, merges=False),
        {"JENKINS_URL": "https://ci.example.com/", "CHANGE_TARGET": "main", "WORKSPACE_TMP": "<temp>"},
        ("dcr.xml",),
    ),
}  # fmt: skip
every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


def machine(service: Service, clone: Repository) -> Machine:
    temp = str(clone.root / "temp")
    made = Machine(clone, {name: value.replace("<temp>", temp) for name, value in service.variables.items()})
    made.environment |= {"RUNNER_TEMP": temp, "TMPDIR": temp, "CI": "true"}
    write_program(made.bin / "buildkite-agent", f'echo "$@" > {temp}/annotation; cat >> {temp}/annotation')
    return made


def plant(clone: Repository) -> None:
    """Put modules into a change that are called as those that Python looks for in the working folder."""
    for name in ("venv", "pip", "ensurepip", "dcr", "json", "sitecustomize", "git", "yaml"):
        clone.write(f"{name}.py", f"open({str(clone.root / 'canary')!r}, 'w')\nraise SystemExit(0)\n")


def reports(service: Service, made: Machine) -> list[bool]:
    return [(made.clone.folder / each.replace("<temp>", str(made.temp))).is_file() for each in service.reports]


@every_service
def test_a_break_fails_the_job_and_leaves_its_reports(service: Service, tmp_path: Path) -> None:
    made = machine(service, service.whole(Server(tmp_path)))
    ended = made.run(service.steps())
    assert ended.code == 1, ended.log
    assert "field 'ltv' was removed" in ended.log
    assert "1 of 2 contracts changed" in ended.log
    assert all(reports(service, made))
    assert PLACEHOLDER in jobs.words(installed(made.clone))


@every_service
def test_a_compatible_change_passes(service: Service, tmp_path: Path) -> None:
    clone = service.whole(Server(tmp_path))
    clone.commit({USERS: contract()})
    made = machine(service, clone)
    ended = made.run(service.steps())
    assert ended.code == 0, ended.log
    assert all(reports(service, made))


@every_service
def test_a_clone_without_the_base_fails_the_job_with_the_hint(service: Service, tmp_path: Path) -> None:
    made = machine(service, service.shallow(Server(tmp_path)))
    ended = made.run(service.steps())
    assert ended.code == 2, ended.log
    assert "nothing was checked" in ended.log
    assert "help: " in ended.log


@every_service
def test_a_link_in_the_change_is_not_written_through(service: Service, tmp_path: Path) -> None:
    made = machine(service, service.whole(Server(tmp_path)))
    precious = tmp_path / "precious"
    precious.mkdir()
    for name in ("dcr.xml", "dcr.md", "gl-code-quality-report.json"):
        (precious / name).write_text("precious", "utf-8")
        (made.clone.folder / name).symlink_to(precious / name)
    (made.clone.folder / "test-results").symlink_to(precious)
    assert made.run(service.steps()).code == 1
    assert {each.read_text("utf-8") for each in precious.iterdir()} == {"precious"}
    assert all(reports(service, made))


@every_service
def test_a_module_in_the_change_is_not_run(service: Service, tmp_path: Path) -> None:
    made = machine(service, service.whole(Server(tmp_path)))
    plant(made.clone)
    assert made.run(service.steps()).code == 1
    assert not (tmp_path / "canary").exists()


def test_github_s_job_keeps_the_report_for_the_summary_and_the_comment(tmp_path: Path) -> None:
    service = SERVICES["github"]
    made = machine(service, service.whole(Server(tmp_path)))
    made.run(service.steps())
    report = (made.temp / "dcr.md").read_text("utf-8")
    assert (made.temp / "summary").read_text("utf-8") == report
    assert (made.temp / "comment/dcr.md").read_text("utf-8") == report
    assert (made.temp / "comment/number").read_text("utf-8") == "7\n"


def test_github_s_job_keeps_a_word_where_nothing_was_checked(tmp_path: Path) -> None:
    service = SERVICES["github"]
    made = machine(service, service.shallow(Server(tmp_path)))
    made.run(service.steps())
    said = "No contract was checked. See the log of the job.\n"
    assert (made.temp / "summary").read_text("utf-8") == (made.temp / "comment/dcr.md").read_text("utf-8") == said


def test_buildkite_s_job_annotates_a_break_and_nothing_else(tmp_path: Path) -> None:
    service = SERVICES["buildkite"]
    made = machine(service, service.whole(Server(tmp_path)))
    made.run(service.steps())
    annotation = (made.temp / "annotation").read_text("utf-8")
    assert annotation.startswith("annotate --context contracts --style error\n")
    assert "ltv" in annotation
    (made.temp / "annotation").unlink()
    made.clone.commit({USERS: contract()})
    made.run(service.steps())
    assert not (made.temp / "annotation").exists()


def test_azure_s_job_shows_the_report_with_the_run(tmp_path: Path) -> None:
    service = SERVICES["azure"]
    made = machine(service, service.whole(Server(tmp_path)))
    assert f"##vso[task.uploadsummary]{made.temp}/dcr.md" in made.run(service.steps()).log.splitlines()
