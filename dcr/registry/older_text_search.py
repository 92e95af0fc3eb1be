"""Searches older texts of single files for fields and enum values that a change adds, and for redefined versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.compatibility.history import HistoryContext, ReleasedVersion
from dcr.compatibility.reintroductions import ReintroductionSearch
from dcr.registry.history.file_history import FileQuery, read_older_texts
from dcr.registry.redefinitions import RedefinitionSearch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dcr.compatibility.match import Match
    from dcr.policy.required_history import RequiredHistory
    from dcr.registry.history.facts_reader import FactsReader
    from dcr.registry.history.file_history import FileTexts, OlderText
    from dcr.registry.history_request import HistoryRequest

SHORT_ID = 10
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_YAML_ESCAPE = re.compile(rb"\\[xuU\r\n]")


def search_older_texts(
    request: HistoryRequest, matches: Sequence[Match], needs: Sequence[RequiredHistory]
) -> list[HistoryContext]:
    """Return, for each pair, what older texts of its file have: what it adds, and another meaning of its version.

    In a shallow clone, only the commits in the clone are searched: what they contain requires no version bump.
    """
    queries = [_build_query(request, match) for match in matches]
    texts = read_older_texts(request.repository, request.commit, request.scope, queries) if queries else []
    searches = [_TextSearch(*values) for values in zip(matches, needs, texts, strict=True)]
    searches_by_texts: dict[tuple[OlderText, ...], list[_TextSearch]] = {}
    for search in searches:
        searches_by_texts.setdefault(tuple(search.texts), []).append(search)
    if any(searches_by_texts):
        from dcr.registry.history.facts_reader import FactsReader  # noqa: PLC0415 (most files have no older text)

        reader = FactsReader()
        for shared_texts, text_searches in searches_by_texts.items():
            for text in shared_texts:
                _search_text(text, [search for search in text_searches if search.is_unfinished], reader)
    return [
        HistoryContext(
            search.removals.fields,
            search.removals.values,
            None,
            tuple(search.unreadable),
            search.meanings.build() if search.meanings else None,
        )
        for search in searches
    ]


class _TextSearch:
    """The search of one pair in some texts, newest first, and the texts that cannot be read.

    `meanings` is the search for other meanings of the previous version, None if it needs none.
    """

    def __init__(self, match: Match, needs: RequiredHistory, texts: FileTexts) -> None:
        previous, proposed = match.pair.previous, match.pair.proposed
        self.ids, self.texts = match.ids, texts.older
        self.removals = ReintroductionSearch(needs.additions, proposed.format if proposed else "")
        self.meanings: RedefinitionSearch | None = None
        if needs.version and previous and texts.commit:
            self.meanings = RedefinitionSearch(needs.version)
            self.meanings.add(previous, texts.commit)
        self._may_have_names = build_name_filter(needs.additions.search_texts)
        self._may_have_version = build_version_filter(needs.version)
        self.unreadable: list[str] = []

    @property
    def is_unfinished(self) -> bool:
        """Whether the next older text may add to the result."""
        return self.removals.has_remaining or self.meanings is not None

    def needs_names(self, content: bytes) -> bool:
        """Return whether a text may have a name that is still searched."""
        return self.removals.has_remaining and self._may_have_names(content)

    def needs_text(self, content: bytes) -> bool:
        """Return whether a text has to be read."""
        return self.needs_names(content) or (self.meanings is not None and self._may_have_version(content))


def _search_text(text: OlderText, searches: Sequence[_TextSearch], reader: FactsReader) -> None:
    """Search an older text for all pairs at once, so that it is read only once."""
    version = f"'{text.path}' at {text.commit.id[:SHORT_ID]}"
    if text.content is None:
        for search in searches:
            search.unreadable.append(f"{version} (it is not in this clone)")
        return
    content = text.content
    matching = [search for search in searches if search.needs_text(content)]
    if not matching:
        return
    ids = frozenset(dataset_id for search in matching for dataset_id in search.ids)
    contracts, problem = reader.find_contracts(text.path, content, ids)
    for search in matching:
        if problem and search.needs_names(content):  # an unreadable text gives a version no other meaning
            search.unreadable.append(f"{version} (line {problem.location.line}: {problem.message})")
        for contract in contracts:
            if contract.dataset_id not in search.ids:
                continue
            if search.removals.has_remaining:
                search.removals.search_version(ReleasedVersion(contract, text.commit.id))
            if search.meanings:
                search.meanings.add(contract, text.commit)


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
    return lambda content: any(name in content for name in encoded) or _has_escape(content)


def build_version_filter(version: str) -> Callable[[bytes], bool]:
    """Return a function that is False for texts that cannot contain a version, as `build_name_filter` does."""
    if not _PLAIN_NAME.fullmatch(version):
        return lambda _: True
    # A plain or quoted scalar is never next to another letter or digit.
    encoded = version.encode()
    pattern = re.compile(rb"(?<![A-Za-z0-9_.])" + re.escape(encoded) + rb"(?![A-Za-z0-9_.])")
    return lambda content: (encoded in content and pattern.search(content) is not None) or _has_escape(content)


def _has_escape(content: bytes) -> bool:
    return b"\\" in content and _YAML_ESCAPE.search(content) is not None
