"""Runs the calls and errors of data-contract-registry 0.2.0, with its quickstart, against the Python API."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

import dcr
from dcr import (
    ContractRegistry,
    DataContract,
    DataField,
    FreshnessSLA,
    Owner,
    RegistryError,
    check_compatibility,
    owners_from_decision_card,
)

USERS = "users.daily_active"
URI = "https://wiki.example.com/migrate"
IN_JSON = {
    "dataset_id": "users.daily_active",
    "version": "1.0.0",
    "primary_key": ["user_id"],
    "owners": [{"team": "growth-platform", "contact": "#growth-platform"}, {"team": "données"}],
    "freshness_sla": {"max_lag_seconds": 86400},
    "fields": [
        {"name": "user_id", "type": "string", "required": True},
        {"name": "plan", "type": "string", "enum": ["free", "pro"]},
        {"name": "score", "type": "number", "enum": [1, 2.5], "required": False, "minimum": 1, "maximum": 2.5},
        {"name": "note", "type": "string", "description": None},
        {
            "name": "address",
            "type": "object",
            "fields": [{"name": "lines", "type": "array", "items": {"type": "string"}}],
        },
    ],
}


def contract(**changes: Any) -> DataContract:
    """Return the quickstart's contract, made anew, with some arguments changed."""
    arguments: dict[str, Any] = {
        "dataset_id": USERS,
        "version": "1.0.0",
        "primary_key": ["user_id", "active_date"],
        "owners": [Owner(team="growth-platform", contact="#growth-platform")],
        "fields": [
            DataField(name="user_id", type="string"),
            DataField(name="active_date", type="timestamp"),
            DataField(name="plan", type="string", enum=["free", "pro", "enterprise"]),
            DataField(name="ltv", type="number", required=False),
        ],
        "status": "active",
        **changes,
    }
    return DataContract(**arguments)


def without_ltv(version: str) -> DataContract:
    return contract(version=version, fields=[each for each in contract().fields if each.name != "ltv"])


def registry_with(*versions: str) -> ContractRegistry:
    registry = ContractRegistry()
    for version in versions:
        assert registry.register(contract(version=version)).compatible
    return registry


def test_the_quickstart_of_its_readme(capsys: pytest.CaptureFixture[str]) -> None:
    registry = ContractRegistry()

    v1 = DataContract(
        dataset_id="users.daily_active",
        version="1.0.0",
        primary_key=["user_id", "active_date"],
        owners=[Owner(team="growth-platform", contact="#growth-platform")],
        fields=[
            DataField(name="user_id", type="string"),
            DataField(name="active_date", type="timestamp"),
            DataField(name="plan", type="string", enum=["free", "pro", "enterprise"]),
            DataField(name="ltv", type="number", required=False),
        ],
        status="active",
    )
    registry.register(v1)

    # Compatible promotion (added an optional field).
    v1_1 = v1.model_copy(
        update={
            "version": "1.1.0",
            "fields": [*v1.fields, DataField(name="signup_source", type="string", required=False)],
        }
    )
    report = registry.register(v1_1)
    print(report.compatible)

    # Incompatible promotion: removing a field breaks backward compatibility.
    v2 = v1.model_copy(update={"version": "2.0.0", "fields": [f for f in v1.fields if f.name != "ltv"]})
    report = registry.register(v2)
    print(report.compatible)
    print(report.errors[0].kind)
    print(report.errors[0].message)
    assert capsys.readouterr().out == "True\nFalse\nfield_removed\nfield 'ltv' was removed\n"


def test_yaml_written_by_hand_is_registered(tmp_path: Path) -> None:
    path = tmp_path / "users-daily-active.yaml"
    path.write_text("""\
dataset_id: users.daily_active
version: "1.0.0"
owners:
  - team: growth-platform
    contact: "#growth-platform"
freshness_sla:
  max_lag_seconds: 86400
fields:
  - {name: user_id,      type: string}
  - {name: active_date,  type: timestamp}
  - {name: plan,         type: string, enum: [free, pro, enterprise]}
""")
    raw = yaml.safe_load(Path(path).read_text())
    assert ContractRegistry().register(DataContract.model_validate(raw)).compatible


