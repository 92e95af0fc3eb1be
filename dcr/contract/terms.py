"""Holds the terms that only foreign formats have, such as relationships, quality rules, service levels and servers.

A record with an `id` is matched to its counterpart in another version by it, otherwise by its content.
`comparison_key` is equal for two records of equal content, independent of their locations.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.parsing.location import Location

COLUMN, MEASURE = "column", "measure"
"""Semantic types of a field: a stored column, which is the default, and a value that is computed on read."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """How the vectors of a field were created and are to be compared; None where the file does not declare it."""

    model: str | None = None
    model_version: str | None = None
    distance_metric: str | None = None
    normalized: bool = False


@dataclass(frozen=True, slots=True)
class FieldTerms:
    """The properties of a field in addition to its type and constraints.

    `physical_name` is the name that queries select by, `encrypted_name` the name of the column with the encrypted
    values. `logic` is how a measure is computed. `enum_notes` holds the descriptions of the enum values in one text;
    changing it breaks no consumer.
    """

    physical_name: str | None = None
    encrypted_name: str | None = None
    semantic_type: str = COLUMN
    logic: str | None = None
    embedding: Embedding | None = None
    enum_notes: str = ""

    @property
    def comparison_key(self) -> tuple[object, ...]:
        """Everything the terms declare, as a key that is equal for equivalent terms."""
        embedding = self.embedding
        return (
            self.physical_name,
            self.encrypted_name,
            self.semantic_type,
            self.logic,
            None
            if embedding is None
            else (embedding.model, embedding.model_version, embedding.distance_metric, embedding.normalized),
            self.enum_notes,
        )


@dataclass(frozen=True, slots=True)
class Relationship:
    """A promise that the values of some fields exist in the fields of another dataset.

    `id` is its stable id, or empty. `source` and `target` are paths of fields, prefixed with their datasets. `field` is
    the field that declares the relationship, None if the dataset does.
    """

    id: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    type: str = "foreignKey"
    field: str | None = None
    location: Location | None = dataclasses.field(default=None, compare=False, repr=False)

    @property
    def comparison_key(self) -> tuple[object, ...]:
        """Everything the relationship declares, as a key that is equal for equivalent ones."""
        return self.source, self.target, self.type


@dataclass(frozen=True, slots=True)
class QualityRule:
    """A check that the data is promised to pass.

    `id` and `name` are empty where the rule has none; `label` is its name in messages. `statement` holds the keys that
    define what is measured, `thresholds` the operators and limits for the measured value. With `is_field_constraint`,
    the rule is the enum, the pattern or a constraint of its field, and is compared as such. With `is_relationship`, its
    removal is reported for its relationship.
    """

    id: str
    label: str
    name: str
    statement: tuple[tuple[str, str], ...]
    thresholds: tuple[tuple[str, str], ...] = ()
    unit: str | None = None
    severity: str | None = None
    field: str | None = None
    is_field_constraint: bool = False
    is_relationship: bool = False
    location: Location | None = dataclasses.field(default=None, compare=False, repr=False)

    @property
    def comparison_key(self) -> tuple[object, ...]:
        """Everything the rule declares, as a key that is equal for equivalent rules."""
        return self.statement, self.thresholds, self.unit, self.severity, self.field


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """One service level: `name` is its format-neutral name, `label` its name in the file.

    `value` and `unit` are source texts, `value_ext` is a second value that some levels have. `element` lists the fields
    that it applies to, where the file names them. `driver` is its purpose: it distinguishes two levels of one name.
    """

    id: str
    name: str
    label: str
    value: str
    unit: str | None = None
    value_ext: str | None = None
    element: str | None = None
    driver: str | None = None
    location: Location | None = dataclasses.field(default=None, compare=False, repr=False)

    @property
    def comparison_key(self) -> tuple[object, ...]:
        """Everything the service level declares, as a key that is equal for equivalent ones."""
        return self.name, self.value, self.unit, self.value_ext, self.element


@dataclass(frozen=True, slots=True)
class Server:
    """A server that consumers read the data from: `address` holds each key of its address with its source text."""

    name: str
    address: tuple[tuple[str, str], ...]
    location: Location | None = dataclasses.field(default=None, compare=False, repr=False)

    @property
    def comparison_key(self) -> tuple[object, ...]:
        """Everything the server declares, as a key that is equal for equivalent servers."""
        return self.name, self.address


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a dataset as a whole.

    `constraints` lists the type and the fields of each constraint that the database enforces where the dataset is
    `materialized` as a table. They are compared as constraints of the fields.
    """

    physical_name: str | None = None
    relationships: tuple[Relationship, ...] = ()
    quality: tuple[QualityRule, ...] = ()
    service_levels: tuple[ServiceLevel, ...] = ()
    servers: tuple[Server, ...] = ()
    materialized: str | None = None
    constraints: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def comparison_key(self) -> tuple[object, ...] | None:
        """Everything the terms declare, as a key that is equal for equivalent terms; None if they declare nothing.

        The order of each list is ignored. A rule that is an enum or a pattern is compared as such.
        """
        quality = tuple(term for term in self.quality if not term.is_field_constraint)
        lists = (self.relationships, quality, self.service_levels, self.servers)
        key = (
            self.physical_name,
            self.materialized,
            *(frozenset(term.comparison_key for term in terms) for terms in lists),
        )
        return key if any(key) else None


NO_TERMS = Terms()
NO_FIELD_TERMS = FieldTerms()
