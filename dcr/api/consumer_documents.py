"""Builds the bodies of reads about declared consumers from one state of the registry."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from dcr.api.documents import PAGE_SIZE, decode_cursor, encode_cursor
from dcr.api.http.answers import PreparedBody, prepare_json
from dcr.api.http.problems import not_found
from dcr.consumers.consumer import DeclaredUse
from dcr.consumers.use_locations import locate_consumer
from dcr.registry.datasets import REMOVED
from dcr.rendering.listings.consumers import use_document
from dcr.rendering.listings.json_documents import header_document, location_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.api.snapshots.state import RegistryState
    from dcr.consumers.consumer import Consumer
    from dcr.registry.usage import Usage

MAX_PROBLEMS = 50
"""The number of problems that an answer lists."""
_SEPARATOR = "\x00"
_CURSOR = f"{{}}{_SEPARATOR}{{}}"
_MAX_DIGITS = 10
_CONSUMER_KEYS = ("consumer", "owners", "source", "description")
"""The keys of a use's document that are about its consumer."""


class ConsumerQuery(NamedTuple):
    """The consumers that a client asks for; `cursor` is the one that the page before ended with."""

    dataset: str | None = None
    owner: str | None = None
    cursor: str | None = None

    def matches(self, consumer: Consumer) -> bool:
        """Return whether a consumer uses the dataset, and a part of an owner's team or contact matches."""
        if self.dataset is not None and all(use.dataset_id != self.dataset for use in consumer.uses):
            return False
        texts = [text for owner in consumer.owners for text in owner if text]
        return self.owner is None or any(self.owner.lower() in text.lower() for text in texts)


def list_consumers_body(state: RegistryState, query: ConsumerQuery) -> PreparedBody:
    """Return a page of consumers, by name. Raise `ProblemError` for a cursor that the server did not return."""
    after = _parse_cursor(query.cursor) if query.cursor is not None else None
    usage = state.usage
    found = [entry for entry in _number_consumers(usage) if query.matches(entry.consumer)]
    rest = [entry for entry in found if after is None or entry.position > after]
    page = rest[:PAGE_SIZE]
    return prepare_json({
        **header_document(state.snapshot, state.history),
        "consumers": [_build_entry(entry.consumer) for entry in page],
        "total": len(found),
        "next": encode_cursor(_CURSOR.format(*page[-1].position)) if len(rest) > len(page) else None,
        **_build_problems(usage),
    })  # fmt: skip


def consumer_body(state: RegistryState, name: str, today: str) -> PreparedBody:
    """Return what a consumer declares; `today` is YYYY-MM-DD. Raise `ProblemError` if it is not declared."""
    found = state.usage.declared.find_consumers(name)
    if not found:
        raise not_found(f"there is no declared consumer '{name}'", "GET /consumers lists all of them")
    return prepare_json({
        **header_document(state.snapshot, state.history),
        "consumer": name,
        "declarations": [
            {**_build_header(consumer), "uses": list(_list_uses(state, consumer, today))} for consumer in found
        ],
    })  # fmt: skip


def dataset_consumers_body(state: RegistryState, dataset_id: str, today: str) -> PreparedBody:
    """Return the uses of a dataset; `today` is YYYY-MM-DD."""
    usage = state.usage
    uses = usage.find_uses(dataset_id, *_list_aliases(state, dataset_id))
    return prepare_json({
        **header_document(state.snapshot, state.history),
        "dataset_id": dataset_id,
        "uses": [use_document(declared, today) for declared in uses],
        **_build_problems(usage),
    })  # fmt: skip


class _Numbered(NamedTuple):
    """A consumer, and its position: its name, and its number among those of this name."""

    consumer: Consumer
    position: tuple[str, int]


def _number_consumers(usage: Usage) -> Iterator[_Numbered]:
    for name, consumers in groupby(usage.declared.consumers, key=lambda consumer: consumer.name):
        for number, consumer in enumerate(consumers):
            yield _Numbered(consumer, (name, number))


def _parse_cursor(cursor: str) -> tuple[str, int]:
    name, _, number = decode_cursor(cursor).rpartition(_SEPARATOR)
    return name, int(number) if number.isdecimal() and number.isascii() and len(number) < _MAX_DIGITS else 0


def _build_header(consumer: Consumer) -> dict[str, Any]:
    return {
        "owners": [owner._asdict() for owner in consumer.owners],
        "source": consumer.source,
        "description": consumer.description,
        "location": location_document(locate_consumer(consumer)),
    }


def _build_entry(consumer: Consumer) -> dict[str, Any]:
    datasets = list(dict.fromkeys(use.dataset_id for use in consumer.uses))
    return {"consumer": consumer.name, **_build_header(consumer), "datasets": datasets}


def _list_uses(state: RegistryState, consumer: Consumer, today: str) -> Iterator[dict[str, Any]]:
    for use in consumer.uses:
        document = use_document(DeclaredUse(consumer, use), today)
        revisions = state.revisions.get(use.dataset_id, ())
        facts = next((each.facts for each in reversed(revisions) if each.facts), None)
        current = state.find_current(use.dataset_id)
        yield {
            **{key: value for key, value in document.items() if key not in _CONSUMER_KEYS},
            "dataset_version": facts.version if facts else None,
            "dataset_status": (current.status if current else REMOVED) if facts else None,
        }


def _list_aliases(state: RegistryState, dataset_id: str) -> list[str]:
    return [
        alias
        for alias, revisions in state.revisions.items()
        if (facts := revisions[-1].facts) is not None and facts.alias_of == dataset_id
    ]


def _build_problems(usage: Usage) -> dict[str, Any]:
    """Return the problems because of which consumers or uses may be missing."""
    problems = usage.declared.problems
    listed = [
        {"message": problem.message, "location": location_document(problem.location)}
        for problem in problems[:MAX_PROBLEMS]
    ]
    return {"problems": listed, "problem_count": len(problems)}
