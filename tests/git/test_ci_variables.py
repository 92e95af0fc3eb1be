"""What a CI says about the base: each service's variables, taken where they hold and refused where they do not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from repositories import USERS, Outcome, Repository, breaking, contract

from dcr.git.ci import detect_service

FOUND = ["field_removed", "version_bump_insufficient"]
ZEROS = "0" * 40
GITHUB = {"GITHUB_ACTIONS": "true", "CI": "true"}

BRANCHES = [
    pytest.param({**GITHUB, "GITHUB_BASE_REF": "{}"}, "GITHUB_BASE_REF", "fetch-depth: 0", id="GitHub"),
    pytest.param(
        {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "{}"}, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "GIT_DEPTH", id="GitLab"
    ),
    pytest.param(
        {"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/{}"},
        "SYSTEM_PULLREQUEST_TARGETBRANCH",
        "fetchDepth: 0",
        id="Azure",
    ),
    pytest.param(
        {"BITBUCKET_PR_DESTINATION_BRANCH": "{}"}, "BITBUCKET_PR_DESTINATION_BRANCH", "depth: full", id="Bitbucket"
    ),
    pytest.param(
        {"BUILDKITE_PULL_REQUEST": "12", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "{}"},
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
        "help: run: git fetch",
        id="Buildkite",
    ),
    pytest.param({"CHANGE_TARGET": "{}"}, "CHANGE_TARGET", "Specify ref specs", id="Jenkins"),
]


def named(variables: dict[str, str], branch: str) -> dict[str, str]:
    return {name: value.format(branch) for name, value in variables.items()}


@pytest.fixture
def job(broken: Repository) -> Repository:
    """What a CI checks out: a detached head, and the branches of the remote where they were fetched."""
    broken.git("update-ref", "refs/remotes/origin/release/1.x", "main")
    broken.git("checkout", "-q", "--detach", "feature")
    broken.git("branch", "-q", "-D", "feature")
    broken.git("branch", "-f", "main", "HEAD")  # a local main that is of no use: it would hide the break
    return broken


def event(repository: Repository, content: object) -> str:
    path = repository.root / "event.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return str(path)


def base_of(outcome: Outcome) -> tuple[str, str]:
    assert outcome.kinds == FOUND
    base = outcome.report["base"]
    return base["ref"], base["source"]


@pytest.mark.parametrize(("variables", "source", "fix"), BRANCHES)
def test_the_target_branch_of_the_remote_is_the_base(job: Repository, variables: dict, source: str, fix: str) -> None:
    outcome = job.check(**named(variables, "release/1.x"))
    assert base_of(outcome) == ("origin/release/1.x", source)


@pytest.mark.parametrize(("variables", "source", "fix"), BRANCHES)
def test_a_target_that_was_not_fetched_is_refused_with_the_setting_that_fetches_it(
    job: Repository, variables: dict, source: str, fix: str
) -> None:
    job.check(**named(variables, "develop")).says(source, "develop", fix)
    job.check(**named(variables, "--output=x..y")).says("is not a valid ref")


@pytest.mark.parametrize(("variables", "source", "fix"), BRANCHES)
def test_a_target_without_a_remote_is_taken_from_the_local_branches(
    broken: Repository, variables: dict, source: str, fix: str
) -> None:
    assert base_of(broken.check(**named(variables, "main"))) == ("main", source)


@pytest.mark.parametrize(("variables", "source", "fix"), BRANCHES)
def test_a_shallow_checkout_says_what_to_set(job: Repository, variables: dict, source: str, fix: str) -> None:
    job.git("checkout", "-q", "refs/remotes/origin/release/1.x")
    job.commit({"notes.txt": "x"})
    job.git("update-ref", "refs/heads/release/1.x", "HEAD")
    job.git("update-ref", "refs/heads/pull", "main")
    url = f"file://{job.folder}"
    job.git(
        "clone",
        "-q",
        "--template=",
        "--depth",
        "1",
        "--no-single-branch",
        "--branch",
        "pull",
        url,
        "clone",
        cwd=job.root,
    )
    shallow = Repository(job.root, "clone", init=None)
    shallow.check(**named(variables, "release/1.x")).says("shallow", fix)


@pytest.mark.parametrize("name", ["PRE_COMMIT_FROM_REF", "PRE_COMMIT_ORIGIN"])
def test_pre_commit_says_what_is_pushed_to(job: Repository, name: str) -> None:
    base = job.git("rev-parse", "origin/release/1.x")
    # pre-commit sets all four; PRE_COMMIT_SOURCE and PRE_COMMIT_TO_REF are what is pushed.
    pushed = {"PRE_COMMIT_SOURCE": job.git("rev-parse", "HEAD"), "PRE_COMMIT_TO_REF": job.git("rev-parse", "HEAD")}
    assert base_of(job.check(**pushed, **{name: base})) == (base, name)
    job.check(**pushed, **{name: "1" * 40}).says("does not exist", "git fetch origin")
    job.check(**pushed, **{name: "--help"}).says("is not a valid ref")


def test_pre_commit_s_zeros_name_nothing(broken: Repository) -> None:
    outcome = broken.check(PRE_COMMIT_FROM_REF=ZEROS, PRE_COMMIT_ORIGIN=ZEROS, PRE_COMMIT_SOURCE="feature")
    assert base_of(outcome) == ("main", "main")


def test_github_s_base_ref_is_empty_on_a_push_and_the_event_says_what_was_there_before(job: Repository) -> None:
    before = job.git("rev-parse", "origin/release/1.x")
    path = event(job, {"before": before, "repository": {"default_branch": "main"}})
    outcome = job.check(**GITHUB, GITHUB_BASE_REF="", GITHUB_EVENT_PATH=path)
    assert base_of(outcome) == (before, "GITHUB_EVENT_PATH before")


def test_github_s_merge_group_names_its_base(job: Repository) -> None:
    base = job.git("rev-parse", "origin/release/1.x")
    path = event(job, {"merge_group": {"base_sha": base, "head_sha": "x"}, "repository": {"default_branch": "main"}})
    assert base_of(job.check(**GITHUB, GITHUB_EVENT_PATH=path)) == (base, "GITHUB_EVENT_PATH merge_group.base_sha")


def test_github_s_new_branch_has_zeros_before_it_and_is_compared_with_the_default_branch(job: Repository) -> None:
    path = event(job, {"before": ZEROS, "repository": {"default_branch": "release/1.x"}})
    assert base_of(job.check(**GITHUB, GITHUB_EVENT_PATH=path))[0] == "origin/release/1.x"


def test_after_a_force_push_what_was_there_before_is_gone_and_that_is_said(job: Repository) -> None:
    path = event(job, {"before": "1" * 40, "repository": {"default_branch": "main"}})
    job.check(**GITHUB, GITHUB_EVENT_PATH=path).says("fetch-depth: 0", f"git fetch origin {'1' * 40}")


@pytest.mark.parametrize("content", ["", "{", "\x00", '"text" x'])
def test_an_event_that_cannot_be_read_is_not_no_event(job: Repository, content: str) -> None:
    job.check(**GITHUB, GITHUB_EVENT_PATH=event(job, content)).says("GITHUB_EVENT_PATH")
    job.check(**GITHUB, GITHUB_EVENT_PATH="/nowhere/event.json").says("GITHUB_EVENT_PATH", "--base")


@pytest.mark.parametrize("content", [[], {}, {"before": 3}, {"merge_group": "x", "repository": {"default_branch": 5}}])
def test_an_event_that_names_nothing_leaves_the_usual_branches(broken: Repository, content: object) -> None:
    outcome = broken.check(**GITHUB, GITHUB_EVENT_PATH=event(broken, content))
    assert base_of(outcome) == ("main", "main")


def test_github_s_variables_count_on_github_only(broken: Repository) -> None:
    assert base_of(broken.check(GITHUB_BASE_REF="nope", GITHUB_EVENT_PATH="/nowhere")) == ("main", "main")


def test_gitlab_s_diff_base_is_taken_where_the_branch_was_not_fetched(job: Repository) -> None:
    base = job.git("rev-parse", "origin/release/1.x")
    variables = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "develop", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
    assert base_of(job.check(**variables)) == (base, "CI_MERGE_REQUEST_DIFF_BASE_SHA")
    fetched = {
        **variables,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "release/1.x",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": "2" * 40,
    }
    assert base_of(job.check(**fetched))[0] == "origin/release/1.x"
    job.check(**{**variables, "CI_MERGE_REQUEST_DIFF_BASE_SHA": "2" * 40}).says("2" * 40, "GIT_DEPTH")


def test_gitlab_s_branch_pipeline_says_what_was_there_before(job: Repository) -> None:
    base = job.git("rev-parse", "origin/release/1.x")
    assert base_of(job.check(CI_COMMIT_BEFORE_SHA=base)) == (base, "CI_COMMIT_BEFORE_SHA")
    job.check(CI_COMMIT_BEFORE_SHA="3" * 40).says("3" * 40, "GIT_DEPTH")


def test_gitlab_s_zeros_name_nothing(broken: Repository) -> None:
    assert base_of(broken.check(CI_COMMIT_BEFORE_SHA=ZEROS)) == ("main", "main")


@pytest.mark.parametrize("number", ["false", ""])
def test_buildkite_outside_a_pull_request_names_nothing(broken: Repository, number: str) -> None:
    variables = {
        "BUILDKITE": "true",
        "BUILDKITE_PULL_REQUEST": number,
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "nope" if number else "",
    }
    assert base_of(broken.check(**variables)) == ("main", "main")


def test_an_option_and_dcr_base_come_before_the_ci(broken: Repository) -> None:
    variables = {**GITHUB, "GITHUB_BASE_REF": "nope"}
    assert base_of(broken.check("--base", "main", **variables)) == ("main", "--base")
    assert base_of(broken.check(DCR_BASE="main", **variables)) == ("main", "DCR_BASE")


def test_a_ci_comes_before_the_policy(job: Repository) -> None:
    job.git("branch", "trunk", "origin/release/1.x")
    job.git("checkout", "-q", "main")
    job.commit({"dcr.toml": 'base = "trunk"\n', USERS: breaking("1.1.1")})
    outcome = job.check(CHANGE_TARGET="release/1.x")
    assert outcome.report["base"]["source"] == "CHANGE_TARGET"


def test_a_merge_commit_of_the_ci_is_compared_with_the_target_s_tip(broken: Repository) -> None:
    broken.git("checkout", "-q", "main")
    broken.commit({"contracts/other.yaml": contract("team.other")})
    broken.git("update-ref", "refs/remotes/origin/main", "main")
    broken.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
    broken.git("checkout", "-q", "--detach")
    broken.git("branch", "-f", "main", "main~1")
    outcome = broken.check(**GITHUB, GITHUB_BASE_REF="main")
    assert outcome.kinds == FOUND
    assert [each["dataset_id"] for each in outcome.report["contracts"]] == ["users.daily_active"]


MARKS = {
    "github": {"GITHUB_ACTIONS": "true"},
    "gitlab": {"GITLAB_CI": "true"},
    "azure": {"TF_BUILD": "True"},
    "bitbucket": {"BITBUCKET_BUILD_NUMBER": "7"},
    "buildkite": {"BUILDKITE": "true"},
    "jenkins": {"JENKINS_URL": "https://ci.example.com/"},
    "circleci": {"CIRCLECI": "true"},
}


@pytest.mark.parametrize(("name", "variables"), MARKS.items())
def test_a_service_is_known_by_the_variable_it_marks_its_jobs_with(name: str, variables: dict[str, str]) -> None:
    assert detect_service({"CI": "true", **variables}) == name


@pytest.mark.parametrize("variables", [{}, {"CI": "true"}, {"GITHUB_ACTIONS": ""}, {"GITHUB_ACTIONS": "false"}])
def test_outside_the_known_services_there_is_none(variables: dict[str, str]) -> None:
    assert detect_service(variables) is None


@pytest.mark.parametrize(("name", "variables"), MARKS.items())
def test_a_service_reads_its_own_variables_only(broken: Repository, name: str, variables: dict[str, str]) -> None:
    others = {"CHANGE_TARGET": "nope"} if name != "jenkins" else {"BITBUCKET_PR_DESTINATION_BRANCH": "nope"}
    assert base_of(broken.check(**variables, **others)) == ("main", "main")


def test_outside_ci_no_service_s_module_is_loaded() -> None:
    code = "import sys; from dcr.git import ci; assert ci.find_base_candidate({}) is None; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not any(name.startswith("dcr.git.ci.") for name in loaded)
