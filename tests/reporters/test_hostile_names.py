"""Text that wants out: whatever a contract, a path or a reason holds, every format shows it and none obeys it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from readers import SGR, seen_in
from rich.cells import cell_len
from sample_reports import ACCEPTED, COMMIT, FRESHNESS, UNIQUE, base, contract, report

from dcr.compatibility.issue import IssueAcceptance, Witness
from dcr.compatibility.reach import ReachedConsumer
from dcr.compatibility.severities import ERROR
from dcr.contract.contract import Owner
from dcr.parsing.location import Location
from dcr.rendering.reports import list_formats, load_reporter
from dcr.rendering.reports.github import build_annotation
from dcr.rendering.style import Style
from dcr.report.summary import format_closing_line
from dcr.schemas import load_report_schema
from dcr.text.printable import escape_ci_commands, escape_ci_markers, make_printable

if TYPE_CHECKING:
    from dcr.report.report import Report

HOSTILE = {
    "rich closing tag": "[/]",
    "rich markup": "[bold]x[/bold] [link=https://example.com]y[/link] \\[red]",
    "emoji code": ":smile: :warning:",
    "escape sequences": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2J\x1b[1A\x1b[8m",
    "c1 controls": "\x9b31mred\x9d0;title\x9c\x85",
    "bidi": "user\u202egnp.exe\u2066\u2069\u200f\u061c",
    "invisible": "a\u200bb\u2060c\ufeffd\u00ade\u180ef\u3164g\ufe0f\U000e0041\u2800\u034f",
    "odd spaces": "\u00a0\u2003\u3000 a",
    "newlines": "first\nsecond\r\nthird\rfourth\x0bfifth\x0csixth\u2028seventh\u2029eighth\x85ninth",
    "tab and backspace": "a\tb\x08\x08\x7f\x00",
    "github command": "::error::pwned",
    "indented github command": " \u00a0\u2003\t::set-output name=x::y",
    "github command on a line of its own": "x\n::add-mask::y\n  ::stop-commands::z",
    "old github command": "##[error]pwned ###[group]x #\n#[x",
    "azure command": "##vso[task.setvariable variable=x]y ##teamcity[x]",
    "percent": "%0A::error::x%0D %25 %",
    "commas and colons": "a,b:c,title=x::d,file=/etc/passwd",
    "backticks": "`x` ```\n@everyone <b>&amp;",
    "quotes": "' \" '' \\ \\n \\",
    "end of an azure property": "x;type=warning;sourcepath=/etc/passwd]y %AZP25 %3B %5D",
    "azure task": "##vso[task.complete result=Succeeded;]DONE ##VSO[task.setsecret]x",
    "end of cdata": "x]]> <!-- --> <![CDATA[ ?> <?xml",
    "xml": '"/><testcase name="y"/> &lt; &#27; &nope; </failure>',
    "end of details": "</details></summary></table> </code></pre>",
    "script": "<script>alert(1)</script> <img src=x onerror=alert(1)> <a href='javascript:x'>y</a>",
    "links": "[x](javascript:alert(1)) ![y](https://example.com/z.png) [w]: https://example.com <https://example.com>",
    "links by themselves": "https://example.com www.example.com someone@example.com javascript:alert(1)",
    "mentions and references": "@team @everyone #123 GH-123 org/repo#1 !7 a5c3785ed8d6a35868bc169f07e40e889087fd2e",
    "pipes": "a|b \\| \\\\| `|` | --- | ||",
    "trailing backslash": "a\\",
    "backticks at both ends": "`` `x` ``",
    "markdown": "# h\n- l\n> q\n\n    code\n***b*** _i_ ~~s~~ <!-- dcr --> --> \n---\n|a|b|\n|-|-|",
    "placeholders": "{0} {{1}} }{ {a} [x](1) [y]\\(2)",
    "path like": "/etc/passwd",
    "address": "//example.com/../x?y#z",
    "drive": "C:\\x:y",
    "dots": "../../x",
    "nothing characters": "\x00\ufffe\uffff\U0001fffe\ud83d",
    "lone surrogates": "caf\udce9/\ud800 \udfff",
    "wide characters": "漢字" * 40 + "👩‍👩‍👧‍👦" + "é" * 10,
    "combining": "e" + "\u0301" * 50,
    "5,000 characters": "x" * 5_000,
    "5,000 words": "ab " * 1_700,
    "5,000 colons": "::" * 2_500,
    "5,000 slashes": "/" * 5_000,
    "empty": "",
    "blank": "   ",
}
FORMATS = list_formats()
STYLES = [
    Style(width, color=color, unicode=unicode)
    for width in (40, 80, 200)
    for color in (False, True)
    for unicode in (False, True)
]
KINDS = ("field_constraint_tightened", "field_removed", "freshness_sla_loosened")
AZURE = re.compile(r"^(##vso\[task\.logissue type=(error|warning);|##\[warning\](?=.* info: ))")
COMMAND = re.compile(r"::(error|warning|notice) (file=[^:,]*,line=\d+,col=\d+,)?title=([a-z_]+)( \(accepted\))?::")


def hostile_report(text: str) -> Report:
    """A report that holds the text wherever somebody else's text can stand."""
    place = Location(text, 7, 3)
    tightened = UNIQUE._replace(
        message=text,
        field=text,
        hint=text,
        location=place,
        previous_location=place,
        witness=Witness({text: [text], "b": {text: text}}, "previous", "proposed", times=2),
    )
    found = ReachedConsumer(text, (Owner(text, text), Owner(text)), text, place, until=text, repository=text)
    accepted = ACCEPTED._replace(
        message=text,
        location=place,
        accepted=IssueAcceptance(text, ERROR, text, (text,)),
        witness=None,
        consumers=(found, found._replace(location=place._replace(commit=COMMIT)), *[found] * 10),
    )
    return report(
        contract(text or None, text, tightened, accepted, previous=text, proposed=f"{text}!", change="renamed"),
        issues=(FRESHNESS._replace(message=text, hint=text, location=None, consumers=()),),
        base=base(ref=text, source=text),
        policy=text,
        teams={text: (text,)},
    )


