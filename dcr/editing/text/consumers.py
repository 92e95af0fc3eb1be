"""Adds a use to the text of a consumer file, or writes a new file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.consumers.consumer import QUERIES, Consumer, Use
from dcr.consumers.readers import read_consumers
from dcr.editing.text.document import EditRefusedError, YamlDocument
from dcr.editing.text.keys import KeyPosition
from dcr.editing.text.lists import FlowSource, append_entry
from dcr.editing.text.quoting import quote
from dcr.parsing.location import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.consumers.consumer import DeclaredValue

_MANUAL_HINT = "add the use yourself, as docs/consumers.md describes"


def write_consumer(consumer: Consumer, path: str) -> bytes:
    """Return the content of a new file. Raise `EditRefusedError` if it would have another meaning."""
    lines = [f"consumer: {quote(consumer.name)}"]
    if consumer.owners:
        lines.append("owners:")
    for owner in consumer.owners:
        lines.append(f"  - team: {quote(owner.team)}")
        lines += [f"    contact: {quote(owner.contact)}"] if owner.contact is not None else []
    lines += [f"description: {quote(consumer.description)}"] if consumer.description else []
    lines.append("uses:")
    for use in consumer.uses:
        first, *rest = [f"{key}: {_format_value(value)}" for key, value in _list_pairs(use)]
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    content = "".join(f"{line}\n" for line in lines).encode("utf-8")
    _verify(path, content, consumer)
    return content


def add_use(path: str, content: bytes, consumer: Consumer, use: Use) -> bytes:
    """Return the content of a consumer's file with another use. Raise `EditRefusedError` if that is unsafe."""
    document = YamlDocument(path, content, _MANUAL_HINT)
    after = append_entry(document, KeyPosition((), "uses", ("consumer",)), dict(_list_pairs(use))).content
    _verify(path, after, consumer._replace(uses=(*consumer.uses, use)))
    return after


def _list_pairs(use: Use) -> Iterator[tuple[str, str | FlowSource]]:
    yield "dataset", use.dataset_id
    if use.versions is not None:
        yield "versions", use.versions.text
    if use.fields is not None:
        yield "fields", FlowSource(f"[{', '.join(quote(name, flow=True) for name in use.fields)}]")
    if use.values:
        entries = (
            f"{quote(path, flow=True)}: [{', '.join(map(_format_member, values))}]"
            for path, values in use.values.items()
        )
        yield "values", FlowSource(f"{{{', '.join(entries)}}}")
    if use.reads != QUERIES:
        yield "reads", use.reads
    if use.until is not None:
        yield "until", FlowSource(use.until)


def _format_value(value: str | FlowSource) -> str:
    return value.text if isinstance(value, FlowSource) else quote(value)


def _format_member(value: DeclaredValue) -> str:
    """Return an enum value as source: text is quoted where it needs it, numbers and booleans never."""
    return quote(value.text, flow=True) if isinstance(value.value, str) or value.value is None else value.text


def _verify(path: str, content: bytes, expected: Consumer) -> None:
    """Raise `EditRefusedError` unless a file declares exactly this consumer."""
    parsed = read_consumers(path, content)
    if parsed.problems:
        problem = parsed.problems[0]
        raise EditRefusedError(problem.location, problem.message, problem.hint)
    if [_without_sections(consumer) for consumer in parsed.consumers] != [_without_sections(expected)]:
        raise EditRefusedError(Location(path), "the edited file would have another meaning", _MANUAL_HINT)


def _without_sections(consumer: Consumer) -> Consumer:
    uses = tuple(use._replace(section=None, values=dict(use.values)) for use in consumer.uses)
    return consumer._replace(section=None, uses=uses)
