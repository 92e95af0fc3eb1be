"""`dcr check --index` adds the consumers of other repositories, and never takes a missing index for nobody."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from fleets import Fleet
from repositories import Outcome, Repository, contract

from dcr.api.file_check import check_proposed_file, parse_proposed
from dcr.api.http.problems import classify_error
from dcr.api.snapshots.live import LiveRegistry
from dcr.check import Request
from dcr.check import check as run_check
from dcr.fleet.settings import read_settings
from dcr.fleet.sync import SyncOptions, sync
from dcr.git.remotes import normalize_address
from dcr.index.other_repositories import UnavailableIndexError
from dcr.rendering.reports.json import build_document

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = contract("shop.orders")
BROKEN = contract("shop.orders", "2.0.0", without=["ltv"])
REVENUE = """\
consumer: finance.revenue
owners: [{team: finance, contact: "#finance"}]
uses:
  - {dataset: shop.orders, versions: "<2", fields: [ltv]}
  - {dataset: shop.orders, versions: "<2", fields: [plan], values: {plan: [free]}}
"""
FUNNEL = "consumer: growth.funnel\nowners: [{team: growth}]\nuses: [{dataset: shop.orders, fields: [ltv, plan]}]\n"
REPORT = "consumer: shop.report\nowners: [{team: shop}]\nuses: [{dataset: shop.orders, fields: [ltv]}]\n"


def make_fleet(root: Path) -> Fleet:
    """Return a synced fleet in which two repositories declare consumers of the dataset of a third one."""
    fleet = Fleet(root, "shop", "growth", "finance", index="sqlite:///index.db")
    fleet["shop"].commit({"contracts/orders.yaml": ORDERS, "consumers/report.yaml": REPORT})
    fleet["growth"].commit({"consumers/funnel.yaml": FUNNEL, "contracts/users.yaml": contract()})
    fleet["finance"].commit({"consumers/revenue.yaml": REVENUE})
    fleet.sync()
    return fleet


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """A fleet that no test changes, except its repositories' branches."""
    return make_fleet(tmp_path_factory.mktemp("fleet"))


def url_of(fleet: Fleet) -> str:
    return f"sqlite:///{fleet.folder}/index.db"


def check(repository: Repository, *arguments: str, **more: str) -> Outcome:
    return repository.dcr("check", "--format", "json", *arguments, **more)


def change(repository: Repository, files: dict[str, str]) -> None:
    """Commit files on a new branch from main."""
    repository.git("checkout", "-q", "-B", "feature", "main")
    repository.commit(files)


def reached(outcome: Outcome) -> dict[str, list[str]]:
    """Return the consumers that each kind of issue reaches, with their repositories."""
    return {
        issue["kind"]: [f"{each['consumer']} in {each.get('repository', 'here')}" for each in issue["consumers"]]
        for issue in outcome.issues
        if issue["consumers"] is not None
    }


def test_a_break_names_the_consumers_of_all_repositories(fleet):
    change(fleet["shop"], {"contracts/orders.yaml": BROKEN})
    everyone = ["finance.revenue in finance", "growth.funnel in growth", "shop.report in here"]
    assert reached(check(fleet["shop"])) == {"field_removed": everyone[2:]}
    for outcome in (
        check(fleet["shop"], "--index", url_of(fleet)),
        check(fleet["shop"], DCR_INDEX=url_of(fleet)),
        check(fleet["shop"], "--index", "sqlite:///../../fleet/index.db", DCR_INDEX="sqlite:///missing.db"),
    ):
        assert outcome.code == 1
        assert reached(outcome) == {"field_removed": everyone}
        (left,) = (issue for issue in outcome.issues if issue["kind"] == "use_outside_versions")
        assert (
            left["hint"] == "declared in 'consumers/revenue.yaml:4' of repository 'finance'; notify finance (#finance)"
        )
        assert left["location"]["path"] == "contracts/orders.yaml"
    (issue,) = (issue for issue in outcome.issues if issue["kind"] == "field_removed")
    assert [(each["location"]["path"], each["owners"][0]["team"]) for each in issue["consumers"]] == [
        ("consumers/revenue.yaml", "finance"),
        ("consumers/funnel.yaml", "growth"),
        ("consumers/report.yaml", "shop"),
    ]


