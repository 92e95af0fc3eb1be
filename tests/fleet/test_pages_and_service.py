"""The pages and the service of a fleet show what its index contains, the same on both databases."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import httpx
import pytest
from fleets import Fleet
from repositories import contract

from dcr.fleet.service import create_fleet_app
from dcr.index.revisions import open_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

HTML = "text/html"
HOSTILE = "shop.<script>alert(1)</script>"


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, _: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attributes if name in ("href", "src") and value]


class Client:
    """Sends requests to an application in this process."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        return asyncio.run(self._send(path, method, {name.replace("_", "-"): value for name, value in headers.items()}))

    async def _send(self, path: str, method: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, headers=headers)


@pytest.fixture
def client(fleet: Fleet) -> Iterator[Client]:
    """A client of the service, in this process."""
    index = open_index(fleet.index or "sqlite:///.dcr-fleet/index.db", str(fleet.folder))
    yield Client(create_fleet_app(index))
    index.close()


def test_the_service_answers_like_the_commands(client: Client, fleet: Fleet) -> None:
    for path, command in (
        ("/datasets?pattern=shop.*", ("datasets", "--pattern", "shop.*")),
        ("/owners", ("owners",)),
        ("/consumers?dataset=shop.orders", ("consumers", "shop.orders")),
        ("/repositories", ()),
    ):
        assert client.get(path).json() == fleet.read(*command), path
    audit = client.get("/audit?pattern=shop.*&since=2026-02-01").json()
    assert audit == fleet.read("audit", "--dataset", "shop.*", "--since", "2026-02-01", code=1)
    impact = client.get("/impact/shop.orders?field=plan").json()
    assert impact == fleet.read("impact", "shop.orders", "plan", code=1)
    dataset = client.get("/datasets/shop.orders").json()
    assert [each["version"] for each in dataset["versions"]] == ["1.1.0", "1.0.0"]
    assert [each["field"] for each in dataset["fields"]] == ["user_id", "active_date", "plan"]
    assert len(dataset["uses"]) == 3


def test_the_service_reports_problems_and_does_not_write(client: Client) -> None:
    for path, status in (
        ("/datasets/nothing", 404),
        ("/impact/nothing", 404),
        ("/impact/shop.orders?field=nothing", 400),
        ("/audit?since=soon", 400),
        ("/assets/../secret", 404),
        ("/nothing", 404),
    ):
        answer = client.get(path)
        assert (path, answer.status_code) == (path, status)
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/datasets", "POST").status_code == 405
    assert client.get("/healthz").json() == {"status": "ok"}
    assert "dcr_http_requests" in client.get("/metrics").text
    first = client.get("/owners")
    assert client.get("/owners", if_none_match=first.headers["etag"]).status_code == 304


def test_browsers_get_pages_whose_links_work(client: Client) -> None:
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop()
        answer = client.get(path, accept=HTML)
        assert answer.status_code == 200, path
        seen.add(path)
        if answer.headers["content-type"].startswith("text/html"):
            assert "script-src 'self'" in answer.headers["content-security-policy"]
            links = {urlsplit(each).path for each in _Links(answer.text).found if each.startswith("/")}
            waiting += [each for each in links if each not in seen and each not in waiting]
    assert {"/datasets", "/owners", "/consumers", "/audit", "/repositories", "/datasets/shop.orders"} <= seen
    page = client.get("/datasets/shop.orders", accept=HTML).text
    assert "finance.revenue in <b>finance</b>" in page
    assert "the file cannot be read" in page


def test_a_site_has_a_page_for_each_dataset_and_a_later_run_writes_only_changes(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, "shop", "growth")
    fleet["shop"].commit({"contracts/a.yaml": contract(HOSTILE), "contracts/b.yaml": contract("shop.b")})
    fleet["growth"].commit({"contracts/b.yaml": contract("shop.b")})
    fleet.sync()
    assert "datasets" in fleet.dcr("site", "public").err
    site = fleet.folder / "public"
    pages = sorted(site.rglob("*.html"))
    assert len(pages) == 5 + 2
    for page in pages:
        text = page.read_text("ascii")
        assert "<script>alert" not in text
        for link in _Links(text).found:
            target = urlsplit(link)
            if target.path and not target.scheme:
                assert (page.parent / unquote(target.path)).resolve().is_file(), (page, link)
    entries = json.loads(re.search(r'id="index">(.*?)</script>', (site / "index.html").read_text("ascii"))[1])
    assert sorted(entry[2] for entry in entries) == ["growth", "shop", "shop"]
    assert "Several repositories define this dataset: growth, shop." in (site / "datasets/shop.b.html").read_text()
    assert "wrote 0 files" in fleet.dcr("site", "public").err
    fleet["growth"].commit({"contracts/b.yaml": None})
    fleet.sync()
    before = {page: page.stat().st_mtime_ns for page in pages}
    fleet.dcr("site", "public")
    assert (site / "owners.html").stat().st_mtime_ns != before[site / "owners.html"]
    assert (site / "consumers.html").stat().st_mtime_ns == before[site / "consumers.html"]
    (fleet.folder / "other").mkdir()
    (fleet.folder / "other/mine.txt").write_text("mine", "utf-8")
    outcome = fleet.dcr("site", "other")
    assert outcome.code == 2
    assert "is not empty" in outcome.err
    running = subprocess.Popen(
        fleet.command("serve", "--port", "0"),
        cwd=fleet.folder,
        env=fleet.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    address = re.search(r"http://\S+", running.stderr.readline())[0]
    with urlopen(f"{address}/repositories") as answer:
        assert [each["name"] for each in json.load(answer)["repositories"]] == ["growth", "shop"]
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
