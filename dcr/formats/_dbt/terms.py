"""Reads the terms of a dbt model: its relation in the database, its references and its data tests."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dcr.contract.terms import NO_TERMS, QualityRule, Relationship, Server, Terms
from dcr.formats._dbt.columns import list_constraints
from dcr.formats._dbt.data_tests import read_data_tests
from dcr.formats._dbt.references import parse_reference, strip_braces, strip_quotes
from dcr.formats._dbt.versions import find_config_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.formats._foreign.mapping import SourceMapping
    from dcr.parsing.location import Location

_RELATION_KEYS = (("database", ("database", "project")), ("schema", ("schema", "dataset")))
"""The keys of a model's relation, each with the alias that BigQuery's users write ("database", "schema")."""

_REFERENCE_EXPRESSION = re.compile(r"(?:references\s+)?(.+?)\s*\(([^()]*)\)", re.DOTALL | re.IGNORECASE)


def read_terms(
    name: str, version: SourceMapping, model: SourceMapping, columns: Mapping[str, SourceMapping]
) -> Terms | None:
    """Return the terms of a model or of one of its versions; `columns` are those that it has."""
    constraint_holder = version if "constraints" in version else model
    test_holder = version if "tests" in version or "data_tests" in version else model
    constraints = list(_list_constraints(constraint_holder, columns))
    tests = [
        *read_data_tests(test_holder, None),
        *(rule for column, item in columns.items() for rule in read_data_tests(item, column)),
    ]
    references = [item for test in tests if (item := _build_test_relationship(name, test)) is not None]
    keys = [
        _build_key_relationship(name, fields, item)
        for constraint_type, fields, item in constraints
        if constraint_type == "foreign_key"
    ]
    materialized = find_config_text(version, model, "materialized")
    terms = Terms(
        physical_name=find_config_text(version, model, "alias"),
        relationships=tuple({item.comparison_key: item for item in [*references, *keys]}.values()),
        quality=(*tests, *_derive_quality_rules(constraints)),
        servers=tuple(_read_server(version, model)),
        materialized=materialized.lower() if materialized else None,
        constraints=tuple(
            dict.fromkeys((constraint_type, tuple(sorted(fields))) for constraint_type, fields, _ in constraints)
        ),
    )
    return terms if terms != NO_TERMS else None


def _list_constraints(
    model: SourceMapping, columns: Mapping[str, SourceMapping]
) -> Iterator[tuple[str, tuple[str, ...], SourceMapping]]:
    """Yield each constraint of a model and its columns: its type, its columns, and its mapping."""
    for constraint_type, constraint in list_constraints(model):
        constrained_columns = tuple(constraint.texts("columns"))
        if constraint_type == "not_null":
            yield from ((constraint_type, (column,), constraint) for column in constrained_columns)
        else:
            yield constraint_type, constrained_columns, constraint
    for name, column in columns.items():
        yield from ((constraint_type, (name,), constraint) for constraint_type, constraint in list_constraints(column))


def _read_server(version: SourceMapping, model: SourceMapping) -> Iterator[Server]:
    """Yield the database and schema that the model declares; dbt takes the rest from the project."""
    settings = ((key, find_config_text(version, model, *aliases)) for key, aliases in _RELATION_KEYS)
    address = tuple((key, value) for key, value in settings if value)
    if address:
        holder = version if "config" in version else model
        yield Server("", address, holder.locate("config"))


def _build_test_relationship(model: str, test: QualityRule) -> Relationship | None:
    """Return the relationship that a data test of the type `relationships` declares."""
    statement = dict(test.statement)
    if not test.is_relationship or test.field is None:
        return None
    target = f"{_resolve_reference(statement.get('to', ''))}.{strip_quotes(statement.get('field', ''))}"
    return Relationship("", (f"{model}.{test.field}",), (target,), field=test.field, location=test.location)


def _build_key_relationship(model: str, fields: tuple[str, ...], key: SourceMapping) -> Relationship:
    """Return the relationship that a foreign key declares, in separate keys or in one expression."""
    to, columns = key.text("to"), [strip_quotes(column) for column in key.texts("to_columns")]
    expression = " ".join((key.text("expression") or "").split())
    match = _REFERENCE_EXPRESSION.fullmatch(strip_braces(expression))
    if to is None and match and parse_reference(expression) is None:
        to, columns = match[1], [strip_quotes(column) for column in match[2].split(",")]
    target = _resolve_reference(to if to is not None else expression)
    return Relationship(
        id="",
        source=tuple(f"{model}.{column}" for column in fields),
        target=tuple(f"{target}.{column}" for column in columns) or (target,),
        field=fields[0] if len(fields) == 1 else None,
        location=key.locate(),
    )


def _resolve_reference(text: str) -> str:
    """Return the name in `ref('orders', v=2)` or `source('shop', 'orders')`; any other text is returned unchanged."""
    reference = parse_reference(text)
    return reference.qualified_name if reference else strip_quotes(strip_braces(text))


def _derive_quality_rules(constraints: list[tuple[str, tuple[str, ...], SourceMapping]]) -> Iterator[QualityRule]:
    """Yield the quality rules that constraints imply; those of one column are compared as its constraints."""
    for constraint_type, fields, constraint in constraints:
        location: Location = constraint.locate()
        if constraint_type in ("not_null", "unique") and len(fields) == 1:
            statement = (("test", constraint_type),)
            rule = QualityRule("", constraint_type, "", statement, (), None, "error", fields[0], location=location)
            yield replace(rule, is_field_constraint=True)
        elif constraint_type == "unique" and len(fields) > 1:
            label = f"unique of {', '.join(fields)}"
            key_statement = (("columns", ", ".join(sorted(fields))), ("constraint", constraint_type))
            yield QualityRule("", label, "", key_statement, (), None, "error", location=location)
