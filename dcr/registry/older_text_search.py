"""A quick look back: what the older texts of single files say of the names that a change adds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.compatibility.history import HistoryContext, ReleasedVersion
from dcr.compatibility.reintroductions import ReintroductionSearch
from dcr.registry.history.file_history import FileQuery, read_older_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dcr.compatibility.match import Match
    from dcr.compatibility.reintroductions import Additions
    from dcr.registry.history.facts_reader import FactsReader
    from dcr.registry.history.file_history import OlderText
    from dcr.registry.history_request import HistoryRequest

SHORT_ID = 10
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_YAML_ESCAPE = re.compile(rb"\\[xuU\r\n]")


def search_older_texts(
    asked: HistoryRequest, matches: Sequence[Match], added: Sequence[Additions]
) -> list[HistoryContext]:
    """Return for each pair what the older texts of its file have of what the change adds to it.

    In a shallow clone that is no more than the clone has: nothing is owed for what is found here.
    """
    sought = [_sought(asked, each) for each in matches]
    texts = read_older_texts(asked.repository, asked.commit, asked.scope, sought) if sought else []
    looks = [_NameSearch(*each) for each in zip(matches, added, texts, strict=True)]
    together: dict[tuple[OlderText, ...], list[_NameSearch]] = {}
    for each in looks:
        together.setdefault(tuple(each.texts), []).append(each)
    if any(together):
        from dcr.registry.history.facts_reader import FactsReader  # noqa: PLC0415 (most names were in no older text)

        readings = FactsReader()
        for same, those in together.items():
            for text in same:
                _search_text(text, [each for each in those if each.removals.has_remaining], readings)
    return [HistoryContext(each.removals.fields, each.removals.values, None, tuple(each.unread)) for each in looks]


class _NameSearch:
    """What one pair looks for in some texts, newest first, and those of them that could not be read."""

    def __init__(self, matched: Match, added: Additions, texts: Sequence[OlderText]) -> None:
        self.ids, self.texts = matched.ids, texts
        self.removals = ReintroductionSearch(added, matched.pair.proposed.format if matched.pair.proposed else "")
        self.may_contain = build_name_filter(added.search_texts)
        self.unread: list[str] = []


def _search_text(text: OlderText, looks: Sequence[_NameSearch], readings: FactsReader) -> None:
    """Look for what some pairs miss in one older text, which is read once for all of them."""
    at = f"'{text.path}' at {text.commit.id[:SHORT_ID]}"
    if text.content is None:
        for each in looks:
            each.unread.append(f"{at} (it is not in this clone)")
        return
    content = text.content
    looking = [each for each in looks if each.may_contain(content)]
    if not looking:
        return
    wanted = frozenset(dataset_id for each in looking for dataset_id in each.ids)
    contracts, fatal = readings.find_contracts(text.path, content, wanted)
    for each in looking:
        if fatal:
            each.unread.append(f"{at} (line {fatal.location.line}: {fatal.message})")
        for contract in contracts:
            if contract.dataset_id in each.ids and each.removals.has_remaining:
                each.removals.search_version(ReleasedVersion(contract, text.commit.id))


def _sought(asked: HistoryRequest, matched: Match) -> FileQuery:
    path = matched.pair.previous.path if matched.pair.previous else matched.path
    return FileQuery(matched.ids[0], path, asked.blobs.get(path, ""))


def build_name_filter(names: frozenset[str]) -> Callable[[bytes], bool]:
    """Return what tells whether a text has to be read to know if it has one of some names; sound, and a search.

    YAML spells a plain character as it is, or in quotes by its number; a line that ends in a backslash goes on. Of
    names with other characters nothing is said: every text may hold them.
    """
    if not all(map(_PLAIN_NAME.fullmatch, names)):
        return lambda _: True
    wanted = [each.encode() for each in names]
    return lambda content: any(each in content for each in wanted) or _YAML_ESCAPE.search(content) is not None
