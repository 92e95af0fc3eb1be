"""`dcr consumers` lists who uses which datasets and fields, and the fields that nobody uses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from declared_story import EXPORT, ORDERS, REVENUE, make_repository
from repositories import USERS, Repository, contract

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path)


def _text(repository: Repository, *arguments: str) -> list[str]:
    first = arguments[:1] if "list" in arguments[:1] else ()
    run = repository.dcr("consumers", *first, "--format", "text", *arguments[len(first) :])
    assert (run.code, run.err) == (0, "")
    return run.out.splitlines()


def test_every_use_is_listed_with_owners_and_terms(repository):
    assert _text(repository) == [
        f"{REVENUE}:5:5: finance.revenue (finance, #finance-data) uses users.daily_active: user_id, ltv; plan = free | pro; versions >=1.0 <3; until 2999-03-31",  # noqa: E501
        f"{EXPORT}:4:6: growth.export (growth) uses users.daily_active: user_id; reads rows",
        f"{EXPORT}:5:5: growth.export (growth) uses shop.orders: all fields",
    ]


def test_a_table_has_a_row_for_each_use(repository):
    run = repository.dcr("consumers")
    head, first, *_, last = run.out.splitlines()
    assert head.split() == [
        "CONSUMER", "OWNERS", "DATASET", "FIELDS", "VALUES", "VERSIONS", "READS", "UNTIL", "DECLARED", "AT",
    ]  # fmt: skip
    assert first.split("  ")[0] == "finance.revenue"
    assert "finance (#finance-data)" in first
    assert last == "2 consumers use 2 datasets"


def test_a_dataset_has_its_own_consumers(repository):
    assert [line.split()[1] for line in _text(repository, "shop.orders")] == ["growth.export"]
    assert [line.split()[1] for line in _text(repository, "users.daily_active")] == ["finance.revenue", "growth.export"]


@pytest.mark.parametrize(
    ("field", "names"),
    [("user_id", ["finance.revenue", "growth.export"]), ("ltv", ["finance.revenue"]), ("plan", ["finance.revenue"])],
)
def test_a_field_has_the_consumers_that_list_it_or_switch_on_its_values(repository, field, names):
    assert [line.split()[1] for line in _text(repository, "users.daily_active", field)] == names


@pytest.mark.parametrize("field", ["address", "address.city", "tags[]"])
def test_a_use_of_all_fields_includes_nested_ones(repository, field):
    assert [line.split()[1] for line in _text(repository, "shop.orders", field)] == ["growth.export"]


def test_json_has_the_same_uses_with_null_for_all_fields(repository):
    run = repository.dcr("consumers", "--format", "json")
    document = json.loads(run.out)
    assert (document["head"], document["commit"], document["problems"]) == ("worktree", None, [])
    revenue, export, orders = document["uses"]
    assert revenue == {
        "consumer": "finance.revenue",
        "owners": [{"team": "finance", "contact": "#finance-data"}],
        "source": "consumer",
        "description": "monthly revenue per plan",
        "dataset_id": "users.daily_active",
        "fields": ["user_id", "ltv"],
        "values": {"plan": ["free", "pro"]},
        "versions": ">=1.0 <3",
        "reads": "queries",
        "until": "2999-03-31",
        "over": False,
        "location": {"path": REVENUE, "line": 5, "column": 5},
    }
    assert (export["reads"], orders["fields"]) == ("rows", None)


def test_unused_fields_are_listed_with_deprecated_ones_first(repository):
    repository.write(USERS, contract(more="  - {name: region, type: string, deprecated: true}"))
    assert _text(repository, "--unused") == [
        f"{USERS}:11:5: users.daily_active: field 'region' is deprecated and unused",
        f"{USERS}:8:5: users.daily_active: field 'active_date' is unused",
    ]
    document = json.loads(repository.dcr("consumers", "--unused", "--format", "json").out)
    assert [(each["field"], each["deprecated"]) for each in document["unused_fields"]] == [
        ("region", True), ("active_date", False),
    ]  # fmt: skip


def test_a_use_of_all_fields_leaves_none_unused(repository):
    assert _text(repository, "shop.orders", "--unused") == []
    run = repository.dcr("consumers", "shop.orders", "--unused")
    assert (run.code, run.out) == (0, "every field has a declared consumer\n")


def test_the_fields_in_an_unused_field_are_not_listed_again(repository):
    repository.write(EXPORT, "consumer: growth.export\nuses:\n  - {dataset: shop.orders, fields: [id]}\n")
    assert [line.split("'")[1] for line in _text(repository, "shop.orders", "--unused")] == ["address", "tags"]
    repository.write(EXPORT, "consumer: growth.export\nuses:\n  - {dataset: shop.orders, fields: [id, address.city]}\n")
    assert [line.split("'")[1] for line in _text(repository, "shop.orders", "--unused")] == ["address.zip", "tags"]


def test_a_use_that_is_over_is_listed_and_uses_no_field(repository):
    text = "consumer: growth.export\nuses:\n  - {dataset: shop.orders, fields: [id], until: 2020-01-01}\n"
    repository.write(EXPORT, text)
    assert _text(repository, "shop.orders", "id")[0].endswith("until 2020-01-01 (over)")
    assert [line.split("'")[1] for line in _text(repository, "shop.orders", "--unused")] == ["id", "address", "tags"]


def test_datasets_without_consumers_have_unused_fields_only_where_their_consumers_are_complete(repository):
    repository.commit({EXPORT: None})
    assert [line.split()[1] for line in _text(repository, "--unused")] == ["users.daily_active:"]
    repository.write("dcr.toml", '[consumers]\ncomplete = ["shop.*"]\n')
    assert {line.split()[1] for line in _text(repository, "--unused")} == {"shop.orders:", "users.daily_active:"}
    repository.write("dcr.toml", "")
    repository.write("contracts/orders.yaml", f"x-consumers: complete\n{ORDERS}")
    assert {line.split()[1] for line in _text(repository, "--unused")} == {"shop.orders:", "users.daily_active:"}


def test_a_ref_has_its_own_consumers_also_in_a_bare_repository(repository, tmp_path):
    repository.git("tag", "before")
    repository.commit({EXPORT: None})
    assert len(_text(repository)) == 1
    assert len(_text(repository, "--ref", "before")) == 3
    repository.git("clone", "-q", "--bare", str(repository.folder), str(tmp_path / "bare"), cwd=tmp_path)
    run = repository.dcr("consumers", "--format", "json", cwd=tmp_path / "bare")
    document = json.loads(run.out)
    assert (document["head"], document["commit"]) == ("HEAD", repository.git("rev-parse", "HEAD"))
    assert len(document["uses"]) == 1


def test_a_subfolder_lists_the_whole_repository(repository):
    run = repository.dcr("consumers", "--format", "text", cwd=repository.folder / "contracts")
    assert run.out.splitlines() == _text(repository)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["users.daily_activ"], ["dataset 'users.daily_activ' does not exist in the working tree", "did you mean"]),
        (["nothing"], ["dataset 'nothing' does not exist", "dcr datasets lists all datasets"]),
        (["users.daily_active", "lt"], ["dataset 'users.daily_active' has no field 'lt'", "did you mean 'ltv'?"]),
        (["users.daily_active", "ltv", "--unused"], ["--unused takes no FIELD"]),
        (["--ref", "no-such"], ["ref 'no-such' does not exist"]),
        (["--format", "yaml"], ["--format is 'yaml', expected one of table, text, json"]),
        (["shop.orders", "id", "more"], ["unexpected extra argument", "see dcr consumers --help"]),
    ],
)
def test_what_does_not_exist_is_named_with_what_was_meant(repository, arguments, words):
    repository.dcr("consumers", *arguments).says("nothing was shown", *words)


def test_a_repository_without_consumers_says_so(tmp_path):
    repository = Repository(tmp_path)
    repository.commit({USERS: contract()})
    run = repository.dcr("consumers")
    assert (run.code, run.out) == (0, "no declared consumer\n")
    assert "no consumers are declared in the working tree" in run.err
    assert "docs/consumers.md" in run.err


def test_a_used_dataset_without_a_contract_is_listed_with_a_warning(repository):
    repository.commit({"contracts/orders.yaml": None})
    run = repository.dcr("consumers", "shop.orders", "--format", "text")
    assert run.code == 0
    assert run.out.startswith(f"{EXPORT}:5:5: growth.export")
    assert "dataset 'shop.orders' has no contract in the working tree" in run.err
    repository.dcr("consumers", "shop.orders", "--unused").says("has no contract that can be read")


def test_a_file_that_cannot_be_read_is_reported_and_may_use_what_it_mentions(repository):
    repository.write("consumers/broken.yaml", "consumer: broken\nuses: [{dataset: shop.orders, feilds: [id]}]\n")
    run = repository.dcr("consumers", "shop.orders", "--format", "text")
    assert run.code == 0
    assert "consumers/broken.yaml:1:1: cannot be read, and mentions shop.orders" in run.out
    assert "cannot read all of 'consumers/broken.yaml:2': unknown key 'feilds'" in run.err
    assert "did you mean 'fields'?" in run.err


def test_a_dataset_that_is_called_like_a_subcommand_is_listed_with_list(repository):
    repository.write("contracts/add.yaml", ORDERS.replace("shop.orders", "add"))
    repository.write("contracts/list.yaml", ORDERS.replace("shop.orders", "list"))
    text = "consumer: a\nuses: [{dataset: add}, {dataset: list, reads: rows}]\n"
    repository.write("consumers/a.yaml", text)
    for arguments in (["list", "add"], ["list", "--", "add"]):
        assert [line.partition(": ")[2] for line in _text(repository, *arguments)] == ["a uses add: all fields"]
    assert [line.partition(": ")[2] for line in _text(repository, "list", "list")] == [
        "a uses list: all fields; reads rows"
    ]
    assert _text(repository, "list") == _text(repository)


def test_hostile_names_are_printable(repository):
    text = 'consumer: "::error::a\\e[31m"\nowners: [{team: "[red]x"}]\nuses:\n  - dataset: shop.orders\n'
    repository.write("consumers/hostile.yaml", text)
    for name in ("table", "text", "json"):
        run = repository.dcr("consumers", "--format", name, "--color", "never")
        assert run.code == 0
        assert not any(line.startswith("::") for line in run.out.splitlines())
