"""The service reports on a file what `dcr check` reports on a commit with that file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from repositories import ROOT, Repository

from dcr.api.file_check import check_proposed_file, parse_proposed
from dcr.api.snapshots.live import LiveRegistry
from dcr.check import Request, check
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


@pytest.mark.parametrize("case", [*CASES[::25], *ODD], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_proposed_file_is_checked_as_its_commit_would_be(
    tmp_path: Path, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DCR_CACHE", "off")
    repository = Repository(tmp_path)
    repository.commit({"dcr.toml": 'mode = "full_transitive"\n', PATH: (case / "previous.yaml").read_bytes()})
    repository.branch("change")
    content = (case / "proposed.yaml").read_bytes()
    live = LiveRegistry(str(repository.folder), "main")
    found = build_document(check_proposed_file(live.refresh(), parse_proposed(PATH, content)))
    repository.commit({PATH: content})
    expected = build_document(check(Request(str(repository.folder), base="main", head="change")))
    assert found["contracts"] == expected["contracts"]
    assert found["issues"] == expected["issues"]
    assert found["compatible"] == expected["compatible"]
