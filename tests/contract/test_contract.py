"""What a contract means, and what its fields are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dcr.contract.contract import (
    Contract,
    Field,
    FreshnessSLA,
    Owner,
    build_comparison_key,
    build_field_key,
    join_path,
    walk_fields,
)

PLAN = Field("plan", "string", enum=("free", "pro"), constraints={"max_length": 4})
USERS = Contract(
    "users.daily_active", "1.0.0", (Field("user_id", "string"), PLAN), owners=(Owner("growth"), Owner("billing"))
)


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(replace(USERS, version="2.0.0"), id="another version"),
        pytest.param(replace(USERS, status="archived", deprecation_uri="https://example.com"), id="another status"),
        pytest.param(replace(USERS, fields=USERS.fields[::-1]), id="fields in another order"),
        pytest.param(replace(USERS, owners=USERS.owners[::-1]), id="owners in another order"),
        pytest.param(replace(USERS, fields=(USERS.fields[0], replace(PLAN, enum=("pro", "free")))), id="values too"),
    ],
)
def test_two_contracts_mean_the_same_whatever_order_version_and_status(same: Contract) -> None:
    assert build_comparison_key(same) == build_comparison_key(USERS)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(USERS, dataset_id="users.weekly_active"), id="dataset_id"),
        pytest.param(replace(USERS, description="one row per user"), id="description"),
        pytest.param(replace(USERS, primary_key=("user_id",)), id="primary_key"),
        pytest.param(replace(USERS, owners=(Owner("growth"),)), id="owners"),
        pytest.param(replace(USERS, owners=(Owner("growth", "#growth"), Owner("billing"))), id="contact"),
        pytest.param(replace(USERS, freshness_sla=FreshnessSLA(60)), id="freshness_sla"),
        pytest.param(replace(USERS, fields=(PLAN,)), id="fields"),
    ],
)
def test_every_other_part_of_a_contract_is_what_it_means(other: Contract) -> None:
    assert build_comparison_key(other) != build_comparison_key(USERS)


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN, type="json"), replace(PLAN, required=False), replace(PLAN, description="x"),
        replace(PLAN, deprecated=True), replace(PLAN, enum=None), replace(PLAN, enum=("free",)),
        replace(PLAN, constraints={}), replace(PLAN, fields=(PLAN,)), replace(PLAN, items=PLAN),
        replace(PLAN, physical_type="text"),
    ],
)  # fmt: skip
def test_every_part_of_a_field_is_what_it_means(other: Field) -> None:
    assert build_field_key(other) != build_field_key(PLAN)


def test_a_field_is_found_by_its_name_and_means_the_same_under_another() -> None:
    assert build_field_key(replace(PLAN, name="tier")) == build_field_key(PLAN)


@pytest.mark.parametrize(
    ("parent", "name", "path"),
    [
        ("", "city", "city"),
        ("address", "city", "address.city"),
        ("lines[]", "sku", "lines[].sku"),
        ("", "utm.source", '"utm.source"'),
        ("utm", "first.touch", 'utm."first.touch"'),
        ("", "tags[]", '"tags[]"'),
    ],
)
def test_a_path_names_every_step_and_quotes_what_looks_like_one(parent: str, name: str, path: str) -> None:
    assert join_path(parent, name) == path


def test_no_two_fields_share_a_path() -> None:
    assert join_path("", 'a"."b') != join_path(join_path("", '"a"'), '"b"')


def test_every_field_is_met_with_its_path_parents_first() -> None:
    point = Field("", "object", fields=(Field("lat", "number"), Field("lon", "number")))
    ring = Field("", "array", items=point)
    fields = (Field("id", "string"), Field("rings", "array", items=ring), Field("at", "object", fields=point.fields))
    assert [path for path, _ in walk_fields(fields)] == [
        "id", "rings", "rings[]", "rings[][]", "rings[][].lat", "rings[][].lon", "at", "at.lat", "at.lon",
    ]  # fmt: skip


def test_a_contract_made_in_python_has_no_path() -> None:
    assert USERS.path == ""
