"""Checks that with `accept_by = "consumers"` each consumer that breaks accepts it in its own folder."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from consumer_files import DASHBOARD, consumer, find_issue, severities
from repositories import USERS, Repository, breaking, contract

if TYPE_CHECKING:
    from pathlib import Path

POLICY = '[consumers]\naccept_by = "consumers"\n'
ROOT = "dcr.accepted.yaml"
FINANCE, OPS = "consumers/finance/dcr.accepted.yaml", "consumers/ops/dcr.accepted.yaml"
OPS_REPORT = "consumers/ops/report.yaml"
BASE = {
    USERS: contract(),
    "dcr.toml": POLICY,
    DASHBOARD: consumer(),
    OPS_REPORT: consumer("ops.report", team="ops"),
}
BREAK = {USERS: breaking("2.0.0")}


def accepted(reason: str = "we have moved", kind: str = "field_removed", field: str = "ltv", expires: str = "") -> str:
    """Return a file with one acceptance."""
    more = f", expires: {expires}" if expires else ""
    entry = f'dataset: users.daily_active, version: "2.0.0", kind: {kind}, field: {field}, reason: {reason}{more}'
    return f"accepted:\n  - {{{entry}}}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Two consumers that a removed field breaks, on a new branch with that break."""
    made = Repository(tmp_path)
    made.commit(BASE)
    made.branch()
    made.commit(BREAK)
    return made


def test_each_consumer_that_breaks_accepts_it_in_its_own_folder(repository: Repository) -> None:
    issue = find_issue(repository.check())
    assert issue["severity"] == "error"
    assert (
        f"consumers have to accept it in {FINANCE}, {OPS}: dcr accept users.daily_active field_removed ltv"
        in issue["hint"]
    )
    assert "--consumer finance.dashboard --reason TEXT" in issue["hint"]
    repository.write(FINANCE, accepted("moved to billing"))
    outcome = repository.check()
    assert severities(outcome) == {"field_removed": "error"}  # an acceptance by one of two is not unused
    assert f"accept it in {OPS}: " in find_issue(outcome)["hint"]
    assert "--consumer ops.report" in find_issue(outcome)["hint"]
    repository.write(OPS, accepted("not read any more", expires="2999-01-31"))
    outcome = repository.check()
    assert outcome.code == 0
    assert find_issue(outcome)["accepted"] == {
        "reason": "moved to billing; not read any more",
        "severity": "error",
        "expires": "2999-01-31",
        "accepted_by": ["finance.dashboard", "ops.report"],
    }


@pytest.mark.parametrize("format_", ["table", "text", "markdown", "github", "azure", "sarif", "junit", "html"])
def test_every_format_shows_who_accepted_it(repository: Repository, format_: str) -> None:
    repository.commit({FINANCE: accepted("moved to billing"), OPS: accepted("not read any more")})
    out = " ".join(repository.dcr("check", "--format", format_).out.split())
    for word in ("moved to billing", "not read any more", "finance.dashboard", "ops.report"):
        assert word in out


@pytest.mark.parametrize("head", ["worktree", "--staged", "--head"])
def test_the_files_are_read_from_the_side_that_is_checked(repository: Repository, head: str) -> None:
    arguments = {"worktree": (), "--staged": ("--staged",), "--head": ("--head", "feature")}[head]
    repository.write(FINANCE, accepted())
    repository.write(OPS, accepted())
    if head != "worktree":
        assert repository.check(*arguments).code == 1
        repository.git("add", "-A")
    if head == "--head":
        assert repository.check(*arguments).code == 1
        repository.commit()
    assert repository.check(*arguments).code == 0


def test_an_acceptance_at_the_root_does_not_count_for_consumers(repository: Repository) -> None:
    repository.commit({ROOT: accepted()})
    outcome = repository.check()
    assert severities(outcome) == {"field_removed": "error", "acceptance_unused": "error"}
    unused = find_issue(outcome, "acceptance_unused")
    assert "is not in the folder of a consumer that it reaches" in unused["message"]