@pytest.mark.parametrize(
    ("mode", "compatible"),
    [("backward", False), ("forward", True), ("full", False), ("none", True)],
)
def test_register_and_check_take_compatibility(mode: str, compatible: bool) -> None:
    registry = registry_with("1.0.0")
    report = registry.check(without_ltv("2.0.0"), compatibility=mode)
    assert (report.mode, report.compatible) == (mode, compatible)
    assert [each.version for each in registry.history(USERS)] == ["1.0.0"]
    report = registry.register(without_ltv("2.0.0"), compatibility=mode)
    assert (report.mode, report.compatible) == (mode, compatible)
    assert [each.version for each in registry.history(USERS)] == ["1.0.0", "2.0.0"][: 1 + compatible]


def test_the_mode_of_a_call_is_named_once() -> None:
    registry = ContractRegistry()
    assert registry.check(contract(), "full", compatibility="full").mode == "full"
    with pytest.raises(ValueError, match="mode is 'full' and compatibility is 'none'"):
        registry.register(contract(), mode="full", compatibility="none")


@pytest.mark.parametrize("call", ["register", "check"])
@pytest.mark.parametrize("argument", ["mode", "compatibility"])
@pytest.mark.parametrize("mode", ["backwards", ""])
def test_an_unknown_mode_is_a_value_error(call: str, argument: str, mode: str) -> None:
    registry = ContractRegistry()
    with pytest.raises(ValueError, match=f"mode '{mode}'"):
        getattr(registry, call)(contract(), **{argument: mode})
    assert registry.datasets() == []
    with pytest.raises(ValueError, match=f"mode '{mode}'"):
        check_compatibility(contract(), contract(version="1.1.0"), mode=mode)


def test_a_dataset_is_in_the_registry_once_it_is_registered() -> None:
    registry = ContractRegistry()
    assert USERS not in registry
    assert not registry.register(contract(owners=[])).compatible
    assert USERS not in registry
    registry.register(contract())
    assert USERS in registry
    for other in ("users", None, 1, ["users.daily_active"]):
        assert other not in registry


@pytest.mark.parametrize("mode", ["backward", "none", "full_transitive"])
@pytest.mark.parametrize("status", ["active", "archived"])
def test_a_version_is_registered_once(mode: str, status: str) -> None:
    registry = registry_with("1.0.0", "1.1.0")
    for version in ("1.0.0", "1.1.0"):
        with pytest.raises(RegistryError, match=f"version '{version}' of '{USERS}' is already registered"):
            registry.register(contract(version=version, status=status), compatibility=mode)
    assert [each.status for each in registry.history(USERS)] == ["active", "active"]
    assert not registry.check(contract(), compatibility=mode).compatible


@pytest.mark.parametrize(
    "call",
    [
        lambda registry: registry.latest("nope"),
        lambda registry: registry.latest("nope", include_non_active=True),
        lambda registry: registry.history("nope"),
        lambda registry: registry.get("nope", "1.0.0"),
        lambda registry: registry.get(USERS, "9.0.0"),
        lambda registry: registry.deprecate("nope", "1.0.0", deprecation_uri=URI),
        lambda registry: registry.deprecate(USERS, "9.0.0", deprecation_uri=URI),
        lambda registry: registry.archive("nope", "1.0.0"),
        lambda registry: registry.archive(USERS, "9.0.0"),
    ],
)
def test_what_is_not_there_is_a_registry_error(call: Any) -> None:
    with pytest.raises(RegistryError, match=r"'nope'|'9\.0\.0'") as refused:
        call(registry_with("1.0.0"))
    assert isinstance(refused.value, ValueError)


