"""What a service reads out of each format about declared consumers: how many an issue reaches, and which are named."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import html5lib
from junitparser import JUnitXml
from readers import SGR, html_of, vso_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

_BREAKS = re.compile(r"(?:^|[;.] )[Bb]reaks (?!consumers:|new readers|old readers)")
_NONE = "no declared consumer uses it"
_PART = re.compile(r"(?:([\d,]+) more|([\w./]+)(?: \([^()]*\))?)(?:(, | and )|$|(?=[:; .\[]))")
_TABLE = re.compile(r" +(?:error|warning|info|ACCEPTED) +[a-z]+(?:_[a-z]+)+\b.*")


class Reached(NamedTuple):
    """The number of consumers that an issue reaches, and the names that the format has, in its order."""

    count: int
    names: tuple[str, ...]


def reached_in(output: str, format_name: str) -> list[Reached | None]:
    """Return what an output has about the consumers of each issue, None where it has nothing."""
    return list(_READERS[format_name](output))


def _from_words(text: str) -> Reached | None:
    if _NONE in text.lower():
        return Reached(0, ())
    found = _BREAKS.search(text)
    if not found:
        return None
    names, more, at = [], 0, found.end()
    while part := _PART.match(text, at):
        number, name, separator = part.groups()
        names += [name] if name else []
        more += int(number.replace(",", "")) if number else 0
        at = part.end()
        if not separator:
            break
    return Reached(len(names) + more, tuple(names))


def _from_documents(consumers: list[dict[str, Any]] | None) -> Reached | None:
    return None if consumers is None else Reached(len(consumers), tuple(each["consumer"] for each in consumers))


def _lines(lines: Iterable[str]) -> Iterator[Reached | None]:
    for line in lines:
        yield _from_words(line)


def _text(output: str) -> Iterator[Reached | None]:
    return _lines(output.splitlines())


def _github(output: str) -> Iterator[Reached | None]:
    return _lines(line for line in output.splitlines() if line.startswith("::"))


def _azure(output: str) -> Iterator[Reached | None]:
    for line in output.splitlines()[:-1]:
        yield _from_words(vso_command(line)[2] if "##vso[" in line else line)


def _table(output: str) -> Iterator[Reached | None]:
    """Read a table that is so wide that no line of it is broken."""
    issues: list[list[str]] = []
    for line in SGR.sub("", output).partition("teams to talk to")[0].splitlines():
        if _TABLE.fullmatch(line):
            issues.append([])
        elif issues:
            issues[-1].append(line.strip())
    for details in issues:
        yield next(filter(None, map(_from_words, details)), None)


def _json(output: str) -> Iterator[Reached | None]:
    document = json.loads(output)
    for issue in [*(issue for each in document["contracts"] for issue in each["issues"]), *document["issues"]]:
        yield _from_documents(issue["consumers"])


def _gitlab(output: str) -> Iterator[Reached | None]:
    return _lines(entry["description"] for entry in json.loads(output))


def _sarif(output: str) -> Iterator[Reached | None]:
    for result in json.loads(output)["runs"][0]["results"]:
        reached = _from_documents(result.get("properties", {}).get("consumers"))
        said = _from_words(result["message"]["text"])
        assert (said is None) is (reached is None)
        assert reached is None or (said.count == reached.count and reached.names[: len(said.names)] == said.names)
        yield reached


def _junit(output: str) -> Iterator[Reached | None]:
    for suite in JUnitXml.fromstring(output.encode()):
        for case in suite:
            text = (case.result[0].text if case.result else case.system_out) or ""
            if re.match("(error|warning|info): ", text):
                names = tuple(re.findall(r"^consumer: ([\w./]+)", text, re.MULTILINE))
                counted = re.search(r"^breaks ([\d,]+) declared consumers?(?::|$)", text, re.MULTILINE)
                assert int(counted[1].replace(",", "")) == len(names) if counted else not names
                yield Reached(len(names), names) if names else Reached(0, ()) if _NONE in text else None


def _markdown(output: str) -> Iterator[Reached | None]:
    details: list[HtmlElement] = []
    rows: list[str] = []
    for element in html_of(output):
        if element.tag == "table":
            rows = [row.findall("td")[1].findtext("code") for row in element.iter("tr") if row.findall("td")]
        elif element.tag == "details":
            details = element.findall("ul/li")
        if rows and (element.tag == "details" or element.getnext() is None or element.getnext().tag != "details"):
            for kind in rows:
                has_details = details and details[0].xpath("string(.//code[1])") == kind
                yield _from_item(details.pop(0)) if has_details else None
            rows = []


def _from_item(item: HtmlElement) -> Reached | None:
    names = tuple(each.findtext("code") for each in item.findall("ul/li/ul/li") if each.find("code") is not None)
    more = re.search(r"and ([\d,]+) more", " ".join(each.text or "" for each in item.findall("ul/li/ul/li")))
    if names:
        return Reached(len(names) + (int(more[1].replace(",", "")) if more else 0), names)
    return Reached(0, ()) if _NONE in item.text_content() else None


def _html(output: str) -> Iterator[Reached | None]:
    page = html5lib.HTMLParser(html5lib.getTreeBuilder("lxml"), strict=True, namespaceHTMLElements=False).parse(output)
    for issue in page.iterfind(".//article"):
        names = tuple(each.text for each in issue.iterfind(".//code[@class='consumer']"))
        counted = issue.findtext("div[@class='reached']/p/strong")
        assert counted is None if not names else counted.startswith(f"{len(names):,} declared consumer")
        none = any(_NONE in (each.text or "").lower() for each in issue.iterfind("p[@class='consequence']"))
        yield Reached(len(names), names) if names else Reached(0, ()) if none else None


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
