"""`dcr impact` says whom a change would break before any file is edited."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from declared_story import EXPORT, ORDERS, REVENUE, make_repository
from repositories import USERS, Repository, contract

if TYPE_CHECKING:
    from pathlib import Path

FOREIGN = {
    "odcs.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.2.0
status: active
schema:
  - name: returns
    properties:
      - name: refund
        logicalType: object
        properties:
          - {name: currency, logicalType: string}
          - {name: amount, logicalType: number}
""",
    "dcs.yaml": """\
dataContractSpecification: 1.1.0
id: shop
info: {title: Shop, version: 1.2.0, status: active, owner: shop}
models:
  returns:
    fields:
      refund:
        type: record
        fields:
          currency: {type: string}
          amount: {type: decimal}
""",
    "schema.yml": """\
version: 2
models:
  - name: returns
    latest_version: 2
    config: {contract: {enforced: true}}
    columns:
      - {name: refund, data_type: text}
    versions:
      - {v: 1}
      - {v: 2}
""",
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path)


def _impact(repository: Repository, *arguments: str) -> tuple[int, dict[str, Any]]:
    run = repository.dcr("impact", "--format", "json", *arguments, DCR_CACHE="off")
    assert run.err == ""
    return run.code, json.loads(run.out)


def _names(document: dict[str, Any]) -> list[str]:
    return [consumer["consumer"] for consumer in document["reached"]]


def test_a_removed_field_reaches_those_who_list_it(repository):
    run = repository.dcr("impact", "users.daily_active", "ltv")
    assert run.code == 1
    assert run.out == (
        "removing field 'ltv' of users.daily_active 1.0.0 reaches 1 declared consumer\n"
        "error  field 'ltv' was removed [field_removed]\n"
        "  breaks 1 declared consumer: queries and joins that select it\n"
        f"  reaches finance.revenue (finance, #finance-data; until 2999-03-31)  {REVENUE}:5\n"
        "  help: keep it with 'deprecated: true' for one release, then remove it\n"
        "requires version 2.0.0 (MAJOR)\n"
        "next: contact the owners: finance (#finance-data)\n"
        "next: wait until 2999-03-31, when the last of them moves away\n"
    )


def test_nothing_is_written_and_the_working_tree_is_what_counts(repository):
    repository.write(
        REVENUE, "consumer: finance.revenue\nuses:\n  - {dataset: users.daily_active, fields: [user_id]}\n"
    )
    assert _impact(repository, "users.daily_active", "ltv")[0] == 0
    assert _impact(repository, "users.daily_active", "ltv", "--ref", "main")[0] == 1


def test_a_field_that_nobody_uses_has_the_steps_of_its_removal(repository):
    run = repository.dcr("impact", "users.daily_active", "active_date", "--optional")
    assert (run.code, run.err) == (0, "")
    repository.write(USERS, contract(more="  - {name: region, type: string}"))
    run = repository.dcr("impact", "users.daily_active", "region", "--remove")
    assert run.code == 0
    assert "removing field 'region' of users.daily_active 1.0.0 reaches no declared consumer\n" in run.out
    assert "next: make the change, then: dcr bump users.daily_active\n" in run.out
    assert "dcr accept users.daily_active field_removed region --reason TEXT\n" in run.out


@pytest.mark.parametrize(
    ("arguments", "names", "kinds", "version"),
    [
        (["plan", "--enum-remove", "pro"], ["finance.revenue"], ["field_enum_shrunk"], "2.0.0"),
        (["ltv", "--type", "string"], ["finance.revenue"], ["field_type_changed"], "2.0.0"),
        (["ltv", "--required"], [], ["field_required_added"], "2.0.0"),
        (["ltv", "--rename", "value"], ["finance.revenue"], ["field_removed"], "2.0.0"),
        (["user_id", "--type", "integer"], ["finance.revenue", "growth.export"], ["field_type_changed"], "2.0.0"),
        (
            ["active_date"],
            ["finance.revenue", "growth.export"],
            ["primary_key_changed", "field_removed"],
            "2.0.0",
        ),
    ],
)
def test_every_change_runs_the_engine_of_a_check(repository, arguments, names, kinds, version):
    code, document = _impact(repository, "users.daily_active", *arguments)
    assert (code, _names(document)) == (int(bool(names)), names)
    assert [issue["kind"] for issue in document["issues"]] == kinds
    assert all(issue["reported"] for issue in document["issues"])
    assert document["required_version"] == version