def test_a_dataset_that_no_repository_uses_has_no_consumers_instead_of_unknown_ones(fleet):
    change(fleet["growth"], {"contracts/users.yaml": contract(version="2.0.0", without=["ltv"])})
    assert reached(check(fleet["growth"], "--index", url_of(fleet))) == {"field_removed": []}


def copy_index(fleet: Fleet, folder: Path, *statements: str) -> str:
    """Copy the index, run statements in the copy, and return its URL."""
    path = folder / "copy.db"
    source = sqlite3.connect(fleet.folder / "index.db")
    source.execute("VACUUM INTO ?", (str(path),))
    source.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = ON")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return f"sqlite:///{path}"


UNAVAILABLE = {
    "older": ("UPDATE repositories SET checked_at = '2020-01-01T00:00:00Z' WHERE name = 'growth'", "is older than 2d"),
    "never read": ("UPDATE repositories SET checked_at = NULL WHERE name = 'growth'", "has no facts of 'growth'"),
    "of the future": (
        "UPDATE repositories SET checked_at = '2999-01-01T00:00:00Z' WHERE name = 'growth'",
        "in the future",
    ),
    "of an older schema": ("UPDATE alembic_version SET version_num = '0000'", "has revision 0000"),
    "of a newer schema": ("UPDATE alembic_version SET version_num = '9999'", "has revision 9999"),
    "newer facts": ("UPDATE repositories SET reader = '9.0.0/99' WHERE name = 'growth'", "a newer version of dcr"),
    "half migrated": ("DROP TABLE uses", "but no table 'uses'"),
    "half migrated in a table": ("ALTER TABLE uses DROP COLUMN document", "column 'document' of table 'uses'"),
    "without a revision": ("DROP TABLE alembic_version", "has no index"),
    "damaged facts": ("UPDATE uses SET document = '{}'", "facts that cannot be read"),
    "empty": ("DELETE FROM repositories", "has no repositories"),
}


@pytest.mark.parametrize(("statement", "words"), UNAVAILABLE.values(), ids=UNAVAILABLE)
def test_an_index_that_cannot_be_used_ends_the_check(tmp_path, fleet, statement, words):
    change(fleet["shop"], {"contracts/orders.yaml": BROKEN})
    outcome = check(fleet["shop"], "--index", copy_index(fleet, tmp_path, statement))
    outcome.says("the consumers of other repositories are unknown: ", words, "help: ")


@pytest.mark.parametrize("name", ["missing", "text", "folder"])
def test_a_file_that_is_no_index_ends_the_check_and_is_not_created(tmp_path, fleet, name):
    change(fleet["shop"], {"contracts/orders.yaml": BROKEN})
    path = tmp_path / "index.db"
    if name == "text":
        path.write_text("no database, but long enough to have a header of one\n" * 20, "utf-8")
    elif name == "folder":
        path.mkdir()
    before = sorted(tmp_path.iterdir())
    outcome = check(fleet["shop"], "--index", f"sqlite:///{path}")
    outcome.says("the consumers of other repositories are unknown: ", str(path), "help: ")
    assert sorted(tmp_path.iterdir()) == before


