"""Every key of the foreign formats' own schemas is compared, ignored or reported: none is left out by oversight."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from schema_keys import PACKAGED, keys_by_kind, packaged_schema

from dcr.formats import list_formats
from dcr.formats._keys.vocabularies import find_vocabulary
from dcr.formats._keys.vocabulary import UNKNOWN, Vocabulary

FOREIGN = [each.NAME for each in list_formats() if each.NAME != "native"]
ODCS_3_1 = Path(__file__).parent / "schemas" / "odcs_3_1.yaml"
"""What `keys_by_kind` gives for the schema of v3.1.0: its package carries the newest schema only."""

NOT_IN_THE_SCHEMA = {"dbt": {"column of a version": "dbt's schema does not define a version of a model"}}
"""Kinds of mappings that a schema does not lead to, each with the reason."""


def vocabulary(name: str) -> Vocabulary:
    found = find_vocabulary(name)
    assert found is not None
    return found


def unknown(name: str, kinds: dict[str, set[str]]) -> set[tuple[str, str]]:
    known = vocabulary(name).kinds
    return {(kind, key) for kind, keys in kinds.items() for key in keys if known[kind].get_use(key) == UNKNOWN}


@pytest.mark.parametrize("name", FOREIGN)
def test_every_key_of_the_formats_schema_is_known(name: str) -> None:
    found = keys_by_kind(packaged_schema(name), vocabulary(name))
    assert unknown(name, found) == set()


def test_every_key_of_the_open_data_contract_standard_3_1_is_known() -> None:
    found = {kind: set(text.split()) for kind, text in yaml.safe_load(ODCS_3_1.read_text("utf-8")).items()}
    assert unknown("odcs", found) == set()
    newest = keys_by_kind(packaged_schema("odcs"), vocabulary("odcs"))
    assert found.keys() <= newest.keys()
    assert sum(map(len, found.values())) > 150


@pytest.mark.parametrize("name", FOREIGN)
def test_every_known_key_is_in_the_schema_or_listed_as_older_or_extra(name: str) -> None:
    found = keys_by_kind(packaged_schema(name), vocabulary(name))
    kinds = {kind: keys for kind, keys in vocabulary(name).kinds.items() if kind not in NOT_IN_THE_SCHEMA.get(name, {})}
    assert found.keys() == kinds.keys()
    invented = {(kind, key) for kind, keys in kinds.items() for key in keys.list_names()} - {
        (kind, key) for kind, keys in kinds.items() for key in (*found[kind], *keys.older, *keys.extra)
    }
    assert invented == set()


@pytest.mark.parametrize("name", FOREIGN)
def test_a_key_that_is_called_older_or_beyond_the_schema_is_not_in_it(name: str) -> None:
    found = keys_by_kind(packaged_schema(name), vocabulary(name))
    kinds = vocabulary(name).kinds
    assert {
        (kind, key) for kind, keys in found.items() for key in keys & (kinds[kind].older | kinds[kind].extra)
    } == set()


@pytest.mark.parametrize("name", FOREIGN)
def test_a_key_has_one_use_and_leads_to_a_kind_that_there_is(name: str) -> None:
    for kind, keys in vocabulary(name).kinds.items():
        uses = [set(keys.compared), set(keys.nested), set(keys.ignored), set(keys.unread)]
        assert sum(map(len, uses)) == len(set().union(*uses)), kind
        assert keys.older | keys.extra <= set(keys.list_names()), kind
        for below in keys.nested.values():
            assert {below.one, below.many} - {""} <= vocabulary(name).kinds.keys()


def test_every_foreign_format_has_a_vocabulary_and_a_schema() -> None:
    assert set(FOREIGN) == PACKAGED.keys()
    assert find_vocabulary("native") is None
