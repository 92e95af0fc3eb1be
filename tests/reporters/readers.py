"""What a service reads out of each format: the format's own parser, and the issues that it finds.

Each reader undoes its format's escapes as the service does, and leaves the escapes that make text printable.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

import cmarkgfm
import html5lib
from cmarkgfm.cmark import Options
from junitparser import JUnitXml
from lxml import etree, html

from dcr.rendering.reports.gitlab import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

SGR = re.compile("\x1b\\[[0-9;]*m")
_TEXT = re.compile(r"(?:dcr|(.*):(\d+):\d+): (error|warning|info): .*\[([a-z_]+)\]")
_GITHUB = re.compile(
    r"::(error|warning|notice) (?:file=([^:,]*),line=(\d+),col=\d+,)?title=([a-z_]+)( \(accepted\))?::"
)
_TABLE = re.compile(r" +(error|warning|info|ACCEPTED) +([a-z]+(?:_[a-z]+)+)\b.*?(?:\s(\S+):(\d+))?\s*")


class Seen(NamedTuple):
    """One issue as a format shows it; `field` is `...` where the format leaves it to the message."""

    kind: str
    severity: str
    field: str | None
    path: str | None
    line: int | None


def seen_in(output: str, format_name: str) -> list[Seen]:
    """Return the issues of an output, in its order. Tables are read where they have columns."""
    return list(_READERS[format_name](output))


def _text(output: str) -> Iterator[Seen]:
    for line in output.splitlines():
        path, number, severity, kind = _TEXT.fullmatch(line).groups()
        yield Seen(kind, severity, ..., path, number and int(number))


def _table(output: str) -> Iterator[Seen]:
    for line in SGR.sub("", output).splitlines():
        if found := _TABLE.fullmatch(line):
            severity, kind, path, number = found.groups()
            yield Seen(kind, "info" if severity == "ACCEPTED" else severity, ..., path, number and int(number))


def _json(output: str) -> Iterator[Seen]:
    document = json.loads(output)
    for issue in [*(issue for each in document["contracts"] for issue in each["issues"]), *document["issues"]]:
        place = issue["location"] or {"path": None, "line": None}
        yield Seen(issue["kind"], issue["severity"], issue["field"], place["path"], place["line"])


def _github(output: str) -> Iterator[Seen]:
    severities = {"error": "error", "warning": "warning", "notice": "info"}
    for line in output.splitlines():
        if line.startswith("::"):
            command, path, number, kind, _ = _GITHUB.match(line).groups()
            path = path and path.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
            yield Seen(kind, severities[command], ..., path, number and int(number))


def _azure(output: str) -> Iterator[Seen]:
    """Read commands as the agent's Command.TryParse does; what is no command is a line of the log."""
    for line in output.splitlines():
        if "##vso[" in line:
            area, properties, _ = vso_command(line)
            assert area == "task.logissue"
            number = properties.get("linenumber")
            place = properties.get("sourcepath"), number and int(number)
            yield Seen(properties["code"], properties["type"], ..., *place)
        elif not line.startswith("dcr: ") or ": info: " in line:
            yield from _text(line.removeprefix("##[warning]"))


def vso_command(line: str) -> tuple[str, dict[str, str], str]:
    """Return a logging command's name, properties and message (azure-pipelines-agent, Command.cs)."""
    inner, _, message = line[line.index("##vso[") + len("##vso[") :].partition("]")
    area, _, written = inner.partition(" ")
    pairs = [each.split("=", 1) for each in written.split(";") if each]
    return area, {name: _vso_unescaped(value) for name, value in pairs}, _vso_unescaped(message)


def _vso_unescaped(text: str) -> str:
    for escape, character in (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%AZP25", "%")):
        text = text.replace(escape, character)
    return text


def _sarif(output: str) -> Iterator[Seen]:
    run = json.loads(output)["runs"][0]
    for result in run["results"]:
        (place,) = (each["physicalLocation"] for each in result["locations"])
        path = unquote_to_bytes(place["artifactLocation"]["uri"]).decode("utf-8", "surrogateescape")
        field = result.get("properties", {}).get("field")
        severity = {"error": "error", "warning": "warning", "note": "info"}[result["level"]]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        yield Seen(result["ruleId"], severity, field, path, place["region"]["startLine"])


def _gitlab(output: str) -> Iterator[Seen]:
    words = {word: severity for severity, word in SEVERITIES.items()}
    for entry in json.loads(output):
        place = entry["location"]
        yield Seen(entry["check_name"], words[entry["severity"]], ..., place["path"], place["lines"]["begin"])


def _junit(output: str) -> Iterator[Seen]:
    for suite in JUnitXml.fromstring(output.encode()):
        for case in suite:
            text = case.result[0].text if case.result else case.system_out
            head = re.match(r"(error|warning|info): .*\[([a-z_]+)\]\n?", text or "")
            if head:
                field = re.search(r"^field: (.*)$", text, re.MULTILINE)
                place = re.search(r"^at (.*):(\d+):\d+$", text, re.MULTILINE)
                path, line = (place[1], int(place[2])) if place else (None, None)
                yield Seen(head[2], head[1], field[1] if field else None, path, line)


def html_of(comment: str) -> HtmlElement:
    """Return what GitHub's renderer makes of a comment, with the HTML in it."""
    return html.fragment_fromstring(
        cmarkgfm.github_flavored_markdown_to_html(comment, Options.CMARK_OPT_UNSAFE), create_parent="div"
    )


def _markdown(output: str) -> Iterator[Seen]:
    path = None
    for element in html_of(output):
        if element.tag == "h4":
            path = _path_of(element, element.getnext())
        elif element.tag == "table":
            for row in element.iter("tr"):
                cells = row.findall("td")
                if cells:
                    yield _markdown_row(cells, path)


def _path_of(heading: HtmlElement, facts: HtmlElement) -> str | None:
    """Return the path of a contract: the first of the facts below its name, or its name where it has no other."""
    code = facts.find("code") if facts.tag == "p" and not facts.text else None
    return heading.findtext("code") if code is None else code.text


def _markdown_row(cells: list[HtmlElement], path: str | None) -> Seen:
    severity, kind, field, _, place = cells
    line = re.search(r"\d+$", place.text_content())
    where = place.findtext("code") or path
    word = severity.text_content().split("\xa0")[1]
    return Seen(
        kind.findtext("code"),
        "info" if word == "ACCEPTED" else word,
        field.findtext("code"),
        where if line else None,
        int(line[0]) if line else None,
    )


def _html(output: str) -> Iterator[Seen]:
    page = html5lib.HTMLParser(html5lib.getTreeBuilder("lxml"), strict=True, namespaceHTMLElements=False).parse(output)
    for issue in page.iterfind(".//article"):
        tags = issue.find("div")
        field, place = (tags.find(each) for each in ("code[@class='field']", "span[@class='location']"))
        path, line = (None, None) if place is None else place.findtext("code").rsplit(":", 2)[:2]
        state = issue.get("data-state")
        yield Seen(
            issue.get("data-kind"),
            "info" if state == "accepted" else state,
            None if field is None else field.text,
            path,
            line and int(line),
        )


_READERS = {
    "html": _html,
    "text": _text,
    "table": _table,
    "json": _json,
    "github": _github,
    "azure": _azure,
    "sarif": _sarif,
    "gitlab": _gitlab,
    "junit": _junit,
    "markdown": _markdown,
}


def xml_of(output: str) -> etree._Element:
    """Return an XML document, read strictly."""
    return etree.fromstring(output.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
