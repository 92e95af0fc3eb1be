"""The commands about a fleet give the same answers on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dcr.cli.app import run_command
from dcr.errors import DcrError

if TYPE_CHECKING:
    from fleets import Fleet

Ask = "Callable[..., dict[str, Any]]"


@pytest.fixture
def ask(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Return a function that runs a query, checks its exit code and returns its document."""
    monkeypatch.chdir(fleet.folder)

    def run(*arguments: str, code: int = 0, form: str = "json") -> Any:
        assert run_command(["fleet", *arguments, "--format", form]) == code
        out = capsys.readouterr().out
        return json.loads(out) if form == "json" else out

    return run


def test_datasets_of_all_repositories(ask: Ask) -> None:
    document = ask("datasets")
    assert [(each["repository"], each["dataset_id"], each["version"]) for each in document["datasets"]] == [
        ("finance", "mart.copy", "1.0.0"),
        ("shop", "shop.orders", "1.1.0"),
        ("finance", "users.daily_active", "1.0.0"),
        ("growth", "users.daily_active", "1.0.0"),
    ]
    assert [each["repositories"] for each in document["issues"]] == [["finance", "growth"]]
    (orders,) = ask("datasets", "--pattern", "shop.o*")["datasets"]
    assert orders["owners"] == [{"team": "growth-platform", "contact": None}]
    assert orders["last_change"]["date"] == "2026-02-01T12:00:00+00:00"
    assert [each["dataset_id"] for each in ask("datasets", "--owner", "#fin")["datasets"]] == ["mart.copy"]
    assert [each["dataset_id"] for each in ask("datasets", "--status", "removed")["datasets"]] == ["shop.old"]
    assert ask("datasets", "--owner", "#fin", form="table").endswith("1 of 4 datasets in 1 repository\n")


def test_versions_of_a_dataset(ask: Ask) -> None:
    versions = ask("versions", "shop.orders")["versions"]
    assert [
        (each["version"], each["bump"]["required"], each["bump"]["actual"], each["breaks"]) for each in versions
    ] == [
        ("1.1.0", "major", "minor", True),
        ("1.0.0", None, None, False),
    ]
    assert [each["repository"] for each in ask("versions", "users.daily_active")["versions"]] == ["finance", "growth"]
    assert "breaks" in ask("versions", "shop.orders", form="table")
    with pytest.raises(DcrError, match=r"'shop\.order' does not exist in the index") as error:
        ask("versions", "shop.order")
    assert error.value.hint == "did you mean 'shop.orders'?"


def test_owners_with_their_datasets(ask: Ask) -> None:
    owners = {each["team"]: each for each in ask("owners")["owners"]}
    assert list(owners) == ["finance", "growth-platform"]
    assert owners["finance"]["contacts"] == ["#finance"]
    assert owners["finance"]["datasets"] == [{"repository": "finance", "dataset_id": "mart.copy"}]
    assert len(owners["growth-platform"]["datasets"]) == 4
    assert ask("owners", form="table").endswith("2 teams\n")


def test_the_audit_lists_breaks_duplicates_and_files_that_cannot_be_read(ask: Ask) -> None:
    document = ask("audit", code=1)
    found = [(each["repository"], each["kind"], each["dataset_id"]) for each in document["issues"]]
    assert ("shop", "field_removed", "shop.orders") in found
    assert ("shop", "version_bump_insufficient", "shop.orders") in found
    assert ("shop", "contract_removed", "shop.old") in found
    assert ("growth", "contract_invalid", "growth.broken") in found
    assert ("growth", "consumer_invalid", None) in found
    assert [each["dataset_id"] for each in document["duplicates"]] == ["users.daily_active"]
    assert (
        document["summary"]["errors"] == len([each for each in document["issues"] if each["severity"] == "error"]) + 1
    )
    assert ask("audit", "--dataset", "mart.copy")["issues"] == []
    later = ask("audit", "--since", "2026-02-02", "--dataset", "shop.*")
    assert later["issues"] == []
    assert ask("audit", "--since", "2026-02-01", "--dataset", "shop.*", code=1)["issues"]
    assert ask("audit", "--fail-on", "never")["issues"] == document["issues"]
    table = ask("audit", form="table", code=1)
    assert "shop.orders  1.0.0 → 1.1.0  error: field 'ltv' was removed [field_removed]" in table
    with pytest.raises(DcrError, match="'soon' is not a day"):
        ask("audit", "--since", "soon")


def test_consumers_and_unused_fields(ask: Ask) -> None:
    uses = ask("consumers")["uses"]
    assert [(each["repository"], each["consumer"], each["dataset_id"]) for each in uses] == [
        ("finance", "finance.revenue", "shop.orders"),
        ("finance", "finance.revenue", "users.daily_active"),
        ("growth", "growth.old", "shop.orders"),
    ]
    assert uses[0]["values"] == {"plan": ["pro"]}
    assert uses[0]["versions"] == ">=1.0"
    assert uses[0]["location"] == {"path": "consumers/revenue.yaml", "line": 4, "column": 6}
    named = ask("consumers", "shop.orders")["uses"]
    assert [(each["consumer"], each["reads"], each["over"]) for each in named] == [
        ("finance.revenue", "queries", False),
        ("growth.old", "queries", True),
        ("consumers/broken.yaml", "unknown", False),
    ]
    unused = ask("consumers", "shop.orders", "--unused")["unused_fields"]
    assert unused == [], "a file that cannot be read may use every field"
    unused = ask("consumers", "--unused")["unused_fields"]
    assert [each["field"] for each in unused] == ["user_id", "active_date"]
    assert "finance.revenue  finance" in ask("consumers", form="table")
    assert ask("consumers", "--unused", form="table").endswith("2 fields without a declared consumer\n")
    with pytest.raises(DcrError, match="does not exist in the index"):
        ask("consumers", "shop.nothing")


def test_the_impact_of_a_change_reaches_consumers_of_other_repositories(ask: Ask) -> None:
    (impact,) = ask("impact", "shop.orders", "plan", code=1)["impacts"]
    assert impact["repository"] == "shop"
    assert impact["required_bump"] == "major"
    reached = [(each["repository"], each["consumer"], each["reads"]) for each in impact["reached"]]
    assert reached == [("finance", "finance.revenue", "queries"), ("growth", "consumers/broken.yaml", "unknown")]
    (impact,) = ask("impact", "shop.orders", "plan", "--enum-remove", "free", code=1)["impacts"]
    assert [each["consumer"] for each in impact["reached"]] == ["consumers/broken.yaml"]
    text = ask("impact", "shop.orders", "plan", code=1, form="table")
    assert text.startswith("removing field 'plan' of shop.orders 1.1.0 in shop reaches 2 declared consumers\n")
    assert "reaches finance.revenue (finance, #finance; in finance)" in text
    both = ask("impact", "users.daily_active", "ltv", code=1)["impacts"]
    assert [each["repository"] for each in both] == ["finance", "growth"]
    assert [each["reached"] for each in ask("impact", "mart.copy", "ltv")["impacts"]] == [[]]
    with pytest.raises(DcrError, match="has no field 'plans'"):
        ask("impact", "shop.orders", "plans")


def test_repositories_with_their_last_sync(ask: Ask) -> None:
    repositories = ask()["repositories"]
    assert [(each["name"], each["datasets"], each["error"]) for each in repositories] == [
        ("finance", 2, None),
        ("growth", 1, None),
        ("shop", 1, None),
    ]
    assert ask(form="table").endswith("3 repositories\n")
