"""Checks contracts that are made in Python against a registry from git, with its history and policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from repositories import Repository

from dcr import ContractRegistry, DataContract, DataField, Owner

if TYPE_CHECKING:
    from pathlib import Path

    from dcr import CompatibilityReport

PATH = "contracts/orders.yaml"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    (tmp_path / "work").mkdir()
    made = Repository(tmp_path / "work")
    for name, value in made.environment(XDG_CACHE_HOME=str(tmp_path / "cache")).items():
        monkeypatch.setenv(name, value)
    return made


def orders(version: str, total: str = "") -> str:
    last = f"  - {{name: total, required: false, {total}}}\n" if total else ""
    return (
        f'dataset_id: shop.orders\nversion: "{version}"\nstatus: active\nprimary_key: [id]\nowners: [{{team: shop}}]\n'
        f"fields:\n  - {{name: id, type: string}}\n{last}"
    )


def check_version(repository: Repository, version: str, *total: DataField) -> CompatibilityReport:
    proposed = DataContract(
        dataset_id="shop.orders", version=version, status="active", primary_key=["id"], owners=[Owner(team="shop")],
        fields=[DataField(name="id", type="string"), *total],
    )  # fmt: skip
    return ContractRegistry.from_git(str(repository.folder), "main").check(proposed)


@pytest.mark.parametrize(("within", "kinds"), [("history", ["field_type_changed"]), ("major", ["field_resurrected"])])
def test_a_transitive_mode_asks_about_the_versions_that_the_policy_says(
    repository: Repository, within: str, kinds: list[str]
) -> None:
    repository.commit({PATH: orders("1.0.0", "type: string")})
    policy = f'mode = "forward_transitive"\ntransitive_within = "{within}"\n'
    repository.commit({PATH: orders("2.0.0"), "dcr.toml": policy})
    report = check_version(
        repository, "2.1.0" if within == "major" else "3.0.0", DataField(name="total", type="number", required=False)
    )
    assert [each.kind for each in report.issues] == kinds
    assert [each.against for each in report.issues] == ["1.0.0"]
    assert report.compatible is (within == "major")


@pytest.mark.parametrize(("days", "compatible"), [(3, False), (300, True)])
def test_a_removal_after_its_time_is_compatible(repository: Repository, days: int, compatible: bool) -> None:
    marked = orders("1.0.0", "type: string, deprecated: true")
    on = f"{datetime.now(UTC).date() - timedelta(days=days)}T12:00:00+0000"
    repository.commit({"dcr.toml": "min_deprecation_days = 30\n", PATH: marked}, on=on)
    report = check_version(repository, "2.0.0")
    assert report.compatible is compatible
    assert report.required_bump == "major"
