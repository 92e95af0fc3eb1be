"""Writes: what they commit, what they refuse, and what they leave alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from repositories import Repository, contract
from servers import (
    FIELDS,
    OTHER_TOKEN,
    PERSON,
    TOKEN,
    NotStartedError,
    Server,
    contract_json,
    make_bare,
    push,
    with_field,
    without_field,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMENTED = """# Who used the product, by day.
dataset_id: users.daily_active   # never renamed
version: "1.0.0"
status: active
x-team-notes: {reviewed: true}
primary_key: [user_id, active_date]
owners: [{team: growth-platform, contact: "#growth-platform"}]  # see the rota
fields:
  # from the login events
  - {name: user_id, type: string}
  - {name: active_date, type: timestamp}

  # ask sales before changing
  - name: plan
    type: string
    enum: [free, pro, enterprise]   # in the order of the price list
    x-own: kept
  - {name: ltv, type: number, required: false}
# the end
"""


@pytest.fixture
def bare(tmp_path: Path) -> Repository:
    return make_bare(tmp_path)


@pytest.fixture
def server(tmp_path: Path, bare: Repository) -> Iterator[Server]:
    with Server(tmp_path, bare.folder) as running:
        yield running


def register(server: Server, body: dict[str, Any]) -> Any:
    return server.client.post("/contracts", json=body)


def test_comments_and_layout_of_an_existing_file_are_kept(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"data/users.yaml": COMMENTED})
    changed = [*FIELDS[:2], {**FIELDS[2], "enum": ["free", "pro", "enterprise", "max"], "description": "price plan"}]
    fields = [*changed, FIELDS[3], {"name": "tags", "type": "array", "items": {"type": "string"}, "required": False}]
    with Server(tmp_path, bare.folder) as server:
        answer = register(server, contract_json("1.1.0", fields=fields))
        assert answer.status_code == 201, answer.text
        assert answer.json()["path"] == "data/users.yaml"
        source = server.reader.get("/contracts/users.daily_active/versions/1.1.0/source").text
    expected = COMMENTED.replace('"1.0.0"', '"1.1.0"').replace("enterprise]   #", "enterprise, max]   #")
    expected = expected.replace("    type: string\n    enum", "    type: string\n    description: price plan\n    enum")
    expected = expected.replace(
        "# the end", "  - name: tags\n    type: array\n    required: false\n    items: {type: string}\n# the end"
    )
    assert source == expected
    assert bare.git("show", "main:data/users.yaml") + "\n" == expected


def test_a_registered_version_is_read_as_it_was_sent(server: Server) -> None:
    body = contract_json(
        description='odd: "text" # with, everything\nand a line',
        freshness_sla={"max_lag_seconds": 3600, "measurement": "event_time"},
        fields=[
            *FIELDS,
            {"name": "NO", "type": "string", "enum": ["no", "1.10", "12:30", "null", "", "~", "#", "a: b"]},
            {"name": "amount", "type": "number", "minimum": 1e-9, "exclusive_maximum": 1e22, "multiple_of": 0.5},
            {"name": "code", "type": "string", "pattern": "^[A-Z]{2}-\\d+$", "min_length": 4, "max_length": 9},
            {
                "name": "address", "type": "object", "required": False,
                "fields": [
                    {"name": "city", "type": "string"},
                    {"name": "geo", "type": "object", "fields": [{"name": "lat", "type": "number"}]},
                ],
            },
            {
                "name": "items", "type": "array", "min_items": 1,
                "items": {"type": "object", "fields": [{"name": "sku", "type": "string"}]},
            },
        ],
    )  # fmt: skip
    answer = register(server, body)
    assert answer.status_code == 201, answer.text
    found = server.reader.get("/contracts/users.daily_active/versions/1.0.0").json()
    assert without_nulls(found) == without_nulls(body["contract"])
    again = {**found, "version": "1.0.1", "description": "reworded"}
    assert register(server, {"contract": again}).status_code == 201


def without_nulls(value: Any) -> Any:
    """Return a contract without values that stand for nothing, and without defaults."""
    if isinstance(value, dict):
        kept = {key: without_nulls(each) for key, each in value.items() if each is not None}
        return {
            key: each
            for key, each in kept.items()
            if not (key == "required" and each is True) and not (key == "deprecated" and each is False)
        }
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def test_the_policy_is_the_least_that_is_asked(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"dcr.toml": 'mode = "full"\n'})
    with Server(tmp_path, bare.folder) as server:
        assert register(server, contract_json()).status_code == 201
        fewer = contract_json(
            "1.1.0", fields=[{**FIELDS[0], "required": True}, *FIELDS[1:3], {**FIELDS[3], "type": "number"}]
        )
        laxer = {**with_field("note", "1.1.0"), "compatibility": "none"}
        assert register(server, laxer).json()["compatibility"]["mode"] == "full"
        relaxed = {**contract_json("1.2.0"), "compatibility": "none"}
        answer = register(server, relaxed)
        assert answer.status_code == 422
        assert answer.json()["detail"]["mode"] == "full"
        assert fewer["contract"]["version"] == "1.1.0"


def test_a_stricter_mode_than_the_policys_counts(server: Server) -> None:
    assert register(server, contract_json()).status_code == 201
    more = contract_json(
        "1.1.0", fields=[*FIELDS[:2], {**FIELDS[2], "enum": ["free", "pro", "enterprise", "max"]}, FIELDS[3]]
    )
    assert register(server, {**more, "compatibility": "full"}).status_code == 422
    assert register(server, {**more, "compatibility": None}).status_code == 201
    transitive = {**contract_json("1.2.0", fields=[*FIELDS[:2], FIELDS[3]]), "compatibility": "backward_transitive"}
    answer = server.reader.post("/contracts/check", json=transitive)
    assert answer.json()["mode"] == "backward_transitive"
    assert register(server, {**more, "compatibility": "sideways"}).status_code == 422


def test_an_accepted_break_is_registered(tmp_path: Path, bare: Repository, server: Server) -> None:
    assert register(server, contract_json()).status_code == 201
    assert register(server, without_field("ltv", "2.0.0")).status_code == 422
    entry = "{dataset: users.daily_active, version: 2.0.0, kind: field_removed, field: ltv, reason: agreed}"
    accepted = f"accepted:\n  - {entry}\n"
    push(tmp_path, bare, {"dcr.accepted.yaml": accepted})
    answer = register(server, without_field("ltv", "2.0.0"))
    assert answer.status_code == 201, answer.text
    assert answer.json()["compatibility"]["issues"][0]["accepted"]["reason"] == "agreed"
    assert "1 break accepted" in bare.git("log", "-1", "--format=%b", "main")


DCS = """dataContractSpecification: 1.1.0
id: shop
info: {title: t, version: 1.0.0, owner: a}
models:
  orders: {type: table, fields: {a: {type: string}}}
