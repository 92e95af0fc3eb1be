"""Selects the most important pieces of a report that fit into a comment of limited length."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Piece(NamedTuple):
    """A piece of text in a group of pieces. `rank` is its importance; 0 is the most important."""

    text: str
    rank: int
    group: str


def select_pieces(pieces: Sequence[Piece], frames: Mapping[str, tuple[str, str]], room: int) -> tuple[str, list[Piece]]:
    """Return the text of the pieces that fit into `room`, and the pieces that do not fit.

    `frames` are the texts before and after each group. Pieces are selected by rank, then in their order, up to the
    first that does not fit. So no piece that is left out is more important than one that is kept.
    """
    kept: set[int] = set()
    framed: set[str] = set()
    for position in sorted(range(len(pieces)), key=lambda position: pieces[position].rank):
        text, _, group = pieces[position]
        room -= measure_length(text) + (0 if group in framed else sum(measure_length(part) for part in frames[group]))
        if room < 0:
            break
        framed.add(group)
        kept.add(position)
    parts: list[str] = []
    for group, members in groupby((pieces[position] for position in sorted(kept)), key=lambda piece: piece.group):
        before, after = frames[group]
        parts += [before, *(piece.text for piece in members), after]
    return "".join(parts), [piece for position, piece in enumerate(pieces) if position not in kept]


def measure_length(text: str) -> int:
    """Return the length of a text in UTF-16 units, as GitHub counts. Other services count fewer."""
    return len(text.encode("utf-16-le")) // 2
