"""Holds dcr serve to its budgets: reads against a bare FastAPI route, writes against bare git commands.

python bench/serve.py [--datasets 1000] [--requests 1000] [--writes 20] [--rounds 5] [--json]

Figures are the CPU of the server and of the git processes it waits for, as Linux counts them.
Exit codes: 0 every figure is within its budget, 1 one is over, 2 nothing could be measured.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts import sample
from layout import render
from measure import in_folder
from repository import build_file, environment
from run import DCR, SEED, Budget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUDGETS = (Budget("bare", "latest", 0.7), Budget("bare", "version", 0.7), Budget("write", "git", 3.0))
"""Reads may cost at most 1 / 0.7 of the bare route, so their budgets are the least that the ratio may be."""

FIELDS = [{"name": "id", "type": "string"}, {"name": "plan", "type": "string", "enum": ["free", "pro"]}]
BARE = """
import json, sys, uvicorn
from fastapi import FastAPI, Response

bodies = {name: text.encode() for name, text in json.load(open(sys.argv[1])).items()}
app = FastAPI(docs_url=None, redoc_url=None)

@app.get("/contracts/{dataset_id:path}/latest")
async def latest(dataset_id: str) -> Response:
    return Response(bodies[dataset_id], media_type="application/json")

uvicorn.run(app, port=int(sys.argv[2]), access_log=False, log_level="warning")
"""


class Server:
    """A server process and one connection to it."""

    def __init__(self, command: tuple[str, ...], port: int, folder: Path) -> None:
        self.log = folder / f"server-{port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, env=_environment(), stdout=log, stderr=log)
        self._port = port
        deadline = time.monotonic() + 60
        while True:
            try:
                self.connect()
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise ValueError(f"a server did not start:\n{self.log.read_text()}") from None
                time.sleep(0.05)
            else:
                break

    def connect(self) -> None:
        """Open a connection: servers close one that is not used for some seconds."""
        self.connection = socket.create_connection(("127.0.0.1", self._port), 60)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def ask(self, method: str, path: str, body: bytes = b"", token: str = "") -> tuple[int, bytes]:
        """Return status and body of one request."""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        head += f"Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n" if token else ""
        self.connection.sendall(head.encode() + b"\r\n" + body)
        while b"\r\n\r\n" not in self._rest:
            self._rest += self._receive()
        headers, _, rest = self._rest.partition(b"\r\n\r\n")
        found = re.search(rb"content-length: (\d+)", headers, re.IGNORECASE)
        length = int(found[1]) if found else 0
        while len(rest) < length:
            rest += self._receive()
        self._rest = rest[length:]
        return int(headers.split(b" ", 2)[1]), rest[:length]

    def _receive(self) -> bytes:
        received = self.connection.recv(65_536)
        if not received:
            raise ValueError(f"a server closed its connection:\n{self.log.read_text()}")
        return received

    def cpu(self) -> float:
        """Return the seconds of CPU of the process and of the children it waited for."""
        values = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, values[11:15])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End the process."""
        self.connection.close()
        self.process.kill()
        self.process.wait()