def test_a_registry_error_is_public() -> None:
    assert "RegistryError" in dcr.__all__
    assert "owners_from_decision_card" in dcr.__all__
    assert issubclass(RegistryError, ValueError)


def test_deprecate_takes_deprecation_uri() -> None:
    registry = registry_with("1.0.0")
    updated = registry.deprecate(USERS, "1.0.0", deprecation_uri=URI)
    assert (updated.status, updated.deprecation_uri) == ("deprecated", URI)
    assert registry.get(USERS, "1.0.0") == updated
    for same in (registry.deprecate(USERS, "1.0.0", URI), registry.deprecate(USERS, "1.0.0", uri=URI)):
        assert same == updated
    with pytest.raises(TypeError, match="deprecation_uri"):
        registry.deprecate(USERS, "1.0.0")
    with pytest.raises(TypeError, match="deprecation_uri"):
        registry.deprecate(USERS, "1.0.0", URI, deprecation_uri=URI)


@pytest.mark.parametrize("uri", ["", " ", "\t"])
def test_a_blank_uri_is_a_value_error(uri: str) -> None:
    registry = registry_with("1.0.0")
    with pytest.raises(ValueError, match="deprecation_uri is blank"):
        registry.deprecate(USERS, "1.0.0", deprecation_uri=uri)
    assert registry.get(USERS, "1.0.0").status == "active"


def test_an_archived_version_is_not_deprecated() -> None:
    registry = registry_with("1.0.0")
    assert registry.archive(USERS, "1.0.0").status == "archived"
    with pytest.raises(ValueError, match=r"version '1\.0\.0' of 'users\.daily_active' is archived"):
        registry.deprecate(USERS, "1.0.0", deprecation_uri=URI)
    assert registry.get(USERS, "1.0.0").status == "archived"


def test_latest_is_active_unless_others_are_asked_for() -> None:
    registry = registry_with("1.0.0", "1.1.0")
    registry.archive(USERS, "1.1.0")
    assert registry.latest(USERS).version == "1.0.0"
    assert registry.latest(USERS, include_non_active=True).version == "1.1.0"
    registry.archive(USERS, "1.0.0")
    with pytest.raises(RegistryError, match="no active version"):
        registry.latest(USERS)
    assert registry.latest(USERS, include_non_active=True).status == "archived"


def test_a_field_is_found_by_its_name() -> None:
    found = contract().field("plan")
    assert found is not None
    assert found.enum == ["free", "pro", "enterprise"]
    assert contract().field("does-not-exist") is None
    assert DataContract.model_validate(IN_JSON).field("lines") is None


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
@pytest.mark.parametrize("mode", ["backward", "forward", "full", "none", "full_transitive"])
@pytest.mark.parametrize("changes", [{}, {"status": "archived"}, {"description": "one row per day"}])
def test_a_version_that_does_not_grow_is_not_compatible(version: str, mode: str, changes: dict[str, str]) -> None:
    report = check_compatibility(contract(), contract(version=version, **changes), mode=mode)
    assert not report.compatible
    (issue,) = report.errors
    assert (issue.kind, issue.severity, issue.field, issue.against) == (
        "version_not_increasing",
        "error",
        None,
        "1.0.0",
    )
    assert f"'{version}'" in issue.message or issue.message.endswith(
        (f"(still {version})", f"a lower version ({version})")
    )
    assert issue.fingerprint


def test_two_datasets_are_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"'users\.daily_active' and 'users\.weekly' are different datasets"):
        check_compatibility(contract(), contract(dataset_id="users.weekly", version="2.0.0"))


