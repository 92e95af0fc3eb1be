"""Requests that nobody sends by mistake: no 500, no traceback, nothing outside the contracts folder."""

from __future__ import annotations

# ruff: noqa: E501 (lists of hostile texts)
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from repositories import Repository, contract
from servers import TOKEN, Server, contract_json, make_bare, wait_until

from dcr.api import create_app
from dcr.api.http.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance"
)
NASTY = (
    "", " ", "\x00", "../..", "..%2f..", "%2e%2e/%2e%2e", "%", "%zz", "%00", "%ff", "%C0%AF", "<script>alert(1)</script>",
    "{{7*7}}", "${jndi:ldap://x}", "' OR 1=1 --", "a" * 3_000, "\u202e", "\N{PILE OF POO}", "--help", "-", "@", "@{", "HEAD",
    "refs/heads/main", "users.daily_active@1.0.0", "..", "~", "^", ":", "a:b", "*", "?", "[", "\\", "::error::x", "##[error]x",
)  # fmt: skip
PATHS = (
    "/contracts/{}/latest", "/contracts/{}/versions", "/contracts/users.daily_active/versions/{}", "/{}", "/contracts/{}",
    "/contracts/users.daily_active/versions/{}/source", "/contracts/{}/log", "/contracts/{}/blame", "/contracts/{}/audit",
    "/contracts/users.daily_active/diff?from={}", "/datasets?owner={}", "/datasets?pattern={}", "/datasets?cursor={}",
    "/datasets?status={}", "/contracts/users.daily_active/versions/1.0.0?commit={}",
)  # fmt: skip
BODIES: tuple[bytes, ...] = (
    b"", b"null", b"[]", b"1", b'"x"', b"{", b'{"a":', b"{}", b"[" * 100_000, b'{"a":' * 100_000, b'{"contract":' * 60,
    b'{"contract": NaN}', b'{"contract": {"version": 1e999}}', b'{"contract": ' + b"9" * 5_000 + b"}", b"\xff\xfe", b"\x00" * 50,
    b'{"contract": {}, "contract": {}}', b'{"contract": null}', b'{"contract": []}', b'{"contract": {"fields": 1}}',
    b'{"deprecation_uri": "\\ud800"}', b'{"deprecation_uri": "a\\nb"}', b'{"deprecation_uri": ["x"]}',
    b'{"buyer": {"name": "<script>"}}', b'{"buyer": 1}', b'{"buyer": {"name": "\\u0000"}}', b"a: &a [*a]",
    b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n",
    b"!!python/object/apply:os.system ['id']", b"dataset_id: x\ndataset_id: y\n", b'\xef\xbb\xbfdataset_id: "a\\u202eb"\n',
    b"- " * 50_000, b"{" * 70_000, b"<<<<<<< a\n", b"version https://git-lfs.github.com/spec/v1\n", b"%TAG ! x\n---\n", b"--- a\n--- b\n",
)  # fmt: skip
TARGETS = (
    ("POST", "/contracts"), ("POST", "/contracts/check"), ("POST", "/check"), ("POST", "/check?mode=x"),
    ("POST", "/check?path=../../etc/passwd"), ("POST", "/contracts/owners/from-decision-card"),
    ("POST", "/contracts/users.daily_active/versions/1.0.0/deprecate"), ("PUT", "/contracts"), ("DELETE", "/datasets"),
)  # fmt: skip
TOKENS = (
    "Bearer", "Bearer  x", "bearer " + "a" * 600, "Basic dXNlcjpwYXNz", "Bearer dcr_\x7f", "Bearer null", "Token x",
    "Bearer " + TOKEN[:-1], "Bearer " + TOKEN + " x", "Bearer " + TOKEN.upper(),
)  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Repository, Path]]:
    root = tmp_path_factory.mktemp("hostile")
    bare = make_bare(root, {"contracts/users.yaml": contract()})
    with Server(root, bare.folder) as server:
        yield server, bare, root