def test_a_break_in_a_direction_that_the_mode_leaves_out_is_told_if_it_reaches_somebody(repository):
    code, document = _impact(repository, "users.daily_active", "plan", "--enum-add", "trial")
    assert (code, _names(document)) == (1, ["finance.revenue"])
    assert [(issue["kind"], issue["reported"]) for issue in document["issues"]] == [("field_enum_expanded", False)]
    assert document["required_version"] == "1.1.0"
    run = repository.dcr("impact", "users.daily_active", "plan", "--enum-add", "trial")
    assert "dcr check does not report it (mode backward)" in run.out


def test_a_policy_that_checks_nothing_does_not_hide_whom_a_change_reaches(repository):
    repository.write("dcr.toml", 'mode = "none"\n')
    code, document = _impact(repository, "users.daily_active", "ltv")
    assert (code, _names(document), document["mode"]) == (1, ["finance.revenue"], "none")
    repository.write("dcr.toml", '[severity]\nfield_removed = "off"\n')
    assert _impact(repository, "users.daily_active", "ltv")[0] == 1


def test_several_values_are_removed_and_added_at_once(repository):
    options = ["--enum-remove", "free", "--enum-remove", "pro", "--enum-add", "trial"]
    _, document = _impact(repository, "users.daily_active", "plan", *options)
    assert document["change"].startswith("removing 'free', 'pro' and adding 'trial' in the enum of field 'plan'")


def test_a_removed_dataset_reaches_everybody_who_uses_it(repository):
    code, document = _impact(repository, "users.daily_active")
    assert (code, _names(document)) == (1, ["finance.revenue", "growth.export"])
    assert [issue["kind"] for issue in document["issues"]] == ["contract_removed"]
    repository.write(USERS, contract(status="archived"))
    code, document = _impact(repository, "users.daily_active", "--remove")
    assert (code, document["issues"]) == (1, [])
    assert _names(document) == ["finance.revenue", "growth.export"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["address.city"], 1),
        (["address.city", "--type", "integer"], 1),
        (["tags", "--enum-remove", "vip"], 0),
        (["tags[]", "--enum-remove", "vip"], 0),
        (["tags[]", "--type", "integer"], 1),
    ],
)
def test_nested_fields_and_elements_are_changed(repository, arguments, code):
    found, document = _impact(repository, "shop.orders", *arguments)
    assert (found, len(document["issues"])) == (code, 1)
    assert document["issues"][0]["field"].startswith(arguments[0])


@pytest.mark.parametrize(("file", "dataset"), [("odcs.yaml", "shop/returns"), ("dcs.yaml", "shop/returns")])
def test_contracts_of_other_formats_are_changed(repository, file, dataset):
    repository.write(f"contracts/{file}", FOREIGN[file])
    repository.write(EXPORT, f"consumer: x\nuses:\n  - {{dataset: {dataset}, fields: [refund.currency]}}\n")
    code, document = _impact(repository, dataset, "refund.currency")
    assert (code, _names(document), document["required_version"]) == (1, ["x"], "2.0.0")
    assert _impact(repository, dataset, "refund.amount")[0] == 0
    assert _impact(repository, dataset, "refund", "--rename", "repaid")[0] == 1
    assert _impact(repository, dataset, "refund.currency", "--type", "date")[0] == 1


@pytest.mark.parametrize(
    ("asked", "used"), [("returns", "returns.v2"), ("returns.v2", "returns"), ("returns", "returns")]
)
def test_a_dbt_model_is_also_used_under_the_name_of_its_latest_version(repository, asked, used):
    repository.write("contracts/schema.yml", FOREIGN["schema.yml"])
    repository.write(EXPORT, f"consumer: x\nuses:\n  - {{dataset: {used}, fields: [refund]}}\n")
    code, document = _impact(repository, asked, "refund")
    assert (code, _names(document)) == (1, ["x"])
    assert (document["required_bump"], document["required_version"]) == ("major", None)
    assert _impact(repository, "returns.v1", "refund")[0] == 0


def test_a_use_that_is_over_or_of_other_versions_is_not_reached(repository):
    use = "consumer: x\nuses:\n  - {dataset: users.daily_active, fields: [ltv], %s}\n"
    repository.commit({REVENUE: None})
    for terms, code in (
        ("until: 2020-01-01", 0),
        ("until: 2999-01-01", 1),
        ("versions: '>=2'", 0),
        ("versions: '1'", 1),
    ):
        repository.write(EXPORT, use % terms)
        assert _impact(repository, "users.daily_active", "ltv")[0] == code, terms


