"""`dcr accept` in real repositories: it records what is reported now, exactly, and the check then passes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import yaml
from repositories import USERS, breaking, contract

FILE = "dcr.accepted.yaml"
DATASET = "users.daily_active"
LTV = ("accept", DATASET, "field_removed", "ltv", "--reason", "moved to finance: see #12")


@pytest.fixture
def broken(repository):
    """The repository with a field removed, as a MAJOR version."""
    repository.write(USERS, breaking(version="2.0.0"))
    return repository


def test_an_accepted_break_passes(broken) -> None:
    assert broken.check().code == 1
    outcome = broken.dcr(*LTV, "--expires", "2099-12-31", writes=(f"repository/{FILE}",))
    said = f"dcr: {FILE}: field_removed on 'ltv' in 'users.daily_active' 2.0.0 is accepted\n"
    assert outcome[:3] == (0, "", said)
    written = yaml.safe_load((broken.folder / FILE).read_text())
    assert written == {
        "accepted": [
            {"dataset": DATASET, "version": "2.0.0", "kind": "field_removed", "field": "ltv",
             "reason": "moved to finance: see #12", "expires": "2099-12-31"}
        ]
    }  # fmt: skip
    checked = broken.check()
    assert checked.code == 0
    assert [issue["accepted"]["reason"] for issue in checked.issues] == ["moved to finance: see #12"]


def test_a_dry_run_shows_the_file_that_would_begin(broken) -> None:
    outcome = broken.dcr(*LTV, "--dry-run")
    assert outcome.code == 0
    assert outcome.out.startswith(f"--- /dev/null\n+++ b/{FILE}\n")
    assert "+    field: ltv\n" in outcome.out


def test_a_decision_is_added_to_those_there_are(broken) -> None:
    old = "# guarded\r\naccepted:\r\n  - {dataset: a, version: 1.0.0, kind: contract_removed, reason: old}  # ours\r\n"
    broken.write(FILE, old)
    assert broken.dcr(*LTV, writes=(f"repository/{FILE}",)).code == 0
    now = (broken.folder / FILE).read_bytes().decode()
    assert now.startswith(old)
    assert now.count("\n") == now.count("\r\n") == old.count("\n") + 1


def test_a_decision_is_taken_once(broken) -> None:
    assert broken.dcr(*LTV, writes=(f"repository/{FILE}",)).code == 0
    outcome = broken.dcr(*LTV)
    assert outcome.code == 2
    assert f"dcr: error: {FILE}:2:5: field_removed on 'ltv'" in outcome.err
    assert "is already accepted" in outcome.err


def test_a_removed_contract_is_accepted_under_its_last_version(repository) -> None:
    (repository.folder / USERS).unlink()
    arguments = ("accept", DATASET, "contract_removed", "--reason", "nobody reads it")
    assert repository.dcr(*arguments, writes=(f"repository/{FILE}",)).code == 0
    assert repository.check().code == 0


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ((DATASET, "field_remved", "ltv"), "kind 'field_remved' does not exist", "did you mean 'field_removed'?"),
        ((DATASET, "zzz"), "kind 'zzz' does not exist", "dcr explain lists all kinds"),
        ((DATASET, "contract_invalid"), "kind 'contract_invalid' cannot be accepted", "dcr explain contract_invalid"),
        ((DATASET, "field_removed", "lvt"), "dcr check reports no field_removed on 'lvt'", "did you mean 'ltv'?"),
        ((DATASET, "field_removed", "plan"), "dcr check reports no field_removed on 'plan'", "it is reported on ltv"),
        (
            (DATASET, "field_removed"),
            "dcr check reports no field_removed in",
            "it is reported on a field; name one of: ltv",
        ),
        ((DATASET, "owner_missing"), "dcr check reports no owner_missing in", "it reports field_removed"),
        (("shop/orders", "owner_missing"), "dcr check reports no owner_missing in", "dcr check shows"),
        (("users.daily", "field_removed", "ltv"), "no contract in scope defines dataset 'users.daily'", "did you mean"),
    ],
)
def test_what_is_not_reported_is_not_accepted(broken, arguments: tuple[str, ...], message: str, hint: str) -> None:
    outcome = broken.dcr("accept", *arguments, "--reason", "x")
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert hint in outcome.err


@pytest.mark.parametrize("day", ["2020-01-01", "tomorrow", "2099-1-1", "20990101", "2099-02-30", "", "2099-W01-1"])
def test_a_day_that_is_none_or_over_is_refused(broken, day: str) -> None:
    outcome = broken.dcr(*LTV, "--expires", day)
    assert outcome.code == 2
    assert f"--expires is '{day}'" in outcome.err


def test_the_last_day_may_be_today(broken) -> None:
    today = date.today()  # noqa: DTZ011 (the user's own day)
    outcome = broken.dcr(*LTV, "--expires", (today + timedelta(days=1)).isoformat(), writes=(f"repository/{FILE}",))
    assert outcome.code == 0


@pytest.mark.parametrize("reason", ["", "  ", "a\nb", "\x1b[0m"])
def test_a_reason_is_one_line_of_text(broken, reason: str) -> None:
    outcome = broken.dcr("accept", DATASET, "field_removed", "ltv", "--reason", reason)
    assert outcome.code == 2
    assert "--reason" in outcome.err


def test_a_policy_that_reads_the_base_is_said(broken) -> None:
    broken.write("dcr.toml", 'accept_from = "base"\n')
    outcome = broken.dcr(*LTV, writes=(f"repository/{FILE}",))
    assert outcome.code == 0
    assert "the policy reads acceptances from the base" in outcome.err


def test_a_link_in_the_place_of_the_file_is_not_followed(broken) -> None:
    broken.write("elsewhere.yaml", "accepted:\n")
    (broken.folder / FILE).symlink_to("elsewhere.yaml")
    outcome = broken.dcr(*LTV)
    assert outcome.code == 2
    assert f"'{FILE}' is a symbolic link" in outcome.err


def test_what_is_accepted_on_the_base_is_not_accepted_again(repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.write(USERS, contract())
    entry = "accepted: [{dataset: users.daily_active, version: 2.0.0, kind: field_removed, field: ltv, reason: x}]\n"
    repository.commit({FILE: entry})
    repository.git("checkout", "-q", "-b", "later")
    repository.write(USERS, breaking(version="2.0.0"))
    assert repository.check().code == 0
    assert "is already accepted" in repository.dcr(*LTV).err