def main() -> int:
    """Measure what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(description="Hold dcr serve to its budgets.")
    parser.add_argument("--datasets", metavar="N", type=int, default=1_000)
    parser.add_argument("--requests", metavar="N", type=int, default=1_000, help="requests of each kind in a round")
    parser.add_argument("--writes", metavar="N", type=int, default=20, help="writes in a round")
    parser.add_argument("--rounds", metavar="R", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    return in_folder(None, lambda folder, _: _run(options, folder))


def _run(options: argparse.Namespace, folder: Path) -> int:
    bare, ids = _build(folder, options.datasets)
    token = subprocess.run(
        (str(DCR), "token", "Bench", "--email", "bench@example.com"), cwd=folder, env=_environment(), check=True,
        capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    ports = _free_ports(2)
    arguments = ("--repository", str(bare), "--ref", "main", "--writable", "--tokens", "tokens.jsonl")
    with contextlib.ExitStack() as running:
        served = Server((str(DCR), "serve", *arguments, "--port", str(ports[0])), ports[0], folder)
        running.callback(served.stop)
        bodies = {each: served.ask("GET", f"/contracts/{each}/latest") for each in ids}
        if any(status != 200 for status, _ in bodies.values()):
            odd = [(each, body) for each, (status, body) in bodies.items() if status != 200]
            raise ValueError(f"{len(odd)} datasets have no latest version: {odd[0]}")
        (folder / "bodies.json").write_text(json.dumps({each: body.decode() for each, (_, body) in bodies.items()}))
        (folder / "bare.py").write_text(BARE)
        plain = Server((sys.executable, "bare.py", "bodies.json", str(ports[1])), ports[1], folder)
        running.callback(plain.stop)
        measured = _measure(options, served, plain, ids, _Writes(bare, served, token))
    git = subprocess.run(("git", "fsck", "--strict", "--no-dangling"), cwd=bare, env=_environment(), check=False)
    if git.returncode:
        raise ValueError("the repository is damaged")
    ratios = {f"{budget.job} / {budget.unit}": _ratio(measured, budget) for budget in BUDGETS}
    print(_as_json(measured, ratios) if options.json else _as_text(measured, ratios))
    over = [
        ratio > budget.at_most if budget.unit == "git" else ratio < budget.at_most
        for ratio, budget in zip(ratios.values(), BUDGETS, strict=True)
    ]
    return int(any(over))


def _measure(
    options: argparse.Namespace, served: Server, plain: Server, ids: list[str], writes: _Writes
) -> dict[str, list[float]]:
    """Return the CPU milliseconds of one request or write of each kind, in each round."""

    def read(server: Server, address: str) -> Callable[[], float]:
        def run() -> float:
            server.connect()
            before = server.cpu()
            for number in range(options.requests):
                status, _ = server.ask("GET", address.format(ids[number % len(ids)]))
                if status != 200:
                    raise ValueError(f"{address} answered {status}")
            return (server.cpu() - before) * 1000 / options.requests

        return run

    jobs = {
        "bare": read(plain, "/contracts/{}/latest"),
        "latest": read(served, "/contracts/{}/latest"),
        "version": read(served, "/contracts/{}/versions/1.0.0"),
        "git": lambda: writes.by_git(options.writes),
        "write": lambda: writes.by_service(options.writes),
    }
    measured: dict[str, list[float]] = {name: [] for name in jobs}
    for number in range(options.rounds + 1):
        for name, run in jobs.items():
            milliseconds = run()
            if number:  # the first round warms up
                measured[name].append(milliseconds)
    return measured


class _Writes:
    """Registers versions through the service, and commits the like of them with bare git commands."""

    def __init__(self, bare: Path, served: Server, token: str) -> None:
        self._bare, self._served, self._token, self._number = bare, served, token, 0

    def by_service(self, count: int) -> float:
        self._served.connect()
        before = self._served.cpu()
        for _ in range(count):
            self._number += 1
            contract = {
                "dataset_id": "bench.writes", "version": f"1.{self._number}.0", "status": "active", "fields": FIELDS,
                "owners": [{"team": "bench"}], "description": f"version {self._number}",
            }  # fmt: skip
            body = json.dumps({"contract": contract}).encode()
            status, answer = self._served.ask("POST", "/contracts", body, self._token)
            if status != 201:
                raise ValueError(f"a write was answered with {status}: {answer.decode()}")
        return (self._served.cpu() - before) * 1000 / count

    def by_git(self, count: int) -> float:
        """Return the milliseconds of git; the listings of trees are made before, and not counted."""
        total = 0.0
        for _ in range(count):
            self._number += 1
            head = self._git("rev-parse", "bench^{commit}").strip()
            trees = [self._git("ls-tree", name) for name in (f"{head}:contracts/bench", f"{head}:contracts", head)]
            before = _children()
            oid = self._git("hash-object", "-w", "--stdin", given=f"version {self._number}\n").strip()
            kind, name = "100644 blob", "git.yaml"
            for tree, above in zip(trees, ("bench", "contracts", ""), strict=True):
                kept = [line for line in tree.splitlines() if not line.endswith(f"\t{name}")]
                oid = self._git("mktree", given="\n".join([*kept, f"{kind} {oid}\t{name}", ""])).strip()
                kind, name = "040000 tree", above
            commit = self._git("commit-tree", "-p", head, "-m", "change", oid).strip()
            self._git("update-ref", "refs/heads/bench", commit, head)
            total += _children() - before
        return total * 1000 / count

    def _git(self, *arguments: str, given: str = "") -> str:
        return subprocess.run(
            ("git", *arguments),
            cwd=self._bare,
            env=_environment(),
            input=given,
            capture_output=True,
            text=True,
            check=True,
        ).stdout


def _build(folder: Path, datasets: int) -> tuple[Path, list[str]]:
    """Return a bare repository with some datasets, one commit old, and their ids."""
    source = folder / "source"
    contracts = [sample(SEED, index) for index in range(datasets)]
    seed = 'dataset_id: bench.writes\nversion: "1.0.0"\nstatus: active\nowners: [{team: bench}]\n'
    seed += "fields:\n  - {name: id, type: string}\n  - {name: plan, type: string, enum: [free, pro]}\n"
    build_file(source, "contracts/bench/writes.yaml", iter([seed]), seed)
    texts = {}
    for contract in contracts:
        text = re.sub(r"(?m)^status: .*$", "status: active", render(contract))
        text = re.sub(r"(?m)^deprecation_uri: .*\n", "", text)
        texts[contract.dataset_id] = re.sub(r"(?m)^version: .*$", 'version: "1.0.0"', text)
    for dataset_id, text in texts.items():
        (source / "contracts" / f"{dataset_id}.yaml").write_text(text)
    bare = folder / "contracts.git"
    for command in (
        ("git", "add", "-A"), ("git", "commit", "-q", "-m", "contracts"), ("git", "checkout", "-q", "-B", "main"),
        ("git", "branch", "-f", "bench"),
        ("git", "clone", "-q", "--bare", ".", str(bare)),
    ):  # fmt: skip
        subprocess.run(command, cwd=source, env=_environment(), check=True)
    return bare, list(texts)


def _environment() -> dict[str, str]:
    roles = ("GIT_AUTHOR", "GIT_COMMITTER")
    return {
        **environment(),
        **{f"{role}_NAME": "bench" for role in roles},
        **{f"{role}_EMAIL": "bench@example.com" for role in roles},
    }


def _free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in listeners]
    for each in listeners:
        each.close()
    return ports


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ratio(measured: dict[str, list[float]], budget: Budget) -> float:
    pairs = zip(measured[budget.job], measured[budget.unit], strict=True)
    return statistics.median(one / other for one, other in pairs)


def _as_json(measured: dict[str, list[float]], ratios: dict[str, float]) -> str:
    medians = {name: statistics.median(values) for name, values in measured.items()}
    return json.dumps({"milliseconds": medians, "ratios": ratios}, indent=2)


def _as_text(measured: dict[str, list[float]], ratios: dict[str, float]) -> str:
    return "\n".join(_lines(measured, ratios))


def _lines(measured: dict[str, list[float]], ratios: dict[str, Any]) -> Iterator[str]:
    for name, values in measured.items():
        yield f"{name:10} {statistics.median(values):8.3f} ms of CPU"
    for (name, ratio), budget in zip(ratios.items(), BUDGETS, strict=True):
        word = "at most" if budget.unit == "git" else "at least"
        yield f"{name:17} {ratio:6.2f}  {word} {budget.at_most:.2f}"


if __name__ == "__main__":
    sys.exit(main())