def assert_harmless(output: str, format_name: str, style: Style) -> None:
    assert output == "" or output.endswith("\n")
    plain = SGR.sub("", output) if format_name == "table" and style.color else output
    for line in plain.split("\n"):
        assert line.isprintable()
        rest = AZURE.sub("", line, count=1) if format_name == "azure" else line
        assert not re.search(r"##\w*\[", rest, re.IGNORECASE)
        if format_name == "github" and line.startswith("::"):
            assert COMMAND.match(line)
        else:
            assert not line.strip().startswith("::")
        assert format_name != "table" or cell_len(line) <= style.width
    if format_name in ("json", "sarif", "gitlab", "junit"):
        assert output.isascii()
    assert output.encode("utf-8")


def kinds_in(output: str, format_name: str) -> list[str]:
    if format_name == "table":
        return re.findall(r"\b(?:error|warning|info|ACCEPTED) +([a-z]+_[a-z_]+)", SGR.sub("", output))
    return [each.kind for each in seen_in(output, format_name)]


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_escapes_from_any_format(name: str, format_name: str) -> None:
    found = hostile_report(HOSTILE[name])
    for style in STYLES:
        assert_harmless(load_reporter(format_name).render(found, style), format_name, style)


@pytest.mark.parametrize("name", HOSTILE)
def test_every_format_holds_the_same_issues(name: str) -> None:
    found = hostile_report(HOSTILE[name])
    for style in STYLES:
        for format_name in FORMATS:
            assert kinds_in(load_reporter(format_name).render(found, style), format_name) == list(KINDS)


