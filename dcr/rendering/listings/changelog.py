"""Renders the changes between two versions, grouped by required bump, as `dcr diff` prints them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.compatibility.semver import BUMPS, MAJOR, MINOR, NONE, PATCH
from dcr.rendering.listings.json_documents import SCHEMA_VERSION
from dcr.rendering.listings.page import BOLD, DIM, GREEN, INDENT, RED, YELLOW, Cell, Page, join_lines
from dcr.text.printable import escape_ci_markers, make_printable
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dcr.registry.changelog import ChangelogEntry, ChangelogLine
    from dcr.registry.comparison import UnreadableFile
    from dcr.rendering.style import Style

MAX_MARKDOWN = 60_000
"""Characters of Markdown that are written. GitHub rejects a comment of more than 65,536 characters."""

_HEADINGS = {MAJOR: "Breaking (MAJOR)", MINOR: "Added (MINOR)", PATCH: "Changed (PATCH)", NONE: "No bump required"}
_COLORS = {MAJOR: RED, MINOR: YELLOW, PATCH: GREEN, NONE: DIM}
_MARKUP = re.compile(r"[\\`*\[\]#|<>~&@:]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|(?<=www)\.", re.IGNORECASE)


class Changelog(NamedTuple):
    """The changes of datasets between two refs or versions, `previous` and `proposed`.

    `about` is the only dataset that was compared, None for all datasets.
    """

    previous: str
    proposed: str
    entries: tuple[ChangelogEntry, ...]
    unread: tuple[UnreadableFile, ...] = ()
    about: str | None = None

    @property
    def no_changes(self) -> str:
        """The text for a changelog without entries."""
        return "no contract changed" if self.about is None else f"'{self.about}' did not change"


def render(log: Changelog, style: Style) -> str:
    """Return the datasets grouped by required bump, MAJOR first."""
    page = Page(style)
    lines: list[str] = []
    for bump, entries in _groups(log.entries):
        lines += [*([""] if lines else []), page.line(Cell(_HEADINGS[bump], f"{BOLD};{_COLORS[bump]}"))]
        for entry in entries:
            lines.append(page.line(Cell(entry.dataset_id, BOLD), Cell(_versions(entry), DIM), indent=INDENT))
            lines += [page.line(Cell(_describe(line, bump)), indent=INDENT * 2) for line in entry.lines]
    if not log.entries:
        lines.append(page.line(Cell(f"{log.no_changes} between {log.previous} and {log.proposed}")))
    return join_lines(lines)


def render_markdown(log: Changelog) -> str:
    """Return release notes in Markdown. Text of the user is escaped, so it is no markup, mention or link."""
    lines = [f"# Data contracts: {_escape(log.previous)} to {_escape(log.proposed)}"]
    for bump, entries in _groups(log.entries):
        lines += ["", f"## {_HEADINGS[bump]}"]
        for entry in entries:
            lines += ["", f"### {_code(entry.dataset_id)} {_escape(_versions(entry))}".rstrip(), ""]
            lines += [f"- {_escape(_describe(line, bump))}" for line in entry.lines]
    if not log.entries:
        lines += ["", "No contract changed." if log.about is None else f"{_code(log.about)} did not change."]
    for file in log.unread:
        lines += ["", f"Not compared: {_escape(file.path)} could not be read ({_escape(file.message)})"]
    text = join_lines(lines)
    if len(text) <= MAX_MARKDOWN:
        return text
    kept = text[: MAX_MARKDOWN - 100].rpartition("\n")[0]
    left_out = text.count("\n") - kept.count("\n")
    return f"{kept}\n\n{left_out} more lines; run dcr diff --format json for all of them\n"


def document(log: Changelog) -> dict[str, Any]:
    """Return the changelog as a JSON document."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "dcr", "version": __version__},
        "previous": log.previous,
        "proposed": log.proposed,
        "required_bump": max((entry.required_bump for entry in log.entries), key=BUMPS.index, default=NONE),
        "datasets": [_document(entry) for entry in log.entries],
        "unread": [file._asdict() for file in log.unread],
    }


def _document(entry: ChangelogEntry) -> dict[str, Any]:
    return {
        "dataset_id": entry.dataset_id,
        "change": entry.change,
        "previous": entry.previous and {"version": entry.previous.version, "path": entry.previous.path},
        "proposed": entry.proposed and {"version": entry.proposed.version, "path": entry.proposed.path},
        "mode": entry.mode,
        "required_bump": entry.required_bump,
        "actual_bump": entry.actual_bump,
        "changes": [line._asdict() for line in entry.lines],
    }


def _groups(entries: Sequence[ChangelogEntry]) -> Iterator[tuple[str, list[ChangelogEntry]]]:
    for bump in reversed(BUMPS):
        group = [entry for entry in entries if entry.required_bump == bump]
        if group:
            yield bump, group


def _versions(entry: ChangelogEntry) -> str:
    versions = [contract.version for contract in (entry.previous, entry.proposed) if contract is not None]
    return " → ".join(dict.fromkeys(versions))


def _describe(line: ChangelogLine, bump: str) -> str:
    required = "" if line.bump in (bump, NONE) else f" ({line.bump.upper()})"
    return f"{line.message}{required}"


def _escape(text: str) -> str:
    """Return text of the user with HTML entities for characters of markup, mentions and links."""
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", make_printable(text))


def _code(text: str) -> str:
    """Return text of the user as a code span, with a longer fence than any run of backticks in it."""
    code = escape_ci_markers(make_printable(text))
    fence = "`" * (max((len(run) for run in re.findall("`+", code)), default=0) + 1)
    space = " " if "`" in code else ""
    return f"{fence}{space}{code}{space}{fence}"
