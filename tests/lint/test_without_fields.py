"""Checks that a lint finds the same in contracts that were read without their fields."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dcr.compatibility.engine import run_rules
from dcr.compatibility.pairs import ContractPair
from dcr.formats import read_content

TESTS = Path(__file__).parents[1]


def test_no_rule_of_a_lint_needs_fields() -> None:
    compared = 0
    for file in sorted(TESTS.glob("rules/*/*/*.yaml")):
        content = file.read_bytes()
        full, short = read_content("a.yaml", content), read_content("a.yaml", content, needs_fields=False)
        assert short._replace(root=None, contracts=()) == full._replace(root=None, contracts=()), file
        for contract, header in zip(full.contracts, short.contracts, strict=True):
            assert replace(header, fields=contract.fields) == contract, file
            one, other = (
                run_rules(ContractPair(None, each, proposed_problems=full.problems), "none")
                for each in (contract, header)
            )
            assert one == other, file
            compared += header.fields != contract.fields
    assert compared > 300
