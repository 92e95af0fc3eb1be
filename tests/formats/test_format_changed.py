"""A file that goes from one format to another: still compared, by the path and the table's name where ids differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from foreign_texts import edited, issues, kinds, line_of
from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

SPECIFICATION = """\
dataContractSpecification: 1.2.0
id: shop
info:
  title: Shop
  version: 1.0.0
  owner: checkout
  status: active
models:
  orders:
    fields:
      id: {type: text, required: true, primaryKey: true}
      total: {type: decimal, required: true, precision: 10, scale: 2}
      placed_at: {type: timestamp_tz}
  refunds:
    fields:
      id: {type: text, required: true}
"""
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
      - {name: id, logicalType: string, physicalType: varchar(36), required: true, primaryKey: true}
      - {name: total, logicalType: number, physicalType: "numeric(10,2)", required: true}
      - {name: placed_at, logicalType: timestamp, physicalType: timestamptz}
  - name: refunds
    properties:
      - {name: id, logicalType: string, required: true}
"""
MODELS = """\
models:
  - name: orders
    config: {contract: {enforced: true}, meta: {owner: checkout}}
    columns:
      - name: id
        data_type: text
        constraints: [{type: primary_key}]
      - name: total
        data_type: decimal(10,2)
        constraints: [{type: not_null}]
      - {name: placed_at, data_type: timestamptz}
"""
NATIVE = """\
dataset_id: checkout.orders
version: "1.0.0"
status: active
primary_key: [id]
owners: [{team: checkout}]
fields:
  - {name: id, type: string}
  - {name: total, type: number}
  - {name: placed_at, type: timestamp, required: false}
"""
OTHER_ID = STANDARD.replace("id: shop\n", "id: 7f3c\n")
ONE = STANDARD[: STANDARD.index("  - name: refunds")]


@pytest.mark.parametrize(
    ("before", "after"),
    [(SPECIFICATION, STANDARD), (STANDARD, SPECIFICATION), (SPECIFICATION, OTHER_ID), (OTHER_ID, SPECIFICATION)],
    ids=["one id", "one id, back", "another id", "another id, back"],
)
def test_the_same_contract_in_another_format_is_no_change(before: str, after: str) -> None:
    renamed = {"dataset_id_changed"} if OTHER_ID in (before, after) else set()
    assert kinds(issues(before, after)) == renamed


@pytest.mark.parametrize("before", [SPECIFICATION, OTHER_ID.replace("id: 7f3c", "id: 8a1d")], ids=["dcs", "odcs"])
def test_only_another_format_makes_another_id_the_same_dataset(before: str) -> None:
    after = OTHER_ID
    found = {(issue.kind, issue.field) for issue in issues(before, edited(after, ("name: total", "name: sum")))}
    removed = ("contract_removed", None) in found
    assert removed is (before != SPECIFICATION)
    assert (("field_removed", "total") in found) is not removed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ONE, MODELS),
        (MODELS, ONE),
        (ONE, NATIVE),
        (NATIVE, ONE),
        (NATIVE, MODELS),
        (ONE.replace("name: orders", "name: ORDERS"), MODELS),
        (ONE.replace("name: orders", "name: checkout_orders"), MODELS),
    ],
    ids=["odcs dbt", "dbt odcs", "odcs native", "native odcs", "native dbt", "in capitals", "the only one"],
)
def test_any_format_is_compared_with_any_other(before: str, after: str) -> None:
    assert kinds(issues(before, after)) - {"version_not_semver"} == {"dataset_id_changed"}
    broken = after.replace("name: total", "name: sum")
    assert {issue.field for issue in issues(before, broken) if issue.kind == "field_removed"} == {"total"}


