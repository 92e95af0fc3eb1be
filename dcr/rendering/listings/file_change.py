"""What a change of one file does to the datasets in it, in a few lines to stand above its text diff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.compatibility.aliases import is_told_of_version
from dcr.compatibility.semver import MAJOR, MINOR, NONE, PATCH
from dcr.registry.changelog import ADDED, CHANGED, entry_of
from dcr.rendering.listings.lines import BOLD, DIM, GREEN, INDENT, RED, YELLOW, Cell, Paper, page
from dcr.report.summary import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dcr.formats.reading import Reading
    from dcr.registry.changelog import Entry
    from dcr.rendering.style import Style

_LOOKS = {MAJOR: RED, MINOR: YELLOW, PATCH: GREEN, NONE: DIM}
_WIDTH = max(map(len, _LOOKS))


def render(
    previous: Reading | None, proposed: Reading | None, mode_of: Callable[[str], str], note: str, style: Style
) -> str:
    """Return what became of each dataset and what that owes; nothing for two sides that hold no contract.

    A side is None where the file is not there. What cannot be read is said, and nothing is said about what it held.
    `note` is what there is to say on the modes, empty for nothing.
    """
    paper = Paper(style)
    lines = [paper.line(Cell(each, RED)) for each in _unread(previous, proposed)]
    readable = all(side is None or not side.unreadable for side in (previous, proposed))
    entries = list(_entries(previous, proposed, mode_of)) if readable else []
    changed = [each for each in entries if each.lines]
    for entry in changed:
        lines += _told(entry, paper)
    if entries and not changed:
        lines.append(_unchanged(entries, paper))
    if lines and note:
        lines.append(paper.line(Cell(note, DIM)))
    return page(lines)


def _unread(previous: Reading | None, proposed: Reading | None) -> Iterator[str]:
    for name, side in (("previous", previous), ("proposed", proposed)):
        fatal = next((each for each in side.problems if each.fatal), None) if side else None
        if fatal is not None:
            yield f"not compared by dcr: the {name} side, line {fatal.location.line}: {fatal.message}"


def _entries(previous: Reading | None, proposed: Reading | None, mode_of: Callable[[str], str]) -> Iterator[Entry]:
    before, after = (
        {each.dataset_id: each for each in (side.contracts if side else ())} for side in (previous, proposed)
    )
    for dataset_id in sorted({*before, *after}):
        if not is_told_of_version(dataset_id, before, after):
            yield entry_of(before.get(dataset_id), after.get(dataset_id), mode_of(dataset_id))


def _unchanged(entries: Sequence[Entry], paper: Paper) -> str:
    first = entries[0]
    name = Cell(first.dataset_id if len(entries) == 1 else f"{len(entries)} datasets", BOLD)
    version = Cell(first.proposed.version if len(entries) == 1 and first.proposed else "", DIM)
    return paper.line(name, version, Cell("nothing changes in meaning", DIM))


def _told(entry: Entry, paper: Paper) -> Iterator[str]:
    versions = " → ".join(dict.fromkeys(each.version for each in (entry.previous, entry.proposed) if each is not None))
    if entry.change == CHANGED:
        taken = f", took {entry.taken.upper()}" if entry.taken else ""
        owed = Cell(f"owes {entry.owed.upper()}{taken}", _LOOKS[entry.owed])
    else:
        owed = Cell(_of_one_side(entry), DIM)
    yield paper.line(Cell(entry.dataset_id, BOLD), Cell(versions, DIM), owed)
    for line in entry.lines if entry.change == CHANGED else ():
        who = f", which breaks {line.breaks.replace('_', ' ')}" if line.breaks else ""
        bump = "" if line.bump == NONE else line.bump.upper()
        yield paper.line(Cell(f"{bump:{_WIDTH}}", _LOOKS[line.bump]), Cell(f"{line.message}{who}"), indent=INDENT)


def _of_one_side(entry: Entry) -> str:
    """What can be said from one file: whether the dataset is new, or gone for good, only the others could tell."""
    one = entry.proposed or entry.previous
    count = len(one.fields) if one else 0
    fields = counted(count, "field")
    if entry.change == ADDED:
        return f"new in this file, {fields}"
    owed = f"; owes {entry.owed.upper()} unless another file has it" if entry.owed != NONE else ""
    return f"gone from this file, it was {one.status if one else ''}{owed}"
