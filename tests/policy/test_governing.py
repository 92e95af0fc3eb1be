"""Tests the issues of the policy and of acceptances: edits, expiry, entries that match nothing."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.compatibility.acceptance import Acceptance
from dcr.formats.parsed_file import Problem
from dcr.parsing.location import Location
from dcr.policy.acceptances import Acceptances
from dcr.policy.effective_policy import EffectivePolicy, combine_policies
from dcr.policy.policy import Policy

TODAY = "2026-06-15"
PLACE = Location("dcr.accepted.yaml", 2, 5)
ENTRY = Acceptance("users", "2.0.0", "field_removed", "ltv", "agreed", None, PLACE)
EXPIRED = ENTRY._replace(expires="2026-06-14")


def known(*entries: Acceptance) -> frozenset[tuple[object, ...]]:
    return frozenset((*each.key, each.reason, each.expires) for each in entries)


def list_issues(rules: EffectivePolicy, used: Any = (), matched: Any = ()) -> list[tuple[str, str, str, str]]:
    issues = rules.list_run_issues(used, matched, TODAY)
    return [(each.kind, each.severity, str(each.location.path), each.message) for each in issues if each.location]


def rules(
    *entries: Acceptance, before: tuple[Acceptance, ...] = (), problems: tuple[Problem, ...] = ()
) -> EffectivePolicy:
    return combine_policies(Policy(), Policy(), "defaults", None, Acceptances(entries, problems, known(*before)))


def test_nothing_edited_and_nothing_accepted_has_no_issues() -> None:
    same = combine_policies(Policy(mode="full"), Policy(mode="full"), "dcr.toml", Location("dcr.toml"), Acceptances())
    assert not same.may_have_run_issues
    assert list_issues(same) == []


def test_an_edited_policy_is_reported_with_the_settings_that_differ() -> None:
    edited = combine_policies(
        Policy(mode="full"), Policy(draft="warn", exclude=("x",)), "dcr.toml", Location("dcr.toml"), Acceptances()
    )
    assert list_issues(edited) == [
        (
            "policy_changed",
            "warning",
            "dcr.toml",
            "this change edits the policy (exclude, mode, draft); the stricter setting applies",
        )
    ]
    loud = combine_policies(
        Policy(severity={"policy_changed": "error"}), Policy(), "dcr.toml", Location("dcr.toml"), Acceptances()
    )
    assert [severity for _, severity, *_ in list_issues(loud)] == ["error"]
    quiet = Policy(severity={"policy_changed": "off"})
    assert (
        list_issues(
            combine_policies(quiet, quiet._replace(mode="none"), "dcr.toml", Location("dcr.toml"), Acceptances())
        )
        == []
    )


def test_each_reason_that_an_entry_cannot_be_read_is_an_error() -> None:
    found = list_issues(rules(problems=(Problem(PLACE, "kind is missing"), Problem(PLACE, "version is missing"))))
    assert found == [
        ("acceptance_malformed", "error", "dcr.accepted.yaml", "kind is missing"),
        ("acceptance_malformed", "error", "dcr.accepted.yaml", "version is missing"),
    ]


UNUSED = (
    "acceptance_unused",
    "error",
    "dcr.accepted.yaml",
    "the acceptance of field_removed on 'ltv' in 'users' 2.0.0 matches no issue",
)
OVER = (
    "acceptance_expired",
    "error",
    "dcr.accepted.yaml",
    "the acceptance of field_removed on 'ltv' in 'users' 2.0.0 expired on 2026-06-14",
)


@pytest.mark.parametrize(
    ("entry", "before", "used", "matched", "expected"),
    [
        (ENTRY, (), True, True, []),
        (ENTRY, (), False, False, [UNUSED]),
        (ENTRY, (ENTRY,), False, False, []),
        (ENTRY, (ENTRY._replace(reason="other"),), False, False, [UNUSED]),
        (EXPIRED, (), False, False, [OVER]),
        (EXPIRED, (), False, True, [OVER]),
        (EXPIRED, (EXPIRED,), False, False, []),
        (EXPIRED, (EXPIRED,), False, True, [OVER]),
        (EXPIRED, (ENTRY,), False, False, [OVER]),
        (ENTRY._replace(expires=TODAY), (), False, False, [UNUSED]),
        (ENTRY._replace(expires=TODAY), (), True, True, []),
    ],
)
def test_an_entry_speaks_up_when_it_is_new_or_in_the_way(
    entry: Acceptance,
    before: tuple[Acceptance, ...],
    used: bool,
    matched: bool,
    expected: list[tuple[str, str, str, str]],
) -> None:
    found = list_issues(rules(entry, before=before), [entry.key] if used else [], [entry.key] if matched else [])
    assert found == expected