def test_a_first_sync_that_was_interrupted_is_not_nobody(tmp_path):
    fleet = Fleet(tmp_path, "shop", "growth", index="sqlite:///index.db")
    fleet["shop"].commit({"contracts/orders.yaml": ORDERS})
    fleet["growth"].commit({"consumers/funnel.yaml": FUNNEL})

    def interrupt(progress: str) -> None:
        if progress.startswith("syncing"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(read_settings(str(fleet.folder / "fleet.toml")), SyncOptions(url_of(fleet), 1), interrupt)
    change(fleet["shop"], {"contracts/orders.yaml": BROKEN})
    check(fleet["shop"], "--index", url_of(fleet)).says("has no facts of 'growth', which could never be read")
    fleet["shop"].git("checkout", "-q", "main")
    assert fleet.sync() == "2 repositories: 2 moved"


OLD = "UPDATE repositories SET checked_at = '2020-01-01T00:00:00Z'"


def make_policy(url: str, *, more: str = "", **settings: str) -> str:
    lines = [f'{name} = "{value}"' for name, value in {"url": url, **settings}.items()]
    return "\n".join([more, "[index]", *lines]) + "\n"


def commit_policy(repository: Repository, policy: str, files: dict[str, str]) -> None:
    """Commit a policy to the base of a change, and the change."""
    repository.git("checkout", "-q", "-B", "base", "main")
    repository.commit({"dcr.toml": policy})
    repository.git("checkout", "-q", "-B", "feature")
    repository.commit(files)


def test_the_policy_allows_a_check_without_its_index_which_softens_nothing(tmp_path, fleet):
    shop, growth = fleet["shop"], fleet["growth"]
    declared = '[consumers]\nbreaking = "declared"\ncomplete = ["*"]'
    used = make_policy(url_of(fleet), unavailable="warning", more=declared)
    stale = make_policy(copy_index(fleet, tmp_path, OLD), unavailable="warning", more=declared)
    broken = {"contracts/users.yaml": contract(version="2.0.0", without=["ltv"])}
    commit_policy(growth, used, broken)
    outcome = check(growth, "--base", "base")
    assert (outcome.code, outcome.issues[0]["severity"], outcome.issues[0]["consumers"]) == (0, "warning", [])
    commit_policy(growth, stale, broken)
    outcome = check(growth, "--base", "base")
    assert [(each["kind"], each["severity"], each["consumers"]) for each in outcome.issues] == [
        ("field_removed", "error", None),
        ("index_unavailable", "warning", None),
    ]
    assert "the consumers of other repositories are unknown: index 'sqlite:///" in outcome.issues[1]["message"]
    commit_policy(shop, used, {"contracts/orders.yaml": BROKEN, "consumers/report.yaml": REPORT.replace("ltv", "plan")})
    assert check(shop, "--base", "base").issues[0]["severity"] == "error"  # its consumers are in other repositories
    commit_policy(shop, stale, {"contracts/orders.yaml": BROKEN})
    outcome = check(shop, "--base", "base")
    assert reached(outcome) == {"field_removed": ["shop.report in here"]}
    assert outcome.kinds[-1] == "index_unavailable"


def test_portions_have_the_report_of_all_changes_at_once(tmp_path, fleet):
    shop, ids = fleet["shop"], [f"shop.d{number}" for number in range(5)]
    declared = '[consumers]\nbreaking = "declared"\ncomplete = ["*"]'
    for url in (url_of(fleet), copy_index(fleet, tmp_path, OLD)):
        shop.git("checkout", "-q", "-B", "base", "main")
        policy = make_policy(url, unavailable="warning", more=declared)
        shop.commit({"dcr.toml": policy, **{f"contracts/{name}.yaml": contract(name) for name in ids}})
        shop.git("checkout", "-q", "-B", "feature")
        broken = {f"contracts/{name}.yaml": contract(name, "2.0.0", without=["ltv"]) for name in ids}
        shop.commit({**broken, "contracts/orders.yaml": BROKEN})
        request = Request(str(shop.folder), base="base")
        reports = [run_check(request), run_check(request._replace(portion_size=2, jobs=2))]
        assert repr(reports[0]) == repr(reports[1])
        consumers = [[issue.consumers for issue in each.issues] for each in reports[0].contracts[1:]]
        assert consumers == [[() if url == url_of(fleet) else None]] * len(ids)


def test_every_report_format_shows_that_the_consumers_are_unknown(tmp_path, fleet):
    policy = make_policy(
        copy_index(fleet, tmp_path, OLD), unavailable="warning", more="[severity]\nfield_removed = 'off'"
    )
    commit_policy(fleet["shop"], policy, {"contracts/orders.yaml": BROKEN})
    for name in ("table", "text", "json", "sarif", "junit", "gitlab", "github", "azure", "markdown", "html"):
        outcome = fleet["shop"].dcr("check", "--base", "base", "--format", name)
        assert "consumers of other repositories are unknown" in " ".join(outcome.out.split()), name


def test_a_change_does_not_choose_the_index(tmp_path, fleet):
    missing = "sqlite:///missing.db"
    files = {"contracts/orders.yaml": BROKEN, "dcr.toml": make_policy(missing)}
    change(fleet["shop"], files)
    outcome = check(fleet["shop"])
    assert (reached(outcome), outcome.kinds[-1]) == ({"field_removed": ["shop.report in here"]}, "policy_changed")
    commit_policy(fleet["shop"], make_policy(url_of(fleet)), files)
    assert len(reached(check(fleet["shop"], "--base", "base"))["field_removed"]) == 3
    check(fleet["shop"], "--policy-from", "worktree").says("index 'sqlite:///", "missing.db' does not exist")
    fresh = Repository(tmp_path)
    fresh.write("dcr.toml", make_policy(missing))
    fresh.write("consumers/funnel.yaml", FUNNEL)
    fresh.git("add", "-A")
    outcome = check(fresh, "--staged")
    assert outcome.kinds == ["index_unavailable", "use_of_unknown_dataset"]
    assert [each["severity"] for each in outcome.issues] == ["warning", "warning"]
    assert "there is no base whose policy names the index" in outcome.issues[0]["message"]
    assert check(fresh, "--staged", "--index", url_of(fleet)).kinds == []


def test_without_a_break_the_index_is_not_opened(fleet):
    change(fleet["shop"], {"contracts/orders.yaml": contract("shop.orders", "1.0.1")})
    assert check(fleet["shop"], "--index", "sqlite:///missing.db").code == 0


OWN = "UPDATE repositories SET address = '{}' WHERE name = 'shop'"


def test_this_repository_is_found_in_the_index_by_its_addresses_or_its_name(tmp_path, fleet):
    shop = fleet["shop"]
    change(shop, {"contracts/orders.yaml": BROKEN, "consumers/report.yaml": None})
    edited = "UPDATE uses SET document = replace(document, 'queries', 'rows')"
    url = copy_index(fleet, tmp_path, OWN.format("git@Example.org:data/shop.git"), edited)
    own, others = ["shop.report in here"], ["finance.revenue in finance", "growth.funnel in growth"]
    copied = [*others, "shop.report in here", "shop.report in shop"]
    assert reached(check(shop, "--index", url))["field_removed"] == copied  # conservative: its name is unknown
    page = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://example.org", "GITHUB_REPOSITORY": "data/shop"}
    assert reached(check(shop, "--index", url, "--base", "main", **page))["field_removed"] == [*others, *own]
    shop.git("remote", "add", "upstream", "https://user:secret@example.org/data/shop")
    assert reached(check(shop, "--index", url))["field_removed"] == [*others, *own]
    shop.git("remote", "remove", "upstream")
    commit_policy(shop, make_policy(url, repository="shop"), {"contracts/orders.yaml": BROKEN})
    assert reached(check(shop, "--base", "base"))["field_removed"] == [*others, *own]


def test_another_remote_and_the_page_of_a_job_that_checks_several_repositories_are_not_this_repository(tmp_path, fleet):
    shop = fleet["shop"]
    change(shop, {"contracts/orders.yaml": BROKEN})
    growth = "UPDATE repositories SET address = 'https://example.org/data/growth' WHERE name = 'growth'"
    url = copy_index(fleet, tmp_path, OWN.format("https://example.org/data/shop"), growth)
    page = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://example.org", "GITHUB_REPOSITORY": "data/growth"}
    shop.git("remote", "add", "origin", "git@example.org:data/shop.git")
    shop.git("remote", "add", "growth", "git@example.org:data/growth.git")
    everyone = ["finance.revenue in finance", "growth.funnel in growth", "shop.report in here"]
    assert reached(check(shop, "--index", url, "--base", "main", **page))["field_removed"] == everyone
    shop.git("remote", "remove", "growth")
    shop.git("remote", "remove", "origin")


def test_a_declaration_is_listed_once_if_the_index_has_this_repository_under_another_address(tmp_path, fleet):
    change(fleet["shop"], {"contracts/orders.yaml": BROKEN, "consumers/report.yaml": None})
    outcome = check(fleet["shop"], "--index", copy_index(fleet, tmp_path, OWN.format("/elsewhere/shop")))
    assert len(reached(outcome)["field_removed"]) == 3


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://user:secret@Example.org:443/data/shop.git/", "example.org/data/shop"),
        ("ssh://git@example.org/data/shop", "example.org/data/shop"),
        ("git@example.org:data/shop.git", "example.org/data/shop"),
        ("https://example.org:8443/data/shop", "example.org:8443/data/shop"),
        ("https://example.org/Data/shop", "example.org/Data/shop"),
        ("https://[broken/shop", "https://[broken/shop"),
        ("/srv/shop.git", "/srv/shop"),
        ("/srv/shop/.git", "/srv/shop"),
        ("file:///srv/shop", "/srv/shop"),
        ("../shop", "/srv/shop"),
    ],
)
def test_addresses_of_one_repository_are_equal(address, expected):
    assert normalize_address(address, "/srv/folder") == expected


