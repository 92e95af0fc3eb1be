"""The consumer of a Data Usage Agreement uses the data contract of its provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from reached import find_reached, list_reached
from repositories import USERS, Repository, breaking, contract

from dcr.consumers.readers import read_consumers

if TYPE_CHECKING:
    from pathlib import Path

AGREEMENT = "agreements/usage-agreement-classification.yaml"


def _agreement(**parts: object) -> str:
    """Return an agreement in the shape of the specification's own example; a part that is None is left out."""
    document: dict[str, object] = {
        "dataUsageAgreementSpecification": "0.0.1",
        "id": "agreement-1",
        "info": {
            "purpose": "training of a model",
            "status": "approved",
            "active": True,
            "startDate": "2024-01-01",
            "endDate": None,
        },
        "provider": {"teamId": "growth", "dataProductId": "users", "outputPortId": "users_v1_snowflake"},
        "consumer": {"teamId": "marketing", "dataProductId": "user_classification"},
        "tags": ["automated"],
        "custom": {"role": "arn:aws:iam::000000000000:role/agreement-1"},
    }
    return yaml.safe_dump({key: value for key, value in {**document, **parts}.items() if value is not None})


def _provider(**parts: str) -> dict[str, str]:
    return {"teamId": "growth", "dataProductId": "users", "outputPortId": "users_v1_snowflake", **parts}


NATIVE = _agreement(provider=_provider(dataContractId="users.daily_active"))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({USERS: contract()})
    return made


def _break(repository: Repository) -> None:
    repository.write(USERS, breaking("2.0.0"))


def test_an_agreement_reaches_its_consumer(repository):
    repository.commit({AGREEMENT: NATIVE})
    _break(repository)
    ((reached,),) = find_reached(repository).values()
    assert (reached.name, reached.source, reached.owners) == (
        "user_classification",
        "data usage agreement",
        (("marketing", None),),
    )
    line = NATIVE.splitlines()[reached.location.line - 1]
    assert line == "  dataContractId: users.daily_active"


@pytest.mark.parametrize(
    "path", ["consumers/a.yaml", "x/orders.dua.yaml", "DataUsageAgreements/a.yml", "data-usage-agreements/b.json"]
)
def test_agreements_are_found_by_their_path(repository, path):
    repository.commit({path: NATIVE if not path.endswith("json") else yaml.safe_dump(yaml.safe_load(NATIVE))})
    _break(repository)
    assert list_reached(repository) == {"data usage agreement: user_classification"}


def test_other_files_are_not_searched_for_agreements(repository):
    repository.commit({"docs/a.yaml": NATIVE, "docs/usage-agreement.txt": NATIVE})
    _break(repository)
    assert list_reached(repository) is None


@pytest.mark.parametrize(
    ("info", "is_consumer"),
    [
        ({"status": "approved"}, True),
        ({"status": "Approved", "endDate": "2199-12-31T00:00:00Z"}, True),
        ({"startDate": "2199-01-01", "status": "approved"}, True),
        ({}, True),
        ({"status": "valid"}, True),
        ({"status": "requested"}, False),
        ({"status": "rejected"}, False),
        ({"status": "approved", "active": False}, False),
        ({"status": "approved", "endDate": "2020-12-31"}, False),
    ],
)
def test_only_an_agreement_in_force_is_a_consumer(repository, info, is_consumer):
    repository.commit({AGREEMENT: _agreement(info=info, provider=_provider(dataContractId="users.daily_active"))})
    _break(repository)
    assert bool(list_reached(repository)) is is_consumer


@pytest.mark.parametrize(
    ("provider", "is_reached"),
    [
        (_provider(dataContractId="crm"), True),
        (_provider(dataContractId="crm/customers"), True),
        (_provider(outputPortId="crm"), True),
        (_provider(dataContractId="crm_v2"), False),
        (_provider(dataContractId="crm_v2", outputPortId="crm"), False),
        (_provider(outputPortId="*"), False),
    ],
)
def test_an_agreement_uses_all_datasets_of_a_contract(tmp_path, provider, is_reached):
    repository = Repository(tmp_path)
    head = "apiVersion: v3.1.0\nkind: DataContract\nid: crm\nversion: 1.0.0\nteam: {name: crm}\nschema:\n"
    objects = "- name: partners\n  properties:\n  - {name: id}\n- name: customers\n  properties:\n  - {name: id}\n"
    path = "contracts/crm.odcs.yaml"
    repository.commit({path: f"{head}{objects}  - {{name: email}}\n", AGREEMENT: _agreement(provider=provider)})
    repository.write(path, head + objects)
    assert bool(find_reached(repository)["crm/customers", "email"]) is is_reached


@pytest.mark.parametrize(
    ("consumer", "name", "owners"),
    [
        ({"teamId": "marketing"}, "marketing", (("marketing", None),)),
        ({"userId": "ann@shop.example"}, "ann@shop.example", (("ann@shop.example", "ann@shop.example"),)),
        ({"dataProductId": "scores"}, "scores", ()),
    ],
)
def test_a_team_or_a_user_may_consume_too(consumer, name, owners):
    text = _agreement(consumer=consumer, provider=_provider(dataContractId="crm"))
    (found,) = read_consumers(AGREEMENT, text.encode()).consumers
    assert (found.name, found.owners, found.description) == (name, owners, "training of a model")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"provider": {"outputPortId": "*"}}, "the agreement names no data contract, so it is not known what it uses"),
        ({"provider": None}, "the agreement names no data contract, so it is not known what it uses"),
        ({"consumer": None}, "the agreement has no consumer, and is not read"),
        ({"consumer": {}}, "the agreement has no consumer, and is not read"),
        ({"info": {"endDate": "soon"}}, "endDate is 'soon', expected a date"),
        ({"info": {"endDate": "2027-02-30"}}, "endDate is '2027-02-30', expected a date"),
        (
            {"info": {"status": "pending"}},
            "status is 'pending', expected requested, approved or rejected; it is read as approved",
        ),
    ],
)
def test_what_an_agreement_leaves_open_is_a_located_note(parts, message):
    parsed = read_consumers(AGREEMENT, _agreement(**parts).encode())
    ((problem),) = parsed.problems
    assert (problem.message, problem.is_fatal) == (message, False)
    assert problem.location.line >= 1


@pytest.mark.parametrize("after", [None, "dataUsageAgreementSpecification: [", "rejected"])
def test_an_agreement_that_the_change_ends_still_counts(repository, after):
    repository.commit({AGREEMENT: NATIVE})
    _break(repository)
    if after is None:
        (repository.folder / AGREEMENT).unlink()
    elif after == "rejected":
        repository.write(AGREEMENT, NATIVE.replace("approved", after))
    else:
        repository.write(AGREEMENT, after)
    (reached,) = find_reached(repository).values()
    assert [(each.name, each.is_removed) for each in reached or ()] == [("user_classification", True)]


def test_dcr_consumers_lists_agreements_with_each_dataset_of_the_contract(repository):
    repository.commit({AGREEMENT: NATIVE, "data-usage-agreements/2.yaml": _agreement()})
    out = repository.dcr("consumers", "--format", "text").out
    assert out == f"{AGREEMENT}:15:3: user_classification (marketing) uses users.daily_active: all fields\n"
