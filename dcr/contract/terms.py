"""The terms that only foreign formats have: physical names, relationships, quality rules, service levels, servers.

Where a record has an `id`, its counterpart in another version is found by it, else by what it says. `meaning` is equal
for two records that say the same, wherever they stand.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcr.parsing.location import Location

COLUMN, MEASURE = "column", "measure"
"""Semantic types of a field: a stored column, which is the default, and a value that is computed when it is read."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """How the vectors of a field were made and are meant to be compared; None where the file does not say."""

    model: str | None = None
    model_version: str | None = None
    distance_metric: str | None = None
    normalized: bool = False


@dataclass(frozen=True, slots=True)
class FieldTerms:
    """What a field has beside its type and constraints.

    `physical_name` is the name that queries select by, where the file names one, `encrypted_name` that of the column
    with the encrypted values. `logic` is how a measure is computed. `enum_notes` is what is written about each value
    of the enum, in one text: it breaks nobody.
    """

    physical_name: str | None = None
    encrypted_name: str | None = None
    semantic_type: str = COLUMN
    logic: str | None = None
    embedding: Embedding | None = None
    enum_notes: str = ""

    @property
    def comparison_key(self) -> tuple[object, ...]:
        """Return the terms in a form that compares by meaning."""
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
    """A promise that values of some fields are found in the fields of another dataset.

    `id` is its own stable id or empty. `source` and `target` are paths of fields with their datasets; `field` is the
    field that the relationship is written at, None where it is the dataset.
    """

    id: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    type: str = "foreignKey"
    field: str | None = None
    location: Location | None = dataclasses.field(default=None, compare=False, repr=False)

    @property
    def comparison_key(self) -> tuple[object, ...]:
        """Return the relationship in a form that compares by meaning."""
        return self.source, self.target, self.type


@dataclass(frozen=True, slots=True)
class QualityRule:
    """A check that the data is promised to pass.

    `id` is the rule's own stable id and `name` its name, each empty where it has none; `label` is what messages call
    it. `statement` is everything that says what is measured, `thresholds` the operators and limits that the measured
    value has to meet. A rule `is_field_constraint` is the enum, the pattern or a constraint of its field, and compared as that.
    The removal of a rule `is_relationship` is reported for its relationship.
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
        """Return the rule in a form that compares by meaning."""
        return self.statement, self.thresholds, self.unit, self.severity, self.field


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """One service level: `name` is dcr's word for it, `label` the file's.

    `value` and `unit` are the source texts, `value_ext` a further value that some levels have; `element` are the fields
    that it is about, where the file names some. `driver` is whom it is for: it tells two levels of one name apart.
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
        """Return the service level in a form that compares by meaning."""
        return self.name, self.value, self.unit, self.value_ext, self.element


@dataclass(frozen=True, slots=True)
class Server:
    """A place where consumers read the data: `address` is every key that says where and how, with its source text."""

    name: str
    address: tuple[tuple[str, str], ...]
    location: Location | None = dataclasses.field(default=None, compare=False, repr=False)

    @property
    def comparison_key(self) -> tuple[object, ...]:
        """Return the server in a form that compares by meaning."""
        return self.name, self.address


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a dataset as a whole.

    `constraints` are those that the database enforces where the dataset is `materialized` as a table: the type of each
    and its fields. They are compared as what they say of the fields.
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
        """Return the terms in a form that compares by meaning, None when there are none.

        The order of each list means nothing. A rule that is an enum or a pattern is compared as that.
        """
        quality = tuple(each for each in self.quality if not each.is_field_constraint)
        lists = (self.relationships, quality, self.service_levels, self.servers)
        found = (
            self.physical_name,
            self.materialized,
            *(frozenset(each.comparison_key for each in terms) for terms in lists),
        )
        return found if any(found) else None


NO_TERMS = Terms()
NO_FIELD_TERMS = FieldTerms()
