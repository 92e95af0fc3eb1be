"""Limits of requests, bearer tokens, events, and what starts without the extra."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
import pytest
from repositories import ROOT, Repository, contract
from servers import (
    Server,
    contract_json,
    make_bare,
    wait_until,
    with_field,
    without_field,
    write_tokens,
)

from dcr.api import create_app
from dcr.api.http.limits import MAX_BODY_BYTES, MAX_REQUESTS
from dcr.api.pages import Page, prefers_html
from dcr.api.tokens import Person, TokenFile, TokensFileError, compute_expiry, create_token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dcr.api.snapshots.state import RegistryState


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("limits")
    with Server(root, make_bare(root, {"contracts/users.yaml": contract()}).folder) as server:
        yield server


def test_a_body_over_two_mebibytes_is_refused_with_or_without_a_length(served: Server) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 65536 + 1):
            yield b" " * 65536

    for path in ("/check", "/contracts", "/contracts/check", "/contracts/owners/from-decision-card"):
        for content in (b" " * (MAX_BODY_BYTES + 1), chunks()):
            try:
                answer = served.client.post(path, content=content, headers={"content-type": "application/json"})
            except OSError:
                continue  # the server answered and closed before all was sent
            assert answer.status_code == 413, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
    text = f"# {' ' * (MAX_BODY_BYTES - 200)}\n".encode() + contract().encode()
    largest = served.client.post("/check", content=text[:MAX_BODY_BYTES], headers={"content-type": "application/yaml"})
    assert largest.status_code == 200


def test_more_requests_than_the_limit_are_answered_with_503(served: Server) -> None:
    host, _, port = served.address.removeprefix("http://").partition(":")
    waiting = []
    try:
        for _ in range(MAX_REQUESTS):
            connection = socket.create_connection((host, int(port)), 10)
            connection.sendall(
                b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/yaml\r\n"
                b"Content-Length: 10\r\n\r\na"
            )
            waiting.append(connection)

        def is_busy() -> Any:
            answer = served.reader.get("/datasets")
            return answer if answer.status_code == 503 else None

        busy = wait_until(is_busy)
        assert busy.headers["retry-after"] == "1"
        assert busy.json()["type"].endswith("/busy")
        assert served.reader.get("/healthz").status_code == 200
        assert served.reader.get("/readyz").status_code == 200
    finally:
        for connection in waiting:
            connection.close()
    wait_until(lambda: served.reader.get("/datasets").status_code == 200)


def test_every_answer_has_the_security_headers(served: Server) -> None:
    for answer in (served.reader.get("/"), served.reader.get("/nothing"), served.reader.post("/contracts", json={})):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in answer.headers


def test_another_name_for_the_server_is_refused(served: Server) -> None:
    port = served.address.rpartition(":")[2]
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "[::2]", "", "localhost.evil"):
        answer = served.reader.get("/datasets", headers={"host": host})
        assert answer.status_code in (400, 421), host
    for host in ("localhost", f"LOCALHOST:{port}", "127.0.0.1", f"[::1]:{port}"):
        assert served.reader.get("/datasets", headers={"host": host}).status_code == 200


def test_head_is_answered_like_get_without_a_body(served: Server) -> None:
    address = "/contracts/users.daily_active/latest"
    head, get = served.reader.head(address), served.reader.get(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == get.headers["etag"]
    assert head.headers["content-length"] == str(len(get.content))
    assert served.reader.head("/nothing").status_code == 404


def test_expired_and_revoked_tokens_are_refused_without_a_restart(tmp_path: Path) -> None:
    bare = make_bare(tmp_path)
    with Server(tmp_path, bare.folder) as server:
        assert server.client.post("/contracts", json=contract_json()).status_code == 201
        yesterday = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
        write_tokens(tmp_path / "tokens.jsonl", expires=yesterday)
        assert server.client.post("/contracts", json=contract_json("1.1.0")).status_code == 401
        write_tokens(tmp_path / "tokens.jsonl", expires=compute_expiry(1))
        assert server.client.post("/contracts", json=with_field("a", "1.1.0")).status_code == 201
        (tmp_path / "tokens.jsonl").write_text("")
        assert server.client.post("/contracts", json=with_field("b", "1.2.0")).status_code == 401
        (tmp_path / "tokens.jsonl").write_text("nonsense\n")
        broken = server.client.post("/contracts", json=with_field("b", "1.2.0"))
        assert broken.status_code == 500
        assert "line 1" in broken.json()["detail"]


def test_a_token_is_made_once_and_only_its_digest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "tokens.jsonl"
    first = create_token(str(path), Person("Alex", "alex@example.com", ("users.*",), compute_expiry(2)))
    path.write_text(path.read_text().rstrip("\n"))  # as an editor may leave it
    second = create_token(str(path), Person("Kim", "kim@example.com"))
    assert first != second
    assert first not in path.read_text()
    assert hashlib.sha256(first.encode()).hexdigest() in path.read_text()
    known = TokenFile(str(path))
    alex, kim = known.find_person(first), known.find_person(second)
    assert alex is not None
    assert kim is not None
    assert (alex.name, alex.may_write("users.a"), alex.may_write("shop.a")) == ("Alex", True, False)
    assert kim.may_write("shop.a")
    for guess in ("", first[:-1], first + "x", first.upper(), "\x00", "\ud800"):
        assert known.find_person(guess) is None
    path.chmod(0o620)
    with pytest.raises(TokensFileError, match="other users"):
        TokenFile(str(path))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["A\nB", "--email", "a@example.com"], "name"), (["A <b>", "--email", "a@example.com"], "name"),
        (["A", "--email", "nobody"], "email"), (["A", "--email", "a@b\nc"], "email"),
        (["A", "--email", "a@example.com", "--days", "0"], "--days"), (["A"], "--email"),
        (["A", "--email", "a@example.com", "--tokens", "no/such/folder"], "no/such/folder"),
        (["A", "--email", "a@example.com", "--datasets", ""], "pattern"),
    ],
)  # fmt: skip
def test_an_impossible_token_is_refused(tmp_path: Path, arguments: list[str], words: str) -> None:
    repository = Repository(tmp_path)
    outcome = repository.dcr("token", *arguments)
    assert outcome.code == 2
    assert words in outcome.err


class Receiver(BaseHTTPRequestHandler):
    """Collects the events that are sent to it; the first path step may ask for trouble."""

    events: ClassVar[list[tuple[dict[str, str], dict[str, Any]]]] = []
    release = threading.Event()

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"]))
        type(self).events.append((dict(self.headers), json.loads(content)))
        if self.path == "/slow":
            type(self).release.wait(20)
        self.send_response(500 if self.path == "/broken" else 302 if self.path == "/moved" else 204)
        if self.path == "/moved":
            self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.events.clear()
    Receiver.release.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        Receiver.release.set()
        server.shutdown()
        thread.join()


def test_events_are_cloudevents_without_contacts(tmp_path: Path, receiver: str) -> None:
    bare = make_bare(tmp_path)
    with Server(tmp_path, bare.folder, DCR_EVENTS_URL=f"{receiver}/events", DCR_EVENTS_TOKEN="secret") as server:
        commit = server.client.post("/contracts", json=contract_json()).json()["commit"]
        server.client.post("/contracts", json=without_field("ltv", "2.0.0"))
        address = "/contracts/users.daily_active/versions/1.0.0"
        server.client.post(f"{address}/deprecate", json={"deprecation_uri": "https://example.com/move"})
        server.client.post(f"{address}/archive")
        wait_until(lambda: len(Receiver.events) == 4)
        assert "secret" not in server.log
    kinds = [event["type"] for _, event in Receiver.events]
    assert kinds == [
        "dcr.contract_promoted", "dcr.contract_compatibility_failed", "dcr.contract_deprecated",
        "dcr.contract_archived",
    ]  # fmt: skip
    headers, first = Receiver.events[0]
    assert headers["Authorization"] == "Bearer secret"
    assert headers["Content-Type"] == "application/cloudevents+json"
    assert (first["specversion"], first["subject"], first["source"]) == ("1.0", "users.daily_active", "/main")
    assert first["data"]["commit"] == commit
    assert first["data"]["owners"] == ["growth-platform"]
    assert Receiver.events[1][1]["data"]["issue_count"] >= 1
    assert Receiver.events[2][1]["data"]["deprecation_uri"] == "https://example.com/move"
    assert "#growth-platform" not in json.dumps([event for _, event in Receiver.events])
    assert len({event["id"] for _, event in Receiver.events}) == 4


@pytest.mark.parametrize("trouble", ["slow", "broken", "moved", "closed"])
def test_a_receiver_in_trouble_holds_and_fails_no_write(tmp_path: Path, receiver: str, trouble: str) -> None:
    url = f"{receiver}/{trouble}" if trouble != "closed" else "http://127.0.0.1:9/"
    bare = make_bare(tmp_path)
    with Server(tmp_path, bare.folder, DCR_EVENTS_URL=url) as server:
        for number in range(3):
            answer = server.client.post("/contracts", json=with_field("a", f"1.{number}.0"))
            assert answer.status_code == 201
            assert answer.elapsed.total_seconds() < 5
        assert server.reader.get("/contracts/users.daily_active/latest").json()["version"] == "1.2.0"
        if trouble != "slow":
            failed = 'dcr_events_total{result="failed"} 3.0'
            wait_until(lambda: failed in server.reader.get("/metrics").text)


def test_without_the_extra_serve_ends_with_2_and_the_command_to_type(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({"contracts/users.yaml": contract()})
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nhidden = ('fastapi', 'starlette', 'uvicorn', 'prometheus_client')\n"
        "sys.modules.update(dict.fromkeys(hidden))\n"
    )
    environment = {**repository.environment(), "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    ended = subprocess.run(
        [sys.executable, "-m", "dcr", "serve"], cwd=repository.folder, env=environment, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "pip install 'dcr-cli[api]'" in ended.stderr
    checked = subprocess.run(
        [sys.executable, "-m", "dcr", "check"], cwd=repository.folder, env=environment, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr


def test_a_check_loads_nothing_of_the_service(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({"contracts/users.yaml": contract()})
    code = (
        "import sys; from dcr.cli.app import run_command; run_command(['check']);"
        "print(sorted(each for each in sys.modules if each.partition('.')[0] in"
        " ('fastapi', 'starlette', 'uvicorn', 'prometheus_client', 'gitdb') or each.startswith('dcr.api')))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=repository.folder, env=repository.environment(), capture_output=True,
        text=True, check=True, timeout=60,
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1] == "[]"


def test_uvicorn_serves_the_factory_with_settings_from_the_environment(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract()})
    log = tmp_path / "uvicorn.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--factory", "dcr.api:create_app", "--port", "0"],
            cwd=tmp_path, stdout=file, stderr=file,
            env={**bare.environment(), "DCR_REPOSITORY": str(bare.folder), "DCR_REF": "main"},
        )  # fmt: skip
    try:
        address = wait_until(lambda: re.search(r"http://127\.0\.0\.1:\d+", log.read_text()))[0]
        answer = httpx.get(f"{address}/contracts/users.daily_active/latest", trust_env=False, timeout=30)
        assert answer.json()["version"] == "1.0.0"
    finally:
        process.terminate()
        assert process.wait(20) in (0, -15)
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        (None, False), ("", False), ("*/*", False), ("application/json", False), ("text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/html;q=0.5, application/json", False), ("text/html;q=0", False), ("text/html;q=x", False),
        ("text/html, application/json", False), ("application/json, text/html", False),
        ("application/json;q=0.5, text/html", True), ("application/json;q=0.8, text/html;q=0.9", True),
        ("text/html;q=0.8, application/json;q=0.9", False), ("application/json;q=0, text/html;q=0.1", True),
    ],
)  # fmt: skip
def test_pages_are_for_browsers(accept: str | None, html: bool) -> None:
    assert prefers_html(accept) is html


def test_a_page_renderer_answers_browsers_and_programs_get_json(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract()})

    def render(state: RegistryState, path: str, query: str) -> Page | None:
        if path != "/":
            return None
        return Page(f"<p>{len(state.source_files)} {query}</p>".encode(), "default-src 'self'")

    app = create_app(str(bare.folder), render_page=render)
    app.state.service.live.refresh()

    async def ask(path: str, accept: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.get(path, headers={"accept": accept})

    page = asyncio.run(ask("/?q=a", "text/html"))
    assert (page.text, page.headers["content-type"]) == ("<p>1 q=a</p>", "text/html; charset=utf-8")
    assert page.headers["content-security-policy"] == "default-src 'self'"
    assert page.headers["vary"] == "accept"
    assert page.headers["dcr-commit"] == bare.git("rev-parse", "main")
    data = asyncio.run(ask("/", "application/json"))
    assert data.json()["name"] == "data-contract-registry"
    assert data.headers["vary"] == "accept"
    assert asyncio.run(ask("/datasets", "text/html")).json()["datasets"] == ["users.daily_active"]
