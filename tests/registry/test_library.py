"""Uses the Python API: contracts are made in Python, compared, registered and looked up."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

import dcr
from dcr import (
    CompatibilityReport,
    ContractRegistry,
    DataContract,
    DataField,
    FreshnessSLA,
    Owner,
    RegistryError,
    check_compatibility,
)
from dcr.errors import DcrError, UsageError
from dcr.registry.library.arguments import UnknownContractError

if TYPE_CHECKING:
    from collections.abc import Iterator

USER_ID = DataField(name="user_id", type="string")
ACTIVE_DATE = DataField(name="active_date", type="timestamp")
PLAN = DataField(name="plan", type="string", enum=["free", "pro", "enterprise"])
LTV = DataField(name="ltv", type="number", required=False)

V1 = DataContract(
    dataset_id="users.daily_active",
    version="1.0.0",
    status="active",
    primary_key=["user_id", "active_date"],
    owners=[Owner(team="growth-platform", contact="#growth-platform")],
    freshness_sla=FreshnessSLA(max_lag_seconds=86_400, measurement="event_time"),
    fields=[USER_ID, ACTIVE_DATE, PLAN, LTV],
)


def version(number: str, *fields: DataField, **changes: Any) -> DataContract:
    """V1 as another version, with other fields."""
    return V1.model_copy(update={"version": number, **({"fields": list(fields)} if fields else {}), **changes})


SOURCE = DataField(name="signup_source", type="string", required=False)
V1_1 = version("1.1.0", *V1.fields, SOURCE)
V2 = version("2.0.0", *[each for each in V1.fields if each.name != "ltv"])


def test_the_quickstart() -> None:
    registry = ContractRegistry()
    first = registry.register(V1)
    assert isinstance(first, CompatibilityReport)
    assert first.compatible

    added = registry.register(V1_1)
    assert added.compatible
    assert (added.mode, added.required_bump, added.actual_bump) == ("backward", "minor", "minor")
    assert added.issues == ()

    removed = registry.register(V2)
    assert not removed.compatible
    assert removed.errors[0].kind == "field_removed"
    assert removed.errors[0].message.startswith("field 'ltv' was removed")
    assert removed.errors[0].witness is not None
    assert removed.errors[0].witness.row["ltv"] == 0

    assert registry.latest("users.daily_active").version == "1.1.0"
    assert [each.version for each in registry.history("users.daily_active")] == ["1.0.0", "1.1.0"]


def test_two_contracts_are_compared_without_a_registry() -> None:
    report = check_compatibility(V1, V2)
    assert [(each.kind, each.severity, each.field) for each in report.issues] == [("field_removed", "error", "ltv")]
    assert (report.required_bump, report.actual_bump) == ("major", "major")
    assert report.warnings == []
    assert check_compatibility(V1, V2, mode="forward").compatible
    assert check_compatibility(V1, V2, mode="none").compatible
    assert not check_compatibility(V1, V2, mode="full").compatible
    assert check_compatibility(None, V1).compatible
    assert [each.kind for each in check_compatibility(V1, V1).errors] == ["version_not_increasing"]


def test_warnings_are_no_errors() -> None:
    slower = version("1.1.0", freshness_sla=FreshnessSLA(max_lag_seconds=90_000))
    report = check_compatibility(V1, slower)
    assert report.compatible
    assert [each.kind for each in report.warnings] == ["freshness_sla_loosened"]
    assert report.errors == []


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(UsageError, match="mode 'backwards' does not exist") as caught:
        check_compatibility(V1, V2, mode="backwards")
    assert caught.value.hint == "did you mean 'backward'?"
    with pytest.raises(UsageError, match=r"'users\.daily_active' and 'x' are different datasets"):
        check_compatibility(V1, version("1.1.0", dataset_id="x"))
    with pytest.raises(UsageError, match="mode 'x' does not exist"):
        ContractRegistry(mode="x")
    with pytest.raises(UsageError, match="mode 'x' does not exist"):
        ContractRegistry().register(V1, mode="x")


def test_a_contract_that_was_copied_into_an_invalid_one_is_refused() -> None:
    registry = ContractRegistry()
    for broken in (version("2"), version("1.0.0", primary_key=["nobody"]), version("1.0.0", status="live")):
        with pytest.raises(ValidationError):
            registry.register(broken)
        with pytest.raises(ValidationError):
            check_compatibility(V1, broken)
    assert registry.datasets() == []


def test_the_first_version_is_accepted_unless_something_that_always_counts_is_wrong() -> None:
    registry = ContractRegistry()
    assert registry.register(version("7.3.1", status="draft")).compatible
    report = registry.register(version("1.0.0", dataset_id="ownerless", owners=[]))
    assert [each.kind for each in report.errors] == ["owner_missing"]
    assert registry.datasets() == ["users.daily_active"]


def test_a_refused_version_is_not_stored() -> None:
    registry = ContractRegistry()
    registry.register(V1)
    for refused, kind in (
        (V2, "field_removed"),
        (version("0.9.0", *V1.fields, SOURCE), "version_not_increasing"),
        (version("2.0.0", primary_key=["user_id"]), "primary_key_changed"),
    ):
        report = registry.register(refused)
        assert report.errors[0].kind == kind
        assert registry.history("users.daily_active") == [V1]


def test_check_says_what_register_would_and_stores_nothing() -> None:
    registry = ContractRegistry()
    assert registry.check(V1) == ContractRegistry().register(V1)
    assert registry.datasets() == []
    registry.register(V1)
    assert registry.check(V2).errors[0].kind == "field_removed"
    assert registry.check(V2, mode="none").compatible
    assert registry.history("users.daily_active") == [V1]


def test_the_registry_has_a_mode_and_a_call_may_have_another() -> None:
    registry = ContractRegistry(mode="forward")
    registry.register(V1)
    assert registry.check(V2).mode == "forward"
    assert not registry.register(V2, mode="full").compatible
    assert registry.register(V2).compatible


def test_latest_is_the_newest_active_version() -> None:
    registry = ContractRegistry(mode="none")
    for each in (V1, version("1.2.0", *V1.fields, SOURCE), version("1.10.0"), version("2.0.0", status="draft")):
        assert registry.register(each).compatible
    assert registry.latest("users.daily_active").version == "1.10.0"
    registry.deprecate("users.daily_active", "1.10.0", "https://example.com/migrate")
    assert registry.latest("users.daily_active").version == "1.2.0"
    registry.archive("users.daily_active", "1.2.0")
    registry.archive("users.daily_active", "1.0.0")
    with pytest.raises(UnknownContractError, match=r"dataset 'users\.daily_active' has no active version"):
        registry.latest("users.daily_active")


def test_history_is_in_the_order_of_versions_and_nothing_leaves_it() -> None:
    registry = ContractRegistry(mode="none")
    numbers = ["1.0.0", "1.2.0", "1.10.0", "2.0.0"]
    for number in numbers:
        registry.register(version(number))
    registry.archive("users.daily_active", "1.2.0")
    registry.deprecate("users.daily_active", "2.0.0", "https://example.com/migrate")
    assert [each.version for each in registry.history("users.daily_active")] == numbers
    assert [each.status for each in registry.history("users.daily_active")] == [
        "active",
        "archived",
        "active",
        "deprecated",
    ]


def test_a_version_can_be_deprecated_and_archived() -> None:
    registry = ContractRegistry()
    registry.register(V1)
    deprecated = registry.deprecate("users.daily_active", "1.0.0", "https://example.com/migrate")
    assert (deprecated.status, deprecated.deprecation_uri) == ("deprecated", "https://example.com/migrate")
    assert registry.get("users.daily_active", "1.0.0") == deprecated
    archived = registry.archive("users.daily_active", "1.0.0")
    assert (archived.status, archived.deprecation_uri) == ("archived", "https://example.com/migrate")
    assert archived.fields == V1.fields
    with pytest.raises(ValueError, match="deprecation_uri"):
        registry.deprecate("users.daily_active", "1.0.0", " ")


def test_a_version_is_not_registered_again_with_another_status() -> None:
    registry = ContractRegistry()
    registry.register(V1)
    registry.register(V1_1)
    in_place = version("1.0.0", status="deprecated", deprecation_uri="https://example.com/migrate")
    for again in (in_place, V1_1):
        with pytest.raises(RegistryError, match="already registered"):
            registry.register(again)
    assert registry.history("users.daily_active") == [V1, V1_1]


def test_a_version_that_is_there_cannot_become_another() -> None:
    registry = ContractRegistry()
    registry.register(V1)
    registry.register(V1_1)
    other = version("1.0.0", USER_ID, ACTIVE_DATE, PLAN)
    with pytest.raises(RegistryError, match="already registered"):
        registry.register(other)
    report = registry.check(other)
    assert [each.kind for each in report.errors] == ["field_removed", "version_not_increasing"]
    assert report.errors[0].against == "1.0.0"
    assert registry.get("users.daily_active", "1.0.0") == V1


def test_nothing_done_outside_changes_the_history() -> None:
    registry = ContractRegistry()
    mine = V1.model_copy(deep=True)
    registry.register(mine)
    mine.fields.clear()
    registry.get("users.daily_active", "1.0.0").fields.clear()
    registry.latest("users.daily_active").owners.clear()
    registry.history("users.daily_active")[0].primary_key.append("x")
    registry.archive("users.daily_active", "1.0.0").fields.clear()
    assert registry.get("users.daily_active", "1.0.0") == version("1.0.0", status="archived")


@pytest.mark.parametrize("ask", ["latest", "history", "get", "deprecate", "archive"])
def test_an_unknown_dataset_is_named(ask: str) -> None:
    rest = {"get": ["1.0.0"], "deprecate": ["1.0.0", "https://example.com"], "archive": ["1.0.0"]}.get(ask, [])
    with pytest.raises(UnknownContractError, match="dataset 'nobody' does not exist") as caught:
        getattr(ContractRegistry(), ask)("nobody", *rest)
    assert caught.value.hint == "list all datasets: datasets()"
    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, DcrError)
    assert str(caught.value) == "dataset 'nobody' does not exist"


@pytest.mark.parametrize("ask", ["get", "deprecate", "archive"])
def test_an_unknown_version_is_named_with_those_there_are(ask: str) -> None:
    registry = ContractRegistry(mode="none")
    for number in ("1.0.0", "2.0.0", "10.0.0"):
        registry.register(version(number))
    rest = ["https://example.com"] if ask == "deprecate" else []
    with pytest.raises(UnknownContractError, match=r"version '3\.0\.0' of dataset 'users\.daily_active'") as caught:
        getattr(registry, ask)("users.daily_active", "3.0.0", *rest)
    assert caught.value.hint == "choose one of 1.0.0, 2.0.0, 10.0.0"


def test_datasets_are_listed_in_order() -> None:
    registry = ContractRegistry()
    for name in ("b", "a", "c"):
        registry.register(version("1.0.0", dataset_id=name))
    assert registry.datasets() == ["a", "b", "c"]


@pytest.fixture
def _eager_threads() -> Iterator[None]:
    """Let threads take turns so often that what is not guarded goes wrong."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_eager_threads")
