"""Every format names the declared consumers that an issue reaches, with their owners, and stays short."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from consumer_readers import Reached, reached_in
from readers import html_of
from sample_reports import (
    BROKEN_FILE,
    CONSUMERS_OF_REMOVED_FIELD,
    DASHBOARD,
    ELSEWHERE,
    EXPORT,
    FUNNEL,
    MARGIN,
    MERGE_BASE,
    NOWHERE,
    ORPHAN,
    REACHING,
    REMOVED_FIELD,
    REPORTS,
    SHARED,
    UNIQUE,
    USERS,
    consumer,
    contract,
    report,
)

from dcr.compatibility.reach import LOST_VALUES, NEW_VALUES, Reach, combine_consumers
from dcr.contract.contract import Owner
from dcr.parsing.location import Location
from dcr.rendering.reports import list_formats, load_reporter
from dcr.rendering.reports._consumer_text import describe_consumer, describe_team
from dcr.rendering.reports._issue_text import describe_impact
from dcr.rendering.reports.markdown import MAX_LENGTH
from dcr.rendering.style import Style
from dcr.report.reached_teams import ReachedTeam, list_reached_teams

if TYPE_CHECKING:
    from dcr.report.report import Report

MANY = tuple(consumer(f"more.model_{number:04}", f"team {number % 50:02}", "#many") for number in range(1_000))
EVERY_REPORT = {
    **REPORTS,
    "1,000 consumers": report(
        contract("users", USERS, CONSUMERS_OF_REMOVED_FIELD._replace(consumers=MANY), REMOVED_FIELD)
    ),
    "11 consumers": report(contract("users", USERS, CONSUMERS_OF_REMOVED_FIELD._replace(consumers=MANY[:11]))),
}
LIMITS = {**dict.fromkeys(("text", "table", "github", "azure", "gitlab"), 3), "markdown": 10}
"""The consumers of an issue that a format names; the others name all of them."""

every_format = pytest.mark.parametrize("format_name", list_formats())


def rendered(found: Report, format_name: str) -> str:
    return load_reporter(format_name).render(found, Style(width=4_000))


@every_format
@pytest.mark.parametrize("name", EVERY_REPORT)
def test_every_format_has_the_consumers_of_each_issue(name: str, format_name: str) -> None:
    found = EVERY_REPORT[name]
    most = LIMITS.get(format_name, 1_000)
    assert reached_in(rendered(found, format_name), format_name) == [
        None
        if issue.consumers is None
        else Reached(len(issue.consumers), tuple(each.name for each in issue.consumers[:most]))
        for issue in found.iterate_issues()
    ]


@every_format
def test_every_format_names_the_owners_of_three_consumers(format_name: str) -> None:
    output = rendered(report(contract("users", USERS, CONSUMERS_OF_REMOVED_FIELD)), format_name)
    for each in (MARGIN, DASHBOARD, FUNNEL):
        assert each.name in output
        for owner in each.owners:
            assert owner.team in output
            assert owner.contact in output


@every_format
def test_every_format_marks_what_is_unusual_about_a_declaration(format_name: str) -> None:
    issue = CONSUMERS_OF_REMOVED_FIELD._replace(consumers=(ELSEWHERE, EXPORT, BROKEN_FILE))
    output = rendered(report(contract("users", USERS, issue)), format_name)
    assert "2027-03-31" in output
    assert "acme/growth" in output.replace("\\/", "/")
    if format_name == "json":
        consumers = json.loads(output)["contracts"][0]["issues"][0]["consumers"]
        assert [(each["until"], each["removed"], each["unreadable"]) for each in consumers] == [
            ("2027-03-31", False, False),
            (None, True, False),
            (None, False, True),
        ]
        assert [each.get("repository") for each in consumers] == ["acme/growth", None, None]
        assert consumers[1]["location"] == {
            "path": "consumers/sales.yaml",
            "line": 9,
            "column": 5,
            "commit": MERGE_BASE,
        }
    else:
        assert "declared on the base, removed in this change" in output
        assert "the file cannot be read" in output


@pytest.mark.parametrize(
    ("format_name", "most_lines"), [("table", 40), ("text", 2), ("github", 3), ("azure", 3), ("markdown", 70)]
)
def test_what_people_read_stays_short_with_1000_consumers(format_name: str, most_lines: int) -> None:
    output = load_reporter(format_name).render(EVERY_REPORT["1,000 consumers"], Style(width=200))
    assert len(output.splitlines()) <= most_lines
    assert max(map(len, output.splitlines())) < 1_200


@pytest.mark.parametrize("format_name", ["table", "text", "github", "azure", "gitlab", "markdown"])
def test_long_names_and_many_owners_are_cut_where_people_read(format_name: str) -> None:
    endless = DASHBOARD._replace(name="n" * 5_000, owners=(Owner("t" * 5_000, "c" * 5_000),) * 5_000)
    issue = CONSUMERS_OF_REMOVED_FIELD._replace(consumers=(endless,) * 1_000)
    output = rendered(report(contract("users", USERS, issue)), format_name)
    assert len(output) < 12_000
    assert f"{'n' * 100}…" in output.replace("\\u2026", "…")
    assert "4,997 more" in output
    assert "997 more" in output or "990 more" in output


def test_a_comment_with_many_long_teams_can_be_posted_and_counts_what_is_missing() -> None:
    owners = [Owner(f"{number:03}" + "漢" * 200, "😀" * 200) for number in range(100)]
    issues = [
        CONSUMERS_OF_REMOVED_FIELD._replace(
            consumers=tuple(DASHBOARD._replace(name=f"{number} {'é' * 300}", owners=(owner,)) for number in range(50))
        )
        for owner in owners
    ]
    comment = rendered(report(contract("users", USERS, *issues)), "markdown")
    assert len(comment.encode("utf-16-le")) // 2 <= MAX_LENGTH
    assert re.search(r"Left out to fit the length of a comment: .*issues", comment)
    assert "- and 80 more teams\n" in comment


def test_how_many_issues_reach_a_team_is_counted_once_for_each_issue() -> None:
    teams = {team.team: team for team in list_reached_teams(REACHING)}
    assert [*teams][:3] == ["finance", "sales", "growth"]
    assert [*teams][-1] is None
    assert teams["finance"] == ReachedTeam(
        "finance", ("#finance-data",), ("@acme/finance",), (("finance.revenue_dashboard", 3), ("finance.margin", 1)), 3
    )
    assert teams[None].consumers == (("consumers/broken.yaml", 1), ("unowned.report", 1))
    document = json.loads(rendered(REACHING, "json"))
    assert document["teams"][0] == {
        "team": "finance",
        "contacts": ["#finance-data"],
        "handles": ["@acme/finance"],
        "consumers": [
            {"consumer": "finance.revenue_dashboard", "issues": 3},
            {"consumer": "finance.margin", "issues": 1},
        ],
        "issues": 3,
    }


def test_a_team_that_is_an_owner_twice_is_one_team_with_both_contacts() -> None:
    twice = DASHBOARD._replace(owners=(Owner("finance", "#b"), Owner("finance", "#a"), Owner("finance", None)))
    found = report(contract("users", USERS, CONSUMERS_OF_REMOVED_FIELD._replace(consumers=(twice,))))
    assert list_reached_teams(found) == (
        ReachedTeam("finance", ("#a", "#b"), (), (("finance.revenue_dashboard", 1),), 1),
    )


@pytest.mark.parametrize(
    ("team", "line"),
    [
        (ReachedTeam("a", (), (), (("x", 1),), 1), "a: 1 issue breaks x"),
        (ReachedTeam("a", ("#a",), ("@o/a",), (("x", 2), ("y", 2)), 2), "a (@o/a, #a): 2 issues break x and y"),
        (ReachedTeam("a", ("@o/a",), ("@o/a",), (("x", 2), ("y", 1)), 2), "a (@o/a): 2 issues break x (2) and y (1)"),
        (ReachedTeam(None, (), (), (("x", 1),), 1), "no owner: 1 issue breaks x"),
        (
            ReachedTeam("a", (), (), tuple((str(number), 1) for number in range(12)), 1),
            "a: 1 issue breaks 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more",
        ),
    ],
)
def test_a_team_is_one_line(team: ReachedTeam, line: str) -> None:
    assert describe_team(team) == line


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (DASHBOARD, "finance.revenue_dashboard (finance, #finance-data)"),
        (FUNNEL, "growth.funnel (growth, growth@example.com; until 2027-03-31)"),
        (ELSEWHERE, "growth.board (growth, growth@example.com; in acme/growth; until 2027-03-31)"),
        (EXPORT, "sales.export (sales; declared on the base, removed in this change)"),
        (ORPHAN, "unowned.report (no owner)"),
        (BROKEN_FILE, "consumers/broken.yaml (the file cannot be read)"),
        (SHARED, "shared.model (team 0, #all; team 1, #all; team 2, #all; 2 more)"),
    ],
)
def test_a_consumer_is_named_with_its_owners(found: object, words: str) -> None:
    assert describe_consumer(found) == words


@pytest.mark.parametrize(
    ("issue", "impact"),
    [
        (REMOVED_FIELD, "breaks consumers: queries and joins that select it"),
        (
            REMOVED_FIELD._replace(consumers=()),
            "breaks consumers: queries and joins that select it; no declared consumer uses it",
        ),
        (
            NOWHERE._replace(consumers=(), reach=Reach(NEW_VALUES)),
            "breaks old readers; no declared consumer uses it in a way that breaks",
        ),
        (
            REMOVED_FIELD._replace(consumers=(DASHBOARD,)),
            "breaks finance.revenue_dashboard (finance, #finance-data): queries and joins that select it",
        ),
        (
            UNIQUE._replace(consumers=(EXPORT._replace(location=Location("x")),)),
            "breaks sales.export (sales): new readers reject existing rows and old readers reject new rows",
        ),
        (
            NOWHERE._replace(consumers=(DASHBOARD,), reach=Reach(NEW_VALUES)),
            "breaks finance.revenue_dashboard (finance, #finance-data): queries that do not expect a new value",
        ),
        (
            NOWHERE._replace(consumers=(MARGIN, BROKEN_FILE._replace(name="x")), reach=Reach(LOST_VALUES)),
            (
                "breaks finance.margin (finance, #finance-data) and x (the file cannot be read): "
                "old readers reject new rows and queries for a value that no longer occurs"
            ),
        ),
        (
            REMOVED_FIELD._replace(consumers=(DASHBOARD,), breaks=None),
            "breaks finance.revenue_dashboard (finance, #finance-data)",
        ),
    ],
)
def test_an_issue_describes_who_breaks_and_how(issue: object, impact: str) -> None:
    assert describe_impact(issue).replace("breaks old readers: they reject new rows", "breaks old readers") == impact


def test_only_handles_of_the_policy_are_mentions() -> None:
    page = html_of(rendered(REACHING, "markdown"))
    outside = "".join(page.xpath(".//text()[not(ancestor::code)]"))
    assert re.findall(r"\S*@\S*", outside) == ["(@acme/finance,"]


@pytest.mark.parametrize(
    "handle", ["@a b", "@a](x)", "@a<b>", "a@example.com", "#1", "@ä", "@_x_", "@a`b", "@a\n# b", ""]
)
def test_a_handle_that_is_no_mention_is_code(handle: str) -> None:
    teams = {"finance": (handle,)}
    found = report(contract("users", USERS, CONSUMERS_OF_REMOVED_FIELD), teams=teams)
    outside = "".join(html_of(rendered(found, "markdown")).xpath(".//text()[not(ancestor::code)]"))
    assert "@" not in outside


def test_a_mention_keeps_its_underscores() -> None:
    found = report(
        contract("u", USERS, CONSUMERS_OF_REMOVED_FIELD), teams={"finance": ("@a/_b_",), "growth": ("@c__d",)}
    )
    text = html_of(rendered(found, "markdown")).text_content()
    assert "(@a/_b_, " in text
    assert "(@c__d, " in text


def test_contacts_are_no_mentions_headings_or_links() -> None:
    contacts = ("@channel", "@acme/x", "#finance-data", "#123", "https://example.com", "# h", "](x)")
    consumers = tuple(DASHBOARD._replace(name=contact, owners=(Owner(contact, contact),)) for contact in contacts)
    found = report(contract("users", USERS, CONSUMERS_OF_REMOVED_FIELD._replace(consumers=consumers)))
    page = html_of(rendered(found, "markdown"))
    outside = "".join(page.xpath(".//text()[not(ancestor::code)]"))
    assert not re.search(r"@|#\w|://", outside)
    assert not page.xpath(".//a | .//h1")


def test_a_table_lists_teams_only_if_the_issues_do_not_name_them_all() -> None:
    assert "teams to talk to" not in rendered(REPORTS["one-consumer"], "table")
    assert "teams to talk to" not in rendered(REPORTS["breaks"], "table")
    assert "teams to talk to" in rendered(REACHING, "table")
    four = report(contract("users", USERS, CONSUMERS_OF_REMOVED_FIELD._replace(consumers=MANY[:4])))
    assert "teams to talk to" in rendered(four, "table")
    assert "teams to talk to" not in load_reporter("table").render(REACHING, Style(quiet=True))
    assert "and 40 more teams" in rendered(EVERY_REPORT["1,000 consumers"], "table")


def test_sarif_points_at_the_declarations_that_the_checked_files_have() -> None:
    issue = CONSUMERS_OF_REMOVED_FIELD._replace(consumers=(DASHBOARD, EXPORT))
    run = json.loads(rendered(report(contract("users", USERS, issue)), "sarif"))["runs"][0]
    previous, declared = run["results"][0]["relatedLocations"]
    assert previous["id"] == 1
    assert declared["id"] == 2
    assert declared["message"]["text"] == "The consumer finance.revenue_dashboard."
    place = declared["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "consumers/finance.revenue_dashboard.yaml"
    assert place["region"] == {"startLine": 4, "startColumn": 5}
    many = json.loads(rendered(EVERY_REPORT["1,000 consumers"], "sarif"))["runs"][0]["results"][0]
    assert len(many["relatedLocations"]) == 101


def test_combined_consumers_are_sorted_and_prefer_a_declaration_that_is_still_there() -> None:
    still = EXPORT._replace(location=Location("consumers/moved.yaml", 3, 1))
    assert combine_consumers(None, None) is None
    assert combine_consumers(None, ()) == ()
    assert combine_consumers((FUNNEL, BROKEN_FILE), None, (EXPORT, DASHBOARD), (still,)) == (
        DASHBOARD,
        FUNNEL,
        still,
        BROKEN_FILE,
    )
