"""JUnit results keep to Jenkins' schema, count right by another program's count, and are never empty."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from junitparser import JUnitXml
from lxml import etree
from readers import xml_of
from sample_reports import ACCEPTED, FRESHNESS, INVALID, REMOVED_FIELD, REPORTS, USERS, contract, report
from test_hostile_names import HOSTILE, hostile_report

from dcr.compatibility.severities import ERROR, WARNING
from dcr.rendering.reports import load_reporter
from dcr.rendering.style import Style

if TYPE_CHECKING:
    from dcr.report.report import Report

SCHEMA = Path(__file__).with_name("junit-10.xsd")
"""The schema that Jenkins' xUnit plugin validates with (MIT), as pytest's source distribution carries it."""

every_report = pytest.mark.parametrize("name", REPORTS)


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def results_of(found: Report) -> JUnitXml:
    """Return the results as another program reads them, held to the schema and to its own counts."""
    written = load_reporter("junit").render(found, Style())
    schema().assertValid(xml_of(written))
    results = JUnitXml.fromstring(written.encode())
    said = [(each.tests, each.failures, each.errors) for each in (results, *results)]
    for suite in results:
        names = [case.name for case in suite]
        assert len(set(names)) == len(names)
        suite.update_statistics()
    results.update_statistics()
    assert said == [(each.tests, each.failures, each.errors) for each in (results, *results)]
    return results


@every_report
def test_results_keep_to_the_schema_and_count_right(name: str) -> None:
    results = results_of(REPORTS[name])
    assert results.tests > 0
    assert results.failures == REPORTS[name].count_issues(ERROR)


@pytest.mark.parametrize("name", HOSTILE)
def test_results_of_any_text_keep_to_the_schema_and_count_right(name: str) -> None:
    assert results_of(hostile_report(HOSTILE[name])).failures == 1


def test_the_schema_is_no_formality() -> None:
    document = xml_of(load_reporter("junit").render(REPORTS["breaks"], Style()))
    document[0].set("failures_", "1")
    with pytest.raises(etree.DocumentInvalid):
        schema().assertValid(document)


def test_every_contract_without_an_error_has_one_test_that_says_what_holds() -> None:
    cases = [[case.name for case in suite] for suite in results_of(REPORTS["compatible"])]
    assert cases == [
        ["compatible with 1.0.0 (backward)"],
        ["added"],
        ["compatible with 1.0.0 (backward)"],
    ]
    names = [case.name for case in next(iter(results_of(REPORTS["accepted"])))]
    assert names[0] == "compatible with 1.0.0 (backward), 1 break ACCEPTED"


@pytest.mark.parametrize("fails", [True, False])
def test_warnings_are_failures_where_they_fail_the_run(fails: bool) -> None:
    found = report(contract("users", USERS, FRESHNESS, ACCEPTED), fail_on=WARNING if fails else ERROR)
    results = results_of(found)
    assert (results.failures, found.fails) == (int(fails), fails)
    assert results.tests == (2 if fails else 3)


def test_two_issues_alike_are_two_tests() -> None:
    (suite,) = results_of(report(contract("orders", "a.yaml", INVALID, INVALID)))
    names = [case.name for case in suite]
    assert names[1] == f"{names[0]} (2)"


def test_a_failure_says_all_there_is_to_say() -> None:
    (suite,) = results_of(report(contract("users", USERS, REMOVED_FIELD)))
    (case,) = suite
    assert (case.classname, case.name) == ("users", "error: field 'ltv' was removed [field_removed]")
    assert case.result[0].text.splitlines() == [
        "error: field 'ltv' was removed [field_removed]",
        "field: ltv",
        f"at {USERS}:12:1",
        "breaks consumers: queries and joins that select it",
        'example row, valid before, invalid now: {"ltv": 0.5, "user_id": "a", "plan": "free"}',
        "help: keep it with 'deprecated: true' for a release, and remove it once nobody reads it",
    ]
