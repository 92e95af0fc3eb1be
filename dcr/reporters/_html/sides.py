"""The lines of both versions beside an issue, previous on the left and proposed on the right."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dcr.reporters._html.colors import tokens
from dcr.reporters._html.excerpts import Parts, Row, compare, excerpt, mirrored
from dcr.reporters._html.markup import Markup, block, element, hidden, join
from dcr.reporters.printable import printable
from dcr.reporters.report import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.compatibility.issue import Issue
    from dcr.contract.location import Location
    from dcr.reporters.report import ContractReport, Report, SourceKey

_HEADS = {"worktree": "the working tree", "index": "the index"}


class _Side(NamedTuple):
    """One version's text and where an issue points in it."""

    name: str
    key: SourceKey
    source: Source
    place: Location | None
    where: str

    @property
    def line(self) -> int | None:
        return self.place.line if self.place else None


def evidence(report: Report) -> Callable[[Issue, ContractReport | None], Markup | None]:
    """Return what shows an issue's lines; two texts are compared once, however many issues they have."""
    sources = report.sources or {}

    @cache
    def compared(previous: SourceKey, proposed: SourceKey) -> Parts:
        return compare(sources[previous].lines, sources[proposed].lines)

    def show(issue: Issue, contract: ContractReport | None) -> Markup | None:
        if report.sources is None:
            return None
        previous, proposed = _sides(report, issue, contract)
        if previous and proposed and previous.source.lines and proposed.source.lines:
            parts = compared(previous.key, proposed.key)
            left = _lines(previous, proposed.line, parts, "{} of the proposed version, not here")
            right = _lines(proposed, previous.line, mirrored(parts), "{} of the previous version, gone")
            return block("div", left, right, class_="sides")
        shown = [_lines(side, None, (), "") for side in (previous, proposed) if side]
        return block("div", shown, class_="sides" if len(shown) > 1 else "sides alone") if shown else None

    return show


def head_in_words(head: str) -> str:
    """Return what was judged, in words."""
    return _HEADS.get(head, f"'{head}'")


def _sides(report: Report, issue: Issue, contract: ContractReport | None) -> tuple[_Side | None, _Side | None]:
    keys = report.source_keys(issue, contract)
    versions = ("", contract.proposed) if contract else ("", "")
    commit = keys[0][0][:10] if keys[0] else ""
    version = issue.against or (contract.previous if contract else "")
    previous = _side(report, "Previous", keys[0], issue.previous_location, f"{_spaced(version)}at {commit}")
    head = "" if report.base is None else f"{_spaced(versions[1])}in {head_in_words(report.head)}"
    proposed = _side(report, "Proposed" if report.base else "The file", keys[1], issue.location, head)
    if previous and previous.source.missing and issue.previous_location is None:
        previous = None  # there was nothing to point at
    if issue.location is not None and proposed is None:
        return previous, None
    return previous, proposed


def _spaced(version: str | None) -> str:
    return f"{version} " if version else ""


def _side(report: Report, name: str, key: SourceKey | None, place: Location | None, where: str) -> _Side | None:
    if key is None:
        return None
    source = (report.sources or {}).get(key, Source(missing="not part of this report"))
    return _Side(name, key, source, place, where)


def _lines(side: _Side, other: int | None, parts: Parts, gap: str) -> Markup:
    """Return one version's excerpt under its caption."""
    place = f"{side.key[1]}:{side.line}" if side.line and side.source.lines else side.key[1]
    caption = element("figcaption", element("b", side.name), " ", element("span", side.where), element("code", place))
    rows = excerpt(side.source.lines, side.line, other, parts, gap) if side.source.lines else []
    class_ = side.name.lower().replace(" ", "-")
    if not rows:
        why = side.source.missing or ("an empty file" if not side.source.lines else "nothing to point at here")
        return element("figure", caption, element("p", f"No lines to show: {why}.", class_="none"), class_=class_)
    width = f"digits-{min(len(str(max(row.number for row in rows))), 6)}"
    column = side.place.column if side.place else 0
    code = element("code", [_row(row, column, side.name) for row in rows])
    return element("figure", caption, element("pre", code, class_=width), class_=class_)


def _row(row: Row, column: int, side: str) -> Markup:
    """Return one line. Its end stands inside it, so that a copy has it and the page no empty line."""
    if not row.number:
        words = row.text or "\u22ef"
        return element("span", words, Markup("\n"), class_="line between" if row.text else "line skipped")
    classes = ["line", *(["changed"] if row.changed else []), *(["here"] if row.pointed_at else [])]
    said = [
        *(["changed"] if row.changed and side != "The file" else []),
        *(["the issue is here"] if row.pointed_at else []),
    ]
    before = hidden(f"{', '.join(said)}: ") if row.pointed_at else None
    return element(
        "mark" if row.pointed_at else "span",
        before,
        _colored(row.text, column if row.pointed_at else 0),
        Markup("\n"),
        class_=" ".join(classes),
        data_line=row.number,
    )


def _colored(line: str, column: int) -> Markup:
    """Return a line in colors; what cannot be seen in it is written out first, and moves the column."""
    written = printable(line)
    at = len(printable(line[: column - 1])) + 1 if column else 0
    return join([_token(token.text, token.role, pointed_at=token.pointed_at) for token in tokens(written, at)])


def _token(words: str, role: str, *, pointed_at: bool) -> Markup:
    classes = [*([] if role == "plain" else [role]), *(["at"] if pointed_at else [])]
    return element("span", words, class_=" ".join(classes)) if classes else join(words)
