"""The HTML report as a parser sees it: valid, complete, closed to whatever a contract may hold."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import unescape
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from html5lib.constants import entities
from html_pages import AFTER, BEFORE, PAGES, SHOWN, Page, assert_lines_are_harmless, said, skeleton, with_sources
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from sample_reports import (
    ACCEPTED,
    BUMP,
    FRESHNESS,
    GONE,
    NOWHERE,
    REMOVED_FIELD,
    REPORTS,
    UNIQUE,
    USERS,
    contract,
    report,
)
from test_hostile_names import ANY_TEXT, HOSTILE, hostile_report

from dcr.compatibility.issue import Witness
from dcr.compatibility.rule import load_rules
from dcr.errors import UsageError
from dcr.parsing.location import Location
from dcr.rendering.html_page import escape_text, render_page
from dcr.rendering.reports import list_formats, load_reporter, needs_sources
from dcr.rendering.reports._html.excerpts import compare, excerpt, find_changed_characters
from dcr.rendering.reports._html.yaml_tokens import MAX_SHOWN, tokenize
from dcr.rendering.reports.html import MIN_FOLDED_ISSUES
from dcr.rendering.style import Style
from dcr.report.sources import Source
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from dcr.report.report import Report

every_page = pytest.mark.parametrize("name", PAGES)
every_hostile_text = pytest.mark.parametrize("name", HOSTILE)


@every_page
def test_a_page_is_valid_and_no_line_of_it_is_a_command(name: str) -> None:
    page = Page(PAGES[name])
    assert_lines_are_harmless(page.text)
    assert page.text.startswith("<!doctype html>\n<html")
    assert page.root.get("lang") == "en"
    assert said(page.one("title")).endswith(" \u00b7 dcr")


@every_page
def test_a_page_holds_the_issues_of_the_json_report_in_its_order(name: str) -> None:
    document = json.loads(load_reporter("json").render(PAGES[name], Style()))
    wanted = [each for contract_ in document["contracts"] for each in contract_["issues"]] + document["issues"]
    page = Page(PAGES[name])
    assert [each.get("data-kind") for each in page.issues] == [each["kind"] for each in wanted]
    states = ["accepted" if each["accepted"] else each["severity"] for each in wanted]
    assert [each.get("data-state") for each in page.issues] == states
    for issue, meant in zip(page.issues, wanted, strict=True):
        text = said(issue)
        assert said(page.one("h3", within=issue)) == meant["message"]
        assert meant["hint"] in text
        assert issue.get("id", "").startswith(f"issue-{meant['fingerprint']}")
        if meant["location"]:
            place = meant["location"]
            assert f"{place['path']}:{place['line']}:{place['column']}" in text
        if meant["accepted"]:
            assert meant["accepted"]["reason"] in text
        if meant["breaks"]:
            assert f"Breaks {meant['breaks'].replace('_', ' ')}" in text


@every_page
def test_every_id_is_unique_and_every_link_leads_to_one(name: str) -> None:
    page = Page(PAGES[name])
    ids = [each.get("id") for each in page.all() if each.get("id")]
    assert len(ids) == len(set(ids))
    links = [each.get("href", "") for each in page.all("a")]
    assert [link for link in links if not link.startswith("#") or link[1:] not in ids] == []
    named = [each.get(key) for each in page.all() for key in ("aria-labelledby", "for") if each.get(key)]
    assert set(named) <= set(ids)


@every_page
def test_a_page_loads_nothing_and_allows_nothing_but_its_own_style_and_script(name: str) -> None:
    page = Page(PAGES[name])
    style, script = page.one("style").text or "", page.one("script").text or ""
    (policy,) = [each for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    style_hash, script_hash = (
        base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in (style, script)
    )
    assert policy.get("content", "").split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{style_hash}'",
        f"script-src 'sha256-{script_hash}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    attributes = {key for each in page.all() for key in each.keys()}  # noqa: SIM118 (an element is no dict)
    assert not {each for each in attributes if each.startswith("on")} | attributes & {"style", "src", "action"}
    assert page.one("link").get("href", "").startswith("data:image/svg+xml,")
    assert not re.search(r"url\(|@import|https?:", style)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|fetch|XMLHttp|https?:", script)


def test_style_and_script_are_the_same_for_every_report() -> None:
    pages = [Page(each) for each in PAGES.values()]
    for name in ("style", "script"):
        assert len({page.one(name).text for page in pages}) == 1


@every_hostile_text
def test_no_text_changes_what_a_page_is_made_of(name: str) -> None:
    text = HOSTILE[name]
    usual = Page(hostile_report("x" if text else ""))
    page = Page(hostile_report(text))
    assert_lines_are_harmless(page.text)
    if text.strip():
        assert skeleton(page.root) == skeleton(usual.root)
    for issue in page.issues:
        assert said(page.one("h3", within=issue)) == make_printable(text)


MARKUP = {
    "script": "<script>document.title='pwned'</script>",
    "closing tags": "</code></pre></style></script></title><svg onload=alert(1)>",
    "attribute": "\" onmouseover=\"alert(1)\" ' onfocus='alert(1)' autofocus x=",
    "image": "<img src=x onerror=alert(1)>",
    "comment": "--><!-- <![CDATA[ ]]> <?php ?>",
    "references": "&lt;b&gt; &amp;lt; &#60;b&#62; &notit; &nbsp",
    "link": "javascript:alert(1)",
}


@pytest.mark.parametrize("text", MARKUP.values(), ids=MARKUP)
def test_markup_in_a_contract_is_text_on_the_page_and_in_its_lines(text: str) -> None:
    hostile = hostile_report(text)
    assert skeleton(Page(hostile).root) == skeleton(Page(hostile_report("x")).root)
    page = Page(with_sources(hostile, tuple([text] * 9), tuple([f"{text}!"] * 9)))
    allowed = {each.tag for name in ("breaks", "accepted") for each in Page(SHOWN[name]).all()}
    assert {each.tag for each in page.all()} <= allowed
    lines = page.excerpts(page.issues[0])
    assert {line for _, line, _ in lines["Previous"]} == {text}
    assert {line for _, line, _ in lines["Proposed"]} == {f"{text}!"}
    assert {option.text for option in page.all("option")} >= {f"{text} (2)"}


@given(ANY_TEXT)
def test_any_text_comes_back_from_a_page_as_it_was_made_printable(text: str) -> None:
    made = Page(report(contract("x", "y", NOWHERE._replace(message=text, field=text))))
    assert said(made.one("h3", within=made.issues[0])) == make_printable(text)
    assert said(made.one("code", "field", made.issues[0])) == make_printable(text)
    assert not re.search("[\"'<>]", escape_text(text))


def test_a_character_reference_is_never_made_of_text() -> None:
    text = " ".join(f"&{name}" for name in entities)
    page = Page(report(contract("x", "y", NOWHERE._replace(message=text))))
    assert said(page.one("h3", within=page.issues[0])) == text


@pytest.mark.parametrize(
    ("name", "verdict", "ended"),
    [
        ("breaks", "Not compatible: 5 errors", "bad"),
        ("accepted", "Compatible, with 1 accepted break", "warn"),
        ("compatible", "Compatible", "good"),
        ("unchanged", "Compatible", "good"),
        ("no-contracts", "No contract was found", "nothing"),
        ("lint", "1 error in 1 file", "bad"),
        ("lint-clean", "No issues", "good"),
        ("lint-nothing", "No contract was found", "nothing"),
    ],
)
def test_the_verdict_is_the_first_thing_said(name: str, verdict: str, ended: str) -> None:
    page = Page(PAGES[name])
    assert said(page.one("h1")) == verdict
    assert page.one("section", "verdict").get("class") == f"verdict {ended}"
    assert said(page.one("title")) == f"{verdict} \u00b7 dcr"


def test_what_the_run_fails_on_is_told_where_it_is_not_what_the_verdict_says() -> None:
    warned = report(contract("x", USERS, FRESHNESS), fail_on="warning")
    assert "The run fails, because fail_on is 'warning'." in said(Page(warned).root)
    assert Page(warned).all("section", "bad")
    broken = report(contract("x", USERS, BUMP), fail_on="never")
    assert "The run passes, because fail_on is 'never'." in said(Page(broken).root)
    assert Page(broken).all("section", "bad")


def test_the_head_says_what_was_compared_with_what() -> None:
    page = Page(PAGES["compatible"])
    facts = [" ".join(said(each).split()) for each in page.all("dt")]
    values = [" ".join(said(each).split()) for each in page.all("dd")]
    assert dict(zip(facts, values, strict=True)) == {
        "Compared with": "origin/main from GITHUB_BASE_REF",
        "Base commit": "53f616a33553",
        "Merge base": "0c1d2e3f400c",
        "Checked": "the working tree",
        "Policy": "dcr.toml",
        "Fails on": "errors",
    }
    assert "1 file in scope is not a contract and was ignored." in said(page.root)
    assert "the index" in said(Page(report(head="index")).root)
    assert "'v2'" in said(Page(report(head="v2")).root)


def test_a_contract_shows_its_versions_and_the_required_and_actual_bump() -> None:
    page = Page(PAGES["breaks"])
    (users, orders, products) = page.all("section", "contract")
    assert [said(each) for each in page.all("li", within=users)] == [
        "1.0.0 \u2192 1.1.0", "modified", "mode backward", "requires a MAJOR bump, has MINOR",
    ]  # fmt: skip
    assert page.all("span", "short", users)
    assert "requires a MAJOR bump, has NONE" in said(orders)
    assert "removed" in said(products)
    overview = page.one("nav")
    assert [said(each) for each in page.all("span", "name", overview)] == [
        "users.daily_active", "commerce.payments", "commerce.orders", "commerce.products",
    ]  # fmt: skip
    assert [said(each) for each in page.all("span", "chips", overview)] == [
        "2 errors1 warning", "no issues", "2 errors", "1 error",
    ]  # fmt: skip


def test_an_accepted_break_says_why_until_when_and_what_it_would_be() -> None:
    page = Page(PAGES["accepted"])
    acceptance = said(page.one("div", "acceptance"))
    assert acceptance.split("\n") == [
        "Accepted until 2099-01-01. Severity without the acceptance: error.nobody reads it; agreed in the weekly"
    ]
    assert "1 accepted break" in said(page.one("ul", "counts"))
    assert [said(each) for each in page.all("span", "accepted", page.issues[0])] == ["accepted"]


def test_a_row_is_a_table_with_what_it_is_about_first() -> None:
    page = Page(PAGES["breaks"])
    table = page.one("table", within=page.issues[0])
    assert said(page.one("caption", within=table)) == (
        "This row is valid under the previous contract and invalid under the proposed one"
    )
    assert [[said(cell) for cell in row] for row in page.all("tr", within=table)] == [
        ["ltv", "0.5"], ["user_id", '"a"'], ["plan", '"free"'],
    ]  # fmt: skip
    twice = next(each for each in page.issues if each.get("data-kind") == UNIQUE.kind)
    assert "invalid under the proposed one when two rows are identical" in said(twice)


@pytest.mark.parametrize("row", [None, 1, "text", ["a", {"b": 1}], {}, {1: 2}])
def test_a_row_of_any_shape_is_shown(row: object) -> None:
    page = Page(report(contract("x", USERS, REMOVED_FIELD._replace(witness=Witness(row, "previous", "proposed")))))
    assert page.all("*", "row", page.issues[0])


def test_the_columns_of_a_wide_row_unfold() -> None:
    page = Page(PAGES["long"])
    (first, rest) = page.all("table", within=page.issues[0])
    assert len(page.all("tr", within=first)) == 12
    assert len(page.all("tr", within=rest)) == 88
    assert said(page.one("summary", within=page.issues[0])) == "88 more columns"


def test_both_versions_stand_beside_an_issue_with_their_lines_marked() -> None:
    page = Page(SHOWN["breaks"])
    bump = page.excerpts(page.issues[1])
    assert bump["Previous"] == [(n, BEFORE[n - 1], n == 3) for n in range(1, 7)]
    assert bump["Proposed"] == [(n, AFTER[n - 1], n == 3) for n in range(1, 7)]
    marked = page.one("figure", "previous", page.issues[1])
    assert [each.get("data-line") for each in page.all("*", "changed", marked)] == ["3"]
    assert [said(each) for each in page.all("span", "word", marked)] == ['"1.0.0"']
    captions = [said(each) for each in page.all("figcaption", within=page.issues[1])]
    assert captions == [
        f"Previous 1.0.0 at 53f616a335{USERS}:3", f"Proposed 1.1.0 in the working tree{USERS}:3",
    ]  # fmt: skip


def test_what_is_gone_leaves_a_gap_on_the_other_side() -> None:
    page = Page(SHOWN["breaks"])
    removed = page.excerpts(page.issues[0])
    assert [number for number, _, _ in removed["Previous"]] == list(range(24, 32))
    assert removed["Proposed"] == [
        *((n, AFTER[n - 1], n == 12) for n in range(11, 14)),
        (0, "\u22ef", False),
        *((n, AFTER[n - 1], False) for n in range(24, 27)),
        (0, "2 lines of the previous version removed", False),
        *((n, AFTER[n - 1], False) for n in range(27, 30)),
    ]


def test_what_is_new_is_shown_beside_where_it_is_missing() -> None:
    place = Location(USERS, 3, 1)
    added = NOWHERE._replace(location=place, previous_location=None)
    shown = report(contract("x", USERS, added))
    page = Page(with_sources(shown, BEFORE[:2], (*BEFORE[:2], "new: 1", "other: 2")))
    assert page.excerpts(page.issues[0])["Previous"] == [
        (1, BEFORE[0], False), (2, BEFORE[1], False), (0, "2 lines added in the proposed version", False),
    ]  # fmt: skip


def test_a_text_that_cannot_be_shown_says_why() -> None:
    keys = SHOWN["breaks"].list_source_keys()
    page = Page(SHOWN["breaks"]._replace(sources={key: Source(missing="the file does not exist") for key in keys}))
    gone = next(each for each in page.issues if each.get("data-kind") == GONE.kind)
    assert [said(each) for each in page.all("p", "none", gone)] == ["No lines to show: the file does not exist."] * 2
    page = Page(SHOWN["breaks"]._replace(sources={key: Source() for key in keys}))
    assert "No lines to show: an empty file." in said(page.issues[0])
    page = Page(SHOWN["breaks"]._replace(sources={}))
    assert "No lines to show: not part of this report." in said(page.issues[0])


def test_a_report_that_was_given_no_texts_shows_none() -> None:
    assert not Page(REPORTS["breaks"]).all("div", "excerpts")


def test_an_issue_of_the_whole_contract_shows_what_stood_in_the_place_of_its_line() -> None:
    whole = BUMP._replace(location=Location(USERS, 3, 1), previous_location=Location(USERS, 1, 1))
    page = Page(with_sources(report(contract("x", USERS, whole))))
    assert page.excerpts(page.issues[0])["Previous"] == [(n, BEFORE[n - 1], False) for n in range(1, 7)]


def test_a_place_behind_the_last_line_points_at_the_last() -> None:
    behind = BUMP._replace(location=Location(USERS, 500, 1), previous_location=None)
    page = Page(with_sources(report(contract("x", USERS, behind), base=None)))
    assert page.excerpts(page.issues[0])["The file"][-1] == (len(AFTER), AFTER[-1], True)


def test_the_same_issue_twice_has_two_addresses() -> None:
    page = Page(report(contract("x", USERS, BUMP, BUMP, BUMP._replace(fingerprint=""))))
    assert [each.get("id") for each in page.issues] == [
        f"issue-{BUMP.fingerprint}", f"issue-{BUMP.fingerprint}-2", "issue-3",
    ]  # fmt: skip


def test_two_contracts_that_claim_one_dataset_are_told_apart() -> None:
    page = Page(report(contract("x", "a.yaml", BUMP), contract("x", "b.yaml", BUMP), contract("x", "b.yaml", BUMP)))
    sections = page.all("section", "contract")
    assert [said(page.one("h2", within=each)) for each in sections] == ["x in a.yaml", "x in b.yaml", "x in b.yaml-2"]
    assert len({each.get("id") for each in sections}) == 3
    values = [each.get("value") for each in page.all("option")]
    assert [each.get("id") for each in sections] == values[-3:]


def test_every_kind_of_a_report_is_explained_on_its_page() -> None:
    kinds = list(load_rules())
    issues = [NOWHERE._replace(kind=kind, message=kind) for kind in kinds]
    page = Page(report(contract("x", USERS, *issues)))
    manuals = page.one("section", "manuals")
    assert [said(each) for each in page.all("h3", within=manuals)] == sorted(kinds)
    words = " ".join(said(manuals).split())
    for rule in load_rules().values():
        for paragraph in re.split(r"\n\n", rule.manual):
            assert " ".join(paragraph.split()[-8:]) in words


def large(number: int) -> Report:
    issues = [(ACCEPTED, FRESHNESS, BUMP)[n % 3]._replace(fingerprint=f"{n:016x}") for n in range(number)]
    return with_sources(report(contract("x", USERS, *issues), contract("y", USERS, *issues)))


def test_a_large_report_folds_its_lines_and_a_small_one_does_not() -> None:
    assert not Page(large(MIN_FOLDED_ISSUES // 2 - 1)).all("details", within=Page(large(2)).issues[0])
    page = Page(large(MIN_FOLDED_ISSUES // 2))
    assert all(page.all("details", within=issue) for issue in page.issues)
    assert page.one("div", "many").get("id") == "issues"


def test_a_very_large_report_shows_the_lines_of_its_worst_issues_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcr.rendering.reports.html.MAX_EXCERPTS", 40)
    page = Page(large(40))
    with_lines = [issue.get("data-state") for issue in page.issues if page.all("div", "excerpts", issue)]
    assert len(with_lines) == 40
    assert set(with_lines) == {"error", "accepted"}
    assert with_lines.count("error") == [issue.get("data-state") for issue in page.issues].count("error")
    assert said(page.one("p", "limit")) == "Lines are shown for the 40 most severe of 80 issues."


def test_the_list_of_very_many_contracts_is_folded() -> None:
    many = [contract(f"c{number}", f"{number}.yaml") for number in range(31)]
    assert said(Page(report(*many)).one("summary")) == "Show all 31"
    assert not Page(report(*many[:30])).all("summary")


def test_only_this_format_asks_for_texts_and_its_parts_are_no_formats() -> None:
    assert [name for name in list_formats() if needs_sources([name])] == ["html"]
    assert needs_sources(["json", "html"])
    assert not [name for name in list_formats() if name.startswith("_")]
    with pytest.raises(UsageError):
        load_reporter("_html")
    with pytest.raises(UsageError):
        needs_sources(["no"])


LINES = st.lists(st.sampled_from(["a", "b", "  c", "d: 1", ""]), max_size=12)


@given(LINES, LINES)
def test_a_comparison_covers_both_texts_once_and_in_order(before: list[str], after: list[str]) -> None:
    compared = compare(before, after)
    assert [n for block in compared.blocks for n in block.before] == list(range(1, len(before) + 1))
    assert [n for block in compared.blocks for n in block.after] == list(range(1, len(after) + 1))
    for block in compared.blocks:
        if block.is_equal:
            assert [before[n - 1] for n in block.before] == [after[n - 1] for n in block.after]
    assert compared.reversed().reversed() == compared


@given(LINES, LINES, st.integers(1, 15) | st.none(), st.integers(1, 15) | st.none())
def test_an_excerpt_holds_lines_of_its_text_in_order(
    before: list[str], after: list[str], line: int | None, other: int | None
) -> None:
    rows = [row for row in excerpt(compare(before, after), line, other, "{}") if row.number]
    assert [row.text for row in rows] == [before[row.number - 1] for row in rows]
    assert sorted({row.number for row in rows}) == [row.number for row in rows]
    if line is not None and before:
        assert [row.number for row in rows if row.is_target] == [min(line, len(before))]


def test_texts_that_have_little_in_common_are_not_compared_line_by_line() -> None:
    before, after = [f"a{n}" for n in range(5_000)], [f"b{n}" for n in range(5_000)]
    compared = compare(["same", *before, "end"], ["same", *after, "end"])
    assert [(block.is_equal, len(block.before)) for block in compared.blocks] == [(True, 1), (False, 5_000), (True, 1)]


@given(st.text(max_size=MAX_SHOWN), st.integers(0, MAX_SHOWN), st.integers(0, 9), st.integers(0, 9))
def test_a_line_in_colors_is_the_same_line(line: str, column: int, start: int, stop: int) -> None:
    assert "".join(each.text for each in tokenize(line, column, range(start, stop))) == line


@pytest.mark.parametrize(
    ("line", "roles"),
    [
        ("  - name: ltv  # gone", [("name", "key"), ("# gone", "comment")]),
        ('version: "1.0.0"', [("version", "key"), ('"1.0.0"', "string")]),
        ("{type: number, minimum: -0.5, unique: true}", [
            ("type", "key"), ("minimum", "key"), ("-0.5", "literal"), ("unique", "key"), ("true", "literal"),
        ]),
        ("'it''s': a#b", [("'it''s'", "key")]),
        ("url: https://example.com/1.0", [("url", "key")]),
        ('"not closed', []),
    ],
)  # fmt: skip
def test_the_parts_of_a_line_are_told_apart(line: str, roles: list[tuple[str, str]]) -> None:
    assert [(each.text, each.role) for each in tokenize(line) if each.role != "plain"] == roles


def test_of_a_very_long_line_the_part_that_is_pointed_at_is_shown() -> None:
    line = f"{'x ' * 5_000}here {'y ' * 5_000}"
    shown = tokenize(line, line.index("here") + 1)
    assert [each.text for each in shown if each.is_target] == ["here"]
    assert len("".join(each.text for each in shown)) == MAX_SHOWN + 2


@pytest.mark.parametrize(
    ("line", "counterpart", "differs"),
    [
        ("enum: [free, pro, team]", "enum: [free, team]", "pro, "),
        ("enum: [free, team]", "enum: [free, pro, team]", ""),
        ("    minimum: 10", "    minimum: 15", "10"),
        ("  type: integer", "  type: string", "integer"),
        ("description: a", "completely: other", ""),
        ("", "x", ""),
    ],
)
def test_what_differs_between_two_lines_is_whole_words(line: str, counterpart: str, differs: str) -> None:
    found = find_changed_characters(line, counterpart)
    assert line[found.start : found.stop] == differs


TEMPLATES = sorted(files("dcr.rendering").joinpath("templates").iterdir(), key=lambda each: each.name)
EVERY_TEMPLATE = [each for each in TEMPLATES if each.name.endswith(".jinja")]


@pytest.mark.parametrize("template", EVERY_TEMPLATE, ids=lambda each: each.name)
def test_a_template_has_no_way_around_the_escaping(template: Traversable) -> None:
    text = template.read_text("ascii")
    assert not re.search(r"\|\s*(safe|xmlattr|tojson|urlize|forceescape)\b|\bMarkup\b|autoescape|\{%-?\s*raw", text)
    tags = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", text, flags=re.DOTALL)
    tags = re.sub(r"\{\{.*?\}\}", "VALUE", tags, flags=re.DOTALL)
    assert not re.search(r"=VALUE|\s(on\w+|style|src|srcdoc|action)=", tags)
    assert re.findall(r'href="(?!#|data:)', tags) == []


@pytest.mark.parametrize("value", [None, True, False])
def test_a_value_that_is_no_text_is_not_printed_by_mistake(value: object) -> None:
    with pytest.raises(TypeError):
        escape_text(value)


def test_what_a_template_prints_and_nobody_passed_stops_the_page() -> None:
    with pytest.raises(UndefinedError):
        render_page("report.html.jinja")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_text_that_a_macro_joins_is_escaped_once(text: str) -> None:
    escaped = escape_text(text)
    assert escape_text(escaped) is escaped
    assert unescape(escaped) == make_printable(text)