def test_what_reaches_nobody_is_accepted_at_the_root(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({**BASE, DASHBOARD: consumer(fields="[plan]"), OPS_REPORT: consumer("ops", fields="[plan]")})
    repository.branch()
    repository.commit({**BREAK, ROOT: accepted()})
    outcome = repository.check()
    assert outcome.code == 0
    assert find_issue(outcome)["accepted"]["accepted_by"] == []
    repository.commit({ROOT: None, FINANCE: accepted()})
    assert severities(repository.check()) == {"field_removed": "error", "acceptance_unused": "error"}


def test_a_kind_that_breaks_no_consumer_is_accepted_at_the_root(repository: Repository) -> None:
    entry = 'dataset: users.daily_active, version: "1.1.0", kind: version_bump_insufficient, reason: agreed'
    repository.commit({USERS: breaking("1.1.0"), ROOT: f"accepted: [{{{entry}}}]\n"})
    assert severities(repository.check()) == {"field_removed": "error", "version_bump_insufficient": "info"}


def test_an_expired_an_unused_and_a_malformed_one_are_errors_in_folders_too(repository: Repository) -> None:
    yesterday = (date.today() - timedelta(days=1)).isoformat()  # noqa: DTZ011 (the user's own day)
    repository.commit({FINANCE: accepted(expires=yesterday), OPS: accepted()})
    outcome = repository.check()
    assert severities(outcome) == {"field_removed": "error", "acceptance_expired": "error"}
    assert find_issue(outcome, "acceptance_expired")["location"]["path"] == FINANCE
    repository.commit({FINANCE: accepted(field="plan")})
    assert severities(repository.check()) == {"field_removed": "error", "acceptance_unused": "error"}
    repository.commit({FINANCE: accepted(field="'*'")})
    outcome = repository.check()
    assert severities(outcome) == {"field_removed": "error", "acceptance_malformed": "error"}
    assert find_issue(outcome, "acceptance_malformed")["location"]["path"] == FINANCE


def test_a_linked_file_accepts_nothing(repository: Repository) -> None:
    repository.commit({OPS: accepted()})
    (repository.folder / FINANCE).symlink_to("../ops/dcr.accepted.yaml")
    assert severities(repository.check()) == {"field_removed": "error", "acceptance_malformed": "error"}
    repository.commit()
    assert severities(repository.check("--head", "feature"))["acceptance_malformed"] == "error"


def test_a_broken_file_that_is_no_consumer_mentions_nobody(repository: Repository) -> None:
    """An acceptance file names the dataset, and is neither a contract nor a consumer."""
    repository.commit({FINANCE: accepted(), OPS: "accepted: [ # users.daily_active\n"})
    outcome = repository.check()
    assert [each["consumer"] for each in find_issue(outcome)["consumers"]] == ["finance.dashboard", "ops.report"]
    assert severities(outcome) == {"field_removed": "error", "acceptance_malformed": "error"}


def test_a_moved_consumer_accepts_it_in_both_folders(repository: Repository) -> None:
    """Otherwise a change could move the file of another team to a folder of its own, and accept the break there."""
    moved = {DASHBOARD: None, "consumers/mine/dashboard.yaml": consumer()}
    repository.commit({**moved, "consumers/mine/dcr.accepted.yaml": accepted(), OPS: accepted()})
    assert f"accept it in {FINANCE}: " in find_issue(repository.check())["hint"]
    repository.commit({FINANCE: accepted()})
    assert find_issue(repository.check())["severity"] == "info"


def test_a_second_file_in_the_name_of_a_consumer_does_not_accept_for_it(repository: Repository) -> None:
    """The duplicate is an error of its own; this is about the acceptance."""
    repository.commit({"consumers/a/copy.yaml": consumer(), "consumers/a/dcr.accepted.yaml": accepted()})
    repository.commit({OPS: accepted()})
    assert severities(repository.check())["field_removed"] == "error"


def test_a_consumer_deleted_in_the_change_accepts_it_in_its_former_folder(repository: Repository) -> None:
    repository.commit({DASHBOARD: None, OPS_REPORT: None})
    assert f"accept it in {FINANCE}, {OPS}: " in find_issue(repository.check())["hint"]
    repository.commit({FINANCE: accepted(), OPS: accepted()})
    assert find_issue(repository.check())["severity"] == "info"


def test_a_consumer_at_the_root_accepts_it_at_the_root(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({USERS: contract(), "dcr.toml": f'{POLICY}paths = ["uses.yaml"]\n', "uses.yaml": consumer()})
    repository.branch()
    repository.commit({**BREAK, ROOT: accepted()})
    assert severities(repository.check()) == {"field_removed": "info"}


def test_with_acceptances_from_the_base_they_are_merged_first(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({"dcr.toml": f'accept_from = "base"\n{POLICY}'})
    repository.git("checkout", "-q", "feature")
    repository.git("merge", "-q", "--no-edit", "main")
    repository.commit({FINANCE: accepted(), OPS: accepted()})
    assert severities(repository.check())["field_removed"] == "error"
    repository.git("checkout", "-q", "main")
    repository.commit({FINANCE: accepted(), OPS: accepted()})
    repository.git("checkout", "-q", "feature")
    assert severities(repository.check()) == {"field_removed": "info"}


@pytest.mark.parametrize("side", ["base", "change"])
def test_the_stricter_policy_holds(repository: Repository, side: str) -> None:
    if side == "base":
        repository.commit({"dcr.toml": "", ROOT: accepted()})
    else:
        repository.git("checkout", "-q", "main")
        repository.commit({"dcr.toml": ""})
        repository.git("checkout", "-q", "feature")
        repository.git("rebase", "-q", "main")
        repository.commit({"dcr.toml": POLICY, ROOT: accepted()})
    assert severities(repository.check())["field_removed"] == "error"


def test_a_baseline_does_not_accept_for_consumers(repository: Repository) -> None:
    repository.dcr("check", "--write-baseline", writes=("repository/dcr.baseline.json",))
    assert repository.check("--baseline", "dcr.baseline.json").code == 1
    repository.commit()
    repository.git("checkout", "-q", "main")
    repository.git("checkout", "-q", "feature", "--", "dcr.baseline.json")
    repository.commit()
    repository.git("checkout", "-q", "feature")
    repository.git("merge", "-q", "--no-edit", "main")
    assert severities(repository.check("--baseline", "dcr.baseline.json"))["field_removed"] == "error"


def test_without_the_setting_a_file_in_a_folder_is_ignored_with_a_warning(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({"dcr.toml": ""})
    repository.git("checkout", "-q", "feature")
    repository.git("rebase", "-q", "main")
    repository.commit({FINANCE: accepted(), OPS: accepted()})
    outcome = repository.check()
    assert severities(outcome) == {"field_removed": "error", "acceptance_unused": "warning"}
    unused = [each for each in outcome.issues if each["kind"] == "acceptance_unused"]
    assert [each["location"]["path"] for each in unused] == [FINANCE, OPS]
    assert 'accept_by = "consumers"' in unused[0]["hint"]


def accept(repository: Repository, *arguments: str, writes: tuple[str, ...] = ()) -> Any:
    return repository.dcr(
        "accept", "users.daily_active", "field_removed", "ltv", "--reason", "unused", *arguments, writes=writes
    )


def test_dcr_accept_writes_the_file_in_the_folder_of_a_consumer(repository: Repository) -> None:
    for name, path in (("finance.dashboard", FINANCE), ("ops.report", OPS)):
        assert repository.check().code == 1
        outcome = accept(repository, "--consumer", name, writes=(f"repository/{path}",))
        assert outcome.code == 0
        assert f"{path}: field_removed on 'ltv' in 'users.daily_active' 2.0.0 is accepted by {name}" in outcome.err
    outcome = repository.check()
    assert outcome.code == 0
    assert json.loads(outcome.out)["summary"]["accepted"] == 1
    accept(repository, "--consumer", "ops.report").says("is already accepted")


def test_dcr_accept_names_the_consumers_where_they_have_to_accept(repository: Repository) -> None:
    accept(repository).says("--consumer finance.dashboard", "missing: finance.dashboard, ops.report")
    accept(repository, "--consumer", "sales.board").says("does not reach consumer 'sales.board'", "finance.dashboard")


def test_dcr_accept_writes_no_file_that_the_policy_does_not_read(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({"dcr.toml": ""})
    repository.git("checkout", "-q", "feature")
    repository.git("rebase", "-q", "main")
    accept(repository, "--consumer", "ops.report").says("leave out --consumer")


def test_dcr_accept_writes_the_former_folder_of_a_deleted_consumer(repository: Repository) -> None:
    repository.commit({DASHBOARD: None})
    outcome = accept(
        repository, "--consumer", "finance.dashboard", writes=("repository/consumers/finance", f"repository/{FINANCE}")
    )
    assert outcome.code == 0
    assert (repository.folder / FINANCE).exists()
