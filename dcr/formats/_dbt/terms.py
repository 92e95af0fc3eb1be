"""Reads what a dbt model promises beside its columns: its relation in the database, its references, its data tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dcr.contract.terms import NO_TERMS, QualityRule, Relationship, Server, Terms
from dcr.formats._dbt.constraints import constraints
from dcr.formats._dbt.data_tests import data_tests
from dcr.formats._dbt.versions import config_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dcr.formats._foreign.mapping import Tree
    from dcr.parsing.location import Location

_RELATION = (("database", ("database", "project")), ("schema", ("schema", "dataset")))
"""Where dbt puts a model: each key with the word that BigQuery's users write for it ("database", "schema")."""

_REF = re.compile(r"(ref|source)\(\s*(.*?)\s*\)", re.DOTALL)
_EXPRESSION = re.compile(r"(?:references\s+)?(.+?)\s*\(([^()]*)\)", re.DOTALL | re.IGNORECASE)


def terms(name: str, version: Tree, model: Tree, columns: Mapping[str, Tree]) -> Terms | None:
    """Return the terms of a model, or of one version of it; `columns` are those that it has."""
    holder = version if "constraints" in version else model
    tested = version if "tests" in version or "data_tests" in version else model
    found = list(_constraints(holder, columns))
    tests = [
        *data_tests(tested, None),
        *(rule for column, each in columns.items() for rule in data_tests(each, column)),
    ]
    references = [each for test in tests if (each := _of_test(name, test)) is not None]
    keys = [_of_constraint(name, fields, each) for word, fields, each in found if word == "foreign_key"]
    materialized = config_text(version, model, "materialized")
    terms = Terms(
        physical_name=config_text(version, model, "alias"),
        relationships=tuple({each.meaning: each for each in [*references, *keys]}.values()),
        quality=(*tests, *_implied(found)),
        servers=tuple(_server(version, model)),
        materialized=materialized.lower() if materialized else None,
        constraints=tuple(dict.fromkeys((word, tuple(sorted(fields))) for word, fields, _ in found)),
    )
    return terms if terms != NO_TERMS else None


def _constraints(model: Tree, columns: Mapping[str, Tree]) -> Iterator[tuple[str, tuple[str, ...], Tree]]:
    """Yield each constraint of a model and of its columns: its type, the columns it is about, and what it says."""
    for word, each in constraints(model):
        about = tuple(each.texts("columns"))
        if word == "not_null":
            yield from ((word, (column,), each) for column in about)
        else:
            yield word, about, each
    for name, column in columns.items():
        yield from ((word, (name,), each) for word, each in constraints(column))


def _server(version: Tree, model: Tree) -> Iterator[Server]:
    """Yield where the model says its relation is; what it does not say, its project does."""
    said = ((key, config_text(version, model, *words)) for key, words in _RELATION)
    address = tuple((key, value) for key, value in said if value)
    if address:
        holder = version if "config" in version else model
        yield Server("", address, holder.at("config"))


def _of_test(model: str, test: QualityRule) -> Relationship | None:
    """Return the reference that a data test of the type `relationships` holds."""
    said = dict(test.statement)
    if not test.of_relationship or test.field is None:
        return None
    target = f"{_referenced(said.get('to', ''))}.{_unquoted(said.get('field', ''))}"
    return Relationship("", (f"{model}.{test.field}",), (target,), field=test.field, location=test.location)


def _of_constraint(model: str, fields: tuple[str, ...], key: Tree) -> Relationship:
    """Return the reference that a foreign key holds: in keys of their own, or in one expression."""
    to, columns = key.text("to"), [_unquoted(each) for each in key.texts("to_columns")]
    expression = " ".join((key.text("expression") or "").split())
    written = _EXPRESSION.fullmatch(_braceless(expression))
    if to is None and written and not _REF.fullmatch(_braceless(expression)):
        to, columns = written[1], [_unquoted(each) for each in written[2].split(",")]
    target = _referenced(to if to is not None else expression)
    return Relationship(
        id="",
        source=tuple(f"{model}.{each}" for each in fields),
        target=tuple(f"{target}.{each}" for each in columns) or (target,),
        field=fields[0] if len(fields) == 1 else None,
        location=key.at(),
    )


def _referenced(text: str) -> str:
    """Return the name of what `ref('orders', v=2)` or `source('shop', 'orders')` refers to; other text as it is."""
    found = _REF.fullmatch(_braceless(text))
    if found is None:
        return _unquoted(_braceless(text))
    parts = [each.strip() for each in found[2].split(",")]
    names = [_unquoted(each) for each in parts if "=" not in each]
    version = next((each.partition("=")[2].strip() for each in parts if "=" in each), None)
    return ".".join(names) + (f".v{_unquoted(version)}" if version else "")


def _braceless(text: str) -> str:
    return text.strip().removeprefix("{{").removesuffix("}}").strip()


def _unquoted(text: str) -> str:
    return text.strip().replace('"', "").replace("'", "").replace("`", "")


def _implied(found: list[tuple[str, tuple[str, ...], Tree]]) -> Iterator[QualityRule]:
    """Yield what constraints promise as data tests would; those of one column are compared as its constraints."""
    for word, fields, each in found:
        place: Location = each.at()
        if word in ("not_null", "unique") and len(fields) == 1:
            statement = (("test", word),)
            yield QualityRule("", word, "", statement, (), None, "error", fields[0], of_values=True, location=place)
        elif word == "unique" and len(fields) > 1:
            shown = f"unique of {', '.join(fields)}"
            together = (("columns", ", ".join(sorted(fields))), ("constraint", word))
            yield QualityRule("", shown, "", together, (), None, "error", location=place)