def test_a_consumer_is_judged_with_the_contract_of_another_repository(tmp_path, fleet):
    use = "{dataset: shop.orders, fields: [ltv, lvt], values: {plan: [free, fere]}}"
    consumer = f"consumer: growth.new\nowners: [{{team: growth}}]\nuses: [{use}, {{dataset: shop.odrers}}]\n"
    change(fleet["growth"], {"consumers/new.yaml": consumer})
    assert check(fleet["growth"]).kinds == ["use_of_unknown_dataset"] * 2
    outcome = check(fleet["growth"], "--index", url_of(fleet))
    assert sorted(outcome.kinds) == ["use_of_unknown_dataset", "use_of_unknown_field", "use_of_unknown_value"]
    (unknown,) = (each for each in outcome.issues if each["kind"] == "use_of_unknown_dataset")
    assert "'shop.odrers', which has no contract" in unknown["message"]
    twice = "INSERT INTO datasets SELECT {} FROM datasets WHERE dataset_id = 'shop.orders'"
    connection = sqlite3.connect(fleet.folder / "index.db")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(datasets)")]
    connection.close()
    finance = "(SELECT id FROM repositories WHERE name = 'finance')"
    copied = twice.format(", ".join(finance if name == "repository_id" else name for name in columns))
    url = copy_index(fleet, tmp_path, copied)
    outcome = check(fleet["growth"], "--index", url)
    assert [(each["kind"], each["severity"]) for each in outcome.issues] == [
        ("use_of_unknown_dataset", "error"),
        ("use_of_unknown_dataset", "warning"),
    ]
    assert "'shop.orders', which several repositories define: finance, shop" in outcome.issues[1]["message"]


