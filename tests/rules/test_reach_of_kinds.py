"""Every issue of every fixture reaches the uses of its fields, and no others (docs/semantics.md has the table)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from rule_cases import all_cases, rules_under_test, verdict_on

from dcr.compatibility.reach import Reach, is_reached
from dcr.consumers.consumer import QUERIES, ROWS, DeclaredValue, Use
from dcr.consumers.version_range import parse_version_range

if TYPE_CHECKING:
    from rule_cases import Case

    from dcr.compatibility.issue import Issue

QUERIES_WORK = (
    "field_constraint_loosened", "field_constraint_tightened", "field_enum_expanded", "field_enum_shrunk",
    "field_required_added", "field_required_removed",
)  # fmt: skip
"""Kinds that break readers of rows, and switches on values, but not each query that selects the field."""

CASES = [case for case in all_cases() if not case.name.startswith("lookalike_")]
KINDS = [kind for kind, rule in rules_under_test().items() if rule.reaches]


def list_reaching_issues(case: Case) -> list[tuple[Issue, Reach]]:
    return [(issue, issue.reach) for issue in verdict_on(case).issues if issue.reach is not None]


def build_uses(path: str, reads: str = QUERIES) -> dict[str, Use]:
    """Return uses of a field, by how they name it."""
    parent = re.sub(r"(\.[^.]*|\[\])$", "", path)
    return {
        "itself": Use("d", fields=("other", path), reads=reads),
        "its parent": Use("d", fields=(parent,), reads=reads),
        "a nested field": Use("d", fields=(f"{path}.nested",), reads=reads),
        "an element": Use("d", fields=(f"{path}[]",), reads=reads),
        "its values": Use("d", fields=("other",), values={path: (DeclaredValue("a", "a"),)}, reads=reads),
        "all fields": Use("d", reads=reads),
    }


@pytest.mark.parametrize("case", [case for case in CASES if list_reaching_issues(case)], ids=str)
def test_an_issue_reaches_queries_and_rows_of_its_fields_only(case: Case) -> None:
    for issue, reach in list_reaching_issues(case):
        is_removed = issue.kind == "field_required_removed" and reach.breaks == "every use"
        breaks_queries = issue.kind not in QUERIES_WORK or is_removed
        for path in reach.paths or ("id",):
            for name, use in build_uses(path).items():
                if breaks_queries or name != "its values":
                    assert is_reached(reach, use, None) is breaks_queries, (issue.message, name)
            for name, use in build_uses(path, ROWS).items():
                assert is_reached(reach, use, None), (issue.message, name)
        for path in reach.paths:
            others = (f"{path}_other", f"other_{path}", f"other.{path}")
            for reads in (QUERIES, ROWS):
                use = Use("d", fields=others, values={"other": (DeclaredValue("a", "a"),)}, reads=reads)
                assert not is_reached(reach, use, None), (issue.message, reads)


@pytest.mark.parametrize("case", [case for case in CASES if list_reaching_issues(case)], ids=str)
def test_an_issue_reaches_only_uses_of_the_previous_version(case: Case) -> None:
    for issue, reach in list_reaching_issues(case):
        use = Use("d", reads=ROWS)
        for text, expected in (("9999", False), ("*", True), ("<9999", True)):
            if re.fullmatch(r"\d+\.\d+\.\d+", issue.against or ""):
                assert is_reached(reach, use._replace(versions=parse_version_range(text)), issue.against) is expected
            assert is_reached(reach, use._replace(versions=parse_version_range(text)), "v1-beta")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_reaches_a_use_has_a_fixture_that_does(kind: str) -> None:
    cases = [case for case in CASES if case.kind == kind]
    assert any(issue.kind == kind for case in cases for issue, _ in list_reaching_issues(case))


@pytest.mark.parametrize("case", [case for case in all_cases() if not list_reaching_issues(case)], ids=str)
def test_an_issue_without_a_reach_breaks_nobody_who_declares_a_use(case: Case) -> None:
    """A new required field in a forward mode is the exception: readers of the previous contract ignore it."""
    for issue in verdict_on(case).issues:
        assert issue.breaks != "consumers"
        assert not issue.modes or (issue.kind, issue.modes) == ("field_required_added", ("forward",))
