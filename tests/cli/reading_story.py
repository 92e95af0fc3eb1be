"""A repository in which everything happens to a dataset once, on fixed days: its pages are compared whole."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from repositories import Outcome, Repository

if TYPE_CHECKING:
    from pathlib import Path

USERS = """\
dataset_id: users.daily_active
version: "1.0.0"
status: active
primary_key: [user_id]
owners: [{team: growth, contact: "#growth"}]
freshness_sla: {max_lag_seconds: 86400, measurement: event_time}
fields:
  - {name: user_id, type: string}
  - {name: plan, type: string, enum: [free, pro]}
  - {name: ltv, type: number, required: false}
  - name: address
    type: object
    fields:
      - {name: city, type: string}
"""
SECOND = USERS.replace("1.0.0", "1.1.0") + "  - {name: source, type: string, required: false}\n"
EDITED = SECOND.replace("[free, pro]", "[free, pro, team]")
THIRD = EDITED.replace("1.1.0", "2.0.0").replace("  - {name: ltv, type: number, required: false}\n", "")
MOVED = f"# kept by growth\n{THIRD}"
DEPRECATED = MOVED.replace("status: active", "status: deprecated\ndeprecation_uri: https://example.com/users")
ORDERS = """\
kind: DataContract
apiVersion: v3.0.2
id: orders
version: 1.0.0
status: active
team: [{username: ana, name: Ana}]
schema:
  - name: lines
    properties:
      - {name: id, logicalType: string, physicalType: varchar(36), required: true}
      - {name: day, logicalType: date}
  - name: heads
    properties:
      - {name: id, logicalType: string, required: true}
"""
LEGACY = USERS.replace("users.daily_active", "legacy.things")
OLD, NEW = "contracts/users.yaml", "contracts/growth/users.yml"


class Story:
    """Commits, one a day from 2024-03-01 on, each by somebody."""

    def __init__(self, root: Path) -> None:
        self.repository = Repository(root)
        self.day = 0

    def commit(self, subject: str, files: dict[str, str | None], author: str = "Ana") -> str:
        self.day += 1
        for path, text in files.items():
            if text is None:
                os.unlink(self.repository.folder / path)
            else:
                self.repository.write(path, text)
        when = {f"GIT_{who}_DATE": f"2024-03-{self.day:02}T10:00:00+0100" for who in ("AUTHOR", "COMMITTER")}
        self.repository.git("add", "-A")
        self.repository.git("commit", "-q", "-m", subject, "--author", f"{author} <{author}@example.com>", **when)
        return self.repository.git("rev-parse", "HEAD")

    def dcr(self, *arguments: str, **more: str) -> Outcome:
        return self.repository.dcr(*arguments, **{"DCR_CACHE": "off", **more})


def story(root: Path) -> Story:
    told = Story(root)
    told.commit("Agree on contracts", {OLD: USERS, "contracts/orders.yaml": ORDERS, "contracts/legacy.yaml": LEGACY})
    told.commit("Add where users came from", {OLD: SECOND}, "Ben")
    told.commit("A plan for teams", {OLD: EDITED})
    told.commit("Nobody uses ltv", {OLD: THIRD}, "Ben")
    told.commit("A folder for each team", {OLD: None, NEW: MOVED})
    told.commit("Users move to another dataset", {NEW: DEPRECATED})
    told.commit("A slip", {"contracts/orders.yaml": "id: ["})
    told.commit("Fixed", {"contracts/orders.yaml": ORDERS.replace("version: 1.0.0", "version: 1.0.1")})
    told.commit("Away with it", {"contracts/legacy.yaml": None}, "Ben")
    return told
