"""Renders what a change of one file does to its datasets, above the text diff that git prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.aliases import is_reported_by_version
from dcr.compatibility.semver import MAJOR, MINOR, NONE, PATCH
from dcr.registry.changelog import ADDED, CHANGED, build_entry
from dcr.rendering.listings.page import BOLD, DIM, GREEN, INDENT, RED, YELLOW, Cell, Page, join_lines
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dcr.formats.parsed_file import ParsedFile
    from dcr.registry.changelog import ChangelogEntry
    from dcr.rendering.style import Style

_COLORS = {MAJOR: RED, MINOR: YELLOW, PATCH: GREEN, NONE: DIM}
_WIDTH = max(map(len, _COLORS))


def render(
    previous: ParsedFile | None, proposed: ParsedFile | None, mode_of: Callable[[str], str], note: str, style: Style
) -> str:
    """Return the change of each dataset with its required bump, or an empty text for files without contracts.

    `previous` or `proposed` is None where the file does not exist. A file that cannot be read is named, and its
    datasets are not compared. `note` is a line about the modes, empty for none.
    """
    page = Page(style)
    lines = [page.line(Cell(text, RED)) for text in _unread(previous, proposed)]
    readable = all(reading is None or not reading.is_unreadable for reading in (previous, proposed))
    entries = list(_entries(previous, proposed, mode_of)) if readable else []
    changed = [entry for entry in entries if entry.lines]
    for entry in changed:
        lines += _dataset_lines(entry, page)
    if entries and not changed:
        lines.append(_unchanged(entries, page))
    if lines and note:
        lines.append(page.line(Cell(note, DIM)))
    return join_lines(lines)


def _unread(previous: ParsedFile | None, proposed: ParsedFile | None) -> Iterator[str]:
    for name, reading in (("previous", previous), ("proposed", proposed)):
        fatal = next((problem for problem in reading.problems if problem.is_fatal), None) if reading else None
        if fatal is not None:
            yield f"dcr did not compare this file: {name} version, line {fatal.location.line}: {fatal.message}"


def _entries(
    previous: ParsedFile | None, proposed: ParsedFile | None, mode_of: Callable[[str], str]
) -> Iterator[ChangelogEntry]:
    before, after = (
        {contract.dataset_id: contract for contract in (reading.contracts if reading else ())}
        for reading in (previous, proposed)
    )
    for dataset_id in sorted({*before, *after}):
        if not is_reported_by_version(dataset_id, before, after):
            yield build_entry(before.get(dataset_id), after.get(dataset_id), mode_of(dataset_id))


def _unchanged(entries: Sequence[ChangelogEntry], page: Page) -> str:
    first = entries[0]
    name = Cell(first.dataset_id if len(entries) == 1 else f"{len(entries)} datasets", BOLD)
    version = Cell(first.proposed.version if len(entries) == 1 and first.proposed else "", DIM)
    return page.line(name, version, Cell("no change in meaning", DIM))


def _dataset_lines(entry: ChangelogEntry, page: Page) -> Iterator[str]:
    versions = " → ".join(
        dict.fromkeys(contract.version for contract in (entry.previous, entry.proposed) if contract is not None)
    )
    if entry.change == CHANGED:
        actual = f", has {entry.actual_bump.upper()}" if entry.actual_bump else ""
        bump = Cell(f"needs {_with_article(entry.required_bump)} bump{actual}", _COLORS[entry.required_bump])
    else:
        bump = Cell(_describe_one_version(entry), DIM)
    yield page.line(Cell(entry.dataset_id, BOLD), Cell(versions, DIM), bump)
    for line in entry.lines if entry.change == CHANGED else ():
        breaks = f" (breaks {line.breaks.replace('_', ' ')})" if line.breaks else ""
        required = "" if line.bump == NONE else line.bump.upper()
        cells = (Cell(f"{required:{_WIDTH}}", _COLORS[line.bump]), Cell(f"{line.message}{breaks}"))
        yield page.line(*cells, indent=INDENT)


def _with_article(bump: str) -> str:
    return "no" if bump == NONE else f"a {bump.upper()}"


def _describe_one_version(entry: ChangelogEntry) -> str:
    """Return a text for a dataset that only one version of the file defines: another file may define it too."""
    contract = entry.proposed or entry.previous
    fields = format_count(len(contract.fields) if contract else 0, "field")
    if entry.change == ADDED:
        return f"added to this file, {fields}"
    required = (
        f"; needs {_with_article(entry.required_bump)} bump unless another file defines it"
        if entry.required_bump != NONE
        else ""
    )
    return f"removed from this file, was {contract.status if contract else ''}{required}"