@pytest.mark.parametrize("name", HOSTILE)
def test_json_gives_every_text_back_as_it_was(name: str) -> None:
    text = HOSTILE[name]
    document = json.loads(load_reporter("json").render(hostile_report(text), Style()))
    jsonschema.Draft202012Validator(load_report_schema()).validate(document)
    contract_document = document["contracts"][0]
    issue = contract_document["issues"][0]
    assert contract_document["path"] == contract_document["previous_path"] == text
    assert (issue["message"], issue["field"], issue["hint"]) == (text, text, text)
    assert issue["location"] == {"path": text, "line": 7, "column": 3}
    assert issue["witness"]["row"] == {text: [text], "b": {text: text}}
    consumer = contract_document["issues"][1]["consumers"][0]
    assert (consumer["consumer"], consumer["owners"][0]) == (text, {"team": text, "contact": text})
    assert document["teams"][0]["team"] == text
    assert contract_document["issues"][1]["accepted"] == {
        "reason": text,
        "severity": "error",
        "expires": text,
        "accepted_by": [text],
    }
    assert document["base"]["ref"] == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [text] 100% :smile:", "plain [text] 100% :smile:"),
        ("naïve 漢字 é", "naïve 漢字 é"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x1b[31m\x07\x00\x7f\x9b", "\\x1b[31m\\x07\\x00\\x7f\\x9b"),
        ("\u202e\u2066\u200b\ufeff", "\\u202e\\u2066\\u200b\\ufeff"),
        ("a\u00a0b\u3000c", "a\\xa0b\\u3000c"),
        ("caf\udce9.yaml", "caf\\xe9.yaml"),
        ("\ud800", "\\ud800"),
        ("\U000e0041\U000e0100", "\\U000e0041\\U000e0100"),
        ("\u3164\u2800\ufe0f\u034f", "\\u3164\\u2800\\ufe0f\\u034f"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert make_printable(text) == shown


@pytest.mark.parametrize(
    ("line", "harmless"),
    [
        ("::error::x", ".::error::x"),
        ("  \u00a0::error::x", ".  \u00a0::error::x"),
        ("a ::error::x", "a ::error::x"),
        ("x ##[error]", "x #\\#[error]"),
        ("###[x] ##vso[y] ##teamcity[z]", "##\\#[x] #\\#vso[y] #\\#teamcity[z]"),
        ("## heading [1]", "## heading [1]"),
        ("#[x] [##]", "#[x] [##]"),
    ],
)
def test_a_line_that_a_runner_would_obey_is_defused(line: str, harmless: str) -> None:
    assert escape_ci_commands(line) == harmless


def test_annotations_are_escaped_as_the_runner_unescapes_them() -> None:
    issue = ACCEPTED._replace(
        message="100% a%0Ab\nc", hint="", breaks=None, location=Location("a,b:c%2C.yaml", 1, 2),
        accepted=IssueAcceptance("x%y", ERROR),
    )  # fmt: skip
    assert build_annotation(issue) == (
        "::notice file=a%2Cb%3Ac%252C.yaml,line=1,col=2,title=field_removed (accepted)"
        "::100%25 a%250Ab\\nc; ACCEPTED: x%25y"
    )


ANY_CHARACTER = st.characters(exclude_categories=())  # lone surrogates too
PIECES = st.sampled_from(
    ["::", "##", "[", "##[", "##vso[", "error::", "\n", "\r", " ", "\u00a0", "#", "%", ",", "\x1b["]
)
ANY_TEXT = st.lists(st.one_of(PIECES, st.text(ANY_CHARACTER, max_size=12)), max_size=12).map("".join)


@settings(max_examples=500, deadline=None)
@given(ANY_TEXT)
def test_printable_text_can_be_seen_whole(text: str) -> None:
    shown = make_printable(text)
    assert shown.isprintable()
    assert make_printable(shown) == shown
    assert not any(each in shown for each in "\u034f\u2800\u3164\ufe0f")
    assert [each for each in shown if not each.isascii()] == [
        each for each in text if not each.isascii() and make_printable(each) == each
    ]


@settings(max_examples=500, deadline=None)
@given(ANY_TEXT)
def test_defused_text_holds_no_command(text: str) -> None:
    line = escape_ci_commands(make_printable(text))
    assert not line.strip().startswith("::")
    assert not re.search(r"##\w*\[", line)
    assert escape_ci_commands(line) == line
    assert json.loads(escape_ci_markers(json.dumps(text), escape="\\u0023")) == json.loads(json.dumps(text))


@pytest.mark.parametrize("format_name", FORMATS)
def test_any_text_is_rendered_and_harmless(format_name: str) -> None:
    @settings(max_examples=60 if format_name == "table" else 200, deadline=None)
    @given(ANY_TEXT, st.sampled_from(STYLES))
    def holds(text: str, style: Style) -> None:
        found = hostile_report(text)
        output = load_reporter(format_name).render(found, style)
        assert_harmless(output, format_name, style)
        assert kinds_in(output, format_name) == list(KINDS)
        assert "\n" not in escape_ci_commands(format_closing_line(found))

    holds()
