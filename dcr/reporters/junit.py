"""The report as test results: a suite for each contract, a case for each issue, and one that passes where none fails.

Source: junit-10.xsd, which Jenkins' xUnit plugin holds results to, and GitLab, "Unit test reports": cases are told
apart by their names, so names are unique in a suite. What is no failure passes, and says what it is in its name,
which is all that the services show of a case that passes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from dcr.compatibility.severities import ERROR, WARNING
from dcr.reporters._wording import cut, reason_of, verdict_on_row, who_breaks_when, written_row
from dcr.reporters.printable import printable, unmarked
from dcr.reporters.report import UNCHANGED
from dcr.reporters.summary import closing_line, closing_parts, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.compatibility.issue import Issue
    from dcr.reporters import Style
    from dcr.reporters.report import ContractReport, Report

_MOST_OF_A_NAME = 200


class _Case(NamedTuple):
    """One test case: its name, the lines to read below it, and the issue that fails it."""

    name: str
    details: tuple[str, ...] = ()
    failure: Issue | None = None


class _Suite(NamedTuple):
    name: str
    path: str
    cases: list[_Case]

    @property
    def counts(self) -> tuple[int, int]:
        """How many cases there are, and how many fail."""
        return len(self.cases), sum(case.failure is not None for case in self.cases)


def render(report: Report, _style: Style) -> str:
    """Return the XML document. Warnings fail where `fail_on` says so; the run's time is not a test's, so it is 0."""
    suites = list(_suites(report))
    name = "dcr lint" if report.base is None else "dcr check"
    tests, failures = (sum(numbers) for numbers in zip(*(each.counts for each in suites), strict=True))
    root = _element("testsuites", {"name": name, **_counts(tests, failures)})
    for suite in suites:
        _add_suite(root, suite)
    ET.indent(root)
    document = unmarked(ET.tostring(root, "unicode"), escape="&#35;")
    text = f'<?xml version="1.0" encoding="utf-8"?>\n{document}\n'
    return text.encode("ascii", "xmlcharrefreplace").decode()  # right in whatever encoding it is written out


def _suites(report: Report) -> Iterator[_Suite]:
    failing = {ERROR, WARNING} if report.fail_on == WARNING else {ERROR}
    for contract in report.contracts:
        holds = _Case(_what_holds(contract, compared=report.base is not None))
        yield _Suite(contract.dataset_id or contract.path, contract.path, _cases(contract.issues, failing, holds))
    if report.issues:
        yield _Suite("policy and acceptances", "", _cases(report.issues, failing, _Case("no errors")))
    elif not report.contracts:
        yield _Suite("contracts", "", [_Case(closing_parts(report)[0], (closing_line(report),))])


def _what_holds(contract: ContractReport, *, compared: bool) -> str:
    """Return the name of the case that passes where no issue fails."""
    if not compared:
        return "valid"
    if contract.change == UNCHANGED or contract.previous is None or contract.proposed is None:
        return contract.change
    mode = f" ({contract.mode})" if contract.mode else ""
    accepted = sum(issue.accepted is not None for issue in contract.issues)
    let_through = f", {counted(accepted, 'break')} ACCEPTED" if accepted else ""
    return f"compatible with {contract.previous}{mode}{let_through}"


def _cases(issues: tuple[Issue, ...], failing: set[str], holds: _Case) -> list[_Case]:
    cases = [_Case(_name(each), tuple(_details(each)), each if each.severity in failing else None) for each in issues]
    if not any(case.failure for case in cases):
        cases.insert(0, holds)
    seen: Counter[str] = Counter()
    numbered = []
    for case in cases:
        seen[case.name] += 1
        again = f" ({seen[case.name]})" if seen[case.name] > 1 else ""
        numbered.append(case._replace(name=f"{case.name}{again}"))
    return numbered


def _name(issue: Issue) -> str:
    """Return the canonical line without its place: what people see of a case without opening it."""
    severity = "ACCEPTED" if issue.accepted else issue.severity
    return f"{severity}: {cut(printable(issue.message), _MOST_OF_A_NAME)} [{issue.kind}]"


def _details(issue: Issue) -> Iterator[str]:
    """Yield the lines to read; each begins with a word of dcr's, so that none is a command to a CI runner."""
    yield f"{issue.severity}: {issue.message} [{issue.kind}]"
    if issue.accepted:
        yield f"ACCEPTED: {reason_of(issue.accepted)}"
    if issue.field is not None:
        yield f"field: {issue.field}"
    if issue.location:
        yield f"at {issue.location.path}:{issue.location.line}:{issue.location.column}"
    if issue.breaks:
        yield f"breaks {who_breaks_when(issue)}"
    if issue.witness:
        yield f"{verdict_on_row(issue.witness)}: {written_row(issue.witness, issue.field)}"
    if issue.hint:
        yield f"hint: {issue.hint}"


def _add_suite(root: ET.Element, suite: _Suite) -> None:
    place = {"file": suite.path} if suite.path else {}
    element = _element("testsuite", {"name": suite.name, **place, **_counts(*suite.counts), "skipped": "0"}, root)
    for case in suite.cases:
        test = _element("testcase", {"classname": suite.name, "name": case.name, "time": "0"}, element)
        text = "\n".join(printable(line) for line in case.details)
        if case.failure:
            facts = {"type": case.failure.kind, "message": case.failure.message}
            _element("failure", facts, test).text = text
        elif text:
            _element("system-out", {}, test).text = text


def _counts(tests: int, failures: int) -> dict[str, str]:
    return {"tests": str(tests), "failures": str(failures), "errors": "0", "time": "0"}


def _element(tag: str, attributes: dict[str, str], parent: ET.Element | None = None) -> ET.Element:
    """Return a new element, added to its parent, with printable attributes."""
    shown = {key: printable(value) for key, value in attributes.items()}
    return ET.Element(tag, shown) if parent is None else ET.SubElement(parent, tag, shown)
