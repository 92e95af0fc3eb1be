"""A comment stays short enough to be posted, keeps what matters most, and is found again by its mark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from readers import html_of, seen_in
from sample_reports import ACCEPTED, FRESHNESS, REMOVED_FIELD, REPORTS, UNIQUE, contract, report

from dcr.compatibility.issue import IssueAcceptance
from dcr.compatibility.severities import ERROR
from dcr.parsing.location import Location
from dcr.rendering.reports import load_reporter
from dcr.rendering.reports._code_spans import format_cell, format_code
from dcr.rendering.reports.markdown import MARK, MAX_LENGTH
from dcr.rendering.style import Style
from dcr.text.printable import escape_ci_markers, make_printable

if TYPE_CHECKING:
    from dcr.report.report import Report


def comment_of(found: Report) -> str:
    comment = load_reporter("markdown").render(found, Style())
    assert len(comment.encode("utf-16-le")) // 2 <= MAX_LENGTH
    return comment


def many(errors: int, warnings: int, text: str = "x") -> Report:
    """A report whose warnings come first, so that keeping the first ones would lose errors."""
    made = [
        contract(f"set.{number}", f"contracts/{number}.yaml", issue._replace(message=f"{text} {number}", field=text))
        for number, issue in enumerate([FRESHNESS] * warnings + [UNIQUE] * errors)
    ]
    return report(*made, contract("fine", "contracts/fine.yaml"), total=len(made) + 1)


@pytest.mark.parametrize("name", REPORTS)
def test_a_comment_begins_with_its_mark_and_says_what_the_run_found(name: str) -> None:
    first, second, *_ = comment_of(REPORTS[name]).splitlines()
    assert first == MARK
    assert re.fullmatch(r"### (❌|⚠️|✅) dcr (check|lint): .+", second)
    assert second.startswith("### ❌") is not REPORTS[name].compatible


@pytest.mark.parametrize(("errors", "warnings"), [(40, 20), (100, 400), (500, 500), (3_000, 10)])
@pytest.mark.parametrize("text", ["x", "漢字" * 30, "😀|" * 100])
def test_a_long_comment_keeps_errors_before_warnings_and_says_what_is_left_out(
    errors: int, warnings: int, text: str
) -> None:
    comment = comment_of(many(errors, warnings, text))
    kept = [each.severity for each in seen_in(comment, "markdown")]
    gone = errors + warnings - len(kept)
    if gone:
        assert f"{gone:,} issue" in comment
        assert f", {errors - kept.count('error'):,} error" in comment
        assert "warning" not in kept or kept.count("error") == errors
        assert len(comment) > MAX_LENGTH / 3
    else:
        assert "Left out" not in comment or "the details of" in comment
    assert comment.count("<details>") == comment.count("</details>") == len(html_of(comment).findall("details"))


def test_the_details_of_errors_are_kept_before_the_rows_of_warnings() -> None:
    comment = comment_of(many(50, 1_000))
    assert comment.count("rows, valid before, invalid now") == 50
    assert 0 < comment.count("⚠️&nbsp;warning") < 1_000


def test_a_comment_that_fits_leaves_nothing_out() -> None:
    comment = comment_of(many(40, 20))
    assert "Left out" not in comment
    assert len(seen_in(comment, "markdown")) == 60
    assert "- ✅ `fine`" in comment


def test_breaks_that_were_let_through_come_first_with_their_reasons() -> None:
    comment = comment_of(REPORTS["accepted"])
    reason = "> - `users.daily_active` `field_removed` `ltv`: `nobody reads it; agreed in the weekly`"
    assert f"{reason} (until `2099-01-01`)\n" in comment
    assert comment.index("Breaks ACCEPTED") < comment.index("####")


def test_breaks_that_were_let_through_are_kept_before_warnings() -> None:
    accepted = [ACCEPTED._replace(accepted=IssueAcceptance(f"reason {number}", ERROR)) for number in range(50)]
    found = many(0, 1_000)
    comment = comment_of(found._replace(contracts=(*found.contracts, contract("users", "u.yaml", *accepted))))
    assert all(f"`reason {number}`" in comment for number in range(50))
    assert comment.count("**ACCEPTED**") == 50


def test_a_place_in_another_file_is_named_and_one_in_the_contract_is_a_line() -> None:
    issues = [REMOVED_FIELD, REMOVED_FIELD._replace(location=Location("elsewhere.yaml", 5))]
    rows = list(comment_of(report(contract("u", REMOVED_FIELD.location.path, *issues))).splitlines())
    assert [line.split(" | ")[-1] for line in rows if line.startswith("| ❌")] == ["12 |", "`elsewhere.yaml` 5 |"]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("plain", "`plain`"),
        ("a`b", "``a`b``"),
        ("`a", "`` `a ``"),
        ("a ``` b`", "```` a ``` b` ````"),
        (" a ", "`  a  `"),
        ("  ", "`  `"),
        ("", ""),
        ("a\nb", "`a\\nb`"),
        ("##[error]", "`#\\#[error]`"),
    ],
)
def test_a_code_span_gives_its_text_back(text: str, span: str) -> None:
    assert format_code(text) == span
    if text:
        assert html_of(f"x {format_code(text)} y").findtext("p/code") == escape_ci_markers(make_printable(text))


@pytest.mark.parametrize("text", ["a|b", "|", "a\\|b", "\\\\|", "\\", "a\\", "`|`", "||"])
def test_a_cell_is_one_cell(text: str) -> None:
    (row,) = html_of(f"| a | b |\n|---|---|\n| {format_cell(text)} | z |\n").iterfind(".//tbody/tr")
    first, second = row
    assert first.findtext("code").replace("\\x5c", "\\") == text
    assert second.text == "z"
