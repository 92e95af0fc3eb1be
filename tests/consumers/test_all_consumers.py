"""All declared consumers of a commit, of the index and of the working tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from repositories import USERS, Repository, contract

from dcr.consumers.index import ConsumerIndex
from dcr.git.changes import INDEX, WORKTREE
from dcr.git.consumers.all_consumers import read_all_consumers
from dcr.git.repository import discover_repository
from dcr.policy.consumer_settings import ConsumerSettings
from dcr.policy.policy import Policy

if TYPE_CHECKING:
    from pathlib import Path

    from dcr.consumers.consumer import ParsedConsumers


def _consumer(name: str, *datasets: str) -> str:
    uses = "".join(f"  - dataset: {dataset}\n    fields: [plan]\n" for dataset in datasets)
    return f"consumer: {name}\nowners: [{{team: finance}}]\nuses:\n{uses}"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit({
        USERS: contract(),
        "consumers/finance/revenue.yaml": _consumer("finance.revenue", "users.daily_active", "shop.orders"),
        "consumers/growth.yml": _consumer("growth.funnel", "users.daily_active"),
        "consumers/README.md": "not YAML: [",
        "consumers/other.yaml": "neither: a consumer\n",
    })  # fmt: skip
    return made


_DEFAULTS = Policy()


def _read(repository: Repository, head: str, policy: Policy = _DEFAULTS) -> tuple[ParsedConsumers, ...]:
    return read_all_consumers(discover_repository(str(repository.folder)), head, policy)


def _names(files: tuple[ParsedConsumers, ...]) -> list[str]:
    return [consumer.name for file in files for consumer in file.consumers]


def test_every_side_has_its_own_consumers(repository):
    commit = repository.git("rev-parse", "HEAD")
    repository.write("consumers/growth.yml", _consumer("growth.staged", "users.daily_active"))
    repository.git("add", "consumers/growth.yml")
    repository.write("consumers/growth.yml", _consumer("growth.edited", "users.daily_active"))
    repository.write("consumers/untracked.yaml", _consumer("ops.alert", "users.daily_active"))
    (repository.folder / "consumers/finance/revenue.yaml").unlink()
    assert _names(_read(repository, commit)) == ["finance.revenue", "growth.funnel"]
    assert _names(_read(repository, INDEX)) == ["finance.revenue", "growth.staged"]
    assert _names(_read(repository, WORKTREE)) == ["growth.edited", "ops.alert"]


def test_a_bare_repository_is_read_at_a_commit(repository, tmp_path):
    repository.git("clone", "-q", "--bare", str(repository.folder), str(tmp_path / "bare"), cwd=tmp_path)
    commit = repository.git("rev-parse", "HEAD")
    files = read_all_consumers(discover_repository(str(tmp_path / "bare")), commit, Policy())
    assert _names(files) == ["finance.revenue", "growth.funnel"]


def test_the_policy_decides_where_consumers_are(repository):
    repository.write("uses/ops.yaml", _consumer("ops.alert", "users.daily_active"))
    assert _names(_read(repository, WORKTREE, Policy(consumers=ConsumerSettings(("uses/*.yaml",))))) == ["ops.alert"]


def test_locations_are_kept_without_the_tree(repository):
    file = _read(repository, repository.git("rev-parse", "HEAD"))[0]
    (consumer,) = file.consumers
    second = consumer.uses[1].section
    assert second is not None
    assert second.node is None
    assert second.locate("dataset")[:3] == ("consumers/finance/revenue.yaml", 6, 5)
    assert second.locate("fields")[:3] == ("consumers/finance/revenue.yaml", 7, 5)
    assert consumer.section is not None
    assert consumer.section.locate("owners").line == 2
    assert consumer.section.locate().line == 1


def test_two_files_with_the_same_text_are_two_files(repository):
    repository.commit({"consumers/copy.yaml": _consumer("growth.funnel", "users.daily_active")})
    files = _read(repository, repository.git("rev-parse", "HEAD"))
    assert [file.path for file in files if file.consumers] == [
        "consumers/copy.yaml", "consumers/finance/revenue.yaml", "consumers/growth.yml",
    ]  # fmt: skip


def test_the_index_finds_uses_by_dataset_and_consumers_by_name(repository):
    repository.write("consumers/broken.yaml", "consumer: broken\nuses: [{dataset: shop.orders, field: [a]}]\n")
    index = ConsumerIndex(_read(repository, WORKTREE))
    assert [consumer.name for consumer in index.consumers] == ["broken", "finance.revenue", "growth.funnel"]
    assert [found.consumer.name for found in index.find_uses("users.daily_active")] == [
        "finance.revenue", "growth.funnel",
    ]  # fmt: skip
    assert [found.use.dataset_id for found in index.find_uses("shop.orders")] == ["shop.orders"]
    assert index.dataset_ids == ("shop.orders", "users.daily_active")
    assert [consumer.path for consumer in index.find_consumers("growth.funnel")] == ["consumers/growth.yml"]
    assert [problem.message for problem in index.problems] == ["unknown key 'field'"]
    assert index.find_uses("no.such") == ()


def test_a_link_declares_nothing(repository):
    (repository.folder / "consumers/link.yaml").symlink_to("growth.yml")
    repository.git("add", "-A")
    assert _names(_read(repository, WORKTREE)) == _names(_read(repository, INDEX)) == [
        "finance.revenue", "growth.funnel",
    ]  # fmt: skip