def test_a_declaration_that_cannot_be_read_counts_as_a_use_there_too(tmp_path, fleet):
    text = "consumer: growth.broken\nuses: [{dataset: shop.orders"
    growth = "(SELECT id FROM repositories WHERE name = 'growth')"
    insert = f"INSERT INTO files VALUES ({growth}, 'consumers', 'consumers/broken.yaml', CAST('{text}' AS BLOB))"
    change(fleet["shop"], {"contracts/orders.yaml": contract("shop.orders", "2.0.0", without=["plan"])})
    outcome = check(fleet["shop"], "--index", copy_index(fleet, tmp_path, insert))
    assert "consumers/broken.yaml in growth" in reached(outcome)["field_removed"]


def test_an_agreement_elsewhere_counts_for_the_contract_that_it_names(tmp_path):
    fleet = Fleet(tmp_path, "shop", "mart", index="sqlite:///index.db")
    sales = (
        "version: 3.1.0\nkind: DataContract\napiVersion: v3.1.0\nid: sales\nstatus: active\nschema:\n"
        "  - name: orders\n    properties: [{name: id, logicalType: string}, {name: ltv, logicalType: number}]\n"
    )
    agreement = (
        "dataUsageAgreementSpecification: 0.0.1\nid: a\ninfo: {status: approved, active: true}\n"
        "provider: {dataContractId: sales}\nconsumer: {teamId: finance}\n"
    )
    shop = fleet["shop"]
    shop.commit({"contracts/sales.odcs.yaml": sales})
    fleet["mart"].commit({"sales.dua.yaml": agreement})
    fleet.sync()
    change(shop, {"contracts/sales.odcs.yaml": sales.replace(", {name: ltv, logicalType: number}", "")})
    assert reached(check(shop, "--index", url_of(fleet)))["field_removed"] == ["finance in mart"]
    shop.git("checkout", "-q", "main")
    assert shop.dcr("impact", "sales/orders", "ltv", "--index", url_of(fleet)).code == 1


