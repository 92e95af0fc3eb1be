"""The JSON Schema of a consumer file agrees with the reader: what the reader accepts, the schema accepts."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dcr.consumers.readers import read_consumers
from dcr.schemas import SCHEMAS
from dcr.schemas.consumer import EXAMPLE


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(SCHEMAS["consumer"]())


def is_valid(document: Any) -> bool:
    """Return whether dcr has nothing against a document: the reader reads all of it, and it has an owner."""
    parsed = read_consumers("consumers/a.yaml", json.dumps(document).encode())  # JSON is YAML
    return parsed.format == "consumer" and not parsed.problems and all(each.owners for each in parsed.consumers)


def test_the_whole_example_is_valid() -> None:
    assert is_valid(EXAMPLE)
    assert validator().is_valid(EXAMPLE)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=6)
scalars = st.one_of(
    texts, st.integers(-9, 99), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none(),
    st.sampled_from(["null", "~", " ", ">=1.0 <3", "^1.2 || 3.x", "1", "*", "1.x, <3"]),
    st.sampled_from(["2027-01-31", "2027-02-30", "rows"]),
)  # fmt: skip
anything = st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(texts, scalars, max_size=2))


def mapping(keys: dict[str, Any], required: tuple[str, ...] = ()) -> Any:
    """Return a strategy of mappings with some of the keys, mostly valid ones."""
    optional = {key: value for key, value in keys.items() if key not in required} | {"x-note": anything}
    return st.fixed_dictionaries({key: keys[key] for key in required}, optional=optional)


owner = mapping({"team": scalars, "contact": scalars}, ("team",))
use = mapping(
    {
        "dataset": scalars,
        "versions": scalars,
        "fields": st.one_of(st.lists(scalars, max_size=3), scalars),
        "values": st.one_of(st.dictionaries(texts, st.lists(scalars, max_size=2), max_size=2), anything),
        "reads": st.one_of(st.sampled_from(["rows", "queries"]), scalars),
        "until": scalars,
    },
    ("dataset",),
)
document = mapping(
    {
        "consumer": scalars,
        "owners": st.one_of(st.lists(owner, max_size=2), anything),
        "description": scalars,
        "uses": st.one_of(st.lists(use, max_size=2), anything),
    },
    ("consumer", "uses"),
)


@settings(max_examples=1_500, deadline=None)
@given(document)
def test_what_the_reader_accepts_the_schema_accepts(found: dict[str, Any]) -> None:
    if is_valid(found):
        validator().validate(found)


REFUSED: list[dict[str, Any]] = [
    {"consumer": " "},
    {"consumer": "a" * 129},
    {"consumer": None},
    {"owners": []},
    {"owners": None},
    {"owners": ["finance"]},
    {"owners": [{"contact": "#a"}]},
    {"owners": [{"team": "a", "mail": "b"}]},
    {"description": ["a"]},
    {"uses": []},
    {"uses": ["users"]},
    {"uses": [{"fields": ["a"]}]},
    {"uses": [{"dataset": "a", "field": ["a"]}]},
    {"uses": [{"dataset": "a", "fields": []}]},
    {"uses": [{"dataset": "a", "fields": ["a", "a"]}]},
    {"uses": [{"dataset": "a", "fields": "a"}]},
    {"uses": [{"dataset": "a", "values": ["a"]}]},
    {"uses": [{"dataset": "a", "values": {"b": []}}]},
    {"uses": [{"dataset": "a", "values": {"b": [["c"]]}}]},
    {"uses": [{"dataset": "a", "values": {"b": [None]}}]},
    {"uses": [{"dataset": "a", "reads": "row"}]},
    {"uses": [{"dataset": "a", "until": "tomorrow"}]},
    {"uses": [{"dataset": "a", "versions": "latest"}]},
    {"use": []},
]


@pytest.mark.parametrize("edit", REFUSED, ids=str)
def test_what_an_editor_should_mark_neither_accepts(edit: dict[str, Any]) -> None:
    document = {"consumer": "a", "owners": [{"team": "b"}], "uses": [{"dataset": "c"}]} | edit
    assert not is_valid(document)
    assert not validator().is_valid(document)


def test_text_need_not_be_quoted() -> None:
    use = "{dataset: 1.5, versions: 2, fields: [1, true], values: {1: [no]}}"
    text = f"consumer: 2024\nowners: [{{team: 7}}]\nuses: [{use}]\n"
    assert not read_consumers("consumers/a.yaml", text.encode()).problems
    document = json.loads(json.dumps(yaml.safe_load(text)))
    validator().validate(document)
