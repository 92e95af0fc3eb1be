"""Fleets of real repositories, and the real `dcr fleet` run on them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from repositories import CONTROL, Outcome, Repository, contract, picture

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = contract("shop.orders")
USERS = contract()
DASHBOARD = """\
consumer: finance.revenue
owners: [{team: finance, contact: "#finance"}]
uses: [{dataset: shop.orders, fields: [ltv]}]
"""


class Fleet:
    """A folder with a `fleet.toml` and the repositories that it lists, which no run changes."""

    def __init__(self, root: Path, *names: str, index: str = "") -> None:
        self.root, self.folder, self.index = root, root / "fleet", index
        self.folder.mkdir(parents=True)
        (root / "sources").mkdir()
        self.repositories = {name: Repository(root / "sources", name) for name in names}
        self.write(*names)

    def __getitem__(self, name: str) -> Repository:
        return self.repositories[name]

    def add(self, name: str) -> Repository:
        """Create a repository that `fleet.toml` does not list yet."""
        self.repositories[name] = Repository(self.root / "sources", name)
        return self.repositories[name]

    def write(self, *names: str, more: str = "") -> None:
        """Write the file that lists some repositories, with other settings before them."""
        index = f'index = "{self.index}"\n' if self.index else ""
        entries = [f'[[repositories]]\naddress = "../sources/{name}"\n' for name in names]
        (self.folder / "fleet.toml").write_text("\n".join([index + more, *entries]), "utf-8")

    def environment(self, **more: str) -> dict[str, str]:
        """Return an environment with a home of its own."""
        return next(iter(self.repositories.values())).environment(XDG_CACHE_HOME=str(self.root / "cache"), **more)

    def command(self, *arguments: str) -> list[str]:
        """Return the command that runs `dcr fleet`."""
        return [sys.executable, "-P", "-m", "dcr", "fleet", *arguments]

    def dcr(self, *arguments: str, **more: str) -> Outcome:
        """Run `dcr fleet`."""
        before = picture(self.root / "sources")
        ended = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
        )
        outcome = Outcome(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
        assert "Traceback" not in outcome.out + outcome.err, outcome
        assert not CONTROL.search(outcome.out + outcome.err), outcome
        assert picture(self.root / "sources") == before, "the run changed a repository"
        return outcome

    def sync(self, *arguments: str, code: int = 0) -> str:
        """Sync the fleet, and return the last line that is printed, without its prefix."""
        outcome = self.dcr("sync", *arguments)
        assert (outcome.code, outcome.out) == (code, ""), outcome
        return outcome.err.splitlines()[-1].removeprefix("dcr: synced ")

    def read(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Return the JSON document of a query."""
        outcome = self.dcr(*arguments, "--format", "json")
        assert outcome.code == code, outcome
        document: dict[str, Any] = json.loads(outcome.out)
        return document

    def versions(self) -> dict[str, list[str]]:
        """Return the datasets with their versions by repository, as `dcr fleet datasets` lists them."""
        found: dict[str, list[str]] = {}
        for each in self.read("datasets")["datasets"]:
            found.setdefault(each["repository"], []).append(f"{each['dataset_id']} {each['version']}")
        return found
