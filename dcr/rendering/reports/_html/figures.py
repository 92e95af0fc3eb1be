"""Builds the excerpts of an issue: the lines of the previous version and those of the proposed one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dcr.rendering.reports._html.excerpts import Comparison, compare, excerpt, find_changed_characters
from dcr.rendering.reports._html.yaml_tokens import Token, tokenize
from dcr.report.sources import Source
from dcr.text.printable import make_printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.issue import Issue
    from dcr.parsing.location import Location
    from dcr.rendering.reports._html.excerpts import Row
    from dcr.report.report import ContractReport, Report, SourceKey

_HEADS = {"worktree": "the working tree", "index": "the index"}


class Line(NamedTuple):
    """One line of a figure. A line without a number replaces lines that are left out, and `text` names them."""

    number: int
    text: str = ""
    tokens: tuple[Token, ...] = ()
    is_target: bool = False
    is_changed: bool = False
    status: str = ""


class Figure(NamedTuple):
    """The excerpt of one version, or why there is none."""

    name: str
    caption: str
    location: str
    lines: tuple[Line, ...] = ()
    missing: str = ""

    @property
    def css_class(self) -> str:
        """The class by which the style sheet colors the figure."""
        return self.name.lower().replace(" ", "-")

    @property
    def digits(self) -> int:
        """The digits of the largest line number, 6 at most."""
        return min(len(str(max(line.number for line in self.lines))), 6)


class _Version(NamedTuple):
    """One version's text and the location of an issue in it."""

    name: str
    key: SourceKey
    source: Source
    location: Location | None
    caption: str

    @property
    def line(self) -> int | None:
        return self.location.line if self.location else None


class Excerpts:
    """The figures of a report's issues. Two texts are compared once, however many issues they have."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._sources = sources = report.sources or {}
        self._compare = cache(lambda before, after: compare(sources[before].lines, sources[after].lines))

    def figures_of(self, issue: Issue, contract: ContractReport | None) -> list[Figure]:
        """Return the figures of an issue, previous first; none if the report has no sources."""
        if self._report.sources is None:
            return []
        previous, proposed = self._versions(issue, contract)
        if previous and proposed and previous.source.lines and proposed.source.lines:
            comparison = self._compare(previous.key, proposed.key)
            left = _figure(previous, comparison, proposed.line, "{} added in the proposed version")
            right = _figure(proposed, comparison.reversed(), previous.line, "{} of the previous version removed")
            return [left, right]
        return [_figure(version, Comparison(version.source.lines)) for version in (previous, proposed) if version]

    def _versions(self, issue: Issue, contract: ContractReport | None) -> tuple[_Version | None, _Version | None]:
        report = self._report
        previous_key, proposed_key = report.find_source_keys(issue, contract)
        location, previous_location = issue.location, issue.previous_location
        if location and previous_location and location.line > 1 and previous_location[1:3] == (1, 1):
            previous_location = None  # the whole contract: the lines that correspond to the location are more useful
        version = issue.against or (contract.previous if contract else "")
        at = f"{_spaced(version)}at {previous_key[0][:10] if previous_key else ''}"
        previous = self._version("Previous", previous_key, previous_location, at)
        version = contract.proposed if contract else ""
        in_ = f"{_spaced(version)}in {describe_head(report.head)}" if report.base else ""
        proposed = self._version("Proposed" if report.base else "The file", proposed_key, location, in_)
        if previous_location is None and previous:
            has_counterpart = proposed and not proposed.source.missing
            if previous.source.missing or not has_counterpart:
                previous = None  # no location in it, and no lines to find one by
        return previous, proposed

    def _version(self, name: str, key: SourceKey | None, location: Location | None, caption: str) -> _Version | None:
        if key is None:
            return None
        return _Version(name, key, self._sources.get(key, Source(missing="not part of this report")), location, caption)


def describe_head(head: str) -> str:
    """Return in words what was compared with the base."""
    return _HEADS.get(head, f"'{head}'")


def _spaced(version: str | None) -> str:
    return f"{version} " if version else ""


def _figure(version: _Version, comparison: Comparison, other_line: int | None = None, gap: str = "") -> Figure:
    path = version.key[1]
    location = f"{path}:{version.line}" if version.line and comparison.lines else path
    rows = excerpt(comparison, version.line, other_line, gap) if comparison.lines else []
    column = version.location.column if version.location else 0
    lines = tuple(_lines(rows, column, is_compared=bool(comparison.blocks)))
    missing = version.source.missing or (
        "the issue has no location in this version" if comparison.lines else "an empty file"
    )
    return Figure(version.name, version.caption, location, lines, missing)


def _lines(rows: list[Row], column: int, *, is_compared: bool) -> Iterator[Line]:
    for row in rows:
        status = ("changed, " if row.is_changed else "unchanged, ") if is_compared else ""
        tokens = tuple(_tokens(row, column if row.is_target else 0)) if row.number else ()
        yield Line(row.number, row.text, tokens, row.is_target, row.is_changed, status)


def _tokens(row: Row, column: int) -> list[Token]:
    """Return the tokens of a line. Its invisible characters are made printable first, which moves the column."""
    text = make_printable(row.text)
    column = len(make_printable(row.text[: column - 1])) + 1 if column else 0
    changed = find_changed_characters(text, make_printable(row.counterpart)) if row.counterpart else range(0)
    return tokenize(text, column, changed)