def check(answer: httpx.Response, asked: Any) -> None:
    """Hold an answer to what no answer may be."""
    assert answer.status_code < 500, (asked, answer.status_code, answer.text)
    assert "Traceback" not in answer.text, asked
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", asked
        assert json.loads(answer.content)["status"] == answer.status_code
    assert "text/html" not in answer.headers.get("content-type", "")


def test_hundreds_of_hostile_requests_get_an_answer_and_change_nothing(served: tuple[Server, Repository, Path]) -> None:
    server, bare, root = served
    before = bare.git("rev-parse", "main")
    known = sorted(os.listdir(root))
    count = 0
    for path in PATHS:
        for nasty in NASTY:
            try:
                answer = server.reader.get(path.format(nasty))
            except (httpx.InvalidURL, UnicodeEncodeError):
                answer = server.reader.get(path.format("".join(f"%{byte:02X}" for byte in nasty.encode())))
            check(answer, (path, nasty[:50]))
            count += 1
    for method, path in TARGETS:
        for body in BODIES:
            for content_type in ("application/json", "application/yaml"):
                answer = server.client.request(method, path, content=body, headers={"content-type": content_type})
                check(answer, (method, path, body[:50]))
                count += 1
    for token in TOKENS:
        headers = {"authorization": token.encode("latin-1")}
        answer = server.reader.post("/contracts", json=contract_json(), headers=headers)
        assert answer.status_code == 401, token
        count += 1
    assert count > 1_000
    assert bare.git("rev-parse", "main") == before
    assert sorted(os.listdir(root)) == known


def test_hostile_bytes_on_the_wire_end_no_server(served: tuple[Server, Repository, Path]) -> None:
    server, _, _ = served
    host, _, port = server.address.removeprefix("http://").partition(":")
    chosen = random.Random(1)
    messages = [
        b"GET / HTTP/1.1\r\n\r\n", b"GET /datasets HTTP/9.9\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /%ff%fe%00/latest HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET " + b"/a" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9e9\r\n\r\n",
        b"POST /check HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        *(bytes(chosen.randrange(256) for _ in range(200)) for _ in range(20)),
    ]  # fmt: skip
    for message in messages:
        with socket.create_connection((host, int(port)), 10) as connection:
            connection.sendall(message)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65_536):
                pass
    assert server.reader.get("/healthz").status_code == 200


def run_schemathesis(server: Server, root: Path, *more: str) -> None:
    """Send requests made from the OpenAPI document, and hold every answer to it."""
    ended = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"), "run", f"{server.address}/openapi.json", "--checks", CHECKS,
            "--seed", "1", "-H", f"Authorization: Bearer {TOKEN}", "--no-color", "--generation-database", "none",
            "--suppress-health-check", "all", *more,
        ],
        cwd=root, env={"PATH": os.environ["PATH"], "HOME": str(root)}, capture_output=True, text=True, check=False,
        timeout=600,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "22 selected / 22 total" in ended.stdout


def test_every_answer_matches_the_openapi_document(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract()})
    with Server(tmp_path, bare.folder) as server:
        run_schemathesis(server, tmp_path, "--phases", "examples,fuzzing", "--max-examples", "4")


@pytest.mark.slow
def test_thousands_of_answers_match_the_openapi_document(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract()})
    with Server(tmp_path, bare.folder) as server:
        run_schemathesis(server, tmp_path, "--phases", "examples,coverage,fuzzing", "--max-examples", "50")


def test_a_request_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    bare = make_bare(tmp_path, {"contracts/users.yaml": contract()})
    app = create_app(str(bare.folder), limits=Limits(seconds=0.3))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    try:
        wait_until(lambda: server.started)
        with socket.create_connection(listener.getsockname(), 10) as connection:
            connection.sendall(
                b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/yaml\r\nContent-Length: 10\r\n\r\na"
            )
            connection.settimeout(10)
            answer = connection.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1" in answer.lower()
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
