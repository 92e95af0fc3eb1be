"""Reads: one state per commit, entity tags, pages, documents, and files of every format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from repositories import ROOT, contract
from servers import TOKEN, Server, contract_json, make_bare, push, wait_until

from dcr.schemas import load_report_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXAMPLE = ROOT / "contracts-example"


def example_files() -> dict[str, str | bytes | None]:
    """Return the example contracts, which are of every format."""
    return {
        f"contracts/{path.relative_to(EXAMPLE)}": path.read_bytes() for path in EXAMPLE.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("served")
    source = {f"contracts/many/{number:03}.yaml": contract(f"many.t{number:03}") for number in range(250)}
    bare = make_bare(root, {**example_files(), **source})
    text = contract("users.visits").replace("growth-platform", "growth-team")
    push(root, bare, {"contracts/users.yaml": text})
    push(
        root,
        bare,
        {"contracts/users.yaml": text.replace("1.0.0", "1.1.0") + "  - {name: more, type: string, required: false}\n"},
    )
    push(root, bare, {"contracts/removed.yaml": contract("shop.removed", status="archived")})
    push(root, bare, {"contracts/removed.yaml": None})
    with Server(root, bare.folder, writable=False) as server:
        yield server


def test_every_answer_names_its_commit_and_is_not_sent_twice(served: Server) -> None:
    address = "/contracts/users.visits/latest"
    first = served.reader.get(address)
    commit = served.reader.get("/readyz").json()["commit"]
    assert first.headers["dcr-commit"] == commit
    again = served.reader.get(address, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["dcr-commit"] == commit
    assert served.reader.get(address, headers={"if-none-match": '"other"'}).status_code == 200
    for path in ("/datasets", "/contracts/users.visits/log", "/contracts/users.visits/versions/1.0.0"):
        assert served.reader.get(path).headers["dcr-commit"] == commit


def test_datasets_come_in_pages_of_a_hundred(served: Server) -> None:
    ids: list[str] = []
    cursor: dict[str, str] = {}
    sizes = []
    while True:
        page = served.reader.get("/datasets", params={"pattern": "many.*", **cursor}).json()
        ids += page["datasets"]
        sizes.append(len(page["datasets"]))
        assert [each["dataset_id"] for each in page["details"]] == page["datasets"]
        assert page["total"] == 250
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert sizes == [100, 100, 50]
    assert ids == [f"many.t{number:03}" for number in range(250)]


def test_datasets_are_filtered_by_owner_status_and_pattern(served: Server) -> None:
    def ids(**query: str) -> list[str]:
        found: list[str] = served.reader.get("/datasets", params=query).json()["datasets"]
        return found

    assert ids(owner="GROWTH-TEAM") == ["users.visits"]
    assert ids(status="removed") == ["shop.removed"]
    assert "shop.removed" not in ids(pattern="shop.*")
    assert ids(pattern="users.v*", status="active") == ["users.visits"]
    refused = served.reader.get("/datasets", params={"status": "lost"})
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert served.reader.get("/datasets", params={"cursor": "%%%"}).status_code == 400


def test_datasets_of_every_format_are_served(served: Server) -> None:
    formats = set()
    cursor: dict[str, str] = {}
    while True:
        page = served.reader.get("/datasets", params=cursor).json()
        for each in page["details"]:
            formats.add(each["format"])
            address = "/contracts/" + each["dataset_id"].replace("/", "%2F")
            versions = served.reader.get(f"{address}/versions")
            assert versions.status_code == 200, versions.text
            version = versions.json()[-1]
            assert version["dataset_id"] == each["dataset_id"]
            one = served.reader.get(f"{address}/versions/{version['version']}")
            assert one.json() == version
            latest = served.reader.get(f"{address}/latest")
            assert latest.status_code == (200 if each["status"] == "active" else 404)
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert formats == {"native", "odcs", "dcs", "dbt"}


def test_the_source_is_the_file_as_it_was(served: Server) -> None:
    answer = served.reader.get("/contracts/users.visits/versions/1.0.0/source")
    assert answer.text == contract("users.visits").replace("growth-platform", "growth-team")
    assert answer.headers["content-type"] == "application/yaml"


def test_history_is_served_as_the_command_line_prints_it(served: Server) -> None:
    address = "/contracts/users.visits"
    log = served.reader.get(f"{address}/log").json()
    assert [each["version"] for each in log["versions"]] == ["1.1.0", "1.0.0"]
    assert log["versions"][0]["bump"]["required"] == "minor"
    blame = served.reader.get(f"{address}/blame").json()
    assert [each["field"] for each in blame["fields"]][-1] == "more"
    diff = served.reader.get(f"{address}/diff", params={"from": "1.0.0", "to": "1.1.0"}).json()
    assert diff["required_bump"] == "minor"
    assert [each["field"] for each in diff["datasets"][0]["changes"]] == ["more"]
    assert served.reader.get(f"{address}/diff", params={"from": "1.0.0"}).json()["proposed"].endswith("@1.1.0")
    audit = served.reader.get(f"{address}/audit").json()
    assert audit["summary"] == {"datasets": 1, "transitions": 1, "errors": 0, "accepted": 0}
    for path in ("/log", "/blame", "/audit", "/diff?from=1.0.0"):
        assert served.reader.get(f"{address}{path}").json()["ref"]["commit"] == log["ref"]["commit"]


@pytest.mark.parametrize(
    "path",
    [
        "/contracts/nope/latest", "/contracts/nope/versions", "/contracts/nope/log", "/contracts/nope/versions/1.0.0",
        "/contracts/users.visits/versions/9.9.9", "/contracts/users.visits/diff?from=9.9.9",
        "/contracts/shop.removed/latest", "/nothing", "/contracts", "/contracts//latest",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_a_problem_document(served: Server, path: str) -> None:
    answer = served.reader.get(path)
    assert answer.status_code in (404, 405)
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["type"].endswith(("not-found", "method-not-allowed"))
    assert document["detail"]


def test_a_file_is_checked_as_dcr_check_would(served: Server) -> None:
    text = contract("users.visits", "1.2.0", without=["ltv"]).replace("growth-platform", "growth-team")
    answer = served.reader.post("/check", content=text, headers={"content-type": "application/yaml"})
    assert answer.status_code == 200, answer.text
    report = answer.json()
    Draft202012Validator(load_report_schema()).validate(report)
    assert report["compatible"] is False
    only = report["contracts"][0]
    assert (only["dataset_id"], only["path"], only["previous"]["version"]) == (
        "users.visits", "contracts/users.yaml", "1.1.0",
    )  # fmt: skip
    assert [each["kind"] for each in only["issues"]] == ["field_removed", "field_removed", "version_bump_insufficient"]
    removed = only["issues"][0]
    assert removed["location"]["path"] == "contracts/users.yaml"
    assert removed["location"]["line"] > 0


def test_files_of_other_formats_are_checked(served: Server) -> None:
    for path in sorted(EXAMPLE.rglob("*.y*ml")):
        answer = served.reader.post(
            "/check", content=path.read_bytes(), headers={"content-type": "application/yaml"},
            params={"path": f"contracts/{path.relative_to(EXAMPLE)}"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        assert answer.json()["compatible"] is True, (path, answer.text)


def test_a_file_that_is_no_contract_and_one_that_is_invalid_are_reported(served: Server) -> None:
    nothing = served.reader.post("/check", content="a: 1\n", headers={"content-type": "application/yaml"}).json()
    assert (nothing["contracts"], nothing["summary"]["left_alone"]) == ([], 1)
    invalid = served.reader.post("/check", content="dataset_id: x\nversion: 1\nfields: [\n").json()
    assert [each["kind"] for each in invalid["contracts"][0]["issues"]] == ["contract_invalid"]
    copied = served.reader.post("/check", content=contract("many.t001"), params={"path": "contracts/copy.yaml"}).json()
    assert [each["kind"] for each in copied["contracts"][0]["issues"]] == ["dataset_id_duplicated"]


def test_the_openapi_document_describes_every_route_with_examples(served: Server) -> None:
    document = served.reader.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert len(document["paths"]) == 22
    references = set()
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            for status, response in operation["responses"].items():
                if status >= "400":
                    assert list(response["content"]) == ["application/problem+json"], operation["summary"]
    text = json.dumps(document)
    references = {each.split('"')[0] for each in text.split('"#/components/schemas/')[1:]}
    assert references <= set(document["components"]["schemas"])
    assert "ValidationError" not in document["components"]["schemas"]


def test_metrics_count_requests_by_route_and_never_by_address(served: Server) -> None:
    served.reader.get("/contracts/made.up.by.a.client/latest")
    text = served.reader.get("/metrics").text
    assert 'dcr_http_requests_total{route="/contracts/{dataset_id:path}/latest",status="404"}' in text
    assert "made.up" not in text
    assert "dcr_datasets " in text
    assert "dcr_ready 1.0" in text


def test_a_moved_ref_is_noticed_within_a_second(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract("users.visits")})
    with Server(tmp_path, bare.folder, writable=False) as server:
        server.wait_for_commit(bare.git("rev-parse", "main"))
        commit = push(tmp_path, bare, {"contracts/users.yaml": contract("users.visits", "1.1.0")})
        server.wait_for_commit(commit, 1.0)
        assert server.reader.get("/contracts/users.visits/latest").json()["version"] == "1.1.0"
        bare.git("pack-refs", "--all")
        commit = push(tmp_path, bare, {"contracts/users.yaml": contract("users.visits", "1.2.0")})
        server.wait_for_commit(commit, 1.0)


def test_a_broken_policy_keeps_the_state_before_and_is_reported(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract("users.visits")})
    with Server(tmp_path, bare.folder) as server:
        before = bare.git("rev-parse", "main")
        server.wait_for_commit(before)
        push(tmp_path, bare, {"dcr.toml": "mode = 'sideways'\n"})
        wait_until(lambda: server.reader.get("/readyz").status_code == 503, 5)
        assert "sideways" in server.reader.get("/readyz").json()["detail"]
        assert server.reader.get("/contracts/users.visits/latest").headers["dcr-commit"] == before
        refused = server.client.post("/contracts", json=contract_json(dataset_id="a.b"))
        assert refused.status_code == 500
        assert "sideways" in refused.json()["detail"]
        fixed = push(tmp_path, bare, {"dcr.toml": 'mode = "full"\n'})
        server.wait_for_commit(fixed, 2.0)


def test_private_reads_need_a_token_and_have_no_pages(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract("users.visits")})
    with Server(tmp_path, bare.folder, "--private") as server:
        assert server.client.get("/contracts/users.visits/latest").status_code == 200
        for path in (
            "/",
            "/datasets",
            "/contracts/users.visits/latest",
            "/contracts/x/log",
            "/metrics",
            "/consumers",
            "/consumers/x",
            "/contracts/users.visits/consumers",
        ):
            answer = server.reader.get(path)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), path
        for path in ("/", "/contracts/users.visits/latest", "/owners", "/audit", "/consumers"):
            for client in (server.reader, server.client):
                answer = client.get(path, headers={"accept": "text/html"})
                assert "json" in answer.headers["content-type"], path
                assert (answer.status_code == 200) is (client is server.client and path not in ("/owners", "/audit"))
        assert server.reader.post("/check", content=contract("users.visits")).status_code == 401
        assert server.reader.post("/contracts/check", json={}).status_code == 401
        assert server.reader.get("/healthz").status_code == 200
        assert TOKEN not in server.log
