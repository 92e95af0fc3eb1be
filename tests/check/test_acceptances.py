"""Checks that each acceptance accepts exactly one break, and that an unclear one accepts nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from repositories import USERS, Repository, breaking, contract

FILE = "dcr.accepted.yaml"
ENTRY = {
    "dataset": "users.daily_active",
    "version": '"2.0.0"',
    "kind": "field_removed",
    "field": "ltv",
    "reason": "moved to billing",
}


def accepted(*entries: dict[str, str | None], head: str = "accepted:") -> str:
    """Return the text of the file; a value of None leaves a key out."""
    lines = [head]
    for entry in entries:
        pairs = [f"{key}: {value}" for key, value in entry.items() if value is not None]
        lines += [f"  - {pairs[0]}", *(f"    {pair}" for pair in pairs[1:])]
    return "\n".join(lines) + "\n"


@pytest.fixture
def change(repository: Repository) -> Repository:
    """A field removed with a MAJOR bump: exactly one break."""
    repository.commit({USERS: breaking("2.0.0")})
    return repository


def errors(repository: Repository, *arguments: str) -> list[str]:
    return [each["kind"] for each in repository.check(*arguments).issues if each["severity"] == "error"]


def test_an_exact_acceptance_lets_its_break_through(change: Repository) -> None:
    change.commit({FILE: accepted(ENTRY)})
    outcome = change.check()
    assert outcome.code == 0
    (issue,) = outcome.issues
    assert issue["accepted"] == {
        "reason": "moved to billing",
        "severity": "error",
        "expires": None,
        "accepted_by": [],
    }
    assert outcome.report["summary"]["accepted"] == 1
    assert outcome.report["compatible"] is True


@pytest.mark.parametrize("where", ["worktree", "index", "commit"])
def test_it_is_read_from_the_side_that_is_judged(change: Repository, where: str) -> None:
    arguments = {"worktree": [], "index": ["--staged"], "commit": ["--head", "HEAD"]}[where]
    assert change.check(*arguments).code == 1
    change.write(FILE, accepted(ENTRY))
    if where != "worktree":
        assert change.check(*arguments).code == 1
        change.git("add", "-A")
    if where == "commit":
        change.commit()
    assert change.check(*arguments).code == 0


NOT_EXACT = [
    pytest.param({"dataset": "users.daily"}, id="another dataset"),
    pytest.param({"version": '"2.0.1"'}, id="another version"),
    pytest.param({"version": '"1.0.0"'}, id="the version before"),
    pytest.param({"kind": "field_type_changed"}, id="another kind"),
    pytest.param({"field": "plan"}, id="another field"),
    pytest.param({"field": "LTV"}, id="another case"),
]


@pytest.mark.parametrize("other", NOT_EXACT)
def test_one_that_names_something_else_accepts_nothing_and_is_unused(change: Repository, other: dict) -> None:
    change.commit({FILE: accepted({**ENTRY, **other})})
    assert errors(change) == ["field_removed", "acceptance_unused"]


MALFORMED = [
    pytest.param({"dataset": "users.*"}, id="wildcard dataset"),
    pytest.param({"field": "'*'"}, id="wildcard field"),
    pytest.param({"reason": None}, id="no reason"),
    pytest.param({"reason": '""'}, id="empty reason"),
    pytest.param({"field": None}, id="no field"),
    pytest.param({"kind": "field_remvoed"}, id="no kind"),
    pytest.param({"kind": "contract_invalid"}, id="a kind that is never accepted"),
    pytest.param({"expires": "someday"}, id="no date"),
    pytest.param({"expires": "2026-02-30"}, id="no such day"),
    pytest.param({"expires": "2999-1-1"}, id="another way to write a date"),
    pytest.param({"extra": "1"}, id="unknown key"),
    pytest.param({"version": "[a]"}, id="a list"),
]


@pytest.mark.parametrize("other", MALFORMED)
def test_a_malformed_one_accepts_nothing(change: Repository, other: dict) -> None:
    change.commit({FILE: accepted({**ENTRY, **other})})
    found = errors(change)
    assert "field_removed" in found
    assert "acceptance_malformed" in found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("accepted: [", id="no YAML"),
        pytest.param("- just\n- a list\n", id="a list"),
        pytest.param("accepted: all\n", id="a word"),
        pytest.param(accepted(ENTRY, head="acepted:"), id="a misspelt key"),
        pytest.param(accepted(ENTRY) + "accepted: []\n", id="the key twice"),
        pytest.param(
            accepted({**ENTRY, "field ": "ltv"}).replace("field : ltv", "field: ltv"), id="a key twice in an entry"
        ),
        pytest.param("accepted:\n  - !!python/object:os.system {}\n", id="a tag"),
        pytest.param(b"accepted: \xff\n", id="bytes"),
        pytest.param("accepted: [" * 90 + "]" * 90, id="depth"),
        pytest.param("x: " + "a" * 2_200_000, id="size"),
    ],
)
def test_a_file_that_cannot_be_read_accepts_nothing(change: Repository, text: str | bytes) -> None:
    change.commit({FILE: text})
    found = errors(change)
    assert "field_removed" in found
    assert "acceptance_malformed" in found


def test_an_entry_beside_a_malformed_one_does_not_make_the_run_pass(change: Repository) -> None:
    change.commit({FILE: accepted(ENTRY, {**ENTRY, "dataset": "'*'"})})
    assert errors(change) == ["acceptance_malformed"]


def test_a_linked_file_accepts_nothing(change: Repository) -> None:
    change.write("elsewhere.yaml", accepted(ENTRY))
    (change.folder / FILE).symlink_to("elsewhere.yaml")
    assert errors(change) == ["field_removed", "acceptance_malformed"]
    change.commit()
    assert errors(change, "--head", "HEAD") == ["field_removed", "acceptance_malformed"]


def test_one_expired_yesterday_accepts_nothing_and_one_of_today_does(change: Repository) -> None:
    today = date.today()  # noqa: DTZ011 (the user's own day, as the command's)
    change.write(FILE, accepted({**ENTRY, "expires": (today - timedelta(days=1)).isoformat()}))
    assert errors(change) == ["field_removed", "acceptance_expired"]
    change.write(FILE, accepted({**ENTRY, "expires": (today + timedelta(days=1)).isoformat()}))
    outcome = change.check()
    assert outcome.code == 0
    assert outcome.issues[0]["accepted"]["expires"] == (today + timedelta(days=1)).isoformat()


def test_one_that_was_there_before_may_lie_unused_or_expired(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({FILE: accepted(ENTRY, {**ENTRY, "version": '"3.0.0"', "expires": "2020-01-01"})})
    repository.branch("second")
    repository.commit({"notes.txt": "x"})
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.issues == []


def test_one_with_the_same_key_twice_is_as_good_as_once(change: Repository) -> None:
    change.commit({FILE: accepted(ENTRY, {**ENTRY, "reason": "said again"})})
    assert change.check().code == 0


def test_a_removed_contract_is_accepted_by_its_last_version(repository: Repository) -> None:
    repository.commit({USERS: None})
    entry = {**ENTRY, "version": '"1.0.0"', "kind": "contract_removed", "field": None}
    repository.write(FILE, accepted(entry))
    outcome = repository.check()
    assert outcome.code == 0
    assert outcome.issues[0]["accepted"]["reason"] == "moved to billing"


def test_an_invalid_contract_is_never_accepted(repository: Repository) -> None:
    repository.commit({USERS: contract().replace("version:", "versoin:")})
    entry = {**ENTRY, "version": '"1.0.0"', "kind": "contract_invalid", "field": None}
    repository.write(FILE, accepted(entry))
    assert {"contract_invalid", "acceptance_malformed"} <= set(errors(repository))


def test_where_acceptances_come_from_the_base_those_of_the_change_do_not_count(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.commit({"dcr.toml": 'accept_from = "base"\n'})
    repository.branch("second")
    repository.commit({USERS: breaking("2.0.0"), FILE: accepted(ENTRY)})
    assert errors(repository) == ["field_removed"]
    repository.commit({"dcr.toml": 'accept_from = "proposed"\n'})
    assert errors(repository) == ["field_removed"]
    repository.git("checkout", "-q", "main")
    repository.commit({FILE: accepted(ENTRY)})
    repository.branch("third")
    repository.commit({USERS: breaking("2.0.0")})
    assert errors(repository) == []


def test_an_acceptance_names_one_of_two_breaks(repository: Repository) -> None:
    repository.commit({USERS: contract(version="2.0.0", without=["ltv"]).replace("[free, pro]", "[pro]")})
    repository.write(FILE, accepted(ENTRY))
    assert errors(repository) == ["field_enum_shrunk"]
