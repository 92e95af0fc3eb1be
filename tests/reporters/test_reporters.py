"""Whole outputs of every format, and what holds for all of them."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from rich.cells import cell_len
from sample_reports import REPORTS, contract, report

from dcr.errors import UsageError
from dcr.rendering.reports import list_formats, load_reporter
from dcr.rendering.reports.json import build_document
from dcr.rendering.style import Style
from dcr.schemas import load_report_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.report.report import Report

EXPECTED = Path(__file__).parent / "expected"
WIDTHS = (40, 80, 120, 200)
SGR = re.compile("\x1b\\[[0-9;]*m")

every_report = pytest.mark.parametrize("name", REPORTS)


def rendered(name: str, report: Report, *, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    return load_reporter(name).render(report, Style(width, color=color, unicode=unicode))


@every_report
def test_the_text_format_writes_one_canonical_line_for_each_issue(
    name: str, expect: Callable[[Path, str], None]
) -> None:
    expect(EXPECTED / f"{name}.text", rendered("text", REPORTS[name]))


@every_report
def test_the_json_format_writes_the_document_of_the_report(name: str) -> None:
    document = build_document(REPORTS[name])
    assert rendered("json", REPORTS[name]) == json.dumps(document, indent=2) + "\n"


def test_many_contracts_are_one_list_in_json() -> None:
    made = report(*(contract(f"shop.d{number}", f"d{number}.yaml") for number in range(1_201)))
    assert rendered("json", made) == json.dumps(build_document(made), indent=2) + "\n"


@every_report
def test_the_github_format_writes_one_command_for_each_issue(name: str, expect: Callable[[Path, str], None]) -> None:
    expect(EXPECTED / f"{name}.github", rendered("github", REPORTS[name]))


@every_report
@pytest.mark.parametrize("format_name", ["azure", "gitlab", "junit", "markdown"])
def test_a_format_for_a_service_writes_what_is_expected(
    name: str, format_name: str, expect: Callable[[Path, str], None]
) -> None:
    expect(EXPECTED / f"{name}.{format_name}", rendered(format_name, REPORTS[name]))


@every_report
def test_the_sarif_format_writes_one_log(
    name: str, expect: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dcr.rendering.reports.sarif.__version__", "0.0.0")
    expect(EXPECTED / f"{name}.sarif", rendered("sarif", REPORTS[name]))


@every_report
@pytest.mark.parametrize("format_name", ["azure", "github"])
def test_annotations_are_the_commands_of_the_whole_output(name: str, format_name: str) -> None:
    lines = rendered(format_name, REPORTS[name]).splitlines(keepends=True)
    commands = "".join(line for line in lines if line.startswith(("::", "##vso[")))
    assert import_module(f"dcr.rendering.reports.{format_name}").commands(REPORTS[name]) == commands


@every_report
def test_the_json_format_writes_the_report(
    name: str, expect: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dcr.rendering.reports.json.__version__", "0.0.0")  # a release must not change what is expected
    expect(EXPECTED / f"{name}.json", rendered("json", REPORTS[name]))


@every_report
def test_the_json_format_keeps_to_its_schema(name: str) -> None:
    jsonschema.Draft202012Validator(load_report_schema()).validate(json.loads(rendered("json", REPORTS[name])))


@every_report
def test_the_table_fits_terminals_of_every_width(name: str, expect: Callable[[Path, str], None]) -> None:
    pages = [f"{width} columns\n{rendered('table', REPORTS[name], width=width)}" for width in WIDTHS]
    expect(EXPECTED / f"{name}.table", "\n".join(pages))


def test_the_table_has_colours_and_does_without_unicode(expect: Callable[[Path, str], None]) -> None:
    pages = [
        rendered("table", REPORTS[name], color=color, unicode=unicode)
        for name in ("breaks", "accepted", "compatible", "consumers")
        for color, unicode in ((True, True), (False, False))
    ]
    expect(EXPECTED / "colours.table", "\n".join(pages).replace("\x1b", "␛"))


@every_report
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("unicode", [True, False])
def test_colours_change_nothing_but_colours(name: str, width: int, unicode: bool) -> None:
    plain = rendered("table", REPORTS[name], width=width, unicode=unicode)
    colored = rendered("table", REPORTS[name], width=width, unicode=unicode, color=True)
    assert [line.rstrip() for line in SGR.sub("", colored).split("\n")] == plain.split("\n")
    assert "\x1b" not in plain


@every_report
@pytest.mark.parametrize("width", [40, 41, 57, 80, 119, 120, 200, 400])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_of_a_table_is_wider_than_the_terminal(name: str, width: int, unicode: bool) -> None:
    page = rendered("table", REPORTS[name], width=width, unicode=unicode)
    assert [line for line in page.split("\n") if cell_len(line) > width] == []
    assert unicode or page.isascii()


def test_a_terminal_that_calls_itself_dumb_does_not_change_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("LINES", raising=False)
    usual = rendered("table", REPORTS["breaks"], width=200, color=True)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "33")
    assert rendered("table", REPORTS["breaks"], width=200, color=True) == usual


def test_the_places_of_a_table_can_be_clicked_on() -> None:
    for width in (80, 120, 200):
        page = rendered("table", REPORTS["breaks"], width=width)
        assert "contracts/growth/users_daily_active.yaml:12" in page


def test_machine_formats_ignore_the_terminal() -> None:
    for name in set(list_formats()) - {"table"}:
        usual = rendered(name, REPORTS["breaks"])
        assert rendered(name, REPORTS["breaks"], width=40, color=True, unicode=False) == usual


def test_every_format_has_a_name_and_no_other_module_has_one() -> None:
    assert list_formats() == (
        "azure",
        "github",
        "gitlab",
        "html",
        "json",
        "junit",
        "markdown",
        "sarif",
        "table",
        "text",
    )


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("jsn", "did you mean 'json'?"),
        ("x", "one of: azure, github, gitlab, html, json, junit, markdown, sarif, table, text"),
    ],
)
def test_a_format_that_does_not_exist_is_named(wrong: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"unknown format '{wrong}'") as caught:
        load_reporter(wrong)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "wrong", ["report", "printable", "summary", "layout", "_wording", "_fitting", "__init__", "os", "../json", ""]
)
def test_only_formats_can_be_asked_for(wrong: str) -> None:
    with pytest.raises(UsageError):
        load_reporter(wrong)
