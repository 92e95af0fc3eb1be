"""Renders who uses which datasets and fields, as `dcr consumers` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcr.compatibility.reach import locate_use
from dcr.consumers.consumer import QUERIES, UNKNOWN_READS
from dcr.rendering.listings.json_documents import SCHEMA_VERSION, location_document
from dcr.rendering.listings.page import BOLD, DIM, YELLOW, Cell, Column, Page, join_lines
from dcr.report.summary import format_count
from dcr.text.printable import escape_ci_commands
from dcr.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dcr.consumers.consumer import Consumer, DeclaredUse, DeclaredValue, Use
    from dcr.contract.contract import Owner
    from dcr.formats.parsed_file import Problem
    from dcr.git.sides import Side
    from dcr.rendering.style import Style

ALL_FIELDS = "all fields"
_COLUMNS = (
    Column("consumer", least=24), Column("repository", 1, 12), Column("owners", 3, 12), Column("dataset", 1, 16),
    Column("fields", 2, 16), Column("values", 6, 12), Column("versions", 7, 8), Column("reads", 8), Column("until", 4),
    Column("declared at", 5, 24, is_path=True),
)  # fmt: skip


def render(uses: Sequence[DeclaredUse], today: str, style: Style, *, with_dataset: bool = True) -> str:
    """Return a row for each use, and a last line that counts them; `today` is YYYY-MM-DD."""
    page = Page(style)
    rows = [_row(declared, today, with_dataset=with_dataset) for declared in uses]
    return join_lines([*page.table(_COLUMNS, rows), page.line(Cell(_summary(uses)))])


def render_text(uses: Sequence[DeclaredUse], today: str, style: Style) -> str:
    """Return a line for each use, with its location first."""
    lines = (_line(declared, today) for declared in uses)
    return join_lines(escape_ci_commands(style.sanitize(line)) for line in lines)


def document(side: Side, uses: Iterable[DeclaredUse], problems: Iterable[Problem], today: str) -> dict[str, Any]:
    """Return the same as a JSON document, with the problems because of which uses may be missing."""
    return {
        **side_document(side),
        "uses": [use_document(declared, today) for declared in uses],
        "problems": [
            {"message": problem.message, "location": location_document(problem.location)} for problem in problems
        ],
    }


def side_document(side: Side) -> dict[str, Any]:
    """Return the keys that the documents about one side begin with."""
    is_commit = side.head not in ("worktree", "index")
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "dcr", "version": __version__},
        "head": side.name,
        "commit": side.head if is_commit else None,
    }


def use_document(declared: DeclaredUse, today: str) -> dict[str, Any]:
    """Return a use and its consumer as JSON values. `fields` is null for all fields."""
    consumer, use, _ = declared
    return {
        "consumer": consumer.name,
        "owners": [owner._asdict() for owner in consumer.owners],
        "source": consumer.source,
        "description": consumer.description,
        "dataset_id": use.dataset_id,
        "fields": None if use.fields is None else list(use.fields),
        "values": {path: [_value(value) for value in values] for path, values in use.values.items()},
        "versions": use.versions.text if use.versions else None,
        "reads": use.reads,
        "until": use.until,
        "over": use.is_over(today),
        "location": location_document(locate_use(consumer, use)),
    }


def format_owners(owners: Iterable[Owner]) -> str:
    """Return owners as text, such as `finance (#finance-data), growth`."""
    return ", ".join(f"{owner.team} ({owner.contact})" if owner.contact else owner.team for owner in owners)


def format_consumer(name: str, owners: Iterable[Owner]) -> str:
    """Return a consumer with its teams and contacts: `finance.revenue (finance, #finance-data)`."""
    words = [word for owner in owners for word in owner if word]
    return f"{name} ({', '.join(words)})" if words else name


def _row(declared: DeclaredUse, today: str, *, with_dataset: bool) -> list[Cell]:
    consumer, use, _ = declared
    location = locate_use(consumer, use)
    return [
        Cell(consumer.name, BOLD),
        Cell(consumer.repository),
        Cell(format_owners(consumer.owners)),
        Cell(use.dataset_id if with_dataset else ""),
        Cell(_format_fields(use)),
        Cell(_format_values(use)),
        Cell(use.versions.text if use.versions else ""),
        Cell("cannot be read" if use.reads == UNKNOWN_READS else use.reads),
        Cell(_format_until(use, today), YELLOW),
        Cell(f"{location.path}:{location.line}", DIM),
    ]


def _line(declared: DeclaredUse, today: str) -> str:
    consumer, use, _ = declared
    location = locate_use(consumer, use)
    place = f"{location.path}:{location.line}:{location.column}"
    if use.reads == UNKNOWN_READS:
        return f"{place}: cannot be read, and mentions {use.dataset_id}"
    parts = [f"{format_consumer(consumer.name, consumer.owners)} uses {use.dataset_id}: {_format_fields(use)}"]
    parts += [_format_values(use)] if use.values else []
    parts += [f"versions {use.versions.text}"] if use.versions else []
    parts += [f"reads {use.reads}"] if use.reads != QUERIES else []
    parts += [f"until {_format_until(use, today)}"] if use.until else []
    return f"{place}: {'; '.join(parts)}"


def _format_fields(use: Use) -> str:
    return ALL_FIELDS if use.fields is None else ", ".join(use.fields)


def _format_values(use: Use) -> str:
    return ", ".join(f"{path} = {' | '.join(value.text for value in values)}" for path, values in use.values.items())


def _format_until(use: Use, today: str) -> str:
    if use.until is None:
        return ""
    return f"{use.until} (over)" if use.is_over(today) else use.until


def _value(value: DeclaredValue) -> Any:
    return value.text if value.value is None else value.value


def _summary(uses: Sequence[DeclaredUse]) -> str:
    consumers = {_identify(declared.consumer) for declared in uses if declared.use.reads != UNKNOWN_READS}
    datasets = {declared.use.dataset_id for declared in uses}
    if not uses:
        return "no declared consumer"
    verb = "uses" if len(consumers) == 1 else "use"
    return f"{format_count(len(consumers), 'consumer')} {verb} {format_count(len(datasets), 'dataset')}"


def _identify(consumer: Consumer) -> tuple[str, str, str]:
    return consumer.name, consumer.path, consumer.repository
