"""Real `dcr serve` processes on real repositories, and HTTP clients for them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
from repositories import ROOT, Repository

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "dcr_" + "t" * 43
OTHER_TOKEN = "dcr_" + "u" * 43
PERSON = {"name": "Alex Chen", "email": "alex@example.com"}
FIELDS: list[dict[str, Any]] = [
    {"name": "user_id", "type": "string"},
    {"name": "active_date", "type": "timestamp"},
    {"name": "plan", "type": "string", "enum": ["free", "pro", "enterprise"]},
    {"name": "ltv", "type": "number", "required": False},
]
_PAUSE = threading.Event()


def contract_json(version: str = "1.0.0", dataset_id: str = "users.daily_active", **more: Any) -> dict[str, Any]:
    """Return the body of a registration, with the contract of the seed's README."""
    contract = {
        "dataset_id": dataset_id,
        "version": version,
        "primary_key": ["user_id", "active_date"],
        "owners": [{"team": "growth-platform", "contact": "#growth-platform"}],
        "fields": FIELDS,
        "status": "active",
        **more,
    }
    return {"contract": contract}


def with_field(name: str, version: str, **more: Any) -> dict[str, Any]:
    """Return a registration with another optional field."""
    return contract_json(version, fields=[*FIELDS, {"name": name, "type": "string", "required": False}], **more)


def without_field(name: str, version: str) -> dict[str, Any]:
    """Return a registration that breaks consumers."""
    return contract_json(version, fields=[each for each in FIELDS if each["name"] != name])


def wait_until(condition: Callable[[], Any], seconds: float = 30.0, what: str = "") -> Any:
    """Return the first true value of a condition. Fail after a deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        _PAUSE.wait(0.005)
    raise AssertionError(f"not within {seconds:g} s: {what or condition}")


class _Launcher:
    """The process that servers are forked from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("server_launcher.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        )
        self._lock = threading.Lock()

    def ask(self, request: dict[str, Any]) -> int:
        with self._lock:
            assert self._process.stdin
            assert self._process.stdout
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            answer: int = json.loads(self._process.stdout.readline())
            return answer


@cache
def _launcher() -> _Launcher:
    return _Launcher()


class Server:
    """One running server; `client` asks with the token of a writer, `reader` without any."""

    def __init__(
        self, folder: Path, repository: Path, *arguments: str, writable: bool = True, **environment: str
    ) -> None:
        self.folder, self.log_path = folder, folder / f"serve-{time.monotonic_ns()}.log"
        tokens = folder / "tokens.jsonl"
        if writable and not tokens.exists():
            write_tokens(tokens)
        options = ["--writable", "--tokens", str(tokens)] if writable else []
        request = {
            "arguments": ["--repository", str(repository), "--port", "0", *options, *arguments],
            "folder": str(folder),
            "log": str(self.log_path),
            "environment": {
                "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "DCR_CACHE": "off",
                "GIT_CONFIG_NOSYSTEM": "1", **environment,
            },
        }  # fmt: skip
        self.log_path.touch()
        self.pid = _launcher().ask({"start": request})
        self.exit_code: int | None = None
        self.address = self._wait_for_address()
        self.client = self.new_client(TOKEN)
        self.reader = self.new_client()

    def _wait_for_address(self) -> str:
        def find() -> str | None:
            found = re.search(r" at (http://\S+)", self.log)
            if found:
                return found[1]
            if "(nothing was" in self.log or "Traceback" in self.log:
                self.exit_code = _launcher().ask({"wait": self.pid})
                raise NotStartedError(self.exit_code, self.log)
            return None

        found: str = wait_until(find, what="the server's address")
        return found

    def new_client(self, token: str | None = None, **more: Any) -> httpx.Client:
        """Return another client."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60, trust_env=False, **more)

    @property
    def log(self) -> str:
        """What the server wrote."""
        return self.log_path.read_text("utf-8")

    @property
    def audit_lines(self) -> list[dict[str, Any]]:
        """The audit lines of its log."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    def wait_for_commit(self, commit: str, seconds: float = 10.0) -> None:
        """Wait until reads are answered at a commit."""
        wait_until(lambda: self.reader.get("/readyz").json().get("commit") == commit, seconds, f"state at {commit}")

    def kill(self, number: int = signal.SIGKILL) -> int:
        """End the server by a signal and return its exit code."""
        if self.exit_code is None:
            os.kill(self.pid, number)
            self.exit_code = _launcher().ask({"wait": self.pid})
        return self.exit_code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.reader.close()
        self.kill()
        assert "Traceback" not in self.log, self.log


class NotStartedError(Exception):
    """The server refused to start: its exit code and what it wrote."""


def write_tokens(path: Path, **more: Any) -> None:
    """Write the tokens file of the tests, with a token for everything and one for `users.*`."""
    import hashlib

    entries = [
        {"sha256": hashlib.sha256(TOKEN.encode()).hexdigest(), **PERSON, "datasets": ["*"], **more},
        {
            "sha256": hashlib.sha256(OTHER_TOKEN.encode()).hexdigest(),
            "name": "Kim",
            "email": "kim@example.com",
            "datasets": ["users.*"],
        },
    ]
    path.write_text("".join(json.dumps(each) + "\n" for each in entries), encoding="utf-8")
    path.chmod(0o600)


def make_bare(root: Path, files: dict[str, str | bytes | None] | None = None, *init: str) -> Repository:
    """Return a bare repository whose branch `main` has some files."""
    source = Repository(root, "source", init=init)
    source.commit({"README.md": "contracts\n", **(files or {})})
    bare = Repository(root, "contracts.git", init=None)
    source.git("clone", "-q", "--bare", "--template=", str(source.folder), str(bare.folder), cwd=root)
    return bare


def push(root: Path, bare: Repository, files: dict[str, str | bytes | None], *, name: str = "pusher") -> str:
    """Commit files to `main` from another clone and push them. Return the commit."""
    clone = Repository(root, name, init=None)
    if not clone.folder.exists():
        clone.git("clone", "-q", "--template=", str(bare.folder), str(clone.folder), cwd=root)
    clone.git("fetch", "-q", "origin")
    clone.git("reset", "-q", "--hard", "origin/main")
    commit = clone.commit(files)
    clone.git("push", "-q", "origin", "HEAD:main")
    return commit
