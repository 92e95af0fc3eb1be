"""`dcr fleet publish` sends the facts of one repository to an index, and never replaces newer ones unasked."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from fleets import DASHBOARD, ORDERS, Fleet
from repositories import Outcome, Repository, contract
from sqlalchemy import text

from dcr.index.connection import connect, parse_index_url
from dcr.index.revisions import open_index, upgrade_index

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BROKEN = contract("shop.orders", "2.0.0", without=["ltv"])


@pytest.fixture
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('index')}/index.db"


@pytest.fixture
def any_url(create_index: Callable[[], str], url: str) -> str:
    """The URL of an index in each database."""
    return create_index() or url


@pytest.fixture
def growth(tmp_path: Path) -> Repository:
    """A repository that uses a dataset of another one."""
    made = Repository(tmp_path, "growth")
    made.commit({"consumers/revenue.yaml": DASHBOARD})
    return made


def publish(repository: Repository, url: str, *arguments: str, code: int = 0) -> str:
    """Publish a repository, and return what is printed, without the name of the index."""
    outcome: Outcome = repository.dcr("fleet", "publish", "--index", url, *arguments)
    assert (outcome.code, outcome.out) == (code, ""), outcome
    return outcome.err.strip().removeprefix("dcr: ")


def read(repository: Repository, url: str) -> dict[str, Any]:
    """Return the repositories of an index by name."""
    outcome = repository.dcr("fleet", "--index", url, "--format", "json")
    assert outcome.code == 0, outcome
    return {each["name"]: each for each in json.loads(outcome.out)["repositories"]}


def test_a_check_names_the_consumers_that_another_repository_has_published(growth, tmp_path, url):
    shop = Repository(tmp_path, "shop")
    shop.commit({"contracts/orders.yaml": ORDERS})
    assert publish(growth, url).startswith("published 'growth' at ")
    shop.branch()
    shop.commit({"contracts/orders.yaml": BROKEN})
    issue = shop.dcr("check", "--format", "json", "--index", url).issues[0]
    assert [(each["consumer"], each["repository"]) for each in issue["consumers"]] == [("finance.revenue", "growth")]


def test_only_a_newer_commit_replaces_the_facts(growth, tmp_path, url):
    first = growth.git("rev-parse", "HEAD")
    publish(growth, url)
    before = read(growth, url)["growth"]
    assert "is in the index already" in publish(growth, url)
    after = read(growth, url)["growth"]
    assert (after["commit"], after["read_at"], after["ref"]) == (first, before["read_at"], "main")
    second = growth.commit({"contracts/users.yaml": contract()})
    assert publish(growth, url).startswith(f"published 'growth' at {second[:10]}")
    assert f"has the newer commit {second[:10]}" in publish(growth, url, "--ref", first)
    assert read(growth, url)["growth"]["commit"] == second
    growth.git("checkout", "-q", "-b", "other", first)
    third = growth.commit({"contracts/users.yaml": contract(version="3.0.0")})
    assert "neither older nor newer" in publish(growth, url, code=2)
    publish(growth, url, "--force")
    assert (read(growth, url)["growth"]["commit"], read(growth, url)["growth"]["ref"]) == (third, "other")


def test_the_name_of_another_repository_is_not_taken(growth, tmp_path, url):
    publish(growth, url)
    (tmp_path / "elsewhere").mkdir()
    other = Repository(tmp_path / "elsewhere", "growth")
    other.commit({"contracts/users.yaml": contract()})
    assert "has another repository 'growth'" in publish(other, url, code=2)
    assert "has another repository 'growth'" in publish(other, url, "--remove", code=2)
    publish(other, url, "--name", "users")
    assert sorted(read(other, url)) == ["growth", "users"]
    other.commit({"dcr.toml": '[index]\nurl = "sqlite:///other.db"\nrepository = "named"\n'})
    publish(other, url)
    assert "removed 'users'" in publish(other, url, "--name", "users", "--remove")
    assert sorted(read(other, url)) == ["growth", "named"]
    assert "has no repository 'users'" in publish(other, url, "--name", "users", "--remove", code=2)


def test_the_address_has_no_credentials(growth, url):
    growth.git("remote", "add", "origin", "https://user:s3cret@example.org/data/growth.git")
    publish(growth, url)
    assert read(growth, url)["growth"]["address"] == "https://example.org/data/growth.git"
    growth.git("remote", "set-url", "origin", "git@example.org:data/growth.git")
    publish(growth, url)
    page = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://example.org", "GITHUB_REPOSITORY": "data/growth"}
    assert growth.dcr("fleet", "publish", DCR_INDEX=url, **page).code == 0


def test_a_fork_does_not_replace_the_repository_that_is_its_other_remote(growth, url):
    growth.git("remote", "add", "origin", "https://example.org/data/growth")
    publish(growth, url)
    growth.git("remote", "rename", "origin", "upstream")
    growth.git("remote", "add", "origin", "https://user:s3@cret@example.org/fork/growth")
    growth.commit({"contracts/users.yaml": contract()})
    assert "has another repository 'growth'" in publish(growth, url, code=2)
    publish(growth, url, "--name", "fork")
    assert read(growth, url)["fork"]["address"] == "https://example.org/fork/growth"


def test_what_cannot_be_published_is_refused(growth, tmp_path, url):
    growth.commit({"contracts/users.yaml": contract()})
    growth.git("clone", "-q", "--depth", "1", growth.folder.as_uri(), str(tmp_path / "shallow"))
    shallow = Repository(tmp_path, "shallow", init=None)
    assert "this clone is shallow" in publish(shallow, url, code=2)
    for name in ("\x1b[31mred", "a\nb", "x" * 201, "\udc80"):
        assert "the name is not printable or longer than 200" in publish(growth, url, "--name", name, code=2)
    assert "no index is named" in growth.dcr("fleet", "publish").err
    assert "ref 'missing' does not exist" in publish(growth, url, "--ref", "missing", code=2)
    growth.write("dcr.toml", "mode = 'sideways'\n")
    growth.commit()
    assert "mode is 'sideways'" in publish(growth, url, code=2)


def test_a_sync_keeps_what_was_published(tmp_path, url):
    fleet = Fleet(tmp_path, "shop", index=url)
    fleet["shop"].commit({"contracts/orders.yaml": ORDERS})
    growth = Repository(tmp_path, "growth")
    growth.commit({"consumers/revenue.yaml": DASHBOARD})
    publish(growth, fleet.index)
    assert fleet.sync() == "1 repository: 1 moved"
    assert fleet.sync() == "1 repository: 1 unchanged"
    assert sorted(read(growth, fleet.index)) == ["growth", "shop"]


def test_jobs_that_publish_at_the_same_time_leave_the_newest_commit(growth, any_url):
    commits = [growth.commit({"contracts/users.yaml": contract(version=f"1.{number}.0")}) for number in range(4)]
    upgrade_index(any_url, "/").close()
    threads = [threading.Thread(target=publish, args=(growth, any_url, "--ref", commit)) for commit in commits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read(growth, any_url)["growth"]["commit"] == commits[-1]


def test_an_index_of_the_first_revision_is_upgraded_by_publishing_and_refused_by_a_check(growth, tmp_path, any_url):
    publish(growth, any_url)
    index = connect(parse_index_url(any_url, "/"))
    with index.write() as connection:
        connection.execute(text("ALTER TABLE repositories DROP COLUMN origin"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    index.close()
    shop = Repository(tmp_path, "shop")
    shop.commit({"contracts/orders.yaml": ORDERS})
    shop.branch()
    shop.commit({"contracts/orders.yaml": BROKEN})
    shop.dcr("check", "--index", any_url).says("has revision 0001, this version of dcr needs 0002", "dcr fleet sync")
    assert "is in the index already" in publish(growth, any_url)
    open_index(any_url, "/").close()
    assert shop.dcr("check", "--index", any_url).code == 1
