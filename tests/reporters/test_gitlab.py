"""GitLab code quality reports have the shape that GitLab documents, and lose no issue to another one's fingerprint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from sample_reports import INVALID, NOWHERE, REPORTS, contract, report
from test_hostile_names import HOSTILE, hostile_report

from dcr.rendering.reports import load_reporter
from dcr.rendering.style import Style

if TYPE_CHECKING:
    from dcr.report.report import Report

# GitLab documentation, "Code Quality", "Code Quality report format": an array of objects with these keys, "without
# a byte order mark"; other keys of Code Climate's format are ignored, and dcr writes none.
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string"},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "additionalProperties": False,
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def entries_of(found: Report) -> list[dict[str, Any]]:
    written = load_reporter("gitlab").render(found, Style())
    assert written[0] == "["
    entries: list[dict[str, Any]] = json.loads(written, parse_constant=pytest.fail)
    jsonschema.Draft202012Validator(SCHEMA).validate(entries)
    marks = [each["fingerprint"] for each in entries]
    assert len(set(marks)) == len(marks)
    return entries


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_has_the_documented_shape(name: str) -> None:
    entries_of(REPORTS[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_report_of_any_text_has_the_documented_shape(name: str) -> None:
    entries_of(hostile_report(HOSTILE[name]))


def test_no_issues_are_an_empty_list_so_that_old_ones_count_as_resolved() -> None:
    assert entries_of(REPORTS["unchanged"]) == []


def test_two_issues_alike_keep_fingerprints_of_their_own() -> None:
    first, second = entries_of(report(contract("orders", "a.yaml", INVALID, INVALID)))
    assert (first["fingerprint"], second["fingerprint"]) == ("3344556677889900", "3344556677889900-2")


def test_an_issue_without_a_place_stands_at_the_top_of_its_contract() -> None:
    (entry,) = entries_of(report(contract("orders", "a.yaml", NOWHERE)))
    assert entry["location"] == {"path": "a.yaml", "lines": {"begin": 1}}


def test_severities_are_gitlabs_and_what_was_let_through_is_only_information() -> None:
    assert [each["severity"] for each in entries_of(REPORTS["accepted"])] == ["info", "info", "minor"]
    assert {each["severity"] for each in entries_of(REPORTS["breaks"])} == {"major", "minor"}