"""


def test_a_file_of_another_format_is_not_rewritten(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/a.yaml": DCS})
    with Server(tmp_path, bare.folder) as server:
        dataset_id = server.reader.get("/datasets").json()["datasets"][0]
        before = bare.git("rev-parse", "main")
        answer = register(server, contract_json("2.0.0", dataset_id))
        assert answer.status_code == 409, answer.text
        assert "pull request" in answer.json()["hint"]
        address = "/contracts/" + dataset_id.replace("/", "%2F") + "/versions/1.0.0/archive"
        assert server.client.post(address).status_code == 409
        assert bare.git("rev-parse", "main") == before


def test_status_changes_name_a_version_that_exists_and_is_current(server: Server) -> None:
    register(server, contract_json())
    register(server, with_field("a", "1.1.0"))
    address = "/contracts/users.daily_active/versions"
    assert server.client.post(f"{address}/9.9.9/archive").status_code == 404
    assert server.client.post("/contracts/nope/versions/1.0.0/archive").status_code == 404
    old = server.client.post(f"{address}/1.0.0/archive")
    assert old.status_code == 409
    assert "1.1.0" in old.json()["hint"]
    for uri in ("", " ", "\t\n"):
        assert server.client.post(f"{address}/1.1.0/deprecate", json={"deprecation_uri": uri}).status_code == 400
    for body in ({}, {"deprecation_uri": 1}, {"deprecation_uri": None}, {"deprecation_uri": "x", "more": 1}):
        assert server.client.post(f"{address}/1.1.0/deprecate", json=body).status_code == 422
    body = {"deprecation_uri": "https://example.com/#why"}
    first = server.client.post(f"{address}/1.1.0/deprecate", json=body)
    again = server.client.post(f"{address}/1.1.0/deprecate", json=body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.headers["dcr-commit"] == again.headers["dcr-commit"]
    assert server.reader.get("/contracts/users.daily_active/latest").json()["version"] == "1.0.0"


def test_a_branch_that_is_checked_out_is_refused_at_the_start_and_later(tmp_path: Path, bare: Repository) -> None:
    work = Repository(tmp_path, "work", init=None)
    work.git("clone", "-q", "--template=", str(bare.folder), str(work.folder), cwd=tmp_path)
    with pytest.raises(NotStartedError) as refused:
        Server(tmp_path, work.folder, "--ref", "main")
    code, log = refused.value.args
    assert code == 2
    assert "'main' is checked out" in log
    assert "--ref" in log
    work.git("branch", "served")
    with Server(tmp_path, work.folder, "--ref", "served") as server:
        assert register(server, contract_json()).status_code == 201
        work.git("checkout", "-q", "served")
        answer = register(server, with_field("a", "1.1.0"))
        assert answer.status_code == 409, answer.text
        assert "checked out" in answer.json()["detail"]
        work.git("checkout", "-q", "main")
        work.git("worktree", "add", "-q", str(tmp_path / "linked"), "served")
        assert register(server, with_field("a", "1.1.0")).status_code == 409
        work.git("worktree", "remove", str(tmp_path / "linked"))
        assert register(server, with_field("a", "1.1.0")).status_code == 201
    assert work.git("status", "--porcelain") == ""


def test_a_proposal_is_a_branch_and_leaves_the_ref_alone(tmp_path: Path, bare: Repository) -> None:
    before = bare.git("rev-parse", "main")
    with Server(tmp_path, bare.folder, "--propose") as server:
        answer = register(server, contract_json())
        assert answer.status_code == 201, answer.text
        assert answer.json()["status"] == "proposed"
        assert answer.json()["branch"] == "refs/heads/dcr/users.daily_active-1.0.0"
        assert server.reader.get("/datasets").json()["datasets"] == []
        again = register(server, contract_json())
        assert again.status_code == 409
        assert register(server, contract_json(dataset_id="odd ~^:?*[\\..id/..lock")).status_code == 201
    assert bare.git("rev-parse", "main") == before
    assert bare.git("log", "--format=%s", "main..dcr/users.daily_active-1.0.0") == "Register users.daily_active 1.0.0"
    assert len(bare.git("for-each-ref", "refs/heads/dcr/").splitlines()) == 2


@pytest.mark.parametrize("setting", ["sha256", "shared", "replaced", "packed"])
def test_odd_repositories_are_written_as_git_would(tmp_path: Path, setting: str) -> None:
    bare = make_bare(
        tmp_path, {"contracts/users.yaml": COMMENTED}, *(["--object-format=sha256"] if setting == "sha256" else [])
    )
    if setting == "shared":
        bare.git("config", "core.sharedRepository", "group")
    if setting == "replaced":
        other = bare.git("hash-object", "-w", "--stdin", given=b"replaced\n")
        bare.git("replace", bare.git("rev-parse", "main:contracts/users.yaml"), other)
    if setting == "packed":
        bare.git("gc", "-q")
        bare.git("pack-refs", "--all")
    with Server(tmp_path, bare.folder) as server:
        assert register(server, with_field("a", "1.1.0")).status_code == 201
        assert register(server, contract_json(dataset_id="shop.orders")).status_code == 201
        commit = register(server, with_field("a", "1.1.0", dataset_id="shop.orders")).json()["commit"]
    assert bare.git("rev-parse", "main") == commit
    assert len(commit) == (64 if setting == "sha256" else 40)
    assert (
        COMMENTED.replace('"1.0.0"', '"1.1.0"').splitlines()[:3]
        == bare.git("--no-replace-objects", "show", "main:contracts/users.yaml").splitlines()[:3]
    )
    bare.git("fsck", "--strict")
    if setting == "shared":
        loose = bare.folder / "objects" / commit[:2]
        assert loose.stat().st_mode & 0o020


def test_no_hook_of_the_repository_runs(tmp_path: Path, bare: Repository) -> None:
    hooks = bare.folder / "hooks"
    hooks.mkdir(exist_ok=True)
    names = ("reference-transaction", "pre-commit", "commit-msg", "post-commit", "update", "post-update", "pre-receive")
    for name in names:
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{name}\nexit 1\n")
        (hooks / name).chmod(0o755)
    bare.git("config", "core.hooksPath", str(hooks))
    with Server(tmp_path, bare.folder) as server:
        assert register(server, contract_json()).status_code == 201
    assert list(tmp_path.glob("ran-*")) == []


ODD_IDS = (
    "../../etc/passwd", "..", ".", "...", "a..b", ".git.config", "a/../b", "/etc/x", "a\\b", "con", "nul.txt",
    "x" * 128, "ünïcödé." * 14, "a b", "-rf", "--output=x", "a\u202eb", "$(id)", "a;b", "%2e%2e",
    "a%00b", "refs/heads/x", "CON.x", "a\x00b", "a\nb", "\ud800", "", " ", "x" * 129,
)  # fmt: skip


def test_no_id_leads_out_of_the_contracts_folder(tmp_path: Path, bare: Repository, server: Server) -> None:
    registered = []
    for dataset_id in ODD_IDS:
        content = json.dumps(contract_json(dataset_id=dataset_id))
        answer = server.client.post("/contracts", content=content, headers={"content-type": "application/json"})
        assert answer.status_code in (201, 400, 422), (dataset_id, answer.text)
        if answer.status_code == 201:
            registered.append(dataset_id)
            assert register(server, with_field("a", "1.1.0", dataset_id=dataset_id)).status_code == 201
    assert server.reader.get("/datasets").json()["datasets"] == sorted(registered)
    assert len(registered) >= 20
    paths = bare.git("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "main").splitlines()
    added = [path for path in paths if path != "README.md"]
    assert len(added) == len({path.casefold() for path in added}) == len(registered)
    for path in added:
        assert path.startswith("contracts/")
        assert path.isascii()
        assert not {"..", ".", ".git", ""} & set(path.split("/"))
        assert all(len(step) < 220 for step in path.split("/"))
    bare.git("fsck", "--strict")
    checkout = Repository(tmp_path, "checkout", init=None)
    checkout.git("clone", "-q", "--template=", str(bare.folder), str(checkout.folder), cwd=tmp_path)


def test_a_path_that_is_taken_is_refused(tmp_path: Path) -> None:
    bare = make_bare(
        tmp_path, {"contracts/a.yaml": "no: contract\n", "contracts/shop": "a file\n", "contracts/Big/b.yaml": "x: 1\n"}
    )
    with Server(tmp_path, bare.folder) as server:
        for dataset_id in ("a", "shop.orders", "big.b", "Big.B"):
            answer = register(server, contract_json(dataset_id=dataset_id))
            assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "path-taken"), answer.text
        assert register(server, contract_json(dataset_id="Big.c")).status_code == 201


def test_a_dataset_out_of_the_policys_scope_is_refused(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"dcr.toml": 'contracts = ["data/**/*.yaml"]\n'})
    with Server(tmp_path, bare.folder) as server:
        answer = register(server, contract_json())
        assert answer.status_code == 409
        assert "contracts/**/*.yaml" in answer.json()["hint"]


def test_a_file_that_cannot_be_read_is_not_overwritten(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract()})
    push(tmp_path, bare, {"contracts/users.yaml": contract() + "<<<<<<< ours\n"})
    with Server(tmp_path, bare.folder) as server:
        answer = register(server, contract_json("1.1.0"))
        assert answer.status_code == 409, answer.text
        assert "cannot be read" in answer.json()["detail"]


def test_a_removed_dataset_needs_a_greater_version(tmp_path: Path, bare: Repository, server: Server) -> None:
    assert register(server, contract_json()).status_code == 201
    push(tmp_path, bare, {"contracts/users/daily_active.yaml": None})
    assert register(server, contract_json()).status_code == 400
    assert register(server, contract_json("1.1.0")).status_code == 201


def test_writes_have_the_tokens_person_and_an_audit_line(bare: Repository, server: Server) -> None:
    def post(token: str | None, dataset_id: str) -> int:
        with server.new_client(token) as client:
            return client.post("/contracts", json=contract_json(dataset_id=dataset_id)).status_code

    assert post(TOKEN, "shop.orders") == 201
    assert post(OTHER_TOKEN, "users.visits") == 201
    assert post(OTHER_TOKEN, "shop.items") == 403
    for token in (None, "", "dcr_unknown", "x" * 600, "ü"):
        try:
            assert post(token, "shop.items") == 401
        except UnicodeEncodeError:
            assert token == "ü"
    assert bare.git("log", "-2", "--format=%an <%ae>, %cn", "main").splitlines() == [
        "Kim <kim@example.com>, dcr serve",
        f"{PERSON['name']} <{PERSON['email']}>, dcr serve",
    ]
    refused = [each for each in server.audit_lines if each["action"] == "authenticate"]
    assert {(each["name"], each["status"]) for each in refused} == {(None, 401)}
    written = [each for each in server.audit_lines if each["action"] != "authenticate"]
    lines = [(each["name"], each["dataset_id"], each["status"]) for each in written]
    assert lines == [
        ("Alex Chen", "shop.orders", 201), ("Kim", "users.visits", 201), ("Kim", "shop.items", 403),
    ]  # fmt: skip
    assert TOKEN not in server.log
    assert OTHER_TOKEN not in server.log


def test_a_read_only_server_refuses_writes(tmp_path: Path, bare: Repository) -> None:
    with Server(tmp_path, bare.folder, writable=False) as server:
        answer = register(server, contract_json())
        assert answer.status_code == 403
        assert "read-only" in answer.json()["detail"]
        assert server.reader.post("/contracts/check", json=contract_json()).json()["compatible"] is True
