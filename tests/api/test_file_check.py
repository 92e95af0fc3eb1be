"""The service reports on a file what `dcr check` reports on a commit with that file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from repositories import ROOT, Repository, contract
from servers import Server, make_bare, push, without_field

from dcr.api.file_check import check_proposed_file, parse_proposed
from dcr.api.snapshots.live import LiveRegistry
from dcr.check import Request, check
from dcr.formats import read_content
from dcr.rendering.reports.json import build_document

if TYPE_CHECKING:
    from pathlib import Path

CASES = sorted(
    path.parent for path in (ROOT / "tests/rules").glob("*/*/proposed.yaml") if path.with_name("previous.yaml").exists()
)
ODD = [
    each
    for each in CASES
    if f"{each.parent.name}/{each.name}"
    in ("previous_unreadable/neither_can_be_read", "contract_invalid/lookalike_the_previous_was_not_valid")
]
PATH = "contracts/case.yaml"


def list_consumers(content: bytes) -> dict[str, str]:
    """Return consumers of the datasets in a file: one of all rows, one of some versions, and one that is over."""
    uses = {
        "rows": "reads: rows",
        "some": 'versions: "<=1.0.0 || 2.x"',
        "over": "until: 2020-01-31",
    }
    ids = [each.dataset_id for each in read_content(PATH, content).contracts]
    return {
        f"consumers/{name}.yaml": f"consumer: team.{name}\nowners: [{{team: team, contact: '#team'}}]\nuses:\n"
        + "".join(f"  - {{dataset: {json.dumps(each)}, {more}}}\n" for each in ids)
        for name, more in uses.items()
        if ids
    }


def test_a_refused_registration_names_the_consumers_that_it_breaks(tmp_path: Path) -> None:
    base = contract()
    consumers = {f"consumers/{name}.yaml": consumer(name, field) for name, field in (("a", "ltv"), ("b", "plan"))}
    bare = make_bare(tmp_path, {"contracts/users/daily_active.yaml": base, **consumers})
    with Server(tmp_path, bare.folder) as server:
        refused = server.client.post("/contracts", json=without_field("ltv", "1.1.0"))
        assert refused.status_code == 422
        for issues in (
            refused.json()["detail"]["issues"],
            server.reader.post("/contracts/check", json=without_field("ltv", "1.1.0")).json()["issues"],
            server.reader.post("/check", content=contract(version="1.1.0", without=["ltv"])).json()["contracts"][0][
                "issues"
            ],
        ):
            removed = next(each for each in issues if each["kind"] == "field_removed")
            assert [each["consumer"] for each in removed["consumers"]] == ["a"]
            assert removed["consumers"][0]["owners"] == [{"team": "finance", "contact": "#finance-data"}]
        push(tmp_path, bare, {"consumers/a.yaml": None})
        server.wait_for_commit(bare.git("rev-parse", "main"))
        again = server.client.post("/contracts", json=without_field("ltv", "1.1.0")).json()["detail"]["issues"]
        assert next(each for each in again if each["kind"] == "field_removed")["consumers"] == []


def consumer(name: str, field: str) -> str:
    owners = "[{team: finance, contact: '#finance-data'}]"
    return f"consumer: {name}\nowners: {owners}\nuses: [{{dataset: users.daily_active, fields: [{field}]}}]\n"


@pytest.mark.parametrize("case", [*CASES[::25], *ODD], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_proposed_file_is_checked_as_its_commit_would_be(
    tmp_path: Path, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DCR_CACHE", "off")
    repository = Repository(tmp_path)
    previous = (case / "previous.yaml").read_bytes()
    repository.commit({"dcr.toml": 'mode = "full_transitive"\n', PATH: previous, **list_consumers(previous)})
    repository.branch("change")
    content = (case / "proposed.yaml").read_bytes()
    live = LiveRegistry(str(repository.folder), "main")
    found = build_document(check_proposed_file(live.refresh(), parse_proposed(PATH, content)))
    repository.commit({PATH: content})
    expected = build_document(check(Request(str(repository.folder), base="main", head="change")))
    assert found["contracts"] == expected["contracts"]
    assert found["issues"] == expected["issues"]
    assert found["compatible"] == expected["compatible"]
