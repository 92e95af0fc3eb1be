"""A change of real files: every report names the consumers that it breaks, and the teams to talk to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from consumer_files import consumer, find_issue
from repositories import USERS, Repository, breaking, contract

from dcr.rendering.reports import list_formats

if TYPE_CHECKING:
    from pathlib import Path

STORY = {
    "consumers/finance/revenue.yaml": consumer("finance.revenue_dashboard"),
    "consumers/growth/funnel.yaml": consumer("growth.funnel", team="growth", fields="[ltv]", until="2999-03-31"),
    "consumers/sales/margin.yaml": consumer("sales.margin", team="sales", fields=""),
}
OTHER = {"consumers/other.yaml": consumer("other.report", team="other", fields="[plan]")}
ODCS = """\
apiVersion: v3.1.0
kind: DataContract
id: shop
version: {version}
status: active
team: {{name: storefront}}
schema:
  - name: orders
    properties: [{{name: id, logicalType: string}}]
  - name: payments
    properties: [{{name: id, logicalType: string}}]
{more}"""
SERVERS = (
    "servers: [{server: prod, type: postgres, host: db.example.com, port: 5432, database: shop, schema: public}]\n"
)


@pytest.fixture
def story(tmp_path: Path) -> Repository:
    """A contract with three consumers that use `ltv` and one that does not, on a branch that removes the field."""
    made = Repository(tmp_path)
    made.commit({USERS: contract(), **STORY, **OTHER})
    made.branch()
    made.write(USERS, breaking("2.0.0"))
    return made


@pytest.mark.parametrize("format_name", list_formats())
def test_the_report_names_the_three_consumers_with_their_owners(story: Repository, format_name: str) -> None:
    outcome = story.dcr("check", "--format", format_name, COLUMNS="400")
    assert outcome.code == 1
    for name, team in (
        ("finance.revenue_dashboard", "finance"),
        ("growth.funnel", "growth"),
        ("sales.margin", "sales"),
    ):
        assert name in outcome.out
        assert f"#{team}" in outcome.out
    assert "2999-03-31" in outcome.out
    assert "other.report" not in outcome.out


@pytest.mark.parametrize("width", ["40", "80", "120", "200"])
def test_a_table_of_every_width_names_them(story: Repository, width: str) -> None:
    words = " ".join(story.dcr("check", "--format", "table", COLUMNS=width).out.split())
    assert (
        "breaks finance.revenue_dashboard (finance, #finance), growth.funnel (growth, #growth; until 2999-03-31) and "
        "sales.margin (sales, #sales): queries and joins that select it"
    ) in words


def test_a_break_that_no_declared_consumer_uses_says_so(story: Repository) -> None:
    story.commit({USERS: contract(), **dict.fromkeys(STORY)})
    story.write(USERS, breaking("2.0.0"))
    outcome = story.dcr("check", "--base", "HEAD", "--format", "text")
    assert "error: field 'ltv' was removed; no declared consumer uses it [field_removed]\n" in outcome.out
    assert find_issue(story.check("--base", "HEAD"))["consumers"] == []


def test_a_repository_without_consumers_has_the_reports_that_it_had(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({USERS: contract()})
    made.branch()
    made.write(USERS, breaking("2.0.0"))
    assert find_issue(made.check())["consumers"] is None
    assert made.check().report["teams"] == []
    for format_name in set(list_formats()) - {"json", "html"}:
        assert "declared" not in made.dcr("check", "--format", format_name).out


def test_a_declaration_that_the_change_deletes_is_marked(story: Repository) -> None:
    for path in STORY:
        (story.folder / path).unlink()
    outcome = story.check()
    for found in find_issue(outcome)["consumers"]:
        assert found["removed"]
        assert found["location"]["commit"] == outcome.report["base"]["merge_base"]
    lines = story.dcr("check", "--format", "text").out.splitlines()
    assert lines[0].count("declared on the base, removed in this change") == 3


def test_a_file_that_cannot_be_read_is_marked(story: Repository) -> None:
    story.write("consumers/finance/revenue.yaml", "uses: [\n  users.daily_active\n")
    *_, unreadable = find_issue(story.check())["consumers"]
    assert (unreadable["consumer"], unreadable["unreadable"]) == ("consumers/finance/revenue.yaml", True)
    assert "consumers/finance/revenue.yaml" in story.dcr("check", "--format", "markdown").out


def test_the_summary_counts_the_issues_of_each_team(story: Repository) -> None:
    story.write(USERS, contract(version="2.0.0", without=["ltv", "plan"]))
    assert [
        (team["team"], team["contacts"], team["consumers"], team["issues"]) for team in story.check().report["teams"]
    ] == [
        ("sales", ["#sales"], [{"consumer": "sales.margin", "issues": 2}], 2),
        ("finance", ["#finance"], [{"consumer": "finance.revenue_dashboard", "issues": 1}], 1),
        ("growth", ["#growth"], [{"consumer": "growth.funnel", "issues": 1}], 1),
        ("other", ["#other"], [{"consumer": "other.report", "issues": 1}], 1),
    ]


def test_a_comment_mentions_the_handles_of_the_base_and_none_that_the_change_adds(story: Repository) -> None:
    story.git("stash")
    story.git("checkout", "-q", "main")
    story.commit({"dcr.toml": '[teams]\nfinance = "@acme/finance"\n'})
    story.git("checkout", "-q", "feature")
    story.git("merge", "-q", "main")
    story.git("stash", "pop")
    story.write("dcr.toml", '[teams]\nfinance = "@acme/everyone"\nsales = "@acme/sales"\n')
    comment = story.dcr("check", "--format", "markdown").out
    assert "- `finance` (@acme/finance, `#finance`): 1 issue breaks `finance.revenue_dashboard`\n" in comment
    assert "@acme/everyone" not in comment
    assert "@acme/sales" not in comment
    comment = story.dcr("check", "--format", "markdown", "--policy-from", "worktree").out
    assert "- `sales` (@acme/sales, `#sales`)" in comment


def test_an_issue_of_a_file_with_two_datasets_has_the_consumers_of_both(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({
        "contracts/shop.yaml": ODCS.format(version="1.0.0", more=SERVERS),
        "consumers/a.yaml": consumer("a", dataset="shop/payments", fields=""),
        "consumers/b.yaml": consumer("b", dataset="shop/orders", fields=""),
    })  # fmt: skip
    made.branch()
    made.write("contracts/shop.yaml", ODCS.format(version="2.0.0", more=""))
    found = find_issue(made.check(), "server_changed")
    assert [each["consumer"] for each in found["consumers"]] == ["a", "b"]


def test_a_break_against_two_merge_bases_has_the_consumers_of_both(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({USERS: contract()})
    made.branch()
    feature = made.commit({"consumers/a.yaml": consumer("a")})
    made.git("checkout", "-q", "main")
    main = made.commit({"consumers/b.yaml": consumer("b")})
    made.git("merge", "-q", "-m", "merge", feature)
    made.git("checkout", "-q", "feature")
    made.git("merge", "-q", "-m", "merge", main)
    made.commit({USERS: breaking("2.0.0"), "consumers/a.yaml": None, "consumers/b.yaml": None})
    outcome = made.check()
    assert len(outcome.report["base"]["merge_bases"]) == 2
    assert [each["consumer"] for each in find_issue(outcome)["consumers"]] == ["a", "b"]
