"""`dcr check` reports nothing for what did not change: a comment, another dataset, a file without datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

PATH = "contracts/shop.yaml"
STANDARD = """\
apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
status: active
team: {name: checkout}
schema:
  - name: orders
    properties:
      - {name: id, logicalType: string}
  - name: refunds
    properties:
      - {name: total, logicalType: number, logicalTypeOptions: {maximum: 9}}
"""
SPECIFICATION = """\
dataContractSpecification: 1.2.0
id: shop
info: {title: Shop, version: 1.0.0, owner: checkout, status: active}
models:
  orders: {fields: {id: {type: text}}}
  refunds: {fields: {total: {type: decimal, maximum: 9}}}
"""
NATIVE = """\
dataset_id: shop.orders
version: "1.0.0"
status: active
owners: [{team: checkout}]
fields: [{name: plan, type: string, enum: [NO, SE]}]
"""
DATED = {"odcs": STANDARD.replace("1.0.0", "2024-01"), "dcs": SPECIFICATION.replace("1.0.0", "2024-01")}
MAXIMUM = "maximum: 9"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def changed(repository: Repository, before: str, after: str, path: str = PATH) -> list[tuple[str, str | None, str]]:
    """Return the kind, the dataset and the field of everything that is found_issues of a change of one file."""
    repository.commit({path: before})
    repository.branch()
    repository.commit({path: after})
    report = repository.check("--base", "main").report
    return [
        (issue["kind"], each["dataset_id"], issue["field"]) for each in report["contracts"] for issue in each["issues"]
    ]


@pytest.mark.parametrize("name", DATED)
def test_a_version_without_an_order_is_reported_for_a_changed_contract_alone(repository: Repository, name: str) -> None:
    before = DATED[name]
    assert changed(repository, before, f"# a remark\n{before}") == []
    repository.commit({PATH: before.replace("2024-01", "2024-02").replace(MAXIMUM, "maximum: 10")})
    found_issues = repository.check("--base", "main").report
    kinds_by_dataset = {
        each["dataset_id"]: [issue["kind"] for issue in each["issues"]] for each in found_issues["contracts"]
    }
    assert sum(kinds.count("version_not_semver") for kinds in kinds_by_dataset.values()) == 1


@pytest.mark.parametrize("name", DATED)
def test_lint_says_of_a_version_without_an_order_whatever_changed(repository: Repository, name: str) -> None:
    repository.write(PATH, DATED[name])
    assert "version_not_semver" in repository.dcr("lint", "--format", "json").kinds


UNREAD = {
    "a value that is no number": STANDARD.replace(MAXIMUM, "maximum: nine"),
    "an edition that is not known": STANDARD.replace("v3.1.0", "v9.0.0"),
    "an object without properties": STANDARD + "  - name: empty\n",
    "a value written for another reader": NATIVE,
    "a reference to nothing": SPECIFICATION.replace("{type: text}", "{$ref: '#/definitions/gone'}"),
    "a duration of nobody": STANDARD + "slaProperties: [{property: latency, value: 4, unit: fortnights}]\n",
}


@pytest.mark.parametrize("name", UNREAD)
def test_a_comment_makes_no_note_be_reported_again(repository: Repository, name: str) -> None:
    before = UNREAD[name]
    assert changed(repository, before, f"# a remark\n{before}") == []
    assert {"value_not_understood", "value_ambiguous"} & {*repository.dcr("lint", "--format", "json").kinds}


def test_a_note_on_one_dataset_is_silent_when_another_one_changes(repository: Repository) -> None:
    before = STANDARD.replace(MAXIMUM, "maximum: nine")
    after = before.replace("logicalType: string", "logicalType: string, description: a key").replace("1.0.0", "1.0.1")
    assert changed(repository, before, after) == []


def test_a_new_note_stands_at_its_dataset_and_its_field_once(repository: Repository) -> None:
    after = STANDARD.replace(MAXIMUM, "minLength: 9").replace("1.0.0", "1.1.0")
    found_issues = changed(repository, STANDARD, after)
    assert [each for each in found_issues if each[0] == "value_not_understood"] == [
        ("value_not_understood", "shop/refunds", "total"),
    ]  # fmt: skip


def test_what_is_not_compared_is_reported_where_something_of_the_file_changed(repository: Repository) -> None:
    before = UNREAD["an edition that is not known"]
    found_issues = changed(repository, before, before + "somethingNew: 1\n")
    assert sorted(kind for kind, _, _ in found_issues) == ["key_not_read", "value_not_understood"]


WITHOUT_DATASETS = {
    "models of none": ("dataContractSpecification: 1.2.0\nid: shop\nmodels: {}\n", ["value_not_understood"]),
    "a schema of none": ("kind: DataContract\napiVersion: v3.1.0\nid: shop\nschema: []\n", ["value_not_understood"]),
    "plain YAML": ("colour: blue\n", []),
    "models that promise nothing": ("models: [{name: orders, columns: [{name: id}]}]\n", []),
    "an enforcement that is off": (
        "models: [{name: orders, config: {contract: {enforced: false}}, columns: [{name: id}]}]\n", [],
    ),
    "an empty list of models": ("models: []\n", []),
}  # fmt: skip


@pytest.mark.parametrize("name", WITHOUT_DATASETS)
def test_a_file_without_datasets_that_gets_a_comment_lost_none(repository: Repository, name: str) -> None:
    text, found_issues = WITHOUT_DATASETS[name]
    repository.commit({PATH: text})
    repository.branch()
    repository.commit({PATH: f"# a remark\n{text}"})
    outcome = repository.check("--base", "main")
    assert outcome.code == 0
    assert outcome.kinds == found_issues
    assert "removed" not in {each["change"] for each in outcome.report["contracts"]}
    assert "added" not in {each["change"] for each in outcome.report["contracts"]}
