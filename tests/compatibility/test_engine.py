"""Tests the verdict on a pair: the order of issues, the required and the actual bump."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest

from dcr.compatibility.engine import run_rules, with_severity
from dcr.compatibility.pairs import ContractPair
from dcr.contract.contract import Contract, Field, FreshnessSLA, Owner

ID, LTV = Field("id", "string"), Field("ltv", "number", required=False)
USERS = Contract("users", "1.0.0", (ID,), owners=(Owner("growth"),), freshness_sla=FreshnessSLA(60))


@pytest.mark.parametrize(
    ("proposed", "mode", "required"),
    [
        pytest.param(USERS, "full", "none", id="nothing changed"),
        pytest.param(replace(USERS, status="active"), "full", "none", id="the status"),
        pytest.param(replace(USERS, description="x"), "full", "patch", id="the description"),
        pytest.param(replace(USERS, freshness_sla=None), "full", "patch", id="the freshness"),
        pytest.param(replace(USERS, fields=(ID, LTV)), "full", "minor", id="a new optional field"),
        pytest.param(replace(USERS, fields=(ID, LTV)), "none", "minor", id="a new field in mode none"),
        pytest.param(
            replace(USERS, fields=(ID, replace(LTV, required=True))), "full", "major", id="a new required one"
        ),
        pytest.param(replace(USERS, fields=(LTV,)), "full", "major", id="a field removed"),
        pytest.param(replace(USERS, primary_key=("id",)), "none", "major", id="the key, whatever the mode"),
        pytest.param(
            replace(USERS, fields=(replace(ID, required=False),)), "backward", "minor", id="what backward lets through"
        ),
        pytest.param(
            replace(USERS, fields=(replace(ID, required=False),)), "forward", "major", id="what forward does not"
        ),
    ],
)
def test_a_change_owes_major_for_a_break_minor_for_an_addition_and_patch_for_the_rest(
    proposed: Contract, mode: str, required: str
) -> None:
    assert run_rules(ContractPair(USERS, proposed), mode).required_bump == required


@pytest.mark.parametrize(
    ("version", "taken"), [("1.0.0", "none"), ("1.0.1", "patch"), ("2.0.0", "major"), ("0.9.0", None), ("2024", None)]
)
def test_the_bump_that_was_taken_is_said_whatever_is_owed(version: str, taken: str | None) -> None:
    assert run_rules(ContractPair(USERS, replace(USERS, version=version)), "full").actual_bump == taken


def test_a_contract_on_one_side_only_takes_and_owes_no_bump() -> None:
    for pair in (ContractPair(None, USERS), ContractPair(USERS, None)):
        verdict = run_rules(pair, "full")
        assert (verdict.required_bump, verdict.actual_bump) == ("none", None)


def test_errors_come_before_warnings() -> None:
    proposed = replace(USERS, version="1.0.1", fields=(LTV,), freshness_sla=FreshnessSLA(90))
    severities = [issue.severity for issue in run_rules(ContractPair(USERS, proposed), "full").issues]
    assert severities == sorted(severities)
    assert {"error", "warning"} == set(severities)


def test_an_issue_says_what_it_was_compared_against() -> None:
    issues = run_rules(ContractPair(USERS, replace(USERS, version="2.0.0", fields=(LTV,))), "full").issues
    assert {issue.against for issue in issues} == {"1.0.0"}


def test_a_contract_made_in_python_is_judged_without_places() -> None:
    (issue,) = run_rules(ContractPair(None, replace(USERS, owners=())), "none").issues
    assert (issue.kind, issue.location) == ("owner_missing", None)


def test_another_severity_changes_nothing_else() -> None:
    (issue,) = run_rules(ContractPair(None, replace(USERS, owners=())), "none").issues
    milder = with_severity(issue, "info")
    assert milder.severity == "info"
    assert with_severity(milder, issue.severity) == issue


def test_a_wide_table_whose_columns_are_all_renamed_is_judged_without_delay() -> None:
    narrow = {"max_length": 40, "pattern": "^[a-z]*$"}
    before, after = (
        replace(USERS, fields=tuple(Field(f"{side}_{number}", "string", constraints=narrow) for number in range(300)))
        for side in ("old", "new")
    )
    begin = process_time()
    issues = run_rules(ContractPair(before, after), "full").issues
    assert process_time() - begin < 5
    assert sum(issue.kind == "field_removed" and issue.witness is not None for issue in issues) == 300
