"""`dcr show` lists the consumers of the version that it shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from declared_story import EXPORT, REVENUE, make_repository
from repositories import USERS, Outcome, Repository, contract

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path)


def _show(repository: Repository, *arguments: str) -> Outcome:
    run = repository.dcr("show", *arguments, DCR_CACHE="off")
    assert run.code == 0
    return run


def _names(repository: Repository, *arguments: str) -> list[str]:
    document = json.loads(_show(repository, *arguments, "--format", "json").out)
    return [use["consumer"] for use in document["consumers"]]


def test_the_consumers_are_on_stderr_so_that_stdout_is_the_file(repository):
    run = _show(repository, "users.daily_active")
    assert run.out == contract()
    assert run.err == "dcr: used by finance.revenue (finance, #finance-data), growth.export (growth)\n"


def test_json_has_the_uses_with_their_locations(repository):
    document = json.loads(_show(repository, "users.daily_active", "--format", "json").out)
    assert [(use["consumer"], use["location"]["path"]) for use in document["consumers"]] == [
        ("finance.revenue", REVENUE), ("growth.export", EXPORT),
    ]  # fmt: skip


def test_a_version_has_the_consumers_that_were_built_for_it(repository):
    repository.commit({USERS: contract(version="3.0.0")})
    assert _names(repository, "users.daily_active") == ["growth.export"]
    assert _names(repository, "users.daily_active@1.0.0") == ["finance.revenue", "growth.export"]


def test_a_ref_has_its_own_consumers_and_none_is_different_from_no_declaration(repository):
    repository.git("tag", "before")
    repository.commit({EXPORT: None})
    assert _names(repository, "shop.orders") == []
    assert _show(repository, "shop.orders").err == "dcr: no declared consumer uses it\n"
    assert _names(repository, "shop.orders", "--ref", "before") == ["growth.export"]
    repository.commit({REVENUE: None})
    document = json.loads(_show(repository, "shop.orders", "--format", "json").out)
    assert document["consumers"] is None
    assert _show(repository, "shop.orders").err == ""
