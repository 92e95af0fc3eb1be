"""Real git repositories for tests, and the real `dcr` command run on them.

Every run is held to what no outcome may bring: a traceback, a raw control character, death by a signal, or any
change to what it looked at.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]
USERS = "contracts/users.yaml"
FIELDS = {
    "user_id": "type: string",
    "active_date": "type: timestamp",
    "plan": "type: string, enum: [free, pro]",
    "ltv": "type: number, required: false",
}
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def contract(
    dataset_id: str = "users.daily_active", version: str = "1.0.0", *, status="active", without=(), more=""
) -> str:
    """Return the text of a contract; `without` names fields to leave out, `more` is added at the end."""
    fields = [f"  - {{name: {name}, {rest}}}" for name, rest in FIELDS.items() if name not in without]
    return "\n".join([
        f"dataset_id: {dataset_id}",
        f'version: "{version}"',
        f"status: {status}",
        *(["deprecation_uri: https://example.com/users"] if status == "deprecated" else []),
        "primary_key: [user_id, active_date]",
        "owners: [{team: growth-platform}]",
        "fields:",
        *fields,
        more,
    ]).rstrip("\n") + "\n"  # fmt: skip


def breaking(version: str = "1.1.0", **facts: Any) -> str:
    """Return the contract without a field that consumers select."""
    return contract(version=version, without=["ltv"], **facts)


class Outcome(NamedTuple):
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The JSON report, which holds to its schema."""
        found = json.loads(self.out)
        _schema().validate(found)
        return found

    @property
    def issues(self) -> list[dict[str, Any]]:
        """Every issue of the JSON report, those of contracts first."""
        report = self.report
        return [*(issue for each in report["contracts"] for issue in each["issues"]), *report["issues"]]

    @property
    def kinds(self) -> list[str]:
        """The kinds of all issues, in the order of the report."""
        return [issue["kind"] for issue in self.issues]

    def says(self, *words: str) -> None:
        """Assert that nothing was done, and that every one of some words is said about it."""
        assert self.code == 2, self
        assert self.out == "", self
        assert re.search("nothing was (checked|shown|written)", self.err), self
        for word in words:
            assert word in self.err, (word, self.err)


class Repository:
    """A git repository in `root/name`; nothing outside `root` is read or written."""

    def __init__(self, root: Path, name: str = "repository", *, init: tuple[str, ...] | None = ()) -> None:
        self.root, self.folder, self.home = root, root / name, root / "home"
        self.home.mkdir(exist_ok=True)
        if init is not None:
            self.git("init", "-q", "-b", "main", "--template=", *init, str(self.folder), cwd=root)

    def environment(self, **more: str) -> dict[str, str]:
        """Return an environment in which nothing of this machine or of a CI shows."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            **more,
        }

    def git(self, *arguments: str, cwd: Path | None = None, given: bytes | None = None, **more: str) -> str:
        """Run git and return what it prints, without the last line's end."""
        identity = {
            "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
        }  # fmt: skip
        ended = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", "-c", "gc.auto=0", "-c", "maintenance.auto=false", *arguments],
            cwd=cwd or self.folder,
            env=self.environment(**identity, **more),
            input=given,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert ended.returncode == 0, (arguments, ended.stdout, ended.stderr)
        return ended.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file of the working tree."""
        target = Path(os.fsdecode(os.path.join(os.fsencode(self.folder), os.fsencode(path))))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, files: dict[str, str | bytes | None] | None = None, *, on: str = "") -> str:
        """Write some files, None deleting one, commit everything and return the commit's id; `on` dates it."""
        for path, text in (files or {}).items():
            if text is None:
                (self.folder / path).unlink()
            else:
                self.write(path, text)
        self.git("add", "-A")
        self.git(
            "commit", "-q", "--allow-empty", "--no-verify", "-m", "change", **({"GIT_COMMITTER_DATE": on} if on else {})
        )
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str = "feature", *at: str) -> None:
        """Begin a branch and go there."""
        self.git("checkout", "-q", "-b", name, *at)

    def dcr(
        self, *arguments: str, cwd: Path | None = None, writes: tuple[str, ...] = (), path: str = "", **more: str
    ) -> Outcome:
        """Run dcr; `writes` are files of `root` that it may write, `path` goes before the rest of PATH."""
        environment = self.environment(**more)
        if path:
            environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
        before = picture(self.root, writes)
        ended = subprocess.run(
            [sys.executable, "-P", "-m", "dcr", *arguments],
            cwd=cwd or self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
        )
        outcome = Outcome(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
        assert outcome.code in (0, 1, 2), outcome
        assert "Traceback" not in outcome.out + outcome.err, outcome
        assert not CONTROL.search(outcome.out + outcome.err), outcome
        assert picture(self.root, writes) == before, "the run changed what it looked at"
        return outcome

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a shell command in the repository, in the environment of the others."""
        return subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=self.environment(), capture_output=True, text=True, check=False
        )

    def check(self, *arguments: str, **more: Any) -> Outcome:
        """Run `dcr check` with a JSON report."""
        return self.dcr("check", "--format", "json", *arguments, **more)


def picture(root: Path, except_for: tuple[str, ...] = ()) -> dict[bytes, tuple[int, bytes]]:
    """Return mode and content of everything below a folder; times do not count, nor does the cache of the user."""
    found = {}
    for parent, folders, files in os.walk(os.fsencode(root)):
        if os.path.relpath(parent, os.fsencode(root)) == b"home" and b".cache" in folders:
            folders.remove(b".cache")
        for name in (*folders, *files):
            path = os.path.join(parent, name)
            mode = os.lstat(path).st_mode
            content = b""
            if stat.S_ISREG(mode):
                with open(path, "rb") as file:
                    content = file.read()
            elif stat.S_ISLNK(mode):
                content = os.readlink(path)
            found[os.path.relpath(path, os.fsencode(root))] = (mode, content)
    for name in except_for:
        found.pop(os.fsencode(name), None)
    return found


@cache
def _schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((ROOT / "dcr/rendering/reports/report.schema.json").read_text("utf-8")))
