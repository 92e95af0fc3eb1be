"""The same generated changes and consumers in a real repository: `dcr check` lists what the engine lists in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from repositories import Repository

from .consumers import DAYS, TODAY
from .generate import written
from .test_reach import DATASET, MODES, draw_case

if TYPE_CHECKING:
    from .test_reach import ReachCase

NUMBERS = range(10_000, 10_030)


@pytest.fixture(scope="module")
def drawn() -> list[ReachCase]:
    return [draw_case(number) for number in NUMBERS]


@pytest.fixture(scope="module")
def repository(drawn: list[ReachCase], tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Return a repository with a dataset and its consumers for each case, whose working tree makes the changes."""
    made = Repository(tmp_path_factory.mktemp("reach"))
    for number, each in zip(NUMBERS, drawn, strict=True):
        made.write(f"contracts/d{number}.yaml", write_contract(number, each, "previous"))
        for name, text in each.texts.items():
            renamed = text.replace(name, f"d{number}.{name}").replace(DATASET, f"sales.d{number}")
            for day in DAYS:  # the command has no fixed date
                renamed = renamed.replace(day, "2000-01-01" if day < TODAY else "9999-12-31")
            made.write(f"consumers/d{number}/{name}.yaml", renamed)
    made.commit()
    made.branch()
    for number, each in zip(NUMBERS, drawn, strict=True):
        made.write(f"contracts/d{number}.yaml", write_contract(number, each, "proposed"))
    return made


def write_contract(number: int, each: ReachCase, side: str) -> bytes:
    contract = (each.case.previous if side == "previous" else each.case.proposed).contract
    return written({**contract, "dataset_id": f"sales.d{number}"})


@pytest.mark.parametrize("mode", MODES)
def test_a_check_lists_the_consumers_that_fail(repository: Repository, drawn: list[ReachCase], mode: str) -> None:
    report = repository.dcr("check", "--base", "main", "--mode", mode, "--format", "json").report
    listed = {
        (contract["dataset_id"], issue["kind"], issue["field"], issue["message"]): {
            consumer["consumer"] for consumer in issue["consumers"]
        }
        for contract in report["contracts"]
        for issue in contract["issues"]
        if issue["consumers"] is not None
    }
    expected = {
        (f"sales.d{number}", issue.kind, issue.field, issue.message): {
            f"d{number}.{name}" for name in each.find_listed(issue)
        }
        for number, each in zip(NUMBERS, drawn, strict=True)
        for issue in each.case.verdicts[mode].issues
        if issue.reach is not None
    }
    assert listed == expected
    assert sum(map(bool, expected.values())) >= 20
    assert not all(expected.values())
