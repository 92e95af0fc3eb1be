"""Browsers get the pages of the registry, programs JSON, at the same addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from repositories import contract
from servers import Server, make_bare, push, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("pages")
    text = contract("users.visits")
    consumer = "consumer: finance.revenue\nowners: [{team: finance}]\nuses: [{dataset: users.visits, fields: [plan]}]\n"
    bare = make_bare(root, {"contracts/users.yaml": text, "consumers/revenue.yaml": consumer})
    more = (
        text.replace("1.0.0", "1.1.0") + "  - {name: more, type: string, required: false, description: <b>bold</b>}\n"
    )
    push(root, bare, {"contracts/users.yaml": more})
    with Server(root, bare.folder, writable=False) as server:
        wait_until(lambda: server.reader.get("/readyz").status_code == 200)
        yield server


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "users.visits"),
        ("/datasets", "users.visits"),
        ("/contracts/users.visits/latest", "Fields"),
        ("/contracts/users.visits/versions", "1.1.0"),
        ("/contracts/users.visits/diff?from=1.0.0&to=1.1.0", "1.1.0"),
        ("/owners", "growth-platform"),
        ("/audit", "Audit"),
        ("/consumers", "finance.revenue"),
        ("/consumers/finance.revenue", "users.visits"),
        ("/contracts/users.visits/consumers", "1 declared consumer uses it"),
    ],
)
def test_a_browser_gets_a_page_and_a_program_does_not(served: Server, path: str, words: str) -> None:
    page = served.reader.get(path, headers=BROWSER)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert words in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["dcr-commit"] == served.reader.get("/readyz").json()["commit"]
    assert "accept" in page.headers["vary"]
    assert "<b>bold</b>" not in page.text
    answer = served.reader.get(path)
    assert "html" not in answer.headers["content-type"]


def test_the_pages_follow_a_changed_consumer(tmp_path: Path) -> None:
    consumer = "consumer: {}\nuses: [{{dataset: users.visits}}]\n"
    bare = make_bare(
        tmp_path, {"contracts/users.yaml": contract("users.visits"), "consumers/a.yaml": consumer.format("a")}
    )
    with Server(tmp_path, bare.folder, writable=False) as server:
        server.wait_for_commit(bare.git("rev-parse", "main"))
        assert server.reader.get("/consumers/a", headers=BROWSER).headers["content-type"].startswith("text/html")
        commit = push(tmp_path, bare, {"consumers/a.yaml": consumer.format("b")})
        server.wait_for_commit(commit)
        assert "/consumers/b" in server.reader.get("/contracts/users.visits/latest", headers=BROWSER).text
        assert server.reader.get("/consumers/a", headers=BROWSER).status_code == 404


def test_the_files_that_a_page_loads_exist_and_may_be_kept(served: Server) -> None:
    page = served.reader.get("/", headers=BROWSER).text
    files = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', page))
    assert len(files) == 2
    for file in files:
        answer = served.reader.get(file)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].split(";")[0] in ("text/css", "text/javascript")


def test_what_has_no_page_is_answered_as_for_a_program(served: Server) -> None:
    for path in ("/contracts/no.such/latest", "/assets/no.css", "/nothing"):
        answer = served.reader.get(path, headers=BROWSER)
        assert answer.status_code == 404
        assert "json" in answer.headers["content-type"]