def test_the_root_file_accepts_breaks_for_consumers_of_other_repositories(fleet):
    shop = fleet["shop"]
    entry = "{dataset: shop.orders, version: '2.0.0', kind: field_removed, field: ltv, reason: agreed}"
    policy = make_policy(url_of(fleet), more='[consumers]\naccept_by = "consumers"')
    files = {"contracts/orders.yaml": BROKEN, "consumers/report.yaml": REPORT.replace("ltv", "plan")}
    commit_policy(shop, policy, {**files, "dcr.accepted.yaml": f"accepted:\n  - {entry}\n"})
    outcome = check(shop, "--base", "base")
    (issue,) = (each for each in outcome.issues if each["kind"] == "field_removed")
    assert "have to accept it in consumers/dcr.accepted.yaml: " in issue["hint"]
    shop.write("consumers/dcr.accepted.yaml", f"accepted:\n  - {entry}\n")
    assert check(shop, "--base", "base").code == 0
    (shop.folder / "consumers/dcr.accepted.yaml").unlink()


def test_the_password_of_an_index_is_never_printed(fleet):
    change(fleet["shop"], {"contracts/orders.yaml": BROKEN})
    for url in ("postgresql://dcr:s3cret@127.0.0.1:1/fleet", "postgresql://dcr@127.0.0.1:1/fleet?password=s3cret"):
        outcome = check(fleet["shop"], "--index", url)
        outcome.says("127.0.0.1", "cannot be used", "help: ")
        assert "s3cret" not in outcome.err
    check(fleet["shop"], "--index", "mysql://dcr:s3cret@host/fleet").says("expected sqlite or postgresql")


def test_the_service_names_the_consumers_of_other_repositories_too(tmp_path, fleet):
    shop = fleet["shop"]
    expected = {}
    for name, policy in {
        "used": make_policy(url_of(fleet)),
        "stale": make_policy(copy_index(fleet, tmp_path, OLD), unavailable="warning"),
        "missing": make_policy("sqlite:///missing.db"),
    }.items():
        commit_policy(shop, policy, {"contracts/orders.yaml": BROKEN})
        file = parse_proposed("contracts/orders.yaml", BROKEN.encode())
        state = LiveRegistry(str(shop.folder), "base").refresh()
        if name == "missing":
            with pytest.raises(UnavailableIndexError, match="does not exist") as error:
                check_proposed_file(state, file)
            assert classify_error(error.value) == (503, "index-unavailable")
            continue
        found = build_document(check_proposed_file(state, file))
        expected = build_document(run_check(Request(str(shop.folder), base="base", head="feature")))
        assert (found["contracts"], found["issues"]) == (expected["contracts"], expected["issues"])
    assert [each["kind"] for each in expected["issues"]] == ["index_unavailable"]


def test_the_impact_of_a_change_includes_other_repositories(tmp_path, fleet):
    shop, impact = fleet["shop"], ("impact", "shop.orders", "ltv", "--format", "json")
    change(shop, {"dcr.toml": make_policy("sqlite:///missing.db")})
    everyone = ["finance.revenue", "growth.funnel", "shop.report"]

    def reached_by(*arguments: str) -> tuple[list[str], str]:
        outcome = shop.dcr(*impact, *arguments)
        assert outcome.code == 1, outcome
        return [each["consumer"] for each in json.loads(outcome.out)["reached"]], outcome.err

    assert reached_by("--index", url_of(fleet)) == (everyone, "")
    names, warning = reached_by()
    assert names == ["shop.report"]
    assert "the base's policy names no index" in warning
    shop.git("checkout", "-q", "-B", "main")
    shop.git("checkout", "-q", "-B", "feature")
    shop.dcr(*impact).says("missing.db' does not exist")
    shop.git("reset", "-q", "--hard", "HEAD~1")
    shop.git("branch", "-f", "main")


def test_only_a_check_that_needs_the_index_loads_its_packages(fleet):
    def loaded(*arguments: str) -> set[str]:
        command = [sys.executable, "-X", "importtime", "-P", "-m", "dcr", "check", *arguments]
        ended = subprocess.run(command, cwd=shop.folder, env=shop.environment(), capture_output=True, check=False)
        return {line.rpartition(b"|")[2].strip().decode() for line in ended.stderr.splitlines()}

    shop, packages = fleet["shop"], {"sqlalchemy", "psycopg", "alembic"}
    change(shop, {"contracts/orders.yaml": BROKEN})
    assert not any(name.startswith(("dcr.index", *packages)) for name in loaded())
    assert loaded("--index", url_of(fleet)) & packages == {"sqlalchemy"}
    change(shop, {"contracts/orders.yaml": contract("shop.orders", "1.0.1")})
    assert not loaded("--index", url_of(fleet)) & packages
