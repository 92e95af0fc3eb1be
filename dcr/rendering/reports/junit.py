"""Renders a report as JUnit test results, with a suite for each contract and a case for each issue.

A contract without failing issues has one case that passes. Case names are unique in a suite, because the services
identify cases by name. A case that passes names its severity, because the services display nothing else of it.
Source: junit-10.xsd, the schema of Jenkins' xUnit plugin, and GitLab, "Unit test reports".
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from dcr.compatibility.severities import ERROR, WARNING
from dcr.rendering.reports._issue_text import (
    describe_acceptance,
    describe_impact,
    describe_witness,
    format_row,
    truncate,
)  # fmt: skip
from dcr.report.report import UNCHANGED
from dcr.report.summary import format_closing_line, format_count, list_closing_parts, name_run_issues
from dcr.text.printable import escape_ci_markers, make_printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dcr.compatibility.issue import Issue
    from dcr.compatibility.reach import ReachedConsumer
    from dcr.rendering.style import Style
    from dcr.report.report import ContractReport, Report

_MAX_NAME = 200


class _Case(NamedTuple):
    """A test case: its name, the lines of its output, and the issue that makes it fail."""

    name: str
    details: tuple[str, ...] = ()
    failure: Issue | None = None


class _Suite(NamedTuple):
    name: str
    path: str
    cases: list[_Case]

    @property
    def counts(self) -> tuple[int, int]:
        """The number of cases, and of those that fail."""
        return len(self.cases), sum(case.failure is not None for case in self.cases)


def render(report: Report, _style: Style) -> str:
    """Return the XML document. Warnings fail if `fail_on` is warning. All times are 0."""
    suites = list(_build_suites(report))
    name = "dcr lint" if report.base is None else "dcr check"
    tests, failures = (sum(numbers) for numbers in zip(*(suite.counts for suite in suites), strict=True))
    root = _add_element("testsuites", {"name": name, **_format_counts(tests, failures)})
    for suite in suites:
        _add_suite(root, suite)
    ET.indent(root)
    document = escape_ci_markers(ET.tostring(root, "unicode"), escape="&#35;")
    text = f'<?xml version="1.0" encoding="utf-8"?>\n{document}\n'
    return text.encode("ascii", "xmlcharrefreplace").decode()  # valid in every encoding of the output


def _build_suites(report: Report) -> Iterator[_Suite]:
    failing = {ERROR, WARNING} if report.fail_on == WARNING else {ERROR}
    for contract in report.contracts:
        passing = _Case(_name_passing_case(contract, compared=report.base is not None))
        yield _Suite(
            contract.dataset_id or contract.path, contract.path, _build_cases(contract.issues, failing, passing)
        )
    if report.issues:
        yield _Suite(name_run_issues(report.issues), "", _build_cases(report.issues, failing, _Case("no errors")))
    elif not report.contracts:
        yield _Suite("contracts", "", [_Case(list_closing_parts(report)[0], (format_closing_line(report),))])


def _name_passing_case(contract: ContractReport, *, compared: bool) -> str:
    """Return the name of the case that passes if no issue fails."""
    if not compared:
        return "valid"
    if contract.change == UNCHANGED or contract.previous is None or contract.proposed is None:
        return contract.change
    mode = f" ({contract.mode})" if contract.mode else ""
    accepted = sum(issue.accepted is not None for issue in contract.issues)
    breaks = f", {format_count(accepted, 'break')} ACCEPTED" if accepted else ""
    return f"compatible with {contract.previous}{mode}{breaks}"


def _build_cases(issues: tuple[Issue, ...], failing: set[str], passing: _Case) -> list[_Case]:
    cases = [
        _Case(_name_case(issue), tuple(_list_details(issue)), issue if issue.severity in failing else None)
        for issue in issues
    ]
    if not any(case.failure for case in cases):
        cases.insert(0, passing)
    uses: Counter[str] = Counter()
    numbered = []
    for case in cases:
        uses[case.name] += 1
        suffix = f" ({uses[case.name]})" if uses[case.name] > 1 else ""
        numbered.append(case._replace(name=f"{case.name}{suffix}"))
    return numbered


def _name_case(issue: Issue) -> str:
    """Return the name of a case: severity, message and kind."""
    severity = "ACCEPTED" if issue.accepted else issue.severity
    return f"{severity}: {truncate(make_printable(issue.message), _MAX_NAME)} [{issue.kind}]"


def _list_details(issue: Issue) -> Iterator[str]:
    """Yield the lines of the output. Each begins with a word of dcr, so none is a command to a CI runner."""
    yield f"{issue.severity}: {issue.message} [{issue.kind}]"
    if issue.accepted:
        yield f"ACCEPTED: {describe_acceptance(issue.accepted)}"
    if issue.field is not None:
        yield f"field: {issue.field}"
    if issue.location:
        yield f"at {issue.location.path}:{issue.location.line}:{issue.location.column}"
    if impact := describe_impact(issue, with_names=False):
        yield impact
    if issue.consumers:
        yield from _list_consumers(issue.consumers)
    if issue.witness:
        yield f"{describe_witness(issue.witness)}: {format_row(issue.witness, issue.field)}"
    if issue.hint:
        yield f"help: {issue.hint}"


def _list_consumers(consumers: Iterable[ReachedConsumer]) -> Iterator[str]:
    from dcr.rendering.reports._consumer_text import describe_consumer  # noqa: PLC0415 (few reports have any)

    for consumer in consumers:
        location = consumer.location
        commit = f" at commit {location.commit[:10]}" if location.commit else ""
        description = describe_consumer(consumer, str, len(consumer.owners))
        yield f"consumer: {description}, at {location.path}:{location.line}{commit}"


def _add_suite(root: ET.Element, suite: _Suite) -> None:
    file = {"file": suite.path} if suite.path else {}
    element = _add_element(
        "testsuite", {"name": suite.name, **file, **_format_counts(*suite.counts), "skipped": "0"}, root
    )
    for case in suite.cases:
        test = _add_element("testcase", {"classname": suite.name, "name": case.name, "time": "0"}, element)
        text = "\n".join(make_printable(line) for line in case.details)
        if case.failure:
            facts = {"type": case.failure.kind, "message": case.failure.message}
            _add_element("failure", facts, test).text = text
        elif text:
            _add_element("system-out", {}, test).text = text


def _format_counts(tests: int, failures: int) -> dict[str, str]:
    return {"tests": str(tests), "failures": str(failures), "errors": "0", "time": "0"}


def _add_element(tag: str, attributes: dict[str, str], parent: ET.Element | None = None) -> ET.Element:
    """Return a new element, added to its parent, with printable attributes."""
    printable = {key: make_printable(value) for key, value in attributes.items()}
    return ET.Element(tag, printable) if parent is None else ET.SubElement(parent, tag, printable)