def test_threads_never_register_two_contents_under_one_version() -> None:
    registry = ContractRegistry()
    registry.register(V1)
    start = threading.Barrier(8)
    accepted: list[str] = []

    def claim(name: str) -> None:
        mine = version("1.1.0", *V1.fields, DataField(name=name, type="string", required=False))
        start.wait()
        with suppress(RegistryError):
            if registry.register(mine).compatible:
                accepted.append(name)

    threads = [threading.Thread(target=claim, args=(f"field_{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(accepted) == 1
    assert registry.get("users.daily_active", "1.1.0").fields[-1].name == accepted[0]


@pytest.mark.parametrize("statement", ["import dcr", "import dcr; dcr.__version__", "from dcr import __all__"])
def test_importing_the_library_is_cheap(statement: str) -> None:
    ask = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    ended = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert {each for each in ended.stdout.split() if each.startswith("dcr")} == {"dcr", "dcr.version"}
    assert not {"pydantic", "yaml", "git", "rich", "typer"} & set(ended.stdout.split())


def test_the_library_needs_neither_yaml_nor_git() -> None:
    ask = "import sys, dcr; [getattr(dcr, name) for name in dcr.__all__]; print(*sorted(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert not {"yaml", "git", "rich", "typer", "subprocess"} & set(ended.stdout.split())


@pytest.mark.parametrize("name", [each for each in dcr.__all__ if each != "__version__"])
def test_every_public_name_is_there_and_documented(name: str) -> None:
    public = getattr(dcr, name)
    assert public.__doc__
    assert "Usage docs" not in public.__doc__  # not inherited from pydantic
    if not isinstance(public, type):
        return
    own = {key: each for key, each in vars(public).items() if not key.startswith("_") and callable(each)}
    assert [key for key, each in own.items() if not each.__doc__] == []


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'dcr' has no attribute 'DataContracts'"):
        dcr.DataContracts  # noqa: B018


def test_a_model_refuses_with_every_cause_of_its_content_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        DataContract.model_validate(
            {
                "dataset_id": " ",
                "version": "1.0",
                "status": "live",
                "primary_key": ["b", "b", "c"],
                "owners": [{"team": ""}],
                "freshness_sla": {"max_lag_seconds": 0},
                "fields": [
                    {"name": "a", "type": "varchar"},
                    {"name": "b", "type": "string", "enum": [], "min_length": -1},
                    {"name": "b", "type": "integer", "minimum": 3, "maximum": 1},
                ],
            }
        )
    places = [".".join(map(str, each["loc"])) for each in caught.value.errors()]
    assert sorted(places) == [
        "dataset_id",
        "fields.0.type",
        "fields.1.enum",
        "fields.1.min_length",
        "fields.2.minimum",
        "fields.2.name",
        "freshness_sla.max_lag_seconds",
        "owners.0.team",
        "primary_key.1",
        "primary_key.2",
        "status",
        "version",
    ]
    assert all(each["msg"] and each["type"] == "contract_fault" for each in caught.value.errors())


def test_a_model_refuses_with_every_wrong_shape_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        DataContract.model_validate(
            {"version": 1.0, "ownrs": [], "fields": [{"name": 1, "type": "string", "required": "yes", "enum": "x"}]}
        )
    places = [".".join(map(str, each["loc"])) for each in caught.value.errors()]
    assert places == ["dataset_id", "version", "fields.0.required", "fields.0.enum", "fields.0.name", "ownrs"]


def test_a_model_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        V1.version = "2.0.0"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        V1.fields[0].name = "x"  # type: ignore[misc]


def test_own_keys_are_left_out_and_the_rest_makes_the_round_trip() -> None:
    document = {**V1.model_dump(), "x-mine": 1, "fields": [{**USER_ID.model_dump(), "x-y": 2}], "primary_key": []}
    read = DataContract.model_validate(document)
    assert "x-mine" not in read.model_dump()
    assert DataContract.model_validate_json(V1.model_dump_json()) == V1


@pytest.mark.parametrize(("mode", "compatible"), [("forward", True), ("forward_transitive", False)])
def test_a_transitive_mode_asks_about_every_registered_version(mode: str, compatible: bool) -> None:
    registry = ContractRegistry(mode=mode)
    retyped = DataField(name="ltv", type="string", required=False)
    without = [USER_ID, ACTIVE_DATE, PLAN]
    assert registry.register(V1).compatible
    assert registry.register(version("1.0.1", *without)).compatible
    report = registry.register(version("2.0.0", *without, retyped))
    assert report.compatible is compatible
    assert [(each.kind, each.against) for each in report.errors] == (
        [] if compatible else [("field_type_changed", "1.0.0")]
    )
    assert [each.version for each in registry.history("users.daily_active")] == (
        ["1.0.0", "1.0.1", "2.0.0"] if compatible else ["1.0.0", "1.0.1"]
    )
