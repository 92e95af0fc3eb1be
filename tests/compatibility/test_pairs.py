"""Tests the pairs of fields: no nested pairs of a removed, new or retyped field."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest

from dcr.compatibility.pairs import MAX_ADDED, ContractPair, FieldPair, list_field_pairs
from dcr.contract.contract import Contract, Field, is_equivalent

CITY, STREET = Field("city", "string"), Field("street", "string")
ADDRESS = Field("address", "object", fields=(CITY, STREET))
TAGS = Field("tags", "array", items=Field("", "object", fields=(Field("key", "string"),)))
USERS = Contract("users", "1.0.0", (Field("id", "string"), ADDRESS, TAGS))


def paths(previous: tuple[Field, ...], proposed: tuple[Field, ...]) -> list[str]:
    return shared_paths(previous, deepcopy(proposed))


def shared_paths(previous: tuple[Field, ...], proposed: tuple[Field, ...]) -> list[str]:
    sides = (replace(USERS, fields=fields) for fields in (previous, proposed))
    return [
        f"{'-' if not pair.proposed else '+' if not pair.previous else ''}{pair.path}"
        for pair in list_field_pairs(*sides)
    ]


def test_every_field_meets_its_counterpart_in_the_previous_order_and_new_ones_last() -> None:
    previous = (ADDRESS, Field("id", "string"), TAGS)
    proposed = (Field("new", "string"), deepcopy(TAGS), deepcopy(ADDRESS))
    assert paths(previous, proposed) == [
        "address", "address.city", "address.street", "-id", "tags", "tags[]", "tags[].key", "+new",
    ]  # fmt: skip


def test_fields_that_both_contracts_share_are_left_out_wherever_they_are() -> None:
    added, removed = Field("new", "string"), Field("id", "string")
    for previous, proposed in (
        ((removed, ADDRESS, TAGS), (ADDRESS, added, TAGS)),
        ((ADDRESS, removed), (added, ADDRESS)),
    ):
        assert shared_paths(previous, proposed) == ["-id", "+new"]
        assert not is_equivalent(replace(USERS, fields=previous), replace(USERS, fields=proposed))
    assert is_equivalent(USERS, replace(USERS, fields=(TAGS, *USERS.fields[:2])))


@pytest.mark.parametrize(
    ("proposed", "expected"),
    [
        pytest.param((), ["-address"], id="removed"),
        pytest.param((replace(ADDRESS, type="json", fields=()),), ["address"], id="retyped"),
        pytest.param((replace(ADDRESS, name="house"),), ["-address", "+house"], id="renamed"),
        pytest.param(
            (replace(ADDRESS, fields=(CITY,)),), ["address", "address.city", "-address.street"], id="a child is removed"
        ),
        pytest.param(
            (replace(ADDRESS, fields=(*ADDRESS.fields, TAGS)),),
            ["address", "address.city", "address.street", "+address.tags"],
            id="new",
        ),
    ],
)
def test_the_children_of_a_field_that_is_gone_new_or_retyped_are_not_met(
    proposed: tuple[Field, ...], expected: list[str]
) -> None:
    assert paths((ADDRESS,), proposed) == expected


def test_elements_of_another_type_meet_and_what_is_in_them_does_not() -> None:
    assert paths((TAGS,), (replace(TAGS, items=Field("", "string")),)) == ["tags", "tags[]"]


@pytest.mark.parametrize(
    ("added", "name"),
    [
        ([], None),
        ([Field("town", "string")], "town"),
        ([Field("town", "string", description="of residence", deprecated=True)], "town"),
        ([Field("town", "string", required=False)], None),
        ([Field("town", "string", constraints={"max_length": 9})], None),
        ([Field("town", "integer")], None),
        ([Field("zip", "string"), Field("citys", "string")], "citys"),
        ([Field("zip", "string"), Field("note", "string")], None),
    ],
)
def test_a_removed_field_was_renamed_to_the_new_one_that_is_like_it(added: list[Field], name: str | None) -> None:
    assert FieldPair("city", ("city",), CITY, None, tuple(added)).renamed_to == name


def test_among_very_many_new_fields_none_is_looked_for() -> None:
    several = tuple(Field(f"city_{number}", "string") for number in range(MAX_ADDED + 1))
    assert FieldPair("city", ("city",), CITY, None, several[:-1]).renamed_to is not None
    assert FieldPair("city", ("city",), CITY, None, several).renamed_to is None


def test_a_field_that_is_still_there_was_not_renamed() -> None:
    assert FieldPair("city", ("city",), CITY, CITY, (Field("town", "string"),)).renamed_to is None
    assert FieldPair("town", ("town",), None, CITY).renamed_to is None


def test_a_pair_has_changed_when_both_sides_mean_different_things() -> None:
    later = replace(USERS, version="2.0.0", status="active")
    assert not ContractPair(USERS, later).is_changed
    assert ContractPair(USERS, replace(later, description="one row per user")).is_changed
    assert not ContractPair(None, USERS).is_changed
    assert ContractPair(USERS, None).both is None


def test_what_a_change_owes_is_written_on_a_pair_of_its_own() -> None:
    pair = ContractPair(USERS, USERS)
    assert (pair.required_bump, pair.with_required_bump("major").required_bump) == ("none", "major")
