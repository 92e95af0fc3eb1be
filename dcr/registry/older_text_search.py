"""Searches the older texts of single files for the fields and enum values that a change adds."""

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
    request: HistoryRequest, matches: Sequence[Match], additions: Sequence[Additions]
) -> list[HistoryContext]:
    """Return, for each pair, the fields and values it adds that older texts of its file had.

    In a shallow clone, only the commits in the clone are searched: what they contain requires no version bump.
    """
    queries = [_build_query(request, match) for match in matches]
    texts = read_older_texts(request.repository, request.commit, request.scope, queries) if queries else []
    searches = [_NameSearch(*values) for values in zip(matches, additions, texts, strict=True)]
    searches_by_texts: dict[tuple[OlderText, ...], list[_NameSearch]] = {}
    for search in searches:
        searches_by_texts.setdefault(tuple(search.texts), []).append(search)
    if any(searches_by_texts):
        from dcr.registry.history.facts_reader import FactsReader  # noqa: PLC0415 (most files have no older text)

        reader = FactsReader()
        for shared_texts, text_searches in searches_by_texts.items():
            for text in shared_texts:
                unfinished = [search for search in text_searches if search.removals.has_remaining]
                _search_text(text, unfinished, reader)
    return [
        HistoryContext(search.removals.fields, search.removals.values, None, tuple(search.unreadable))
        for search in searches
    ]


class _NameSearch:
    """The search of one pair in some texts, newest first, and the texts that cannot be read."""

    def __init__(self, match: Match, additions: Additions, texts: Sequence[OlderText]) -> None:
        self.ids, self.texts = match.ids, texts
        self.removals = ReintroductionSearch(additions, match.pair.proposed.format if match.pair.proposed else "")
        self.may_contain = build_name_filter(additions.search_texts)
        self.unreadable: list[str] = []


def _search_text(text: OlderText, searches: Sequence[_NameSearch], reader: FactsReader) -> None:
    """Search an older text for all pairs at once, so that it is read only once."""
    version = f"'{text.path}' at {text.commit.id[:SHORT_ID]}"
    if text.content is None:
        for search in searches:
            search.unreadable.append(f"{version} (it is not in this clone)")
        return
    content = text.content
    matching = [search for search in searches if search.may_contain(content)]
    if not matching:
        return
    ids = frozenset(dataset_id for search in matching for dataset_id in search.ids)
    contracts, problem = reader.find_contracts(text.path, content, ids)
    for search in matching:
        if problem:
            search.unreadable.append(f"{version} (line {problem.location.line}: {problem.message})")
        for contract in contracts:
            if contract.dataset_id in search.ids and search.removals.has_remaining:
                search.removals.search_version(ReleasedVersion(contract, text.commit.id))


def _build_query(request: HistoryRequest, match: Match) -> FileQuery:
    path = match.pair.previous.path if match.pair.previous else match.path
    return FileQuery(match.ids[0], path, request.blobs.get(path, ""))


def build_name_filter(names: frozenset[str]) -> Callable[[bytes], bool]:
    """Return a function that is False for texts that cannot contain any of the names.

    YAML writes a plain character as it is, or as an escape in quotes; a backslash at the end of a line continues it.
    Names with other characters can be written in more ways, so the function is then always True.
    """
    if not all(map(_PLAIN_NAME.fullmatch, names)):
        return lambda _: True
    encoded = [name.encode() for name in names]
    return lambda content: any(name in content for name in encoded) or _YAML_ESCAPE.search(content) is not None