FIELD_FAULTS = [
    ({"name": ""}, "name"),
    ({"name": "  "}, "name"),
    ({"name": "a\nb"}, "name"),
    ({"type": "varchar"}, "type"),
    ({"type": "object"}, "type"),
    ({"enum": []}, "enum"),
    ({"enum": [1]}, "enum.0"),
    ({"enum": ["a", "a"]}, "enum.1"),
    ({"type": "integer", "enum": [1.5]}, "enum.0"),
    ({"type": "integer", "enum": [True]}, "enum.0"),
    ({"type": "boolean", "enum": [1]}, "enum.0"),
    ({"type": "number", "enum": ["1"]}, "enum.0"),
    ({"type": "number", "enum": [float("nan")]}, "enum.0"),
    ({"type": "number", "enum": [1.0, float("inf")]}, "enum.1"),
    ({"type": "timestamp", "enum": ["2024-01-01T00:00:00Z"]}, "enum"),
    ({"type": "json", "enum": ["a"]}, "enum"),
    ({"enum": ["b"], "pattern": "^a"}, "enum.0"),
    ({"type": "integer", "minimum": 3, "maximum": 1}, "minimum"),
    ({"type": "object", "fields": [{"name": " ", "type": "string"}]}, "fields.0.name"),
    ({"type": "array", "items": {"type": "string", "enum": []}}, "items.enum"),
]


@pytest.mark.parametrize(("changes", "where"), FIELD_FAULTS)
def test_a_field_is_refused_alone_for_what_it_is_refused_for_in_a_contract(changes: dict[str, Any], where: str) -> None:
    arguments = {"name": "a", "type": "string", **changes}
    with pytest.raises(ValidationError) as alone:
        DataField(**arguments)
    with pytest.raises(ValidationError) as inside:
        DataContract.model_validate({**IN_JSON, "primary_key": [], "fields": [arguments]})
    assert [".".join(map(str, each["loc"])) for each in alone.value.errors()] == [where]
    assert [each["loc"][2:] for each in inside.value.errors()] == [each["loc"] for each in alone.value.errors()]
    assert [each["msg"] for each in inside.value.errors()] == [each["msg"] for each in alone.value.errors()]


@pytest.mark.parametrize(
    ("changes", "where"),
    [({"team": ""}, "team"), ({"team": " "}, "team"), ({"contact": ""}, "contact"), ({"contact": "\t "}, "contact")],
)
def test_an_owner_is_refused_alone_for_what_it_is_refused_for_in_a_contract(changes: Any, where: str) -> None:
    arguments = {"team": "growth", "contact": "#growth", **changes}
    with pytest.raises(ValidationError, match=f"{where} is blank") as alone:
        Owner(**arguments)
    with pytest.raises(ValidationError, match=f"{where} is blank") as inside:
        DataContract.model_validate({**IN_JSON, "owners": [arguments]})
    assert [each["loc"] for each in alone.value.errors()] == [(where,)]
    assert [each["loc"] for each in inside.value.errors()] == [("owners", 0, where)]


@pytest.mark.parametrize(("changes", "where"), [({"max_lag_seconds": 0}, "max_lag_seconds"), ({"measurement": " "}, "measurement")])  # fmt: skip  # noqa: E501
def test_a_freshness_sla_is_refused_alone(changes: Any, where: str) -> None:
    with pytest.raises(ValidationError) as alone:
        FreshnessSLA(**{"max_lag_seconds": 60, **changes})
    assert [each["loc"] for each in alone.value.errors()] == [(where,)]


def test_json_gives_back_what_a_contract_in_json_said() -> None:
    model = DataContract.model_validate(IN_JSON)
    assert model.model_dump(mode="json") == IN_JSON
    assert json.loads(model.model_dump_json()) == IN_JSON
    again = DataContract.model_validate_json(json.dumps(IN_JSON))
    assert again.model_dump(mode="json") == IN_JSON
    assert repr(again.model_dump(mode="json")["fields"][2]["enum"]) == "[1, 2.5]"
    assert model.fields[0].model_dump(mode="json") == IN_JSON["fields"][0]  # type: ignore[index]
    assert model.model_dump(mode="json", exclude={"fields"}) == {
        key: IN_JSON[key] for key in IN_JSON if key != "fields"
    }