def test_a_repository_without_consumers_says_so(tmp_path):
    repository = Repository(tmp_path)
    repository.commit({USERS: contract()})
    run = repository.dcr("impact", "users.daily_active", "ltv")
    assert run.code == 0
    assert "reaches nobody who is known: no consumers are declared\n" in run.out
    assert "error  field 'ltv' was removed [field_removed]\n" in run.out
    assert "no consumers are declared in the working tree" in run.err
    document = json.loads(repository.dcr("impact", "users.daily_active", "ltv", "--format", "json").out)
    assert document["reached"] is None


def test_an_unreadable_file_that_mentions_the_dataset_counts(repository):
    repository.write(REVENUE, "consumer: finance.revenue\nuses: [{dataset: users.daily_active, feilds: [plan]}]\n")
    run = repository.dcr("impact", "users.daily_active", "ltv")
    assert run.code == 1
    assert f"may reach {REVENUE}:1, which cannot be read" in run.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["users.daily_activ", "ltv"], ["dataset 'users.daily_activ' does not exist", "did you mean"]),
        (["users.daily_active", "ltvv"], ["dataset 'users.daily_active' has no field 'ltvv'", "did you mean 'ltv'?"]),
        (["users.daily_active", "plan", "--enum-remove", "fre"], ["has no enum value 'fre'", "did you mean 'free'?"]),
        (["users.daily_active", "ltv", "--enum-remove", "1"], ["field 'ltv' has no enum"]),
        (["users.daily_active", "plan", "--enum-add", "pro"], ["has the enum value 'pro' already"]),
        (["users.daily_active", "plan", "--enum-remove", "free", "--enum-remove", "pro"], ["an enum without values"]),
        (["users.daily_active", "ltv", "--type", "strng"], ["type 'strng' does not exist", "did you mean 'string'?"]),
        (["users.daily_active", "ltv", "--type", "number"], ["has the type 'number' already"]),
        (["users.daily_active", "ltv", "--optional"], ["field 'ltv' is optional already"]),
        (["users.daily_active", "ltv", "--rename", "plan"], ["has a field 'plan' already"]),
        (["users.daily_active", "ltv", "--remove", "--required"], ["--remove cannot be used with --required"]),
        (["users.daily_active", "--type", "string"], ["--type requires a FIELD"]),
        (["shop.orders", "tags[]"], ["stands for the elements of an array", "name the array: tags"]),
    ],
)
def test_a_change_that_is_impossible_is_no_answer(repository, arguments, words):
    repository.dcr("impact", *arguments).says("nothing was shown", *words)


def test_a_dataset_that_cannot_be_read_or_is_defined_twice_is_no_answer(repository):
    repository.write("contracts/copy.yaml", ORDERS)
    repository.dcr("impact", "shop.orders", "id").says("contracts/copy.yaml and contracts/orders.yaml")
    repository.write("contracts/copy.yaml", "dataset_id: shop.copy\nversion: 1\nfields: []\n")
    repository.dcr("impact", "shop.copy", "id").says("cannot read 'contracts/copy.yaml:")


def test_a_transitive_mode_compares_with_older_versions(repository):
    repository.write(USERS, contract(version="2.0.0", without=["ltv"]))
    repository.write("dcr.toml", 'mode = "backward_transitive"\n')
    repository.commit()
    code, document = _impact(repository, "users.daily_active", "plan")
    assert code == 1
    assert {issue["kind"] for issue in document["issues"]} >= {"field_removed"}


def test_a_deprecation_period_of_the_policy_applies(repository):
    repository.write("dcr.toml", "min_deprecation_days = 30\n")
    repository.commit()
    _, document = _impact(repository, "users.daily_active", "ltv")
    assert "may be removed on or after" in document["issues"][0]["hint"]


def test_a_bare_repository_answers_at_a_commit(repository, tmp_path):
    repository.git("clone", "-q", "--bare", str(repository.folder), str(tmp_path / "bare"), cwd=tmp_path)
    run = repository.dcr("impact", "users.daily_active", "ltv", "--format", "json", cwd=tmp_path / "bare")
    assert (run.code, _names(json.loads(run.out))) == (1, ["finance.revenue"])


def test_a_policy_that_allows_breaks_without_declared_consumers_leaves_nothing_to_accept(repository):
    repository.write("dcr.toml", '[consumers]\nbreaking = "declared"\ncomplete = ["users.*"]\n')
    repository.write(USERS, contract(more="  - {name: region, type: string}"))
    run = repository.dcr("impact", "users.daily_active", "region")
    assert run.code == 0
    assert "\nwarning  field 'region' was removed [field_removed]\n" in run.out
    assert "no declared consumer uses it" in run.out
    assert "next: make the change, then: dcr bump users.daily_active\n" in run.out
    assert "dcr accept" not in run.out
