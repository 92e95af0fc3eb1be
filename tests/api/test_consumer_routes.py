"""Declared consumers over HTTP: pages, filters, one consumer, the uses of a dataset, and changes of the ref."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from repositories import contract
from servers import Server, make_bare, push

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REVENUE = """\
consumer: finance.revenue
owners: [{team: finance, contact: "#finance-data"}]
description: monthly revenue per plan
uses:
  - dataset: users.visits
    versions: ">=1.0 <3"
    fields: [user_id, ltv]
    values: {plan: [free, pro]}
    until: 2020-03-31
  - {dataset: shop.unknown, reads: rows}
"""


def small_consumer(number: int) -> str:
    return f"consumer: many.c{number:03}\nowners: [{{team: many}}]\nuses: [{{dataset: many.t}}]\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("consumers")
    bare = make_bare(root, {
        "contracts/users.yaml": contract("users.visits"),
        "contracts/many.yaml": contract("many.t"),
        "consumers/revenue.yaml": REVENUE,
        "consumers/odd.yaml": 'consumer: "odd/\u00df <b>"\nuses: [{dataset: users.visits}]\n',
        "consumers/broken.yaml": "consumer: broken\nuses: [{dataset: users.visits, field: [a]}]\n",
        **{f"consumers/many/{number}.yaml": small_consumer(number) for number in range(230)},
    })  # fmt: skip
    with Server(root, bare.folder, writable=False) as server:
        server.wait_for_commit(bare.git("rev-parse", "main"))
        yield server


def read(served: Server, path: str, **query: str) -> Any:
    """Return the body of an answer, which has the shape that the OpenAPI document describes for its route."""
    answer = served.reader.get(path, params=query)
    assert answer.status_code == 200, answer.text
    route = "/consumers" if path == "/consumers" else "/consumers/{name}"
    if path.startswith("/contracts/"):
        route = "/contracts/{dataset_id}/consumers"
    document = served.reader.get("/openapi.json").json()
    described = document["paths"][route]["get"]["responses"]["200"]["content"]["application/json"]
    schema = {**described["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate(answer.json())
    Draft202012Validator(schema).validate(described["example"])
    return answer.json()


def test_consumers_come_in_pages_of_a_hundred(served: Server) -> None:
    names: list[str] = []
    cursor: dict[str, str] = {}
    sizes = []
    while True:
        page = read(served, "/consumers", **cursor)
        names += [each["consumer"] for each in page["consumers"]]
        sizes.append(len(page["consumers"]))
        assert page["total"] == 233
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert sizes == [100, 100, 33]
    assert names == sorted({"broken", "finance.revenue", "odd/\xdf <b>", *(f"many.c{n:03}" for n in range(230))})


def test_consumers_are_filtered_by_dataset_and_owner(served: Server) -> None:
    def names(**query: str) -> list[str]:
        return [each["consumer"] for each in read(served, "/consumers", **query)["consumers"]]

    assert names(dataset="users.visits") == ["finance.revenue", "odd/\xdf <b>"]
    assert names(owner="FINANCE-data") == ["finance.revenue"]
    assert names(owner="finance", dataset="many.t") == []
    (entry,) = read(served, "/consumers", owner="finance")["consumers"]
    assert entry == {
        "consumer": "finance.revenue", "owners": [{"team": "finance", "contact": "#finance-data"}],
        "source": "consumer", "description": "monthly revenue per plan",
        "location": {"path": "consumers/revenue.yaml", "line": 1, "column": 1},
        "datasets": ["users.visits", "shop.unknown"],
    }  # fmt: skip
    assert served.reader.get("/consumers", params={"cursor": "%%%"}).status_code == 400
    assert served.reader.get("/consumers", params={"owner": "x" * 201}).status_code == 422


def test_a_file_that_cannot_be_read_is_a_problem(served: Server) -> None:
    page = read(served, "/consumers", owner="finance")
    assert (page["problem_count"], page["problems"][0]["message"]) == (1, "unknown key 'field'")
    assert page["problems"][0]["location"]["path"] == "consumers/broken.yaml"


def test_one_consumer_has_its_uses_with_the_state_of_their_datasets(served: Server) -> None:
    document = read(served, "/consumers/finance.revenue")
    (declaration,) = document["declarations"]
    first, second = declaration["uses"]
    assert first == {
        "dataset_id": "users.visits", "fields": ["user_id", "ltv"], "values": {"plan": ["free", "pro"]},
        "versions": ">=1.0 <3", "reads": "queries", "until": "2020-03-31", "over": True,
        "location": {"path": "consumers/revenue.yaml", "line": 5, "column": 5},
        "dataset_version": "1.0.0", "dataset_status": "active",
    }  # fmt: skip
    assert (second["fields"], second["reads"], second["dataset_version"]) == (None, "rows", None)
    assert read(served, "/consumers/odd%2F%C3%9F%20%3Cb%3E")["consumer"] == "odd/\xdf <b>"


def test_the_uses_of_a_dataset_include_what_an_unreadable_file_may_declare(served: Server) -> None:
    document = read(served, "/contracts/users.visits/consumers")
    uses = {each["consumer"]: each["reads"] for each in document["uses"]}
    assert uses["finance.revenue"] == "queries"
    assert uses["consumers/broken.yaml"] == "unknown"
    assert document["ref"]["commit"] == served.reader.get("/readyz").json()["commit"]


@pytest.mark.parametrize("path", ["/consumers/nobody", "/consumers/", "/contracts/nobody/consumers"])
def test_what_is_not_declared_is_a_problem_document(served: Server, path: str) -> None:
    answer = served.reader.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["hint"].endswith("lists all of them")


@pytest.mark.parametrize("path", ["/consumers", "/consumers/finance.revenue", "/contracts/users.visits/consumers"])
def test_an_answer_has_its_commit_and_an_entity_tag(served: Server, path: str) -> None:
    first = served.reader.get(path)
    assert first.headers["dcr-commit"] == served.reader.get("/readyz").json()["commit"]
    again = served.reader.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "accept" in first.headers["vary"]


def test_a_changed_consumer_is_served_with_its_commit(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract("users.visits"), "consumers/a.yaml": REVENUE})
    with Server(tmp_path, bare.folder, writable=False) as server:
        server.wait_for_commit(bare.git("rev-parse", "main"))
        assert server.reader.get("/consumers").json()["total"] == 1
        commit = push(tmp_path, bare, {"consumers/b.yaml": REVENUE.replace("finance.", "sales.")})
        server.wait_for_commit(commit)
        answer = server.reader.get("/contracts/users.visits/consumers")
        assert answer.headers["dcr-commit"] == commit
        assert [each["consumer"] for each in answer.json()["uses"]] == ["finance.revenue", "sales.revenue"]
        commit = push(tmp_path, bare, {"consumers/a.yaml": None, "consumers/b.yaml": None})
        server.wait_for_commit(commit)
        assert server.reader.get("/contracts/users.visits/consumers").json()["uses"] == []
        assert server.reader.get("/consumers").json()["consumers"] == []


def test_versions_are_served_while_the_consumers_cannot_be_read(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract("users.visits"), "consumers/a.yaml": REVENUE})
    with Server(tmp_path, bare.folder, writable=False) as server:
        server.wait_for_commit(bare.git("rev-parse", "main"))
        oid = bare.git("rev-parse", "main:consumers/a.yaml")
        (bare.folder / "objects" / oid[:2] / oid[2:]).unlink()
        for path in ("latest", "versions/1.0.0", "versions"):
            assert server.reader.get(f"/contracts/users.visits/{path}").status_code == 200
        refused = server.reader.get("/consumers")
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (500, "repository")
