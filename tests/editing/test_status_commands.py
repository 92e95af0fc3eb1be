"""`dcr deprecate`, `dcr archive` and `dcr owners` in real repositories."""

from __future__ import annotations

import json
import sys

import pytest
from edited_files import SHOP, SHOP_TEXT, STOCK, STOCK_TEXT
from repositories import USERS, contract

URI = "https://example.com/move"
CARD = {
    "buyer": {"name": "Springfield USD", "contact": "#data-platform"},
    "decision_maker": "Director of Data (Alex Chen)",
}
DATASET = "users.daily_active"


def text(repository, path: str = USERS) -> str:
    return (repository.folder / path).read_bytes().decode()


def test_a_dataset_is_deprecated_in_place_and_the_check_is_silent(repository) -> None:
    outcome = repository.dcr("deprecate", DATASET, "--uri", URI, writes=(f"repository/{USERS}",))
    assert outcome[:3] == (0, "", f"dcr: {USERS}: 'users.daily_active' is deprecated\n")
    assert text(repository) == contract().replace("status: active", f"status: deprecated\ndeprecation_uri: {URI}")
    assert repository.check().kinds == []
    again = repository.dcr("deprecate", DATASET, "--uri", URI)
    assert again[:3] == (0, "", f"dcr: {USERS}: 'users.daily_active' is already deprecated\n")


def test_a_dry_run_of_deprecating_shows_the_lines(repository) -> None:
    outcome = repository.dcr("deprecate", DATASET, "--uri", URI, "--dry-run")
    assert outcome.code == 0
    assert f"-status: active\n+status: deprecated\n+deprecation_uri: {URI}\n" in outcome.out


def test_a_dataset_is_archived_in_place(repository) -> None:
    outcome = repository.dcr("archive", DATASET, writes=(f"repository/{USERS}",))
    assert outcome[:3] == (0, "", f"dcr: {USERS}: 'users.daily_active' is archived\n")
    assert text(repository) == contract(status="archived")
    assert repository.dcr("archive", DATASET).err.endswith("is already archived\n")
    refused = repository.dcr("deprecate", DATASET, "--uri", URI)
    assert refused.code == 2
    assert f"dcr: error: {USERS}:3:1: 'users.daily_active' is archived" in refused.err


@pytest.mark.parametrize(
    ("command", "hint"),
    [(["archive"], "dcr archive shop"), (["deprecate", "--uri", URI], f"dcr deprecate shop --uri {URI}")],
)
def test_one_of_several_datasets_in_a_file_is_not_edited_alone(repository, command: list[str], hint: str) -> None:
    outcome = repository.dcr(*command, "shop/orders")
    assert outcome.code == 2
    assert outcome.err == (
        f"dcr: error: {SHOP}:5:1: 'shop/orders' shares the status of this file with 'shop/lines' "
        "(nothing was written)\n"
        f"  help: edit all of them: {hint}\n"
    )


def test_all_datasets_of_a_file_are_edited_by_its_own_id(repository) -> None:
    assert repository.dcr("archive", "shop", writes=(f"repository/{SHOP}",)).code == 0
    assert text(repository, SHOP) == SHOP_TEXT.replace("status: active", "status: retired")
    assert repository.dcr("archive", "stock/levels", writes=(f"repository/{STOCK}",)).code == 0
    assert text(repository, STOCK) == STOCK_TEXT.replace("1.0.0", "1.0.0, status: retired")
    assert repository.check().kinds == []


@pytest.mark.parametrize("command", ["archive", "deprecate"])
def test_dbt_says_where_its_own_status_stands(repository, command: str) -> None:
    more = ["--uri", URI] if command == "deprecate" else []
    outcome = repository.dcr(command, "customers", *more)
    assert outcome.code == 2
    assert "deprecation_date" in outcome.err


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("", "--uri is blank"),
        ("a b", "--uri is 'a b', expected an address without spaces"),
        ("a\nb", "--uri contains the control character U+000A"),
        ("\x1b[31m", "--uri contains the control character U+001B"),
    ],
)
def test_an_address_that_is_none_is_refused(repository, uri: str, message: str) -> None:
    repository.dcr("deprecate", DATASET, "--uri", uri).says(message)


def test_what_is_printed_of_a_diff_cannot_speak_for_dcr(repository) -> None:
    text_of = contract().replace("owners:", "description: |\n  ::error::x\n  ##[error]y\nowners:")
    repository.write(USERS, text_of)
    outcome = repository.dcr("archive", DATASET, "--dry-run")
    assert not any(line.strip().startswith("::") for line in outcome.out.splitlines())
    assert "##[" not in outcome.out


def test_owners_of_a_card_are_printed_to_paste(repository) -> None:
    repository.write("card.json", json.dumps(CARD))
    outcome = repository.dcr("owners", "from-decision-card", "card.json")
    assert outcome[:3] == (
        0,
        'owners:\n  - team: Springfield USD\n    contact: "#data-platform"\n  - team: Director of Data (Alex Chen)\n',
        "",
    )


def test_owners_of_a_card_are_written_into_a_contract(repository) -> None:
    repository.write("cards/card.json", json.dumps(CARD))
    arguments = ("owners", "from-decision-card", "card.json", "--write", DATASET)
    dry = repository.dcr(*arguments, "--dry-run", cwd=repository.folder / "cards")
    assert "+owners: [{team: Springfield USD" in dry.out
    outcome = repository.dcr(*arguments, cwd=repository.folder / "cards", writes=(f"repository/{USERS}",))
    who = "'Springfield USD', 'Director of Data (Alex Chen)'"
    assert outcome[:3] == (
        0, "", f"dcr: {USERS}: 'users.daily_active' is owned by {who}, no longer by 'growth-platform'\n",
    )  # fmt: skip
    owners = '[{team: Springfield USD, contact: "#data-platform"}, {team: Director of Data (Alex Chen)}]'
    assert text(repository) == contract().replace("[{team: growth-platform}]", owners)
    assert repository.check().kinds == ["version_not_increasing", "owners_changed"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.json", None, "cannot read 'none.json': no such file or directory"),
        (".", None, "cannot read '.': is a directory"),
        ("card.json", {"buyer": {"contact": "#a"}}, "card.json:1:2: buyer.name is missing"),
        ("card.json", {"buyer": {"name": " "}}, "card.json:1:12: buyer.name is blank"),
    ],
)
def test_a_card_that_cannot_be_used_writes_nothing(repository, name: str, content: object, says: str) -> None:
    if content is not None:
        repository.write(name, json.dumps(content))
    outcome = repository.dcr("owners", "from-decision-card", name, "--write", DATASET)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"dcr: error: {says}")


def test_a_card_may_come_from_another_program(repository) -> None:
    read = f"{sys.executable} -P -m dcr owners from-decision-card -"
    ended = repository.shell(f"""echo '{{"buyer": {{"name": "A"}}}}' | {read}""")
    assert (ended.returncode, ended.stdout) == (0, "owners:\n  - team: A\n")
    ended = repository.shell(f"{read} </dev/null")
    assert (ended.returncode, ended.stderr.partition(": invalid")[0]) == (2, "dcr: error: stdin:1:1")
    ended = repository.shell(f"{read} <&-")
    assert (ended.returncode, ended.stderr.partition("\n")[0]) == (
        2,
        "dcr: error: stdin is closed (nothing was written)",
    )


def test_owners_come_from_a_decision_card_only(repository) -> None:
    repository.dcr("owners", "from-decison-card", "x").says("did you mean 'from-decision-card'?")
