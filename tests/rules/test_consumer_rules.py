"""Every rule about consumers against its fixture folders; `pytest --accept` rewrites the expectations."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from consumer_cases import FILE, OPTIONS, SIDES, consumer_cases, consumer_rules, issues_of, issues_with_kinds
from rule_cases import Case, rendered

from dcr.compatibility.rule import load_rules
from dcr.compatibility.severities import SEVERITIES
from dcr.policy.policy_application import NEVER_ACCEPTED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CASES = consumer_cases()
on_every_case = pytest.mark.parametrize("case", CASES, ids=str)


@on_every_case
def test_a_rule_says_exactly_what_its_case_expects(case: Case, expect: Callable[[Path, str], None]) -> None:
    expect(case.folder / "expected.txt", "".join(f"{rendered(issue)}\n" for issue in issues_with_kinds(case)))


@pytest.mark.parametrize("kind", consumer_rules())
def test_every_kind_has_a_case_that_fires_and_a_lookalike_that_does_not(kind: str) -> None:
    outputs = {case.name: (case.folder / "expected.txt").read_text() for case in CASES if case.kind == kind}
    assert any(outputs.values()), f"no case in tests/rules/{kind} fires"
    assert not all(outputs.values()), f"no case in tests/rules/{kind} is a look-alike that must not fire"


@on_every_case
def test_a_case_is_called_a_lookalike_exactly_when_it_is_silent(case: Case) -> None:
    assert case.name.startswith("lookalike_") is ((case.folder / "expected.txt").read_text() == "")


@on_every_case
def test_a_case_holds_only_files_and_options_that_mean_something(case: Case) -> None:
    files = {each.name for each in case.folder.iterdir()}
    assert files & {"previous.yaml", "proposed.yaml"}
    assert files <= {"expected.txt", "options.toml", *(f"{side}.yaml" for side in SIDES)}
    assert case.options.keys() <= OPTIONS


@on_every_case
def test_every_issue_has_a_location_and_the_style_of_messages(case: Case) -> None:
    for issue in issues_of(case):
        assert issue.severity in SEVERITIES
        assert issue.location
        assert issue.location.path in {FILE, "contract.yaml"}
        for text in (issue.message, issue.hint):
            assert not text.endswith(".")
            assert text == text.strip()
        assert issue.message[0] == issue.message[0].lower()


@on_every_case
def test_no_change_is_reported_twice_and_fingerprints_are_unique(case: Case) -> None:
    issues = issues_of(case)
    assert not [each for each, times in Counter(map(rendered, issues)).items() if times > 1]
    assert not [each for each, times in Counter(issue.fingerprint for issue in issues).items() if times > 1]


@on_every_case
def test_a_fingerprint_does_not_depend_on_lines_and_on_the_version(case: Case) -> None:
    def shift(text: str | None) -> str | None:
        commented = None if text is None else "# first\n\n" + text.replace("\nuses:", "\n\n# what it reads\nuses:")
        return commented and re.sub(r'(version: "\d+\.\d+\.)\d+"', r'\g<1>97"', commented)

    if "versions" in (case.text("proposed") or "") + (case.text("previous") or ""):
        return  # the version decides what is reported
    shifted = {side: shift(case.text(side)) for side in SIDES}
    before, after = issues_of(case), issues_of(case, shifted)
    numbers = re.compile(r"\d+")
    assert [numbers.sub("", issue.message) for issue in before] == [numbers.sub("", issue.message) for issue in after]
    if case.name != "key_written_twice":  # its message has the line of the first key
        assert [issue.fingerprint for issue in before] == [issue.fingerprint for issue in after]


@on_every_case
def test_an_unchanged_consumer_has_removed_nothing(case: Case) -> None:
    for side in ("previous", "proposed"):
        texts = {each: case.text(each) for each in SIDES} | dict.fromkeys(("previous", "proposed"), case.text(side))
        if texts["proposed"] is not None:
            assert "use_removed" not in {issue.kind for issue in issues_of(case, texts)}


def test_issues_of_consumers_cannot_be_accepted_since_they_belong_to_no_version_of_a_contract() -> None:
    assert set(consumer_rules()) <= NEVER_ACCEPTED
    assert not any(load_rules()[kind].modes for kind in consumer_rules())