def test_json_from_a_registry_has_no_key_that_nobody_wrote() -> None:
    registry = ContractRegistry()
    registry.register(DataContract.model_validate(IN_JSON))
    assert registry.get(USERS, "1.0.0").model_dump(mode="json") == IN_JSON
    archived = registry.archive(USERS, "1.0.0")
    assert archived.model_dump(mode="json") == {**IN_JSON, "status": "archived"}
    assert registry.history(USERS)[0].model_dump(mode="json") == {**IN_JSON, "status": "archived"}


def test_python_values_are_dumped_with_their_defaults() -> None:
    dumped = DataContract.model_validate(IN_JSON).model_dump()
    assert (dumped["status"], dumped["fields"][0]["deprecated"]) == ("draft", False)


CARD = {
    "decision_card_version": "0.1",
    "decision_id": "TEST-001",
    "buyer": {"name": "Springfield USD", "type": "school-district", "contact": "#data-platform"},
    "decision_maker": {"role": "Director of Data", "name": "Alex Chen"},
    "decision": {"status": "approved"},
}


def test_owners_come_from_a_decision_card() -> None:
    owners = owners_from_decision_card(CARD)
    assert owners == [
        Owner(team="Springfield USD", contact="#data-platform"),
        Owner(team="Director of Data (Alex Chen)", contact=None),
    ]
    assert ContractRegistry().register(contract(owners=owners)).compatible
    assert owners_from_decision_card(MappingProxyType(CARD)) == owners


@pytest.mark.parametrize(
    ("maker", "teams"),
    [
        ({"role": "Director of Data"}, ["Director of Data"]),
        ({"role": " Director of Data ", "name": " "}, ["Director of Data"]),
        ({"role": "Director of Data", "name": "Alex Chen", "authority": "CFO"}, ["Director of Data (Alex Chen)"]),
        ({"role": "Director of Data", "title": "Dr", "name": "Alex Chen"}, ["Director of Data (Alex Chen)"]),
        ({"title": "Director of Data", "name": "Alex Chen"}, ["Director of Data (Alex Chen)"]),
        ({"title": "Director of Data"}, ["Director of Data"]),
        ({"name": "Alex Chen"}, ["Alex Chen"]),
        ("Director of Data (Alex Chen)", ["Director of Data (Alex Chen)"]),
        (None, []),
    ],
)
def test_a_decision_maker_is_a_role_or_title_with_a_name_or_a_text(maker: Any, teams: list[str]) -> None:
    assert [each.team for each in owners_from_decision_card({**CARD, "decision_maker": maker})[1:]] == teams


@pytest.mark.parametrize(
    ("card", "key"),
    [
        ({}, "buyer"),
        ({"buyer": None}, "buyer"),
        ({"buyer": "Springfield USD"}, "buyer"),
        ({"buyer": {"type": "school-district"}}, "buyer.name"),
        ({"buyer": {"name": " "}}, "buyer.name"),
        ({"buyer": {"name": 1}}, "buyer.name"),
        ({"buyer": {"name": "a\nb"}}, "buyer.name"),
        ({"buyer": {"name": "a", "contact": ["#a"]}}, "buyer.contact"),
        ({**CARD, "decision_maker": ["Alex Chen"]}, "decision_maker"),
        ({**CARD, "decision_maker": {}}, "decision_maker"),
        ({**CARD, "decision_maker": {"role": " ", "name": "Alex Chen"}}, "decision_maker.role"),
        ({**CARD, "decision_maker": {"role": 1}}, "decision_maker.role"),
        ({**CARD, "decision_maker": {"title": 1}}, "decision_maker.title"),
        ({**CARD, "decision_maker": {"role": "a", "name": 1}}, "decision_maker.name"),
        ([], "Decision Card"),
        (None, "Decision Card"),
        ("{}", "Decision Card"),
    ],
)
def test_a_bad_card_is_a_value_error_that_names_the_key(card: Any, key: str) -> None:
    with pytest.raises(ValueError, match=key.replace(".", r"\.")):
        owners_from_decision_card(card)
