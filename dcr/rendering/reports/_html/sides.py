"""The lines of both versions beside an issue, previous on the left and proposed on the right."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dcr.rendering.reports._html.colors import Token, tokens
from dcr.rendering.reports._html.excerpts import Compared, Row, compare, differing, excerpt
from dcr.rendering.reports._html.markup import Markup, block, element, hidden, join
from dcr.report.sources import Source
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.compatibility.issue import Issue
    from dcr.parsing.location import Location
    from dcr.report.report import ContractReport, Report, SourceKey

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
    def compared(previous: SourceKey, proposed: SourceKey) -> Compared:
        return compare(sources[previous].lines, sources[proposed].lines)

    def show(issue: Issue, contract: ContractReport | None) -> Markup | None:
        if report.sources is None:
            return None
        previous, proposed = _sides(report, issue, contract)
        if previous and proposed and previous.source.lines and proposed.source.lines:
            text = compared(previous.key, proposed.key)
            left = _lines(previous, text, proposed.line, "{} of the proposed version, not here")
            right = _lines(proposed, text.mirrored(), previous.line, "{} of the previous version, gone")
            return block("div", left, right, class_="sides")
        shown = [_lines(side, Compared(side.source.lines)) for side in (previous, proposed) if side]
        return block("div", shown, class_="sides" if len(shown) > 1 else "sides alone") if shown else None

    return show


def head_in_words(head: str) -> str:
    """Return what was judged, in words."""
    return _HEADS.get(head, f"'{head}'")


def _sides(report: Report, issue: Issue, contract: ContractReport | None) -> tuple[_Side | None, _Side | None]:
    before, after = report.find_source_keys(issue, contract)
    here, there = issue.location, issue.previous_location
    if here and there and here.line > 1 and there[1:3] == (1, 1):
        there = None  # the whole contract: what stood in the place of the line says more
    version = issue.against or (contract.previous if contract else "")
    previous = _side(report, "Previous", before, there, f"{_spaced(version)}at {before[0][:10] if before else ''}")
    version = contract.proposed if contract else ""
    head = f"{_spaced(version)}in {head_in_words(report.head)}" if report.base else ""
    proposed = _side(report, "Proposed" if report.base else "The file", after, here, head)
    if there is None and previous and (previous.source.missing or not proposed or proposed.source.missing):
        previous = None  # nothing to point at, and nothing to find it by
    return previous, proposed


def _spaced(version: str | None) -> str:
    return f"{version} " if version else ""


def _side(report: Report, name: str, key: SourceKey | None, place: Location | None, where: str) -> _Side | None:
    if key is None:
        return None
    source = (report.sources or {}).get(key, Source(missing="not part of this report"))
    return _Side(name, key, source, place, where)


def _lines(side: _Side, text: Compared, other: int | None = None, gap: str = "") -> Markup:
    """Return one version's excerpt under its caption."""
    place = f"{side.key[1]}:{side.line}" if side.line and text.lines else side.key[1]
    caption = element("figcaption", element("b", side.name), " ", element("span", side.where), element("code", place))
    class_ = side.name.lower().replace(" ", "-")
    rows = excerpt(text, side.line, other, gap) if text.lines else []
    if not rows:
        why = side.source.missing or ("nothing to point at" if text.lines else "an empty file")
        return element("figure", caption, element("p", f"No lines to show: {why}.", class_="none"), class_=class_)
    width = f"digits-{min(len(str(max(row.number for row in rows))), 6)}"
    column = side.place.column if side.place else 0
    code = element("code", [_row(row, column, compared=bool(text.parts)) for row in rows])
    return element("figure", caption, element("pre", code, class_=width), class_=class_)


def _row(row: Row, column: int, *, compared: bool) -> Markup:
    """Return one line. Its end stands inside it, so that a copy has it and the page no empty line."""
    if not row.number:
        words = row.text or "\u22ef"
        return element("span", words, Markup("\n"), class_="line between" if row.text else "line skipped")
    classes = ["line", *(["changed"] if row.changed else []), *(["here"] if row.pointed_at else [])]
    said = ("changed, " if row.changed else "unchanged, ") if compared else ""
    return element(
        "mark" if row.pointed_at else "span",
        hidden(f"{said}the issue is here: ") if row.pointed_at else None,
        [_token(each) for each in _tokens(row, column if row.pointed_at else 0)],
        Markup("\n"),
        class_=" ".join(classes),
        data_line=row.number,
    )


def _tokens(row: Row, column: int) -> list[Token]:
    """Return the parts of a line; what cannot be seen in it is written out first, and moves the column."""
    written = make_printable(row.text)
    at = len(make_printable(row.text[: column - 1])) + 1 if column else 0
    return tokens(written, at, differing(written, make_printable(row.counterpart)) if row.counterpart else range(0))


def _token(token: Token) -> Markup:
    role = "" if token.role == "plain" else token.role
    classes = " ".join(filter(None, (role, "at" if token.pointed_at else "", "word" if token.differs else "")))
    return element("span", token.text, class_=classes) if classes else join(token.text)
