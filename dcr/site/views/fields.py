"""Describes the fields of a contract as a tree, with the commits that added and last changed each one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.contract.contract import join_path
from dcr.site.views.commits import view_commit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dcr.contract.contract import Contract, Field, Scalar
    from dcr.contract.terms import FieldTerms
    from dcr.registry.blame import Blame, FieldOrigin
    from dcr.registry.history.timeline import Revision

ITEMS_NAME = "items"
"""The name that the pages show for the elements of an array."""


class OriginView(NamedTuple):
    """A change of a field: `in 1.1.0 by Ana, 2026-01-05`, and the short id of its commit."""

    text: str
    short: str


class FieldView(NamedTuple):
    """One field. `changed` is None for a field that never changed; `constraints` and `notes` are pairs of words."""

    path: str
    name: str
    type: str
    is_required: bool
    is_key: bool
    is_deprecated: bool
    description: str
    values: tuple[str, ...] | None
    constraints: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]
    added: OriginView | None
    changed: OriginView | None
    children: tuple[FieldView, ...]


class RemovedFieldView(NamedTuple):
    """A field that an earlier version had."""

    path: str
    last_version: str
    removed: OriginView


class _FieldTree:
    def __init__(self, contract: Contract, blame: Blame | None) -> None:
        self._origins: Mapping[str, FieldOrigin] = {each.path: each for each in blame.fields} if blame else {}
        self._key = frozenset(contract.primary_key)
        self._commits: dict[Revision, OriginView] = {}

    def list_fields(self, fields: tuple[Field, ...], parent: str) -> Iterator[FieldView]:
        for field in fields:
            yield self._view_field(field, join_path(parent, field.name), field.name)

    def _view_field(self, field: Field, path: str, name: str) -> FieldView:
        origin = self._origins.get(path)
        children = tuple(self.list_fields(field.fields, path)) if field.fields else ()
        if field.items is not None:
            children = (*children, self._view_field(field.items, f"{path}[]", ITEMS_NAME))
        return FieldView(
            path,
            name,
            format_type(field),
            field.required,
            path in self._key,
            field.deprecated,
            field.description or "",
            None if field.enum is None else tuple(map(format_value, field.enum)),
            tuple(list_constraints(field)),
            tuple(list_notes(field.terms)) if field.terms else (),
            self._view_origin(origin.added) if origin else None,
            self._view_origin(origin.changed) if origin and origin.changed is not origin.added else None,
            children,
        )

    def _view_origin(self, revision: Revision) -> OriginView:
        found = self._commits.get(revision)
        if found is None:
            found = self._commits[revision] = view_origin(revision)
        return found


def view_fields(contract: Contract, blame: Blame | None = None) -> tuple[FieldView, ...]:
    """Return the fields of a contract in the order of its file."""
    return tuple(_FieldTree(contract, blame).list_fields(contract.fields, ""))


def view_removed_fields(blame: Blame) -> tuple[RemovedFieldView, ...]:
    """Return the fields that earlier versions had."""
    return tuple(
        RemovedFieldView(each.path, each.last.facts.version if each.last.facts else "", view_origin(each.removed))
        for each in blame.removed_fields
    )


def view_origin(revision: Revision) -> OriginView:
    """Return the version and the commit of a revision in words."""
    commit = view_commit(revision.commit)
    version = f"in {revision.facts.version} " if revision.facts and revision.facts.version else ""
    return OriginView(f"{version}by {commit.author}, {commit.day}", commit.short)


def format_type(field: Field) -> str:
    """Return the type that the file contains, with the type that dcr compares and the stored type if they differ."""
    written = field.written_type
    text = field.type if written is None or written.lower() == field.type else f"{written} ({field.type})"
    stored = field.written_physical_type or field.physical_type
    return f"{text}, stored as {stored}" if stored else text


def format_value(value: Scalar) -> str:
    """Return a value as a contract contains it, the same for 1 and 1.0."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def list_constraints(field: Field) -> Iterator[tuple[str, str]]:
    """Yield the constraints of a field in alphabetical order, a flag with an empty value."""
    for name, value in sorted(field.constraints.items()):
        if value is not False:
            yield name.replace("_", " "), "" if value is True else format_value(value)


def list_notes(terms: FieldTerms) -> Iterator[tuple[str, str]]:
    """Yield what only foreign formats define for a field."""
    if terms.physical_name:
        yield "physical name", terms.physical_name
    if terms.encrypted_name:
        yield "encrypted as", terms.encrypted_name
    if terms.semantic_type != "column":
        yield "semantic type", terms.semantic_type
    if terms.logic:
        yield "logic", terms.logic
    if terms.embedding:
        embedding = terms.embedding
        parts = (embedding.model, embedding.model_version, embedding.distance_metric)
        yield "embedding", ", ".join(filter(None, parts)) or "yes"
    if terms.enum_notes:
        yield "notes on the values", terms.enum_notes


def walk_names(fields: Iterable[FieldView]) -> Iterator[str]:
    """Yield the names of fields and of those nested in them, without the elements of arrays."""
    for field in fields:
        if not field.path.endswith("[]"):
            yield field.name
        yield from walk_names(field.children)
