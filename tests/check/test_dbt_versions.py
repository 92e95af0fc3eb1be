"""Checks versions of dbt models: references without a version, and the ways to avoid a break."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml
from repositories import Repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "contracts/models.yml"
COLUMNS = {"id": "bigint", "total": "bigint", "note": "text"}


def model(columns: dict[str, str] = COLUMNS, **more: object) -> dict[str, object]:
    return {
        "name": "orders",
        "config": {"contract": {"enforced": True}, "group": "shop"},
        "columns": [{"name": name, "data_type": kind} for name, kind in columns.items()],
        **more,
    }


def text(*models: dict[str, object]) -> str:
    return yaml.safe_dump({"models": list(models)}, sort_keys=False)


def without(name: str) -> dict[str, str]:
    return {key: kind for key, kind in COLUMNS.items() if key != name}


LESS = {"v": 2, "columns": [{"include": "all", "exclude": ["total"]}]}


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Repository]:
    def commit(before: str, after: str) -> Repository:
        repository = Repository(tmp_path)
        repository.commit({FILE: before})
        repository.write(FILE, after)
        return repository

    return commit


def said(repository: Repository) -> set[tuple[str, str, str]]:
    """Return the dataset, the kind and the field of every error."""
    report = repository.check("--base", "HEAD").report
    return {
        (each["dataset_id"], issue["kind"], issue["field"] or "")
        for each in report["contracts"]
        for issue in each["issues"]
        if issue["severity"] == "error"
    }


def test_a_model_that_gets_versions_is_the_same_dataset(changed: Callable[..., Repository]) -> None:
    repository = changed(text(model()), text(model(versions=[{"v": 1}])))
    outcome = repository.check("--base", "HEAD")
    assert outcome.code == 0
    assert outcome.kinds == ["physical_name_changed"]
    assert [issue["severity"] for issue in outcome.issues] == ["warning"]


def test_a_model_that_gets_versions_is_judged_by_the_latest(changed: Callable[..., Repository]) -> None:
    repository = changed(text(model()), text(model(versions=[{"v": 1}, LESS])))
    assert said(repository) == {("orders", "field_removed", "total")}


def test_following_the_hint_of_a_model_without_versions_passes(changed: Callable[..., Repository]) -> None:
    repository = changed(text(model()), text(model(without("total"))))
    (issue,) = repository.check("--base", "HEAD").issues
    assert issue["kind"] == "field_removed"
    written = re.search(r"\((versions: .+), (latest_version: \d+)\)", issue["hint"])
    assert written, issue["hint"]
    followed = yaml.safe_load(f"{written[1].replace('{v: 2, …}', str(LESS))}\n{written[2]}")
    repository.write(FILE, text(model(**followed)))
    outcome = repository.check("--base", "HEAD")
    assert (outcome.code, outcome.kinds) == (0, [])


def test_following_the_hint_of_a_version_passes(changed: Callable[..., Repository]) -> None:
    before = text(model(versions=[{"v": 1}]))
    repository = changed(before, text(model(without("total"), versions=[{"v": 1}])))
    (issue,) = repository.check("--base", "HEAD").issues
    found = re.search(r"with (latest_version: \d+);", issue["hint"])
    assert found, issue["hint"]
    repository.write(FILE, text(model(versions=[{"v": 1}, LESS], **yaml.safe_load(found[1]))))
    outcome = repository.check("--base", "HEAD")
    assert (outcome.code, outcome.kinds) == (0, [])


def test_following_the_hint_of_a_latest_version_that_moved_passes(changed: Callable[..., Repository]) -> None:
    repository = changed(text(model(versions=[{"v": 1}])), text(model(versions=[{"v": 1}, LESS])))
    outcome = repository.check("--base", "HEAD")
    assert outcome.code == 1
    hints = {each["hint"] for each in outcome.issues}
    assert all(
        each.startswith("write latest_version: 1 until readers that name no version have migrated") for each in hints
    )
    repository.write(FILE, text(model(versions=[{"v": 1}, LESS], latest_version=1)))
    outcome = repository.check("--base", "HEAD")
    assert (outcome.code, outcome.kinds) == (0, [])


@pytest.mark.parametrize("latest", [1, 2])
def test_an_edit_in_place_is_reported_once(changed: Callable[..., Repository], latest: int) -> None:
    sides = [
        text(model(versions=[{"v": 1}, {"v": 2, "columns": each}], latest_version=latest))
        for each in ([{"include": "all"}], [{"include": "all", "exclude": ["note"]}])
    ]
    assert said(changed(*sides)) == {("orders.v2", "field_removed", "note")}


def test_what_breaks_when_the_latest_version_moves_is_the_difference(changed: Callable[..., Repository]) -> None:
    versions = [{"v": 1}, LESS]
    sides = [text(model(versions=versions, latest_version=each)) for each in (1, 2)]
    assert said(changed(*sides)) == {("orders", "field_removed", "total")}


def test_a_latest_version_that_moves_to_one_that_breaks_nothing_passes(changed: Callable[..., Repository]) -> None:
    wider = {"v": 2, "columns": [{"include": "all"}, {"name": "tax", "data_type": "bigint"}]}
    sides = [text(model(versions=[{"v": 1}, wider], latest_version=each)) for each in (1, 2)]
    repository = changed(*sides)
    outcome = repository.check("--base", "HEAD", "--mode", "backward")
    assert outcome.code == 0
    assert [(each["kind"], each["severity"]) for each in outcome.issues] == [("latest_version_moved", "info")]


def test_a_model_that_loses_its_versions_breaks_those_who_name_one(changed: Callable[..., Repository]) -> None:
    repository = changed(text(model(versions=[{"v": 1}, LESS])), text(model(without("total"))))
    assert said(repository) == {("orders.v1", "contract_removed", ""), ("orders.v2", "contract_removed", "")}


def test_a_model_that_is_removed_is_reported_for_each_of_its_versions(changed: Callable[..., Repository]) -> None:
    other = {**model(), "name": "refunds"}
    repository = changed(text(model(versions=[{"v": 1}, LESS]), other), text(other))
    assert said(repository) == {("orders.v1", "contract_removed", ""), ("orders.v2", "contract_removed", "")}


@pytest.mark.parametrize("rest", [{"config": {"contract": {"enforced": False}}}, {"config": {}}])
def test_a_file_that_speaks_of_no_contract_any_more_lost_its_enforcement(
    changed: Callable[..., Repository], rest: dict[str, object]
) -> None:
    repository = changed(text(model()), text(model(**rest)))
    assert said(repository) == {("orders", "contract_enforcement_removed", "")}


def test_a_model_that_moves_to_another_file_and_loses_its_contract_is_not_removed(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({FILE: text(model())})
    (repository.folder / FILE).unlink()
    repository.write("contracts/orders.yml", text(model(config={})))
    assert said(repository) == {("orders", "contract_enforcement_removed", "")}


def test_a_latest_version_that_nobody_enforces_guards_no_reference_without_a_version(
    changed: Callable[..., Repository],
) -> None:
    loose = {"v": 2, "config": {"contract": {"enforced": False}}}
    sides = [text(model(versions=[{"v": 1}, loose], latest_version=each)) for each in (1, 2)]
    assert said(changed(*sides)) == {("orders", "contract_enforcement_removed", "")}


def test_what_is_wrong_with_a_model_is_said_once(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    loose = {**model(versions=[{"v": 1, "deprecation_date": "soon"}]), "config": {"contract": {"enforced": True}}}
    repository.commit({FILE: text(loose)})
    found = repository.dcr("lint", "--format", "json")
    assert sorted(found.kinds) == ["owner_missing", "value_not_understood"]
    assert {each["dataset_id"] for each in found.report["contracts"]} == {"orders.v1"}


def test_a_model_in_two_files_is_a_duplicate_once(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    versioned = text(model(versions=[{"v": 1}]))
    repository.commit({FILE: versioned, "contracts/copy.yml": versioned})
    report = repository.dcr("lint", "--format", "json").report
    assert {each["dataset_id"] for each in report["contracts"]} == {"orders.v1"}
    repository.write("contracts/copy.yml", text(model()))
    report = repository.dcr("lint", "--format", "json").report
    assert {each["dataset_id"] for each in report["contracts"]} == {"orders"}


def test_the_history_of_what_a_reference_means_goes_on_through_versions(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    for each in (model(), model(versions=[{"v": 1}]), model(versions=[{"v": 1}, LESS])):
        repository.commit({FILE: text(each)})
    listed = repository.dcr("datasets", "--ref", "HEAD", "--format", "json")
    assert '"alias_of": "orders.v2"' in listed.out
    assert "field 'total' was removed" in repository.dcr("log", "orders", "--ref", "HEAD").out
    audited = repository.dcr("audit", "--ref", "HEAD", "--format", "text")
    assert audited.out.count("field_removed") == 1
    assert "contract_removed" not in audited.out


@pytest.mark.parametrize("rest", [{"config": {"contract": {"enforced": False}}}, {"config": {}}])
def test_the_history_tells_enforcement_that_was_removed_as_the_check_does(
    tmp_path: Path, rest: dict[str, object]
) -> None:
    repository = Repository(tmp_path)
    repository.commit({FILE: text(model())})
    repository.commit({FILE: text(model(**rest))})
    audited, logged = (
        repository.dcr(*command, "--ref", "HEAD", DCR_CACHE="off").out
        for command in (("audit", "--format", "text"), ("log", "orders"))
    )
    assert "[contract_enforcement_removed]" in audited
    assert "contract_removed" not in audited
    assert "columns 'id', 'total', 'note' are no longer checked" in " ".join(logged.split())


def test_a_break_of_those_who_name_no_version_is_accepted_under_the_name_without_one(
    changed: Callable[..., Repository],
) -> None:
    repository = changed(text(model(versions=[{"v": 1}])), text(model(versions=[{"v": 1}, LESS])))
    accepted = repository.dcr(
        "accept", "orders", "field_removed", "total", "--base", "HEAD", "--reason", "all have moved",
        writes=("repository/dcr.accepted.yaml",),
    )  # fmt: skip
    assert accepted.code == 0, accepted
    assert repository.check("--base", "HEAD").code == 0


def test_a_copy_of_a_model_with_versions_is_reported_at_its_versions(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    versioned = text(model(versions=[{"v": 1}]))
    repository.commit({FILE: versioned})
    repository.write("contracts/copy.yml", versioned)
    report = repository.check("--base", "HEAD").report
    duplicated = [
        each["dataset_id"]
        for each in report["contracts"]
        for issue in each["issues"]
        if issue["kind"] == "dataset_id_duplicated"
    ]
    assert set(duplicated) == {"orders.v1"}


def test_every_released_version_counts_for_those_who_name_none(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    optional = {"v": 2, "columns": [{"include": "all", "exclude": ["note"]}]}
    again = {"v": 3, "columns": [{"include": "all", "exclude": ["note"]}, {"name": "note", "data_type": "bigint"}]}
    repository.commit({FILE: text(model(versions=[{"v": 1}]))})
    repository.commit({FILE: text(model(versions=[{"v": 1}, optional]))})
    repository.write(FILE, text(model(versions=[{"v": 1}, optional, again])))
    outcome = repository.check("--base", "HEAD", "--mode", "backward_transitive")
    assert "field_type_changed" in outcome.kinds


def test_a_model_without_versions_has_no_version_of_two_meanings(changed: Callable[..., Repository]) -> None:
    repository = changed(text(model()), text(model(without("note"))))
    repository.commit({})
    assert "another meaning" not in repository.dcr("log", "orders").out
    assert "another meaning" not in repository.dcr("show", "orders").err
