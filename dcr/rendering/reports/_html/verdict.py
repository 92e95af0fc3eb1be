"""Prepares the top of the page: the verdict, the counts, and what was compared with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dcr.compatibility.severities import ERROR, WARNING
from dcr.rendering.reports._html.figures import describe_head
from dcr.rendering.reports._html.states import ACCEPTED, count_states
from dcr.report.report import UNCHANGED
from dcr.report.summary import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcr.report.report import Report

_NOUNS = {ERROR: "error", ACCEPTED: "accepted break", WARNING: "warning", "info": "note"}


class Fact(NamedTuple):
    """A fact about the run: its name and its value."""

    name: str
    value: str
    is_code: bool = False
    title: str = ""
    note: str = ""


class Verdict(NamedTuple):
    """What the top of the page shows. `counts` are states, numbers and nouns, worst first."""

    outcome: str
    title: str
    lead: str
    counts: list[tuple[str, int, str]]
    facts: list[Fact]


def get_verdict(report: Report) -> Verdict:
    """Return the verdict on a report."""
    counts = [
        (state, number, f"{_NOUNS[state]}{'' if number == 1 else 's'}")
        for state, number in count_states(report.iterate_issues()).items()
    ]
    return Verdict(_outcome(report), _title(report), " ".join(_lead(report)), counts, list(_facts(report)))


def _outcome(report: Report) -> str:
    """Return the class by which the style sheet colors the verdict."""
    if report.fails or not report.compatible:
        return "bad"
    if report.has_no_contracts and not report.issues:
        return "nothing"
    return "warn" if report.accepted or report.count_issues(WARNING) else "good"


def _title(report: Report) -> str:
    errors, is_comparison = report.count_issues(ERROR), report.base is not None
    if errors:
        if is_comparison:
            return f"Not compatible: {format_count(errors, 'error')}"
        files = {contract.path for contract in report.contracts if not contract.compatible}
        return (
            f"{format_count(errors, 'error')} in {format_count(len(files), 'file')}"
            if files
            else format_count(errors, "error")
        )
    if report.has_no_contracts and not report.issues:
        return "No contract was found"
    if not is_comparison:
        return "No errors" if any(report.iterate_issues()) else "No issues"
    if report.accepted:
        return f"Compatible, with {format_count(report.accepted, 'accepted break')}"
    return "Compatible"


def _lead(report: Report) -> Iterator[str]:
    """Yield the sentences below the verdict."""
    yield _scope(report)
    if report.non_contracts:
        verb = "is not a contract and was" if report.non_contracts == 1 else "are not contracts and were"
        yield f"{format_count(report.non_contracts, 'file')} in scope {verb} ignored."
    if report.fail_on == "never" and not report.compatible:
        yield "The run passes, because fail_on is 'never'."
    elif report.fails and report.compatible:
        yield "The run fails, because fail_on is 'warning'."


def _scope(report: Report) -> str:
    if report.has_no_contracts:
        none = f"None of {format_count(report.files, 'file')} in scope contains a contract."
        return none if report.base else "No file in scope contains a contract."
    if report.base is None:
        total = report.total or 0
        clean = total - len({contract.path for contract in report.contracts})
        return f"{format_count(total, 'contract')} checked, {max(clean, 0):,} of them without issues."
    if not report.changed and report.total is not None:
        return f"None of {format_count(report.total, 'contract')} changed in meaning."
    harmless = " No breaking changes." if report.compatible and not report.accepted else ""
    files = {contract.path for contract in report.contracts if contract.change != UNCHANGED}
    if len(files) != report.changed:
        return f"{report.changed:,} datasets changed, in {format_count(len(files), 'file')}.{harmless}"
    if report.total is None:
        return (
            f"{format_count(report.changed, 'contract')} changed, among {format_count(report.files, 'file')}.{harmless}"
        )
    return f"{report.changed:,} of {format_count(max(report.total, report.changed), 'contract')} changed.{harmless}"


def _facts(report: Report) -> Iterator[Fact]:
    base = report.base
    if base:
        yield Fact("Compared with", base.ref, is_code=True, note=f"from {base.source}")
        yield _commit("Base commit", base.commit)
        if base.merge_base != base.commit:
            yield _commit("Merge base", base.merge_base)
        for commit in base.others:
            yield _commit("Merge base", commit)
        head = describe_head(report.head)
        yield Fact("Checked", f"{head}, merged with {base.ref}" if report.merged else head)
        if report.uncommitted:
            yield Fact("Not checked", f"{format_count(report.uncommitted, 'file')} with uncommitted changes")
    yield Fact("Policy", report.policy)
    yield Fact("Fails on", "nothing" if report.fail_on == "never" else f"{report.fail_on}s")


def _commit(name: str, commit: str) -> Fact:
    return Fact(name, commit[:12], is_code=True, title=commit if len(commit) > 12 else "")
