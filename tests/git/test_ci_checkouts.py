"""The base in every CI's own clone: the right one, or a refusal whose hint mends it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from ci_checkouts import (
    HEAD,
    QUEUED,
    ZEROS,
    Server,
    azure,
    bitbucket,
    buildkite,
    circleci,
    event,
    github,
    gitlab,
    jenkins,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from repositories import Repository

BREAK = ["field_removed", "version_bump_insufficient"]
USERS, ORDERS = "users.daily_active", "shop.orders"
GITHUB = {"GITHUB_ACTIONS": "true", "CI": "true"}
GITLAB = {"GITLAB_CI": "true", "CI": "true", "CI_DEFAULT_BRANCH": "main", "CI_PROJECT_PATH": "org/contracts"}
MERGE_REQUEST = {
    **GITLAB,
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_MERGE_REQUEST_PROJECT_PATH": "org/contracts",
    "CI_MERGE_REQUEST_DIFF_BASE_SHA": "<fork point>",
    "CI_COMMIT_BEFORE_SHA": ZEROS,
}
AZURE = {"TF_BUILD": "True"}
BITBUCKET = {"BITBUCKET_BUILD_NUMBER": "7", "BITBUCKET_PR_DESTINATION_BRANCH": "main"}
BUILDKITE = {
    "BUILDKITE": "true",
    "BUILDKITE_PULL_REQUEST": "false",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "",
    "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main",
    "BUILDKITE_BRANCH": "feature",
}
BUILDKITE_PULL = {**BUILDKITE, "BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main"}
JENKINS = {"JENKINS_URL": "https://ci.example.com/"}
JENKINS_PULL = {**JENKINS, "BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "CHANGE_TARGET": "main"}
CIRCLECI = {"CIRCLECI": "true", "CIRCLE_PULL_REQUEST": "https://github.com/org/contracts/pull/7"}


def pushed(ref: str, before: str) -> dict[str, object]:
    return {"ref": ref, "before": before, "repository": {"default_branch": "main"}}


class Job(NamedTuple):
    """A job: its clone and variables, where `<name>` stands for a commit, and what it ought to be compared with."""

    clone: Callable[[Server], Repository]
    variables: dict[str, str]
    base: str = "origin/main"
    source: str = ""
    merge_base: str = "main"
    event: dict[str, object] = {}  # noqa: RUF012 (never written to)
    kinds: list[str] = BREAK
    datasets: list[str] = [USERS]  # noqa: RUF012 (never written to)


def left_over(clone: Repository, commit: str) -> Repository:
    """Leave a branch of the remote behind that an earlier job in the same folder fetched."""
    clone.git("update-ref", "refs/remotes/origin/main", commit)
    return clone


PUSH, BRANCH = "GITHUB_EVENT_PATH before", "GITHUB_EVENT_PATH repository.default_branch"
JOBS = {
    "GitHub, a pull request": Job(github, {**GITHUB, "GITHUB_BASE_REF": "main"}, source="GITHUB_BASE_REF"),
    "GitHub, a review": Job(
        github, GITHUB, source="GITHUB_EVENT_PATH pull_request.base.ref",
        event={"pull_request": {"base": {"ref": "main"}}},
    ),
    "GitHub, a push to a branch that had the break before": Job(
        lambda server: github(server, "refs/heads/feature"), {**GITHUB, "GITHUB_BASE_REF": ""},
        source=BRANCH, merge_base="fork point", event=pushed("refs/heads/feature", "<first push>"),
    ),
    "GitHub, a new branch": Job(
        lambda server: github(server, "refs/heads/feature"), GITHUB,
        source=BRANCH, merge_base="fork point", event=pushed("refs/heads/feature", ZEROS),
    ),
    "GitHub, a branch after a force push": Job(
        lambda server: github(server, "refs/heads/feature"), GITHUB,
        source=BRANCH, merge_base="fork point", event=pushed("refs/heads/feature", "1" * 40),
    ),
    "GitHub, by hand on a branch": Job(
        lambda server: github(server, "refs/heads/feature"), GITHUB, source=BRANCH, merge_base="fork point",
        event={"ref": "refs/heads/feature", "repository": {"default_branch": "main"}},
    ),
    "GitHub, a push to the default branch": Job(
        lambda server: github(server, "refs/heads/main"), GITHUB, "<fork point>", PUSH, "fork point",
        pushed("refs/heads/main", "<fork point>"), [], [ORDERS],
    ),
    "GitHub, a merge queue": Job(
        lambda server: github(server, QUEUED), GITHUB, "<ahead>", "GITHUB_EVENT_PATH merge_group.base_sha", "ahead",
        {"merge_group": {"base_sha": "<ahead>"}, "repository": {"default_branch": "main"}},
    ),
    "GitHub, a tag": Job(
        lambda server: github(server, "refs/tags/v1"), GITHUB, source=BRANCH, merge_base="fork point",
        event=pushed("refs/tags/v1", ZEROS), kinds=[], datasets=[],
    ),
    "GitLab, a merge request": Job(
        gitlab, MERGE_REQUEST, source="CI_MERGE_REQUEST_TARGET_BRANCH_NAME", merge_base="fork point"
    ),
    "GitLab, a merge request whose diff base is stale": Job(
        gitlab, {**MERGE_REQUEST, "CI_MERGE_REQUEST_DIFF_BASE_SHA": "<before>"},
        source="CI_MERGE_REQUEST_TARGET_BRANCH_NAME", merge_base="fork point",
    ),
    "GitLab, a merge request in a shallow clone with an old target": Job(
        lambda server: left_over(gitlab(server, depth=3), "HEAD~2"), MERGE_REQUEST,
        "<fork point>", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "fork point",
    ),
    "GitLab, a merged result": Job(
        lambda server: gitlab(server, 2), {**MERGE_REQUEST, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "<main>"},
        "<main>", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA",
    ),
    "GitLab, a merge train": Job(
        lambda server: gitlab(server, 3), {**MERGE_REQUEST, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "<ahead>"},
        "<ahead>", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "ahead",
    ),
    "GitLab, a fork whose main is the change": Job(
        lambda server: left_over(gitlab(server), server.commits["change"]),
        {**MERGE_REQUEST, "CI_PROJECT_PATH": "someone/contracts"},
        "<fork point>", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "fork point",
    ),
    "GitLab, an external pull request": Job(
        gitlab, {**GITLAB, "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "main"},
        source="CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", merge_base="fork point",
    ),
    "GitLab, a push to a branch that had the break before": Job(
        gitlab, {**GITLAB, "CI_COMMIT_BRANCH": "feature", "CI_COMMIT_BEFORE_SHA": "<first push>"},
        source="CI_DEFAULT_BRANCH", merge_base="fork point",
    ),
    "GitLab, a push to the default branch": Job(
        lambda server: gitlab(server, 4, "main", 20),
        {**GITLAB, "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": "<fork point>"},
        "<fork point>", "CI_COMMIT_BEFORE_SHA", "fork point", {}, [], [ORDERS],
    ),
    "GitLab, on a schedule": Job(
        lambda server: gitlab(server, 4, "main", 20),
        {**GITLAB, "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": ZEROS},
        source="CI_DEFAULT_BRANCH", kinds=[], datasets=[],
    ),
    "GitLab, a tag": Job(
        gitlab, {**GITLAB, "CI_COMMIT_TAG": "v1", "CI_COMMIT_BRANCH": "", "CI_COMMIT_BEFORE_SHA": "<first push>"},
        source="CI_DEFAULT_BRANCH", merge_base="fork point",
    ),
    "Azure, a pull request": Job(
        azure, {**AZURE, "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"}, source="SYSTEM_PULLREQUEST_TARGETBRANCH"
    ),
    "Azure, a pull request on GitHub": Job(
        azure, {**AZURE, "SYSTEM_PULLREQUEST_TARGETBRANCH": "main"}, source="SYSTEM_PULLREQUEST_TARGETBRANCH"
    ),
    "Azure, a push to a branch": Job(
        lambda server: azure(server, "refs/heads/feature"), AZURE, source="origin/main", merge_base="fork point"
    ),
    "Bitbucket, a pull request": Job(bitbucket, BITBUCKET, source="BITBUCKET_PR_DESTINATION_BRANCH"),
    "Buildkite, a pull request": Job(
        buildkite, BUILDKITE_PULL, source="BUILDKITE_PULL_REQUEST_BASE_BRANCH", merge_base="fork point"
    ),
    "Buildkite, a branch": Job(
        buildkite, BUILDKITE, source="BUILDKITE_PIPELINE_DEFAULT_BRANCH", merge_base="fork point"
    ),
    "Buildkite, a merge queue": Job(
        lambda server: github(server, QUEUED), {**BUILDKITE, "BUILDKITE_MERGE_QUEUE_BASE_COMMIT": "<ahead>"},
        "<ahead>", "BUILDKITE_MERGE_QUEUE_BASE_COMMIT", "ahead",
    ),
    "Jenkins, a pull request": Job(jenkins, JENKINS_PULL, source="CHANGE_TARGET"),
    "Jenkins, the primary branch": Job(
        lambda server: github(server, "refs/heads/main"),
        {**JENKINS, "BRANCH_NAME": "main", "BRANCH_IS_PRIMARY": "true",
         "GIT_PREVIOUS_SUCCESSFUL_COMMIT": "<fork point>"},
        "<fork point>", "GIT_PREVIOUS_SUCCESSFUL_COMMIT", "fork point", {}, [], [ORDERS],
    ),
    "Jenkins, a job that is not multibranch": Job(
        lambda server: github(server, "refs/heads/main"), {**JENKINS, "GIT_PREVIOUS_SUCCESSFUL_COMMIT": "<fork point>"},
        "<fork point>", "GIT_PREVIOUS_SUCCESSFUL_COMMIT", "fork point", {}, [], [ORDERS],
    ),
    "Jenkins, another branch, whose last success says nothing": Job(
        lambda server: github(server, "refs/heads/feature"),
        {**JENKINS, "BRANCH_NAME": "feature", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": "<first push>"},
        source="origin/main", merge_base="fork point",
    ),
    "CircleCI, any branch": Job(circleci, CIRCLECI, source="origin/HEAD", merge_base="fork point"),
    "CircleCI, told the target": Job(
        circleci, {**CIRCLECI, "DCR_BASE": "origin/release/1.x"}, "origin/release/1.x", "DCR_BASE", "fork point"
    ),
}  # fmt: skip


def filled(server: Server, written: object) -> object:
    """Return variables or an event with commits where their names stand."""
    if isinstance(written, dict):
        return {key: filled(server, value) for key, value in written.items()}
    return re.sub("<(.+)>", lambda found: server.commits[found[1]], written) if isinstance(written, str) else written


def environment_of(server: Server, job: Job) -> dict[str, str]:
    variables = {**job.variables, **(event(server, filled(server, job.event)) if job.event else {})}
    return {name: str(filled(server, value)) for name, value in variables.items()}


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_a_job_is_compared_with_the_commit_its_change_started_from(tmp_path: Path, job: Job) -> None:
    server = Server(tmp_path)
    outcome = job.clone(server).check(**environment_of(server, job))
    base = outcome.report["base"]
    assert (base["ref"], base["source"]) == (filled(server, job.base), job.source)
    assert base["merge_base"] == server.commits[job.merge_base]
    assert outcome.kinds == job.kinds
    assert [each["dataset_id"] for each in outcome.report["contracts"]] == job.datasets


class Refusal(NamedTuple):
    """A job that cannot be judged: what is said, and the setting of the service that the hint begins with."""

    clone: Callable[[Server], Repository]
    variables: dict[str, str]
    says: str
    setting: str = ""
    event: dict[str, object] = {}  # noqa: RUF012 (never written to)
    merge_base: str = "fork point"


CHECKOUT = "in the workflow: actions/checkout with fetch-depth: 0"
DEPTH = 'in .gitlab-ci.yml: variables: {GIT_DEPTH: "0"}'
REFSPECS = 'in the branch source: behaviour "Specify ref specs" with +refs/heads/*:refs/remotes/@{remote}/*'
REFUSALS = {
    "GitHub, the default depth": Refusal(
        lambda server: github(server, depth=1), {**GITHUB, "GITHUB_BASE_REF": "main"},
        "GITHUB_BASE_REF is 'main', which does not exist in this clone", CHECKOUT, merge_base="main",
    ),
    "GitHub, a push to the default branch with the default depth": Refusal(
        lambda server: github(server, "refs/heads/main", 1), GITHUB,
        "ref '<fork point>' does not exist", CHECKOUT,
        pushed("refs/heads/main", "<fork point>"),
    ),
    "GitHub, a merge queue with the default depth": Refusal(
        lambda server: github(server, QUEUED, 1), GITHUB,
        "ref '<ahead>' does not exist", CHECKOUT,
        {"merge_group": {"base_sha": "<ahead>"}}, "ahead",
    ),
    "GitLab, a shallow clone without the base": Refusal(
        lambda server: gitlab(server, depth=1), MERGE_REQUEST,
        "ref '<fork point>' does not exist", DEPTH,
    ),
    "GitLab, a merge request from which nothing but the branch is known": Refusal(
        lambda server: gitlab(server, depth=20), {**MERGE_REQUEST, "CI_MERGE_REQUEST_DIFF_BASE_SHA": ""},
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME is 'main', which does not exist in this clone", DEPTH,
    ),
    "GitLab, a branch with a depth": Refusal(
        lambda server: gitlab(server, 1, "feature", 20), {**GITLAB, "CI_COMMIT_BRANCH": "feature"},
        "CI_DEFAULT_BRANCH is 'main', which does not exist in this clone", DEPTH,
    ),
    "Azure, the default depth": Refusal(
        lambda server: azure(server, depth=1), {**AZURE, "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"},
        "SYSTEM_PULLREQUEST_TARGETBRANCH is 'main', which does not exist in this clone",
        "in the pipeline: checkout: self with fetchDepth: 0", merge_base="main",
    ),
    "Buildkite, told to clone one commit": Refusal(
        lambda server: buildkite(server, "--depth=1", "--no-single-branch"), BUILDKITE_PULL,
        "this clone is shallow and lacks the merge base with 'origin/main'",
    ),
    "Jenkins, a pull request as it is": Refusal(
        lambda server: jenkins(server, merges=False), JENKINS_PULL,
        "CHANGE_TARGET is 'main', which does not exist in this clone", REFSPECS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("job", REFUSALS.values(), ids=REFUSALS)
def test_a_clone_without_the_base_is_refused_and_the_hint_mends_it(tmp_path: Path, job: Refusal) -> None:
    server = Server(tmp_path)
    clone = job.clone(server)
    environment = environment_of(server, Job(job.clone, job.variables, event=job.event))
    outcome = clone.check(**environment)
    outcome.says()
    said, hint = outcome.err.splitlines()
    assert said == f"dcr: error: {filled(server, job.says)} (nothing was checked)"
    setting, _, command = hint.removeprefix("  help: ").rpartition("run: ")
    assert setting.removesuffix("; or ") == job.setting
    mended = clone.shell(command)
    assert mended.returncode == 0, mended.stderr
    assert clone.check(**environment).report["base"]["merge_base"] == server.commits[job.merge_base]


NAMELESS = {
    "Azure, a branch at the default depth": Refusal(
        lambda server: azure(server, "refs/heads/feature", 1), AZURE, "",
        "in the pipeline: checkout: self with fetchDepth: 0",
    ),
    "Bitbucket, a branch": Refusal(
        lambda server: bitbucket(server, 50), {"BITBUCKET_BUILD_NUMBER": "7"}, "",
        "in bitbucket-pipelines.yml: clone: {depth: full}",
    ),
    "Jenkins, a branch": Refusal(
        lambda server: jenkins(server, merges=False), {**JENKINS, "BRANCH_NAME": "feature"}, "", REFSPECS
    ),
}  # fmt: skip


@pytest.mark.parametrize("job", NAMELESS.values(), ids=NAMELESS)
def test_where_nothing_names_a_base_the_hint_begins_with_the_setting(tmp_path: Path, job: Refusal) -> None:
    outcome = job.clone(Server(tmp_path)).check(**job.variables)
    outcome.says(
        "no base found: none of origin/HEAD, main and master exists",
        f"help: {job.setting}; or choose a base: --base REF",
    )


def test_a_blobless_clone_of_circleci_says_which_setting_makes_it_whole(tmp_path: Path) -> None:
    server = Server(tmp_path)
    clone = circleci(server, "--filter=blob:none")
    clone.check(**CIRCLECI).says("in .circleci/config.yml: checkout: {method: full}; or run: git fetch --refetch")
    clone.check().says("this clone is partial, and dcr never fetches; run: git fetch --refetch")


def test_pull_request_target_checks_out_the_target_which_is_no_pass(tmp_path: Path) -> None:
    server = Server(tmp_path)
    clone = github(server, "refs/heads/main")
    variables = {
        **GITHUB, **event(server, {"number": 7}), "GITHUB_EVENT_NAME": "pull_request_target",
        "GITHUB_BASE_REF": "main", "GITHUB_SHA": server.commits["main"],
    }  # fmt: skip
    for arguments in ([], ["--base", "origin/main"], ["--head", "HEAD"]):
        clone.check(*arguments, **variables).says(
            "pull_request_target", "on: pull_request", f"git fetch origin {HEAD} &&"
        )
    clone.git("fetch", "-q", "origin", HEAD)
    assert clone.check("--head", "FETCH_HEAD", **variables).kinds == BREAK
    clone.git("checkout", "-q", "--detach", "FETCH_HEAD")
    assert clone.check(**variables).kinds == BREAK


def test_after_a_force_push_to_the_default_branch_the_commit_before_can_still_be_fetched(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.push()
    before = server.commits["main"]
    server.repository.git("reset", "-q", "--hard", "feature")
    clone = github(server, "refs/heads/main")
    variables = {**GITHUB, **event(server, pushed("refs/heads/main", before))}
    clone.check(**variables).says(f"git fetch origin {before}")
    clone.git("fetch", "-q", "origin", before)
    assert clone.check(**variables).kinds == BREAK


def test_a_fork_s_change_request_is_compared_with_upstream_in_jenkins(tmp_path: Path) -> None:
    server = Server(tmp_path)
    clone = left_over(jenkins(server, merges=False), "HEAD")  # the fork's main is the change
    clone.git("fetch", "-q", server.url, "+refs/heads/main:refs/remotes/upstream/main")
    outcome = clone.check(**JENKINS_PULL)
    assert (outcome.report["base"]["ref"], outcome.kinds) == ("upstream/main", BREAK)


def test_a_clone_that_an_agent_keeps_has_an_old_main_until_it_is_fetched(tmp_path: Path) -> None:
    server = Server(tmp_path)
    clone = buildkite(server)
    server.push()
    server.repository.git("checkout", "-q", "feature")
    server.repository.git("merge", "-q", "--no-edit", "main")
    server.repository.git("update-ref", HEAD, "feature")
    clone.git("fetch", "-q", "origin", HEAD)
    clone.git("checkout", "-q", "-f", "--detach", "FETCH_HEAD")
    changed = [each["dataset_id"] for each in clone.check(**BUILDKITE_PULL).report["contracts"]]
    assert sorted(changed) == [ORDERS, USERS], "another team's change is reported with this one's"
    clone.git("fetch", "-q", "origin", "main")
    assert [each["dataset_id"] for each in clone.check(**BUILDKITE_PULL).report["contracts"]] == [USERS]


@pytest.mark.parametrize("name", ["x;id", "$(id)", "a b"])
def test_a_branch_s_name_is_quoted_in_the_command_that_fetches_it(tmp_path: Path, name: str) -> None:
    server = Server(tmp_path)
    outcome = azure(server).check(**AZURE, SYSTEM_PULLREQUEST_TARGETBRANCH=name)
    if " " in name:
        outcome.says("is not a valid ref")
    else:
        outcome.says(f"git fetch origin '{name}:refs/remotes/origin/{name}'")
