"""Reads registries from git through the Python API, and checks that they are read-only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from repositories import Repository, breaking, contract

from dcr import ContractRegistry, RegistryError
from dcr.errors import DcrError

if TYPE_CHECKING:
    from pathlib import Path

ID, PATH = "users.daily_active", "contracts/users.yaml"
STANDARD = """\
kind: DataContract
apiVersion: v3.1.0
id: shop
version: 1.0.0
status: active
team: {name: checkout}
slaProperties: [{property: latency, value: 1, unit: h}]
schema:
  - name: orders
    properties:
      - {name: id, logicalType: string, physicalType: varchar(36), required: true, primaryKey: true}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = Repository(tmp_path)
    found.commit({PATH: contract()})
    found.commit({PATH: contract(version="1.1.0", more="  - {name: note, type: string, required: false}")})
    found.commit({PATH: contract(version="2.0.0", status="draft"), "contracts/shop.yaml": STANDARD})
    return found


def registry(repository: Repository, ref: str | None = "main", **options: str) -> ContractRegistry:
    return ContractRegistry.from_git(str(repository.folder), ref, **options)


def test_the_branch_answers_as_a_registry_does(repository: Repository) -> None:
    found = registry(repository)
    assert found.datasets() == ["shop/orders", ID]
    assert [each.version for each in found.history(ID)] == ["1.0.0", "1.1.0", "2.0.0"]
    assert found.latest(ID).version == "1.1.0"
    assert [each.name for each in found.get(ID, "1.1.0").fields][-1] == "note"
    assert len(found.get(ID, "1.0.0").fields) == 4


def test_it_has_the_interface_of_the_registry_in_memory(repository: Repository) -> None:
    found = registry(repository)
    assert ID in found
    assert "nobody" not in found
    assert None not in found
    assert found.latest(ID, include_non_active=True).version == "2.0.0"
    last = found.latest(ID).model_copy(update={"version": "3.0.0"})
    assert found.check(last, compatibility="full").mode == "full"
    with pytest.raises(ValueError, match="mode 'x' does not exist"):
        found.check(last, compatibility="x")
    with pytest.raises(RegistryError, match="dataset 'nobody' does not exist"):
        found.latest("nobody")
    with pytest.raises(DcrError, match="read-only"):
        found.deprecate(ID, "1.1.0", deprecation_uri="https://example.com")
    with pytest.raises(DcrError, match="read-only"):
        found.register(last, compatibility="none")


def test_json_holds_no_key_that_has_no_value(repository: Repository) -> None:
    found = registry(repository).latest(ID).model_dump(mode="json")
    assert found == {
        "dataset_id": ID,
        "version": "1.1.0",
        "status": "active",
        "primary_key": ["user_id", "active_date"],
        "owners": [{"team": "growth-platform"}],
        "fields": [
            {"name": "user_id", "type": "string"},
            {"name": "active_date", "type": "timestamp"},
            {"name": "plan", "type": "string", "enum": ["free", "pro"]},
            {"name": "ltv", "type": "number", "required": False},
            {"name": "note", "type": "string", "required": False},
        ],
    }


def test_json_holds_the_status_of_a_draft_too(repository: Repository) -> None:
    draft = registry(repository).get(ID, "2.0.0")
    assert draft.model_dump(mode="json")["status"] == "draft"


def test_another_format_comes_as_the_same_model(repository: Repository) -> None:
    orders = registry(repository).latest("shop/orders")
    assert orders.primary_key == ["id"]
    assert orders.owners[0].team == "checkout"
    assert orders.freshness_sla is not None
    assert orders.freshness_sla.max_lag_seconds == 3600


def test_content_that_the_models_cannot_represent_is_an_error(repository: Repository) -> None:
    odd = STANDARD.replace("logicalType: string", "logicalType: date").replace("1.0.0", "2.0.0")
    repository.commit({"contracts/shop.yaml": odd})
    with pytest.raises(DcrError, match="cannot represent fields") as refused:
        registry(repository).get("shop/orders", "2.0.0")
    assert refused.value.hint == "print all of it: dcr show shop/orders@2.0.0 --format json"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("get", "users.daily", "1.0.0"), "dataset 'users.daily' does not exist"),
        (("get", ID, "9.0.0"), "version '9.0.0' of dataset '"),
        (("latest", "nobody"), "dataset 'nobody' does not exist"),
        (("history", "nobody"), "dataset 'nobody' does not exist"),
    ],
)
def test_an_unknown_dataset_or_version_is_an_error(repository: Repository, call: tuple[str, ...], message: str) -> None:
    name, *arguments = call
    with pytest.raises(DcrError, match=message) as missing:
        getattr(registry(repository), name)(*arguments)
    assert missing.value.hint


