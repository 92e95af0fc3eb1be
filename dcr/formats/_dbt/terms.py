"""Reads what a dbt model promises beside its columns: its relation in the database, its references, its data tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.contract.terms import NO_TERMS, QualityRule, Relationship, Server, Terms
from dcr.formats._dbt.columns import list_constraints
from dcr.formats._dbt.data_tests import read_data_tests
from dcr.formats._dbt.versions import find_config_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.formats._foreign.mapping import SourceMapping
    from dcr.parsing.location import Location

_RELATION_KEYS = (("database", ("database", "project")), ("schema", ("schema", "dataset")))
"""Where dbt puts a model: each key with the word that BigQuery's users write for it ("database", "schema")."""

_REF = re.compile(r"(ref|source)\(\s*(.*?)\s*\)", re.DOTALL)
_REFERENCE_EXPRESSION = re.compile(r"(?:references\s+)?(.+?)\s*\(([^()]*)\)", re.DOTALL | re.IGNORECASE)


def read_terms(
    name: str, version: SourceMapping, model: SourceMapping, columns: Mapping[str, SourceMapping]
) -> Terms | None:
    """Return the terms of a model, or of one version of it; `columns` are those that it has."""
    holder = version if "constraints" in version else model
    tested = version if "tests" in version or "data_tests" in version else model
    found = list(_list_constraints(holder, columns))
    tests = [
        *read_data_tests(tested, None),
        *(rule for column, each in columns.items() for rule in read_data_tests(each, column)),
    ]
    references = [each for test in tests if (each := _build_test_relationship(name, test)) is not None]
    keys = [_build_key_relationship(name, fields, each) for word, fields, each in found if word == "foreign_key"]
    materialized = find_config_text(version, model, "materialized")
    terms = Terms(
        physical_name=find_config_text(version, model, "alias"),
        relationships=tuple({each.comparison_key: each for each in [*references, *keys]}.values()),
        quality=(*tests, *_derive_quality_rules(found)),
        servers=tuple(_read_server(version, model)),
        materialized=materialized.lower() if materialized else None,
        constraints=tuple(dict.fromkeys((word, tuple(sorted(fields))) for word, fields, _ in found)),
    )
    return terms if terms != NO_TERMS else None


def _list_constraints(
    model: SourceMapping, columns: Mapping[str, SourceMapping]
) -> Iterator[tuple[str, tuple[str, ...], SourceMapping]]:
    """Yield each constraint of a model and of its columns: its type, the columns it is about, and what it says."""
    for word, each in list_constraints(model):
        about = tuple(each.texts("columns"))
        if word == "not_null":
            yield from ((word, (column,), each) for column in about)
        else:
            yield word, about, each
    for name, column in columns.items():
        yield from ((word, (name,), each) for word, each in list_constraints(column))


def _read_server(version: SourceMapping, model: SourceMapping) -> Iterator[Server]:
    """Yield where the model says its relation is; what it does not say, its project does."""
    said = ((key, find_config_text(version, model, *words)) for key, words in _RELATION_KEYS)
    address = tuple((key, value) for key, value in said if value)
    if address:
        holder = version if "config" in version else model
        yield Server("", address, holder.locate("config"))


def _build_test_relationship(model: str, test: QualityRule) -> Relationship | None:
    """Return the reference that a data test of the type `relationships` holds."""
    said = dict(test.statement)
    if not test.is_relationship or test.field is None:
        return None
    target = f"{_resolve_reference(said.get('to', ''))}.{_strip_quotes(said.get('field', ''))}"
    return Relationship("", (f"{model}.{test.field}",), (target,), field=test.field, location=test.location)


def _build_key_relationship(model: str, fields: tuple[str, ...], key: SourceMapping) -> Relationship:
    """Return the reference that a foreign key holds: in keys of their own, or in one expression."""
    to, columns = key.text("to"), [_strip_quotes(each) for each in key.texts("to_columns")]
    expression = " ".join((key.text("expression") or "").split())
    written = _REFERENCE_EXPRESSION.fullmatch(_strip_braces(expression))
    if to is None and written and not _REF.fullmatch(_strip_braces(expression)):
        to, columns = written[1], [_strip_quotes(each) for each in written[2].split(",")]
    target = _resolve_reference(to if to is not None else expression)
    return Relationship(
        id="",
        source=tuple(f"{model}.{each}" for each in fields),
        target=tuple(f"{target}.{each}" for each in columns) or (target,),
        field=fields[0] if len(fields) == 1 else None,
        location=key.locate(),
    )


def _resolve_reference(text: str) -> str:
    """Return the name of what `ref('orders', v=2)` or `source('shop', 'orders')` refers to; other text as it is."""
    found = _REF.fullmatch(_strip_braces(text))
    if found is None:
        return _strip_quotes(_strip_braces(text))
    parts = [each.strip() for each in found[2].split(",")]
    names = [_strip_quotes(each) for each in parts if "=" not in each]
    version = next((each.partition("=")[2].strip() for each in parts if "=" in each), None)
    return ".".join(names) + (f".v{_strip_quotes(version)}" if version else "")


def _strip_braces(text: str) -> str:
    return text.strip().removeprefix("{{").removesuffix("}}").strip()


def _strip_quotes(text: str) -> str:
    return text.strip().replace('"', "").replace("'", "").replace("`", "")


def _derive_quality_rules(found: list[tuple[str, tuple[str, ...], SourceMapping]]) -> Iterator[QualityRule]:
    """Yield what constraints promise as data tests would; those of one column are compared as its constraints."""
    for word, fields, each in found:
        place: Location = each.locate()
        if word in ("not_null", "unique") and len(fields) == 1:
            statement = (("test", word),)
            yield QualityRule(
                "", word, "", statement, (), None, "error", fields[0], is_field_constraint=True, location=place
            )
        elif word == "unique" and len(fields) > 1:
            shown = f"unique of {', '.join(fields)}"
            together = (("columns", ", ".join(sorted(fields))), ("constraint", word))
            yield QualityRule("", shown, "", together, (), None, "error", location=place)
