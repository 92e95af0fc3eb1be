"""A quick look back: what the older texts of single files say of the names that a change adds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.compatibility.history import Past, Released
from dcr.compatibility.reintroductions import LastThere
from dcr.registry.history.file_history import Sought, older_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dcr.compatibility.match import Matched
    from dcr.compatibility.reintroductions import Added
    from dcr.registry.history.file_history import Older
    from dcr.registry.history.readings import Readings
    from dcr.registry.history.request import Asked

SHORT = 10
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
_SPELT = re.compile(rb"\\[xuU\r\n]")


def looked_back(asked: Asked, matches: Sequence[Matched], added: Sequence[Added]) -> list[Past]:
    """Return for each pair what the older texts of its file have of what the change adds to it.

    In a shallow clone that is no more than the clone has: nothing is owed for what is found here.
    """
    sought = [_sought(asked, each) for each in matches]
    texts = older_texts(asked.repository, asked.commit, asked.scope, sought) if sought else []
    looks = [_Look(*each) for each in zip(matches, added, texts, strict=True)]
    together: dict[tuple[Older, ...], list[_Look]] = {}
    for each in looks:
        together.setdefault(tuple(each.texts), []).append(each)
    if any(together):
        from dcr.registry.history.readings import Readings  # noqa: PLC0415 (most names were in no older text)

        readings = Readings()
        for same, those in together.items():
            for text in same:
                _look(text, [each for each in those if each.last.left], readings)
    return [Past(each.last.fields, each.last.values, None, tuple(each.unread)) for each in looks]


class _Look:
    """What one pair looks for in some texts, newest first, and those of them that could not be read."""

    def __init__(self, matched: Matched, added: Added, texts: Sequence[Older]) -> None:
        self.ids, self.texts = matched.ids, texts
        self.last = LastThere(added, matched.pair.proposed.format if matched.pair.proposed else "")
        self.may_hold = may_name(added.names)
        self.unread: list[str] = []


def _look(text: Older, looks: Sequence[_Look], readings: Readings) -> None:
    """Look for what some pairs miss in one older text, which is read once for all of them."""
    at = f"'{text.path}' at {text.commit.id[:SHORT]}"
    if text.content is None:
        for each in looks:
            each.unread.append(f"{at} (it is not in this clone)")
        return
    content = text.content
    looking = [each for each in looks if each.may_hold(content)]
    if not looking:
        return
    wanted = frozenset(dataset_id for each in looking for dataset_id in each.ids)
    contracts, fatal = readings.older(text.path, content, wanted)
    for each in looking:
        if fatal:
            each.unread.append(f"{at} (line {fatal.location.line}: {fatal.message})")
        for contract in contracts:
            if contract.dataset_id in each.ids and each.last.left:
                each.last.take(Released(contract, text.commit.id))


def _sought(asked: Asked, matched: Matched) -> Sought:
    path = matched.pair.previous.path if matched.pair.previous else matched.path
    return Sought(matched.ids[0], path, asked.blobs.get(path, ""))


def may_name(names: frozenset[str]) -> Callable[[bytes], bool]:
    """Return what tells whether a text has to be read to know if it has one of some names; sound, and a search.

    YAML spells a plain character as it is, or in quotes by its number; a line that ends in a backslash goes on. Of
    names with other characters nothing is said: every text may hold them.
    """
    if not all(map(_PLAIN.fullmatch, names)):
        return lambda _: True
    wanted = [each.encode() for each in names]
    return lambda content: any(each in content for each in wanted) or _SPELT.search(content) is not None
