"""The story of docs/consumers.md: a field that three dashboards use is deprecated, and removed when nobody uses it."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from repositories import USERS, Repository, breaking, contract

from dcr.rendering.reports import list_formats

if TYPE_CHECKING:
    from pathlib import Path

DASHBOARDS = {
    "finance.revenue": ("finance", "finance-data"),
    "growth.funnel": ("growth", "growth-chat"),
    "crm.top_accounts": ("crm", "crm@example.com"),
}
DEPRECATED = contract(version="1.1.0").replace("type: number,", "type: number, deprecated: true,")
DECLARED = '[consumers]\nbreaking = "declared"\ncomplete = ["users.*"]\n'


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository whose main declares three dashboards, with the command that users type."""
    made = Repository(tmp_path)
    made.commit({USERS: contract()})
    for name, (team, contact) in DASHBOARDS.items():
        folder, _, file = name.partition(".")
        path = f"repository/consumers/{folder}/{file}.yaml"
        parents = ("repository/consumers", f"repository/consumers/{folder}")
        arguments = ("--team", team, "--contact", contact, "--dataset", "users.daily_active")
        fields = ("--field", "user_id", "--field", "ltv")
        run = made.dcr("consumers", "add", name, *arguments, *fields, writes=(path, *parents))
        assert run.code == 0, run
    made.commit()
    made.branch()
    return made


def _merge(repository: Repository, files: dict[str, str | bytes | None]) -> None:
    repository.commit(files)
    repository.git("branch", "--force", "main", "HEAD")


def _move_away(repository: Repository, name: str) -> None:
    """Remove the field from the file of a dashboard, and merge that."""
    path = f"consumers/{name.replace('.', '/')}.yaml"
    text = (repository.folder / path).read_text("utf-8")
    assert ", ltv]" in text
    _merge(repository, {path: text.replace(", ltv]", "]")})


def _impact(repository: Repository) -> tuple[int, list[str]]:
    run = repository.dcr("impact", "users.daily_active", "ltv", "--format", "json")
    document: dict[str, Any] = json.loads(run.out)
    return run.code, [consumer["consumer"] for consumer in document["reached"]]


def _read_as_people(output: str) -> str:
    """Return a report without the escapes and line breaks of its format."""
    plain = re.sub("\x1b\\[[0-9;]*m", "", html.unescape(output))
    return re.sub(r"\\([#.@_])", r"\1", re.sub(r"\s+", " ", plain))


@pytest.mark.parametrize("name", list_formats())
def test_every_format_names_the_dashboards_and_their_owners(repository, name):
    repository.write(USERS, breaking("2.0.0"))
    run = repository.dcr("check", "--format", name)
    assert run.code == 1
    text = _read_as_people(run.out)
    for dashboard, (team, contact) in DASHBOARDS.items():
        assert dashboard in text, text
        assert re.search(rf"\b{team}\b", text.replace(dashboard, "")), text
        assert contact in text, text


def test_the_field_is_removed_when_the_last_dashboard_has_moved_away(repository):
    repository.write(USERS, breaking("2.0.0"))
    (issue,) = repository.check().issues
    assert [consumer["consumer"] for consumer in issue["consumers"]] == sorted(DASHBOARDS)
    repository.write(USERS, contract())

    _move_away(repository, "growth.funnel")
    assert _impact(repository) == (1, ["crm.top_accounts", "finance.revenue"])

    repository.write(USERS, DEPRECATED)
    assert repository.check().kinds == []
    _merge(repository, {USERS: DEPRECATED})

    _move_away(repository, "finance.revenue")
    assert _impact(repository) == (1, ["crm.top_accounts"])
    _merge(repository, {"consumers/crm/top_accounts.yaml": None})
    assert _impact(repository) == (0, [])
    unused = json.loads(repository.dcr("consumers", "users.daily_active", "--unused", "--format", "json").out)
    assert [field["field"] for field in unused["unused_fields"]] == ["ltv", "active_date", "plan"]

    repository.write(USERS, breaking("2.0.0"))
    run = repository.check()
    assert (run.code, [(issue["severity"], issue["consumers"]) for issue in run.issues]) == (1, [("error", [])])
    repository.write(USERS, DEPRECATED)

    _merge(repository, {"dcr.toml": DECLARED})
    repository.write(USERS, breaking("2.0.0"))
    run = repository.check()
    assert (run.code, [(issue["kind"], issue["severity"]) for issue in run.issues]) == (
        0, [("field_removed", "warning")],
    )  # fmt: skip


def test_the_removal_does_not_pass_while_a_dashboard_is_left(repository):
    _merge(repository, {USERS: DEPRECATED, "dcr.toml": DECLARED})
    for name in ("growth.funnel", "finance.revenue"):
        _move_away(repository, name)
    repository.write(USERS, breaking("2.0.0"))
    run = repository.check()
    assert run.code == 1
    assert [consumer["consumer"] for issue in run.issues for consumer in issue["consumers"]] == ["crm.top_accounts"]
    (repository.folder / "consumers/crm/top_accounts.yaml").unlink()
    run = repository.check()
    assert run.code == 1, "a declaration that the change removes still counts"
    breaks = [issue for issue in run.issues if issue["kind"] == "field_removed"]
    assert [consumer["removed"] for consumer in breaks[0]["consumers"]] == [True]
