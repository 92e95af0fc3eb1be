"""Checks where each format says that all consumers of a dataset are declared."""

from __future__ import annotations

import pytest

from dcr.formats import read_content

NATIVE = b"""dataset_id: users
version: "1.0.0"
owners: [{team: growth}]
fields: [{name: id, type: string}]
"""
ODCS = b"""kind: DataContract
apiVersion: v3.1.0
id: users
version: 1.0.0
status: active
schema:
  - name: daily
    properties: [{name: id, logicalType: string}]
  - name: weekly
    properties: [{name: id, logicalType: string}]
"""
DCS = b"""dataContractSpecification: 1.2.0
id: users
info: {title: users, version: 1.0.0, owner: growth}
models:
  daily:
    fields: {id: {type: string}}
  weekly:
    fields: {id: {type: string}}
"""
DBT = b"""models:
  - name: daily
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: text}]
  - name: weekly
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: text}]
"""


def list_complete(content: bytes) -> list[str]:
    """Return the ids of the datasets whose consumers are complete; nothing in the file is a problem."""
    parsed = read_content("file.yaml", content)
    assert parsed.problems == ()
    assert parsed.contracts
    return [contract.dataset_id for contract in parsed.contracts if contract.consumers_complete]


@pytest.mark.parametrize("content", [NATIVE, ODCS, DCS, DBT], ids=["native", "odcs", "dcs", "dbt"])
def test_a_file_that_does_not_say_so_is_not_complete(content: bytes) -> None:
    assert list_complete(content) == []


def test_a_native_contract_says_so_at_its_top() -> None:
    assert list_complete(NATIVE + b"x-consumers: complete\n") == ["users"]
    assert list_complete(NATIVE.replace(b"type: string", b"type: string, x-consumers: complete")) == []
    assert list_complete(NATIVE + b"x-consumers: [finance.dashboard]\n") == []


@pytest.mark.parametrize("value", ["Complete", "true", "''", "all"])
def test_another_value_of_a_native_contract_is_not_understood(value: str) -> None:
    parsed = read_content("file.yaml", NATIVE + f"x-consumers: {value}\n".encode())
    (contract,), (problem,) = parsed.contracts, parsed.problems
    assert not contract.consumers_complete
    assert (problem.is_fatal, problem.is_understood) == (False, False)
    assert problem.location.line == 5
    assert problem.message == f"x-consumers is '{value.strip(chr(39))}', expected complete"


def test_an_open_data_contract_says_so_for_the_file_or_for_an_object() -> None:
    mark = b"customProperties: [{property: consumers, value: complete}]\n"
    assert list_complete(ODCS + mark) == ["users/daily", "users/weekly"]
    assert list_complete(ODCS + b"    " + mark) == ["users/weekly"]
    assert list_complete(ODCS + mark.replace(b"complete", b"[finance]")) == []
    assert list_complete(ODCS + mark.replace(b"consumers", b"producers")) == []


def test_a_data_contract_specification_says_so_for_the_file_or_for_a_model() -> None:
    assert list_complete(DCS + b"x-consumers: complete\n") == ["users/daily", "users/weekly"]
    assert list_complete(DCS + b"    x-consumers: complete\n") == ["users/weekly"]
    assert list_complete(DCS + b"x-consumers: [finance]\n") == []


@pytest.mark.parametrize(
    "weekly",
    [
        pytest.param(b"    meta: {consumers: complete}\n", id="meta"),
        pytest.param(b"    config: {contract: {enforced: true}, meta: {consumers: complete}}\n", id="config"),
    ],
)
def test_a_dbt_model_says_so_in_its_metadata(weekly: bytes) -> None:
    head, _, tail = DBT.rpartition(b"    config: {contract: {enforced: true}}\n")
    content = head + weekly + tail if b"config" in weekly else DBT + weekly
    assert list_complete(content) == ["weekly"]
    assert list_complete(content.replace(b"complete", b"finance")) == []


def test_a_version_of_a_dbt_model_may_say_so_alone() -> None:
    versions = b"""    versions:
      - {v: 1}
      - {v: 2, config: {meta: {consumers: complete}}}
"""
    assert list_complete(DBT + versions) == ["weekly.v2", "weekly"]
