"""A semantic changelog: datasets by the bump their change owes, for people, for release notes, for programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.compatibility.semver import BUMPS, MAJOR, MINOR, NONE, PATCH
from dcr.rendering.listings.json_documents import SCHEMA_VERSION
from dcr.rendering.listings.lines import BOLD, DIM, GREEN, INDENT, RED, YELLOW, Cell, Paper, page
from dcr.text.printable import printable, unmarked
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.registry.changelog import Entry, Line
    from dcr.registry.comparison import Unread
    from dcr.rendering.style import Style

MAX_MARKDOWN = 60_000
"""Characters of Markdown that are written; hosts refuse a little more."""

_HEADINGS = {MAJOR: "Breaking (MAJOR)", MINOR: "Added (MINOR)", PATCH: "Changed (PATCH)", NONE: "In place (no bump)"}
_COLORS = {MAJOR: RED, MINOR: YELLOW, PATCH: GREEN, NONE: DIM}
_MARKUP = re.compile(r"[\\`*\[\]#|<>~&@:]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|(?<=www)\.", re.IGNORECASE)


class Changelog(NamedTuple):
    """The entries between two sides, `previous` and `proposed` in the words a reader knows them by.

    `about` is the one dataset that was asked for, None for all of them.
    """

    previous: str
    proposed: str
    entries: tuple[Entry, ...]
    unread: tuple[Unread, ...] = ()
    about: str | None = None

    @property
    def nothing(self) -> str:
        """What does not differ, where there are no entries."""
        return "no contract differs" if self.about is None else f"'{self.about}' does not differ"


def render(log: Changelog, style: Style) -> str:
    """Return the datasets under the bump they owe, worst first."""
    paper = Paper(style)
    lines: list[str] = []
    for bump, entries in _groups(log.entries):
        lines += [*([""] if lines else []), paper.line(Cell(_HEADINGS[bump], f"{BOLD};{_COLORS[bump]}"))]
        for entry in entries:
            lines.append(paper.line(Cell(entry.dataset_id, BOLD), Cell(_versions(entry), DIM), indent=INDENT))
            lines += [paper.line(Cell(_told(line, bump)), indent=INDENT * 2) for line in entry.lines]
    if not log.entries:
        lines.append(paper.line(Cell(f"{log.nothing} between {log.previous} and {log.proposed}")))
    return page(lines)


def render_markdown(log: Changelog) -> str:
    """Return release notes; user text is written in entities, so that none of it is markup, a mention or a link."""
    lines = [f"# Data contracts: {_escaped(log.previous)} to {_escaped(log.proposed)}"]
    for bump, entries in _groups(log.entries):
        lines += ["", f"## {_HEADINGS[bump]}"]
        for entry in entries:
            lines += ["", f"### {_code(entry.dataset_id)} {_escaped(_versions(entry))}".rstrip(), ""]
            lines += [f"- {_escaped(_told(line, bump))}" for line in entry.lines]
    if not log.entries:
        lines += ["", "No contract differs." if log.about is None else f"{_code(log.about)} does not differ."]
    for each in log.unread:
        lines += ["", f"Not compared: {_escaped(each.path)} could not be read ({_escaped(each.message)})"]
    text = page(lines)
    if len(text) <= MAX_MARKDOWN:
        return text
    kept = text[: MAX_MARKDOWN - 100].rpartition("\n")[0]
    return f"{kept}\n\n{text.count(chr(10)) - kept.count(chr(10))} more lines: dcr diff --format json has them\n"


def document(log: Changelog) -> dict[str, Any]:
    """Return the same as plain values."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "dcr", "version": __version__},
        "previous": log.previous,
        "proposed": log.proposed,
        "required_bump": max((each.owed for each in log.entries), key=BUMPS.index, default=NONE),
        "datasets": [_document(each) for each in log.entries],
        "unread": [each._asdict() for each in log.unread],
    }


def _document(entry: Entry) -> dict[str, Any]:
    return {
        "dataset_id": entry.dataset_id,
        "change": entry.change,
        "previous": entry.previous and {"version": entry.previous.version, "path": entry.previous.path},
        "proposed": entry.proposed and {"version": entry.proposed.version, "path": entry.proposed.path},
        "mode": entry.mode,
        "required_bump": entry.owed,
        "actual_bump": entry.taken,
        "changes": [each._asdict() for each in entry.lines],
    }


def _groups(entries: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    for bump in reversed(BUMPS):
        found = [each for each in entries if each.owed == bump]
        if found:
            yield bump, found


def _versions(entry: Entry) -> str:
    versions = [each.version for each in (entry.previous, entry.proposed) if each is not None]
    return " → ".join(dict.fromkeys(versions))


def _told(line: Line, bump: str) -> str:
    owed = "" if line.bump in (bump, NONE) else f" ({line.bump.upper()})"
    return f"{line.message}{owed}"


def _escaped(text: str) -> str:
    """Return user text as entities where it could be markup, a mention, a reference or a link."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", printable(text))


def _code(text: str) -> str:
    """Return user text as a code span, fenced by more backticks than it holds."""
    shown = unmarked(printable(text))
    fence = "`" * (max((len(each) for each in re.findall("`+", shown)), default=0) + 1)
    room = " " if "`" in shown else ""
    return f"{fence}{room}{shown}{room}{fence}"
