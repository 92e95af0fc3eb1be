"""Text that wants out, as the services' own parsers see it: the document has the shape it has with a plain text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given, settings
from lxml import html
from markdown_it import MarkdownIt
from readers import html_of, vso_command, xml_of
from test_hostile_names import ANY_TEXT, HOSTILE, hostile_report

from dcr.rendering.reports import load_reporter
from dcr.rendering.style import Style
from dcr.text.printable import escape_ci_markers, make_printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

TEXTS = {name: text for name, text in HOSTILE.items() if text}
PLAIN = "plain"
every_text = pytest.mark.parametrize("name", TEXTS)

TAGS = {
    "div", "h3", "h4", "p", "code", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "ul", "li",
    "strong", "blockquote",
}  # fmt: skip
LIVE = re.compile(r"@\w|#\d|\bGH-\d|!\d|://|\bwww\.|\b[0-9a-f]{40}\b|:\w+:")
"""What GitHub or GitLab would make a link, a mention or an emoji of, outside code."""


def rendered(format_name: str, text: str) -> str:
    return load_reporter(format_name).render(hostile_report(text), Style())


def shape_of_html(element: _Element) -> list[Any]:
    """Return the tags, and the text outside code; where code stands, not what it says."""
    if element.tag == "code":
        return ["code"]
    return [element.tag, dict(element.attrib), element.text, *(part for child in element for part in _with_tail(child))]


def _with_tail(child: _Element) -> list[Any]:
    return [shape_of_html(child), child.tail]


def shape_of_xml(element: _Element) -> list[Any]:
    return [element.tag, sorted(element.attrib), *(shape_of_xml(child) for child in element)]


def shape_of_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape_of_json(each) for name, each in value.items()}
    return [shape_of_json(each) for each in value] if isinstance(value, list) else type(value).__name__


def assert_harmless_comment(text: str) -> None:
    page = html_of(rendered("markdown", text))
    assert {each.tag for each in page.iter() if isinstance(each.tag, str)} <= TAGS
    assert not any(each.attrib for each in page.iter() if isinstance(each.tag, str))
    assert [each.text for each in page.iter() if not isinstance(each.tag, str)] == [" dcr "]
    outside = "".join(page.xpath(".//text()[not(ancestor::code)]"))
    assert not LIVE.search(outside)
    assert shape_of_html(page) == shape_of_html(html_of(rendered("markdown", PLAIN)))


@every_text
def test_a_comment_is_the_same_but_for_what_its_code_says(name: str) -> None:
    text = TEXTS[name]
    assert_harmless_comment(text)
    shown = escape_ci_markers(make_printable(text))[:200].replace("\\|", "\\x5c|")
    codes = html_of(rendered("markdown", text)).xpath(".//td/code/text()")
    assert any(each.startswith(shown) for each in codes), codes


@every_text
def test_another_renderer_sees_the_same_comment(name: str) -> None:
    other = MarkdownIt("commonmark", {"html": True}).enable("table")
    hostile, plain = (
        html.fragment_fromstring(other.render(rendered("markdown", text)), create_parent="div")
        for text in (TEXTS[name], PLAIN)
    )
    assert shape_of_html(hostile) == shape_of_html(plain)


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT.filter(bool))
def test_a_comment_is_the_same_whatever_the_text(text: str) -> None:
    assert_harmless_comment(text)


@every_text
def test_test_results_are_the_same_but_for_their_texts(name: str) -> None:
    text = TEXTS[name]
    document = xml_of(rendered("junit", text))
    assert shape_of_xml(document) == shape_of_xml(xml_of(rendered("junit", PLAIN)))
    (failure,) = document.iter("failure")
    assert failure.get("message") == make_printable(text)
    assert f"\nhelp: {make_printable(text)}" in failure.text
    assert document[0].get("name") == make_printable(text)


@every_text
@pytest.mark.parametrize("format_name", ["sarif", "gitlab"])
def test_json_is_the_same_but_for_its_strings(name: str, format_name: str) -> None:
    document = json.loads(rendered(format_name, TEXTS[name]))
    assert shape_of_json(document) == shape_of_json(json.loads(rendered(format_name, PLAIN)))


@every_text
@pytest.mark.parametrize("format_name", ["azure", "github", "text"])
def test_a_log_has_the_same_lines_and_commands(name: str, format_name: str) -> None:
    def commands(text: str) -> list[list[str]]:
        return [re.findall(r"^\s*::\w+|##\w*\[[\w.]*", line) for line in rendered(format_name, text).splitlines()]

    assert rendered(format_name, TEXTS[name]).count("\n") == rendered(format_name, PLAIN).count("\n")
    assert commands(TEXTS[name]) == commands(PLAIN)


@every_text
def test_azures_agent_reads_the_texts_as_they_are_shown(name: str) -> None:
    text = TEXTS[name]
    shown = escape_ci_markers(make_printable(text))
    area, properties, message = vso_command(rendered("azure", text).splitlines()[0])
    assert area == "task.logissue"
    assert properties == {
        "type": "error", "sourcepath": shown, "linenumber": "7", "columnnumber": "3",
        "code": "field_constraint_tightened",
    }  # fmt: skip
    assert message == f"{shown}; breaks new readers and old readers; help: {shown}"


@every_text
def test_a_path_is_a_relative_uri_of_its_own_bytes(name: str) -> None:
    text = TEXTS[name]
    result = json.loads(rendered("sarif", text))["runs"][0]["results"][0]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    split = urlsplit(uri)
    assert (split.scheme, split.netloc, split.query, split.fragment) == ("", "", "", "")
    assert split.path == uri
    assert not uri.startswith("/")
    assert re.fullmatch(r"([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri)
    raw = unquote_to_bytes(uri)
    assert text in (raw.decode("utf-8", "surrogateescape"), raw.decode("utf-8", "surrogatepass"))


@every_text
def test_a_sarif_message_holds_no_placeholder_and_no_link(name: str) -> None:
    text = TEXTS[name]
    result = json.loads(rendered("sarif", text))["runs"][0]["results"][0]
    message = result["message"]["text"]
    assert not re.search(r"[{}]", message.replace("{{", "").replace("}}", ""))
    assert "](" not in message
    read = message.replace("{{", "{").replace("}}", "}").replace("]\\(", "](")
    assert read.startswith(make_printable(text).replace("]\\(", "]("))


@every_text
@pytest.mark.parametrize("format_name", ["sarif", "gitlab"])
def test_services_are_given_strings_that_can_be_seen_whole(name: str, format_name: str) -> None:
    seen = {"results": json.loads(rendered(format_name, TEXTS[name]))}
    if format_name == "sarif":
        seen = seen["results"]["runs"][0]["results"]
    assert all(each == make_printable(each) for each in strings_in(seen))


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings_in(each)