def test_an_id_that_changed_on_the_way_is_reported_and_requires_a_major(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({"contracts/shop.yaml": SPECIFICATION})
    repository.branch()
    repository.commit({"contracts/shop.yaml": OTHER_ID})
    outcome = repository.check("--base", "main")
    assert sorted(outcome.kinds) == ["dataset_id_changed", "dataset_id_changed", "version_not_increasing"]
    assert [each["required_bump"] for each in outcome.report["contracts"]] == ["major", "major"]


ADDED = (
    "a MINOR version bump is required (1.0.0 → 1.1.0), found none (still 1.0.0): "
    "dataset 'shop/refunds' was added to the file"
)
REMOVED = (
    "a MAJOR version bump is required (1.0.0 → 2.0.0), found none (still 1.0.0): "
    "dataset 'shop/refunds' was removed from the file"
)


def test_a_table_added_or_removed_requires_a_bump_of_the_file() -> None:
    (got,) = issues(ONE, STANDARD)
    assert (got.kind, got.message) == ("version_not_increasing", ADDED)
    removed, lost = issues(STANDARD, ONE)
    assert (lost.kind, lost.message) == ("version_not_increasing", REMOVED)
    assert removed.kind == "contract_removed"
    for issue, after in ((got, STANDARD), (lost, ONE)):
        assert issue.location is not None
        assert issue.location.line == line_of(after, "version: 1.0.0")
    assert issues(ONE, STANDARD.replace("version: 1.0.0", "version: 1.1.0")) == []
    (small,) = issues(ONE, STANDARD.replace("version: 1.0.0", "version: 1.0.1"))
    assert (small.kind, small.severity) == ("version_bump_insufficient", "warning")


def test_a_break_on_the_way_points_into_both_files() -> None:
    after = edited(OTHER_ID, ("name: total, logicalType: number", "name: total, logicalType: integer"))
    (change,) = [issue for issue in issues(SPECIFICATION, after) if issue.kind == "field_type_changed"]
    assert change.message == "field 'total' changed type from 'decimal' (number) to 'integer'"
    assert change.location is not None
    assert change.location.line == line_of(after, "logicalType: integer")
    assert change.previous_location is not None
    assert change.previous_location.line == line_of(SPECIFICATION, "total:")


def test_a_table_removed_during_a_format_migration_is_reported() -> None:
    (issue,) = issues(SPECIFICATION, STANDARD[: STANDARD.index("  - name: refunds")])
    assert (issue.kind, issue.message) == (
        "contract_removed", "the contract of 'shop/refunds' was removed while its status was 'active'",
    )  # fmt: skip
    assert issue.location is not None
    assert issue.location.line == line_of(STANDARD, "schema:")
    assert issue.previous_location is not None
    assert issue.previous_location.line == line_of(SPECIFICATION, "refunds:")


def test_two_tables_of_one_name_are_no_ones_successor() -> None:
    after = edited(OTHER_ID, ("name: refunds", "name: ORDERS"))
    assert [issue.kind for issue in issues(SPECIFICATION, after)].count("contract_removed") == 2


def test_an_object_that_gets_its_name_is_the_same_dataset() -> None:
    nameless = ONE.replace("- name: orders", "- businessName: orders")
    assert issues(nameless, ONE.replace("name: orders", "name: sales")) == []
    assert issues(ONE, nameless) == []


def test_a_renamed_table_of_one_format_is_removed_and_the_hint_names_the_new_one() -> None:
    renamed = edited(ONE, ("name: orders", "name: sales"), ("version: 1.0.0", "version: 2.0.0"))
    (issue,) = issues(ONE, renamed)
    assert issue.kind == "contract_removed"
    assert issue.hint == (
        "probably renamed to 'shop/sales', but readers use the old name: restore it with status: "
        "deprecated, and remove it once its status is retired"
    )


def test_a_check_of_a_repository_says_it_of_one_dataset(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({"contracts/shop.yaml": SPECIFICATION})
    repository.branch()
    after = edited(OTHER_ID, ("name: total", "name: sum"))
    repository.commit({"contracts/shop.yaml": after.replace("version: 1.0.0", "version: 2.0.0")})
    outcome = repository.check("--base", "main")
    assert outcome.code == 1
    assert [(each["dataset_id"], each["change"]) for each in outcome.report["contracts"]] == [
        ("7f3c/orders", "modified"), ("7f3c/refunds", "modified"),
    ]  # fmt: skip
    assert sorted(outcome.kinds) == [
        "dataset_id_changed",
        "dataset_id_changed",
        "field_removed",
        "field_required_added",
    ]


def test_a_file_of_notes_and_no_contract_is_not_passed_over(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({"contracts/users.yaml": NATIVE})
    repository.branch()
    repository.commit({"contracts/shop.yaml": "kind: DataContract\napiVersion: v3.1.0\nid: shop\nversion: 1.0.0\n"})
    outcome = repository.check("--base", "main")
    assert outcome.kinds == ["value_not_understood"]
    (issue,) = outcome.issues
    assert issue["message"] == "the file has no schema, so nothing is compared"