def test_a_version_with_two_meanings_is_never_chosen_silently(repository: Repository) -> None:
    repository.commit({PATH: contract(version="1.1.0", without=["ltv"])})
    with pytest.raises(DcrError, match="has 2 meanings in the history"):
        registry(repository).get(ID, "1.1.0")


def test_the_ref_is_resolved_once(repository: Repository) -> None:
    found = registry(repository)
    repository.commit({PATH: contract(version="3.0.0")})
    assert found.latest(ID).version == "1.1.0"
    assert registry(repository).latest(ID).version == "3.0.0"


def test_a_ref_that_is_none_is_a_clear_error(repository: Repository) -> None:
    with pytest.raises(DcrError, match="nothing-here"):
        registry(repository, "nothing-here").datasets()


def test_nothing_is_written_through_it(repository: Repository) -> None:
    found = registry(repository)
    model = found.get(ID, "1.0.0")
    for change in (
        lambda: found.register(model),
        lambda: found.deprecate(ID, "1.0.0", "https://example.com"),
        lambda: found.archive(ID, "1.0.0"),
    ):
        with pytest.raises(DcrError, match="read-only"):
            change()
    assert repository.git("status", "--porcelain") == ""


def test_a_contract_is_checked_against_what_the_branch_has(repository: Repository, tmp_path: Path) -> None:
    other = Repository(tmp_path, "other")
    other.commit({PATH: breaking(version="3.0.0")})
    proposed = registry(other).get(ID, "3.0.0")
    report = registry(repository).check(proposed)
    assert not report.compatible
    assert [issue.kind for issue in report.errors] == ["field_removed"]
    assert registry(repository).check(proposed, mode="forward").compatible


def test_nothing_is_read_before_it_is_asked_for(repository: Repository) -> None:
    tip = repository.git("rev-parse", "HEAD")
    found = registry(repository)
    objects = repository.folder / ".git/objects"
    objects.rename(objects.with_name("elsewhere"))
    assert found.commit == tip
    with pytest.raises(DcrError):
        found.datasets()
    objects.with_name("elsewhere").rename(objects)
    assert found.datasets() == ["shop/orders", ID]


def test_a_shallow_clone_denies_nothing_that_it_cannot_know(repository: Repository, tmp_path: Path) -> None:
    repository.git("clone", "-q", "--depth=1", repository.folder.as_uri(), str(tmp_path / "shallow"), cwd=tmp_path)
    found = ContractRegistry.from_git(str(tmp_path / "shallow"), "main")
    for ask in (lambda: found.get(ID, "1.0.0"), lambda: found.latest("nobody")):
        with pytest.raises(DcrError, match="does not exist in this shallow clone") as missing:
            ask()
        assert missing.value.hint == "git fetch --unshallow origin"


def test_eight_threads_get_one_answer(repository: Repository, tmp_path: Path) -> None:
    other = Repository(tmp_path, "other")
    other.commit({PATH: breaking(version="3.0.0")})
    proposed = registry(other).get(ID, "3.0.0")

    def ask(found: ContractRegistry, number: int) -> object:
        questions = (
            found.datasets,
            lambda: [each.version for each in found.history(ID)],
            lambda: found.latest(ID),
            lambda: found.get("shop/orders", "1.0.0"),
            lambda: [issue.kind for issue in found.check(proposed).issues],
        )
        return questions[number % len(questions)]()

    alone = [ask(registry(repository), number) for number in range(5)]
    for _ in range(3):  # each time from the start, where all of them ask for what nobody has read
        shared, together = registry(repository), Barrier(8)

        def at_once(number: int, shared: ContractRegistry = shared, together: Barrier = together) -> object:
            together.wait()
            return ask(shared, number)

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(at_once, range(40))) == alone * 8
