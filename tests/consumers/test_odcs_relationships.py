"""Contracts of the Open Data Contract Standard are consumers of the properties that their relationships refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reached import find_reached, list_reached
from repositories import Repository

from dcr.formats._odcs.references import parse_reference

if TYPE_CHECKING:
    from pathlib import Path

CUSTOMERS = "contracts/crm/customers.odcs.yaml"
ORDERS = "contracts/shop/orders.odcs.yaml"


def _contract(contract_id: str, *objects: str, team: str = "crm") -> str:
    return (
        "apiVersion: v3.1.0\nkind: DataContract\n"
        f"id: {contract_id}\nversion: 1.0.0\nstatus: active\nteam: {{name: {team}}}\nschema:\n{''.join(objects)}"
    )


CODE = "    - {id: code_prop, name: code, logicalType: string}\n"
EMAIL = "    - {id: email_prop, name: email, logicalType: string}\n"
ADDRESS = (
    "    - id: address_prop\n      name: address\n      logicalType: object\n      properties:\n"
    "      - {id: city_prop, name: city, logicalType: string}\n"
)
ITEMS = (
    "    - id: tags_prop\n      name: tags\n      logicalType: array\n      items:\n        logicalType: object\n"
    "        properties:\n        - {id: label_prop, name: label, logicalType: string}\n"
)
TABLE = "- id: customers_obj\n  name: customers\n  properties:\n"
PARTNERS = "- id: partners_obj\n  name: partners\n  properties:\n"


def _customers(*properties: str) -> str:
    return _contract("crm", TABLE, *properties, PARTNERS, CODE, EMAIL)


def _orders(to: str, at_object: bool = False) -> str:
    head = "- name: orders\n  id: orders_obj\n"
    if at_object:
        head += f"  relationships:\n  - type: foreignKey\n    from: [orders.customer]\n    to: [{to}]\n"
    properties = "  properties:\n    - name: customer\n      logicalType: string\n"
    if not at_object:
        properties += f"      relationships:\n      - to: {to}\n"
    return _contract("shop", head, properties, team="shop-data")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({CUSTOMERS: _customers(CODE, EMAIL, ADDRESS, ITEMS)})
    return made


def _remove(repository: Repository, *remaining: str) -> None:
    repository.write(CUSTOMERS, _customers(*remaining))


@pytest.mark.parametrize(
    "to",
    [
        "../crm/customers.odcs.yaml#/schema/customers_obj/properties/code_prop",
        "../crm/customers.odcs.yaml#schema/customers_obj/properties/code_prop",
        "contracts/crm/customers.odcs.yaml#/schema/customers_obj/properties/code_prop",
        '"../crm/customers.odcs.yaml#customers.code"',
        "../crm/customers.odcs.yaml#/schema/customers/properties/code",
    ],
)
@pytest.mark.parametrize("at_object", [False, True])
def test_a_property_of_another_file_is_used_by_every_notation(repository, to, at_object):
    repository.commit({ORDERS: _orders(to, at_object)})
    _remove(repository, EMAIL, ADDRESS, ITEMS)
    (reached,) = [reached for (_, field), reached in find_reached(repository).items() if field == "code"]
    ((consumer,),) = [reached]
    assert (consumer.name, consumer.source, consumer.owners[0].team) == ("shop/orders", "contract", "shop-data")
    assert (consumer.location.path, consumer.location.line) == (ORDERS, 11 if at_object else 14)


def _list(repository: Repository, field: str) -> set[str]:
    found = find_reached(repository)
    return {each.name for (_, name), reached in found.items() if name == field for each in reached or ()}


def test_another_property_does_not_reach_it(repository):
    repository.commit({ORDERS: _orders("../crm/customers.odcs.yaml#/schema/customers_obj/properties/code_prop")})
    _remove(repository, CODE, ADDRESS, ITEMS)
    assert _list(repository, "email") == set()


@pytest.mark.parametrize(
    "to",
    [
        "../crm/customers.odcs.yaml#/schema/partners_obj/properties/code_prop",
        "../other/customers.odcs.yaml#/schema/customers_obj/properties/code_prop",
        "https://contracts.example.com/customers.odcs.yaml#/schema/customers_obj/properties/code_prop",
        "../crm/customers.odcs.yaml#/servers/customers_obj",
        "customers.code",
    ],
)
def test_a_reference_to_something_else_does_not_count(repository, to):
    repository.commit({ORDERS: _orders(to)})
    _remove(repository, EMAIL, ADDRESS, ITEMS)
    assert _list(repository, "code") == set()


def test_nested_properties_and_elements_of_arrays_have_their_paths(repository):
    base = "../crm/customers.odcs.yaml#/schema/customers_obj/properties"
    repository.commit({
        ORDERS: _orders(f"{base}/address_prop/properties/city_prop"),
        "contracts/shop/labels.odcs.yaml": _orders(f"{base}/tags_prop/items/properties/label_prop").replace(
            "id: shop", "id: labels"
        ),
    })  # fmt: skip
    _remove(repository, CODE, EMAIL, ADDRESS.replace("city", "town"), ITEMS.replace("label", "text"))
    assert _list(repository, "address.city") == {"shop/orders"}
    assert _list(repository, "tags[].label") == {"labels/orders"}


def test_a_whole_object_is_used_with_all_of_its_fields(repository):
    repository.commit({ORDERS: _orders("../crm/customers.odcs.yaml#/schema/customers_obj")})
    _remove(repository, CODE, ADDRESS, ITEMS)
    assert _list(repository, "email") == {"shop/orders"}


def test_objects_of_one_file_use_each_other_but_not_themselves(repository):
    relation = "      relationships:\n      - {to: %s}\n"
    own = "    - name: parent\n      logicalType: string\n" + relation % "customers.code"
    other = "    - name: customer\n      logicalType: string\n" + relation % "schema/customers_obj/properties/code_prop"
    both = _contract("crm", TABLE, CODE, own, PARTNERS, CODE, other)
    repository.commit({CUSTOMERS: both})
    repository.write(CUSTOMERS, _contract("crm", TABLE, own, PARTNERS, CODE, other))
    assert _list(repository, "code") == {"crm/partners"}


@pytest.mark.parametrize("after", [None, "apiVersion: v3.1.0\nkind: DataContract\nid: [\n"])
def test_a_contract_that_the_change_deletes_or_breaks_still_counts(repository, after):
    repository.commit({ORDERS: _orders("../crm/customers.odcs.yaml#/schema/customers_obj/properties/code_prop")})
    _remove(repository, EMAIL, ADDRESS, ITEMS)
    if after is None:
        (repository.folder / ORDERS).unlink()
    else:
        repository.write(ORDERS, after)
    assert _list(repository, "code") == {"shop/orders"}


def test_a_contract_that_moves_is_found_by_its_former_path(repository):
    repository.commit({ORDERS: _orders("../crm/customers.odcs.yaml#/schema/customers_obj/properties/code_prop")})
    (repository.folder / CUSTOMERS).unlink()
    repository.write("contracts/moved.odcs.yaml", _customers(EMAIL, ADDRESS, ITEMS))
    assert _list(repository, "code") == {"shop/orders"}


def test_relationships_alone_declare_no_consumers(repository):
    repository.commit({ORDERS: _orders("../crm/customers.odcs.yaml#/schema/partners_obj/properties/code_prop")})
    _remove(repository, EMAIL, ADDRESS, ITEMS)
    assert list_reached(repository) is None


def test_dcr_consumers_lists_relationships_with_their_datasets(repository):
    repository.commit({ORDERS: _orders("../crm/customers.odcs.yaml#/schema/customers_obj/properties/code_prop")})
    assert repository.dcr("consumers", "--format", "text").out == (
        f"{ORDERS}:14:9: shop/orders (shop-data) uses crm/customers: code\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("customers.code", ("", ("customers", "code"))),
        ("accounts.address.street", ("", ("accounts", "address", "street"))),
        ("schema/t/properties/a/properties/b", ("", ("t", "a", "b"))),
        ("/schema/t/properties/a/items/properties/b", ("", ("t", "a", "", "b"))),
        ("/schema/properties/properties/properties", ("", ("properties", "properties"))),
        ("a.yaml#/schema/t", ("a.yaml", ("t",))),
        ("a.yaml#t.c", ("a.yaml", ("t", "c"))),
        ("/servers/x", None),
        ("a.yaml#", None),
        ("", None),
    ],
)
def test_references_are_parsed_by_the_standard(text, expected):
    assert parse_reference(text) == expected
