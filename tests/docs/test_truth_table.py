"""Every row of the truth table in docs/semantics.md, judged by the engine; `pytest --accept` rewrites the verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from doc_pages import ROOT, rows, section

from dcr.compatibility.engine import Verdict, run_rules
from dcr.compatibility.pairs import ContractPair
from dcr.compatibility.rule import load_rules
from dcr.compatibility.semver import BUMPS, MAJOR, NONE
from dcr.formats import read_content

if TYPE_CHECKING:
    from dcr.contract.contract import Contract

PAGE = ROOT / "docs/semantics.md"
ABSENT, NOTHING = "`absent`", "none"


@dataclass(frozen=True)
class Row:
    """One row of the table: a change, both sides as written in their cells, and what each mode says."""

    change: str
    previous: str
    proposed: str
    backward: str
    forward: str
    about_a_field: bool

    def __str__(self) -> str:
        return self.change

    @property
    def pair(self) -> ContractPair:
        make = contract_with_field if self.about_a_field else contract_with
        return ContractPair(make(self.previous, "1.0.0"), make(self.proposed, "2.0.0"))


def table() -> list[Row]:
    return [
        Row(*cells, about_a_field=heading == "### Fields")
        for heading in ("### Fields", "### The contract")
        for cells in rows(section(PAGE, heading))
    ]


def contract_with_field(cell: str, version: str) -> Contract:
    """Return a contract with the one field that a cell describes, or without it."""
    others = [{"name": "id", "type": "string"}, {"name": "day", "type": "timestamp"}]
    field = [] if cell == ABSENT else [{"name": "it", **written(cell)}]
    return contract_of({"version": version, "fields": others + field})


def contract_with(cell: str, version: str) -> Contract:
    """Return a contract with the keys that a cell names."""
    fields = [{"name": "id", "type": "string"}, {"name": "day", "type": "timestamp"}]
    return contract_of({"version": version, "fields": fields, **written(cell)})


def written(cell: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(f"{{{cell.strip('`')}}}")
    return found


def contract_of(keys: dict[str, Any]) -> Contract:
    text = yaml.safe_dump({"dataset_id": "truth.table", "owners": [{"team": "docs"}], **keys})
    reading = read_content("truth.yaml", text.encode())
    assert not reading.problems, reading.problems
    return reading.contracts[0]


def said(verdict: Verdict) -> str:
    """Return what a verdict's cell ought to hold."""
    kinds = ", ".join(f"`{kind}`" for kind in dict.fromkeys(issue.kind for issue in verdict.issues))
    return f"{kinds or NOTHING} ({verdict.required_bump.upper() if verdict.required_bump != NONE else 'no bump'})"


def kinds(verdict: Verdict) -> set[str]:
    return {issue.kind for issue in verdict.issues}


@pytest.mark.parametrize("row", table(), ids=str)
def test_a_change_breaks_what_the_table_says(row: Row, request: pytest.FixtureRequest) -> None:
    verdicts = [said(run_rules(row.pair, mode)) for mode in ("backward", "forward")]
    if request.config.getoption("--accept") and [row.backward, row.forward] != verdicts:
        opening = f"| {row.change} | {row.previous} | {row.proposed} |"
        lines = PAGE.read_text("utf-8").splitlines()
        new = [f"{opening} {' | '.join(verdicts)} |" if line.startswith(opening) else line for line in lines]
        PAGE.write_text("\n".join([*new, ""]), "utf-8")
    else:
        assert [row.backward, row.forward] == verdicts


@pytest.mark.parametrize("row", table(), ids=str)
def test_full_is_both_directions_and_none_is_what_always_holds(row: Row) -> None:
    backward, forward, full, none = (run_rules(row.pair, mode) for mode in ("backward", "forward", "full", "none"))
    assert kinds(full) == kinds(backward) | kinds(forward)
    assert kinds(none) <= kinds(backward) & kinds(forward)
    assert all(not load_rules()[kind].modes for kind in kinds(none))
    assert BUMPS.index(full.required_bump) == max(BUMPS.index(each.required_bump) for each in (backward, forward))


def test_the_table_has_a_row_for_every_kind_that_depends_on_the_mode_or_owes_major() -> None:
    shown = {kind for row in table() for mode in ("backward", "forward") for kind in kinds(run_rules(row.pair, mode))}
    wanted = {kind for kind, rule in load_rules().items() if rule.modes or rule.bump == MAJOR}
    # absence is in no cell, nor are the words of other formats, nor what the history had
    beyond = {"physical_type_changed", "contract_removed", "access_narrowed", "latest_version_moved"}
    beyond |= {"dataset_id_changed", "field_resurrected"}
    # terms that native contracts have no key for
    beyond |= {"physical_name_changed", "semantic_type_changed", "measure_logic_changed", "field_embedding_changed"}
    beyond |= {"relationship_removed", "relationship_changed", "quality_rule_removed", "quality_rule_loosened"}
    beyond |= {"sla_removed", "sla_loosened", "server_changed"}
    beyond |= {"contract_enforcement_removed", "constraint_enforcement_removed"}
    assert wanted - beyond <= shown
