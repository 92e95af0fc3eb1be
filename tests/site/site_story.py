"""A repository whose history has everything that a page shows, on fixed days, and its pages."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from repositories import ROOT, Repository

from dcr.git.repository import discover_repository
from dcr.git.sides import Side
from dcr.registry.datasets import list_datasets
from dcr.registry.snapshot import open_snapshot
from dcr.registry.usage import Usage, read_usage
from dcr.site.build import SiteResult, build_site
from dcr.site.views.dataset import DatasetView, read_datasets
from dcr.site.views.registry import RegistryView, read_registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcr.registry.history.timeline import History
    from dcr.registry.snapshot import Snapshot

USERS = "contracts/growth/users_daily_active.yaml"
JOBS = "contracts/platform/job_runs.yaml"
SIGNUPS = "contracts/growth/signups.yaml"
RETURNS = "contracts/odcs/returns.yaml"
ACCEPTANCES = "dcr.accepted.yaml"
REVENUE, EXPORT = "consumers/finance/revenue.yaml", "consumers/growth/export.yaml"
CONSUMERS: dict[str, str | None] = {
    REVENUE: """\
consumer: finance.revenue_dashboard
owners: [{team: finance, contact: "#finance-data"}]
description: monthly revenue per plan
uses:
  - dataset: users.daily_active
    versions: ">=1.0 <3"
    fields: [user_id, plan]
    values: {plan: [free, pro]}
    until: 2999-03-31
  - {dataset: growth.signups, fields: [user_id]}
""",
    EXPORT: """\
consumer: growth.export
owners: [{team: growth-platform, contact: growth@example.com}, {team: growth-ops}]
uses:
  - {dataset: users.daily_active, fields: [user_id, ltv], values: {plan: [free, trial]}, reads: rows}
  - {dataset: commerce.orders, versions: "<1"}
  - {dataset: platform.service_catalogue}
  - {dataset: shop.unknown, until: 2020-01-31}
""",
}
ACCEPTED = """\
accepted:
  - dataset: users.daily_active
    version: "2.0.0"
    kind: field_removed
    field: ltv
    reason: its readers use finance.customer_value since March, see ADR-7
    expires: 2026-12-31
"""


class Story:
    """Commits, one a day from 2026-03-02 on."""

    def __init__(self, root: Path) -> None:
        self.repository = Repository(root)
        self.day = 1

    @property
    def folder(self) -> Path:
        return self.repository.folder

    def read(self, path: str) -> str:
        return (self.folder / path).read_text("utf-8")

    def commit(self, subject: str, files: dict[str, str | None], author: str = "Ana Silva") -> str:
        self.day += 1
        for path, text in files.items():
            if text is None:
                (self.folder / path).unlink()
            else:
                self.repository.write(path, text)
        when = {f"GIT_{who}_DATE": f"2026-03-{self.day:02}T10:00:00+0100" for who in ("AUTHOR", "COMMITTER")}
        self.repository.git("add", "-A")
        mail = f"{author} <{author.partition(' ')[0].lower()}@example.com>"
        self.repository.git("commit", "-q", "--allow-empty", "-m", subject, "--author", mail, **when)
        return self.repository.git("rev-parse", "HEAD")

    def open(self) -> tuple[Snapshot, History]:
        snapshot = open_snapshot(discover_repository(str(self.folder)), "main")
        return snapshot, snapshot.read_history()

    def open_served(self) -> tuple[Snapshot, History, Callable[[], Usage]]:
        """Return what a server renders the pages from."""
        snapshot, history = self.open()
        side = Side(snapshot.repository, snapshot.commit, snapshot.ref, snapshot.policy)
        return snapshot, history, lambda: read_usage(side)

    def build(self, out: Path, base_url: str = "") -> SiteResult:
        return build_site(*self.open(), str(out), base_url)

    def view(self, dataset_id: str) -> DatasetView:
        snapshot, history = self.open()
        wanted = [each for each in list_datasets(history) if each.facts.dataset_id == dataset_id]
        (found,) = read_datasets(snapshot, history, wanted)
        return found

    def registry(self) -> RegistryView:
        return read_registry(*self.open())


def story(root: Path) -> Story:
    """Return a repository of the example contracts with two weeks of changes."""
    made = Story(root)
    examples = ROOT / "contracts-example"
    paths = sorted(path for path in examples.rglob("*") if path.suffix in (".yaml", ".yml"))
    files: dict[str, str | None] = {
        f"contracts/{each.relative_to(examples)}": each.read_text("utf-8") for each in paths
    }
    made.commit("Agree on contracts", files)
    users = made.read(USERS)
    users = users.replace('version: "1.0.0"', 'version: "1.1.0"') + (
        "  - {name: source, type: string, required: false, description: where the user came from}\n"
    )
    made.commit("Users: where they came from", {USERS: users}, "Ben Okafor")
    users = users.replace("[free, pro, enterprise]", "[free, pro, team, enterprise]")
    made.commit("Users: a plan for teams", {USERS: users})
    users = without_field(users, "ltv").replace('version: "1.1.0"', 'version: "2.0.0"')
    made.commit("Users: customer value moves to finance", {USERS: users, ACCEPTANCES: ACCEPTED}, "Ben Okafor")
    jobs = made.read(JOBS)
    made.commit(
        "Jobs: attempts are counted elsewhere",
        {JOBS: without_field(jobs, "attempt").replace("1.3.0", "1.3.1")},
        "Chidi Eze",
    )
    signups = made.read(SIGNUPS)
    deprecated = signups.replace("status: active", "status: deprecated\ndeprecation_uri: https://example.com/signups")
    made.commit("Signups move to another dataset", {SIGNUPS: deprecated, **CONSUMERS})
    moved: dict[str, str | None] = {USERS: None, "contracts/users/daily_active.yaml": users}
    made.commit("Users: a folder of their own", moved)
    made.commit("The catalogue goes", {"contracts/platform/service_catalogue.yaml": None}, "Chidi Eze")
    return made


def without_field(text: str, name: str) -> str:
    """Return the text of a contract without one of its fields."""
    entry = re.compile(rf"^  - (?:\{{name: {name},.*\n|name: {name}\n(?:    .*\n)+)", re.MULTILINE)
    assert entry.search(text)
    return entry.sub("", text)


def copy_story(root: Path) -> Story:
    """Return a story that a test may change."""
    shared = shared_story()
    shutil.copytree(shared.folder, root / shared.folder.name)
    made = Story.__new__(Story)
    made.repository, made.day = Repository(root, shared.folder.name, init=None), shared.day
    return made


@cache
def shared_story() -> Story:
    """Return a story that no test changes."""
    folder = Path(tempfile.mkdtemp(prefix="dcr-site-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return story(folder)
