"""A text of a contract is left out of a search for datasets only if it defines none of them."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dcr.formats import read_content
from dcr.git.contracts.dataset_ids import create_definition_filter, find_plain_ids, list_dataset_ids

REST = "version: '1.0.0'\nowners: [{team: a}]\nfields: [{name: b, type: string}]\n"
TEXTS = [
    "dataset_id: shop.d1\n",
    '"dataset_id": "shop.d1"\n',
    "'dataset_id': 'shop.d1'  # an id\n",
    "dataset_id:\n  shop.d1\n",
    "dataset_id: >-\n  shop.d1\n",
    "dataset_id: |-\n  shop.d1\n",
    "dataset_id: &id shop.d1\n",
    "? dataset_id\n: shop.d1\n",
    "dataset_id   :   shop.d1\n",
    'dataset_id: "shop.\\\n  d1"\n',
    'dataset_id: "shop\\x2ed1"\n',
    '"dataset\\x5fid": shop.d1\n',
    "description: |\n  dataset_id: other\ndataset_id: shop.d1\n",
    "x-note: {dataset_id: other}\ndataset_id: shop.d1\n",
    "x-note:\n  dataset_id: other\ndataset_id: shop.d1\n",
    '? "data\\\n  set_id"\n: shop.d1\n',
    "x-note: {? &key\n  dataset_id: other}\n*key : shop.d1\n",
]
IDS = ["shop.d1 of a", "shop.d1,a", "shop.d1#a", "shop.d1}a", "shop.d1\n  a", "'shop.d1''a'"]
"""Ids that begin like a plain one."""


@pytest.mark.parametrize("text", TEXTS)
def test_every_notation_of_an_id_is_found(text: str) -> None:
    content = (text + REST).encode()
    (found,) = read_content("a.yaml", content).contracts
    assert found.dataset_id == "shop.d1"
    assert create_definition_filter({"shop.d1"})(content)


@pytest.mark.parametrize("notation", IDS)
@pytest.mark.parametrize("form", ["dataset_id: {}\n", "x-note: {{dataset_id: other}}\ndataset_id: {}\n"])
def test_an_id_is_read_to_its_end(notation: str, form: str) -> None:
    content = (form.format(notation) + REST).encode()
    (found,) = read_content("a.yaml", content).contracts
    assert found.dataset_id != "shop.d1"
    assert create_definition_filter({found.dataset_id})(content)
    assert find_plain_ids(content) is None


@given(st.text(min_size=1, max_size=8), st.sampled_from(["safe_dump", "json", "plain"]))
def test_whatever_the_id_is_the_text_that_defines_it_is_found(dataset_id: str, notation: str) -> None:
    if notation == "plain":
        content = f"dataset_id: {dataset_id}\n{REST}".encode("utf-8", "surrogatepass")
    else:
        document = {"dataset_id": dataset_id, **yaml.safe_load(REST)}
        content = (json.dumps(document) if notation == "json" else yaml.safe_dump(document)).encode()
    for contract in read_content("a.yaml", content).contracts:
        assert create_definition_filter({contract.dataset_id})(content)


def test_other_contracts_are_left_out() -> None:
    may_define = create_definition_filter({"shop.d1"})
    assert not may_define(f"dataset_id: shop.d10\n{REST}".encode())
    assert not may_define(f"dataset_id: shop.d10  # an id\r\n  \r\n# a comment\n{REST}".encode())
    assert not may_define(f'{{"dataset_id": "shop.d2",\n {json.dumps(yaml.safe_load(REST))[1:]}'.encode())
    assert may_define(b"apiVersion: v3.0.2\nkind: DataContract\nid: shop\nschema: [{name: d1}]\n")


def test_ids_are_listed_for_suggestions() -> None:
    odcs = b"apiVersion: v3.0.2\nkind: DataContract\nid: shop\nversion: 1.0.0\nstatus: active\nschema: [{name: d1}]\n"
    texts = [("a.yaml", f"dataset_id: shop.d2\n{REST}".encode()), ("b.yaml", odcs), ("c.yaml", b"replicas: 3\n")]
    assert list(list_dataset_ids(texts)) == ["shop.d2", "shop/d1"]
