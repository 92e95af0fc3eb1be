"""What of a report goes into a comment of limited length: the most important pieces, as many as fit."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Piece(NamedTuple):
    """A piece of text, one of a group that stands together. `rank` is its importance, 0 the greatest."""

    text: str
    rank: int
    group: str


def fitted(pieces: Sequence[Piece], frames: Mapping[str, tuple[str, str]], room: int) -> tuple[str, list[Piece]]:
    """Return the pieces that fit into `room`, in their order, and those that do not.

    `frames` holds what stands before and after each group. Pieces are taken by rank, then by their order, until
    one does not fit: after it nothing is, so that what is left out is never more important than what is kept.
    """
    kept: set[int] = set()
    framed: set[str] = set()
    for at in sorted(range(len(pieces)), key=lambda at: pieces[at].rank):
        text, _, group = pieces[at]
        room -= length(text) + (0 if group in framed else sum(length(each) for each in frames[group]))
        if room < 0:
            break
        framed.add(group)
        kept.add(at)
    parts: list[str] = []
    for group, members in groupby((pieces[at] for at in sorted(kept)), key=lambda piece: piece.group):
        before, after = frames[group]
        parts += [before, *(piece.text for piece in members), after]
    return "".join(parts), [piece for at, piece in enumerate(pieces) if at not in kept]


def length(text: str) -> int:
    """Return how long a text is for services that count UTF-16 units; those that count characters count no more."""
    return len(text.encode("utf-16-le")) // 2
