"""What a policy and acceptances make of the engine's issues: drafts, MAJOR bumps, accepted breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dcr.compatibility.acceptance import Acceptance
from dcr.compatibility.engine import run_rules
from dcr.compatibility.issue import IssueAcceptance
from dcr.compatibility.pairs import ContractPair
from dcr.contract.contract import Contract, Field, Owner
from dcr.parsing.location import Location
from dcr.policy.policy import Policy, StricterPolicy
from dcr.policy.policy_application import apply_policy

TODAY = "2026-06-15"
ID, LTV, NOTE = Field("id", "string"), Field("ltv", "number", required=False), Field("note", "string", required=False)
BEFORE = Contract("users", "1.0.0", (ID, LTV), status="active", owners=(Owner("growth"),))
REMOVED, BUMP = ("field_removed", "error"), ("version_bump_insufficient", "error")


def after(version: str, **changes: Any) -> Contract:
    return replace(BEFORE, version=version, **{"fields": (ID,), **changes})


def verdict(
    before: Contract, proposed: Contract | None, *acceptances: Acceptance, other: Policy | None = None, **settings: Any
) -> list[tuple[Any, ...]]:
    """Return kind and severity of what is left, and the reason where something was accepted."""
    policy = Policy(**settings)
    pair = ContractPair(before, proposed)
    issues = apply_policy(
        run_rules(pair, "backward"), pair, StricterPolicy(policy, other or policy), acceptances, TODAY
    )
    return [(issue.kind, issue.severity, *([issue.accepted.reason] if issue.accepted else [])) for issue in issues]


def acceptance(
    kind: str = "field_removed", version: str = "2.0.0", field: str | None = "ltv", expires: str | None = None
) -> Acceptance:
    return Acceptance("users", version, kind, field, "agreed", expires, Location("dcr.accepted.yaml"))


def test_a_break_is_an_error_whatever_its_bump() -> None:
    assert verdict(BEFORE, after("2.0.0")) == [REMOVED]
    assert verdict(BEFORE, after("1.1.0")) == [REMOVED, BUMP]


def test_a_major_bump_lets_a_break_through_where_the_policy_says_so() -> None:
    allow = {"breaking": "allow-with-major"}
    assert verdict(BEFORE, after("2.0.0"), **allow) == [("field_removed", "warning")]
    assert verdict(BEFORE, after("1.1.0"), **allow) == [REMOVED, BUMP]
    assert verdict(BEFORE, after("0.9.0"), **allow)[0] == REMOVED
    assert verdict(BEFORE, after("2.0.0"), other=Policy(), **allow) == [REMOVED]
    assert verdict(BEFORE, None, **allow) == [("contract_removed", "error")]


def test_a_major_bump_excuses_nothing_but_breaks() -> None:
    found = verdict(BEFORE, after("2.0.0", owners=()), breaking="allow-with-major")
    assert sorted(found) == [("field_removed", "warning"), ("owner_missing", "error")]


def test_drafts_warn_where_the_policy_says_so() -> None:
    draft = replace(BEFORE, status="draft")
    soft = {"draft": "warn"}
    assert verdict(draft, after("2.0.0", status="draft")) == [REMOVED]
    assert verdict(draft, after("2.0.0", status="draft"), **soft) == [("field_removed", "warning")]
    assert verdict(draft, after("1.1.0", status="draft"), **soft) == [
        ("field_removed", "warning"),
        ("version_bump_insufficient", "warning"),
    ]
    assert ("version_not_increasing", "warning") in verdict(draft, after("1.0.0", status="draft"), **soft)


def test_calling_it_a_draft_in_the_same_change_does_not_count() -> None:
    draft = replace(BEFORE, status="draft")
    for before, proposed in ((BEFORE, after("2.0.0", status="draft")), (draft, after("2.0.0"))):
        assert REMOVED in verdict(before, proposed, draft="warn")
    assert REMOVED in verdict(draft, after("2.0.0", status="draft"), other=Policy(), draft="warn")


def test_a_draft_still_has_an_owner() -> None:
    draft = replace(BEFORE, status="draft", owners=())
    assert ("owner_missing", "error") in verdict(
        draft, replace(draft, version="1.1.0", fields=(ID, LTV, NOTE)), draft="warn"
    )


def test_severities_are_the_policys_and_off_says_nothing() -> None:
    assert verdict(BEFORE, after("2.0.0"), severity={"field_removed": "warning"}) == [("field_removed", "warning")]
    assert verdict(BEFORE, after("2.0.0"), severity={"field_removed": "info"}) == [("field_removed", "info")]
    assert verdict(BEFORE, after("2.0.0"), severity={"field_removed": "off"}) == []
    assert verdict(BEFORE, after("2.0.0"), severity={"field_removed": "off"}, other=Policy()) == [REMOVED]


def test_an_acceptance_lets_exactly_one_break_through() -> None:
    assert verdict(BEFORE, after("2.0.0"), acceptance()) == [("field_removed", "info", "agreed")]
    assert verdict(BEFORE, after("1.1.0"), acceptance(version="1.1.0")) == [("field_removed", "info", "agreed"), BUMP]


@pytest.mark.parametrize(
    "other",
    [
        acceptance(version="2.0.1"),
        acceptance(field="id"),
        acceptance(field=None),
        acceptance(field="LTV"),
        acceptance(kind="field_type_changed"),
        acceptance()._replace(dataset="Users"),
        acceptance(expires="2026-06-14"),
    ],
)
def test_an_acceptance_of_something_else_accepts_nothing(other: Acceptance) -> None:
    assert verdict(BEFORE, after("2.0.0"), other) == [REMOVED]


def test_the_last_day_counts() -> None:
    assert verdict(BEFORE, after("2.0.0"), acceptance(expires=TODAY)) == [("field_removed", "info", "agreed")]


def test_an_accepted_issue_keeps_what_it_was() -> None:
    pair = ContractPair(BEFORE, after("2.0.0"))
    policy = StricterPolicy(Policy(), Policy(severity={"field_removed": "warning"}))
    (issue,) = apply_policy(run_rules(pair, "backward"), pair, policy, [acceptance(expires="2027-01-31")], TODAY)
    assert issue.accepted == IssueAcceptance("agreed", "error", "2027-01-31")
    assert issue.witness is not None


def test_an_acceptance_of_an_expired_and_one_of_today_is_one_of_today() -> None:
    old = acceptance(expires="2026-01-01")._replace(reason="old")
    assert verdict(BEFORE, after("2.0.0"), acceptance(), old) == [("field_removed", "info", "agreed")]
    assert verdict(BEFORE, after("2.0.0"), old, acceptance()) == [("field_removed", "info", "agreed")]


def test_a_removed_contract_is_accepted_under_its_last_version() -> None:
    assert verdict(BEFORE, None, acceptance("contract_removed", "1.0.0", None)) == [
        ("contract_removed", "info", "agreed")
    ]
    assert verdict(BEFORE, None, acceptance("contract_removed", "2.0.0", None)) == [("contract_removed", "error")]


@pytest.mark.parametrize(("version", "severity"), [("", "warning"), ("2", "error")])
def test_what_has_no_versions_is_let_through_as_a_major_is_and_a_version_in_place_is_not(
    version: str, severity: str
) -> None:
    before, proposed = (replace(each, version=version, is_changed_in_place=True) for each in (BEFORE, after("")))
    assert verdict(before, proposed, breaking="allow-with-major") == [("field_removed", severity)]
    assert verdict(before, proposed) == [("field_removed", "error")]
